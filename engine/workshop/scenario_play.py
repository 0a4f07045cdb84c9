"""Plays a scenario into the same `scan` that runs the plant; yields every scan. Pure."""

import math
from collections.abc import Iterator

from engine.control.program import Program
from engine.control.retained import restore, save
from engine.control.scan import Scan, initial, scan
from engine.control.state import Retained
from engine.inference.image import Override, ProcessImage, Reset
from engine.language.plant import Point
from engine.values.fact import Quality, Value
from engine.values.moment import Moment
from engine.workshop.replay import Board
from engine.workshop.scenario import (
    MomentAt,
    OverrideAction,
    Piece,
    ResetAction,
    RestartAction,
    Scenario,
    Series,
)
from engine.workshop.scenario_start import retained_from

_LONGEST_BEFORE_STEP_MS = 600_000
_SCANS_BEFORE = 30
"""Facts stand still before a scenario, so that more scans would find nothing else."""
WHO = "scenario"
"""Who resets and overrides, in reasons and alarms."""


def play(program: Program, scenario: Scenario, moment_at: MomentAt) -> Iterator[tuple[int, Scan]]:
    """Yield `(at_ms, scan)`, `at_ms` after the first one, up to and with the scenario's end."""
    board = _Facts(program, scenario)
    retained = _beginning(program, scenario, moment_at)
    for at_ms in range(0, scenario.lasts_ms + 1, scenario.every_ms):
        moment = moment_at(scenario.start_ms + at_ms)
        image = _with_actions(board.image(at_ms, moment), scenario, at_ms, moment)
        if _restarts(scenario, at_ms):
            retained = restore(program, save(program, retained), moment).retained
        done = scan(program, retained, image, moment)
        retained = done.retained
        yield at_ms, done


def _beginning(program: Program, scenario: Scenario, moment_at: MomentAt) -> Retained:
    """Return what the controller remembers when the first scan comes.

    Where it ran before, it did so with the start state already: what that leaves open follows
    from it. In the first scan the start state holds to the letter again.
    """
    board = _Facts(program, scenario)

    def with_state(retained: Retained, ago_ms: int) -> Retained:
        if scenario.state.is_empty:
            return retained
        moment = moment_at(scenario.start_ms - ago_ms)

        def look(state: Retained) -> Scan:
            return scan(program, state, board.image(0, moment), moment)

        now_s, every_s = moment.monotonic_s, scenario.every_ms / 1000
        return retained_from(program, retained, scenario.state, now_s, every_s, look)

    if not scenario.before_ms:
        return with_state(initial(program), 0)
    retained = with_state(initial(program), scenario.before_ms)
    for ago_ms in range(scenario.before_ms, 0, -_step_before_ms(scenario)):
        moment = moment_at(scenario.start_ms - ago_ms)
        retained = scan(program, retained, board.image(0, moment), moment).retained
    return with_state(retained, 0)


def _step_before_ms(scenario: Scenario) -> int:
    """Return how often the controller ran before: as often as the scenario, up to a limit."""
    share_ms = min(scenario.before_ms // _SCANS_BEFORE, _LONGEST_BEFORE_STEP_MS)
    return max(scenario.every_ms, share_ms)


def _restarts(scenario: Scenario, at_ms: int) -> bool:
    return any(
        isinstance(each, RestartAction) and at_ms - scenario.every_ms < each.at_ms <= at_ms
        for each in scenario.actions
    )


def _with_actions(
    image: ProcessImage, scenario: Scenario, at_ms: int, moment: Moment
) -> ProcessImage:
    """Return the image with what people do: a reset is heard once, an override while it lasts."""
    overrides: list[Override] = []
    resets: list[Reset] = []
    for number, action in enumerate(scenario.actions, 1):
        if isinstance(action, ResetAction) and at_ms - scenario.every_ms < action.at_ms <= at_ms:
            resets.append(Reset(action.trip, WHO))
        if isinstance(action, OverrideAction):
            left_ms = action.at_ms + action.lasts_ms - at_ms
            if action.at_ms <= at_ms and left_ms > 0:
                until_s = moment.monotonic_s + left_ms / 1000
                name = f"{WHO}-{number}"
                overrides.append(Override(name, action.output, action.value, WHO, until_s))
    if not overrides and not resets:
        return image
    return image._replace(overrides=tuple(overrides), resets=tuple(resets))


class _Facts:
    """The facts of a scenario, taken as images at the times of its scans, in their order."""

    def __init__(self, program: Program, scenario: Scenario) -> None:
        points = {point.name: point for point in program.rulebook.plant.points}
        self._board = Board(program.rulebook.plant)
        self._rows = [_Row(points[each.point], each) for each in scenario.series]

    def image(self, at_ms: int, moment: Moment) -> ProcessImage:
        """Return the facts as they stand `at_ms` after the first scan, measured just now."""
        for row in self._rows:
            if at_ms >= row.due_ms:
                value, quality = row.told(at_ms)
                at_s = moment.monotonic_s
                if quality is Quality.STALE:  # it was heard last when it could just be believed
                    at_s -= row.point.max_age_s
                self._board.put(self._board.places[row.point.name], at_s, value, quality)
        return self._board.image(moment.monotonic_s)


class _Row:
    """One series and how far it was told; from `due_ms` on there is something new."""

    def __init__(self, point: Point, series: Series) -> None:
        self.point = point
        self._pieces = series.pieces
        self._place = 0
        self.due_ms: float = series.pieces[0].at_ms if series.pieces else math.inf

    def told(self, at_ms: int) -> tuple[Value | None, Quality]:
        """Return what is new at a time that is not before `due_ms`."""
        pieces, place = self._pieces, self._place
        while place + 1 < len(pieces) and pieces[place + 1].at_ms <= at_ms:
            place += 1
        self._place = place
        piece = pieces[place]
        moves = piece.until_ms is not None and at_ms < piece.until_ms
        following = pieces[place + 1].at_ms if place + 1 < len(pieces) else math.inf
        self.due_ms = at_ms if moves else following
        return value_at(piece, at_ms), piece.quality


def value_at(piece: Piece, at_ms: int) -> Value | None:
    """Return the value of a piece at a time not before its own."""
    if piece.until_ms is None or piece.end is None or piece.value is None:
        return piece.value
    if at_ms >= piece.until_ms:
        return piece.end
    assert not isinstance(piece.value, bool | str)  # noqa: S101 - only numbers move
    share = (at_ms - piece.at_ms) / (piece.until_ms - piece.at_ms)
    return piece.value + (piece.end - piece.value) * share
