"""Scenarios as text: what a program found, written so that `thermiq test` plays it again.

`state_of` takes retained state apart as `scenario_start` puts it together. What is written reads as
the same scenario; only of a series it may be other items that tell the same facts.
"""

import json
import math
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import assert_never

from engine.control.program import Program
from engine.control.shaping import OutputState, at_rest
from engine.control.state import Retained
from engine.inference.timing import AT_START, TimerState
from engine.language.expression import Window
from engine.language.plant import Output
from engine.language.text import number_to_text, to_text
from engine.language.types import NumberType
from engine.values.fact import Value
from engine.values.units import NUMBER
from engine.workshop.quantity import usual
from engine.workshop.scenario import (
    Action,
    AlarmClaim,
    Claim,
    Expectation,
    Never,
    OutputClaim,
    OverrideAction,
    ResetAction,
    RestartAction,
    RuleClaim,
    Scenario,
    StartState,
    TruthClaim,
)
from engine.workshop.series_text import length_to_text, series_to_text, value_to_text


def state_of(
    program: Program, retained: Retained, first_s: float, windows: Iterable[tuple[str, float]] = ()
) -> StartState:
    """Return retained state as the start of a scan at `first_s` (monotonic), all but the usual.

    `windows` are by key, with what each yields in that scan (base units): only a scan knows.
    """
    outputs = zip(program.rulebook.plant.outputs, retained.outputs, strict=True)
    timers = zip(program.network.conditions.timers, retained.timers, strict=True)
    trips = zip(program.rulebook.trips, retained.trips, strict=True)
    return StartState(
        outputs=tuple(
            (output.name, _shifted(state, first_s))
            for output, state in outputs
            if state != at_rest(output)
        ),
        latched=tuple(trip.id for trip, state in trips if state.latched),
        timers=tuple(
            (step.timed.key, state._replace(since_s=min(0.0, state.since_s - first_s)))
            for step, state in timers
            if state != AT_START
        ),
        windows=tuple(windows),
    )


def _shifted(state: OutputState, first_s: float) -> OutputState:
    return state._replace(
        switched_at_s=min(0.0, state.switched_at_s - first_s),
        changed_at_s=min(0.0, state.changed_at_s - first_s),
        starts_s=tuple(min(0.0, at_s - first_s) for at_s in state.starts_s),
        changes_s=tuple(min(0.0, at_s - first_s) for at_s in state.changes_s),
    )


def scenario_to_text(program: Program, scenario: Scenario, local: datetime) -> str:
    """Return one entry for the list under `scenarios:`; `local` is its start on the site's wall."""
    return "\n".join(_lines(program, scenario, local)) + "\n"


def file_to_text(about: str, entries: Iterable[str]) -> str:
    """Return a whole test file of such entries."""
    return f"about: {_quoted(about)}\nscenarios:\n" + "\n".join(entries)


def _lines(program: Program, scenario: Scenario, local: datetime) -> Iterator[str]:
    points = {point.name: point for point in program.rulebook.plant.points}
    yield f"  - name: {_quoted(scenario.name)}"
    if scenario.about:
        yield f"    about: {_quoted(scenario.about)}"
    yield f"    at: {local.isoformat(sep=' ')}"
    yield f"    every: {length_to_text(scenario.every_ms)}"
    yield f"    lasts: {length_to_text(scenario.lasts_ms)}"
    yield f"    before: {length_to_text(scenario.before_ms)}"
    sections = {
        "facts": [
            f"{each.point}: {series_to_text(each, points[each.point])}" for each in scenario.series
        ],
        "state": list(_state(program, scenario.state)),
        "do": [f"- {_action(program, action)}" for action in scenario.actions],
        "expect": [
            f"- {text}" for each in scenario.expectations for text in _expectation(program, each)
        ],
        "never": [f"- {_never(never)}" for never in scenario.never],
    }
    for key, lines in sections.items():
        if lines:
            yield f"    {key}:"
        yield from (f"      {line}" for line in lines)


def _state(program: Program, state: StartState) -> Iterator[str]:
    outputs = {output.name: output for output in program.rulebook.plant.outputs}
    windows = {step.key: step.window for step in program.network.conditions.windows}
    if state.outputs:
        yield "outputs:"
    for name, remembered in state.outputs:
        yield f"  {name}: {{{_output_state(outputs[name], remembered)}}}"
    if state.latched:
        yield f"latched: [{', '.join(state.latched)}]"
    if state.timers:
        yield "timers:"
    for key, timer in state.timers:
        yield f"  {_quoted(key)}: {_timer(timer)}"
    if state.windows:
        yield "windows:"
    for key, value in state.windows:
        yield f"  {_quoted(to_text(windows[key]))}: {_base(value, windows[key])}"


def _output_state(output: Output, state: OutputState) -> str:
    told = [
        f"value: {_value(state.value, output)}",
        f"target: {_value(state.target, output)}",
        f"switched: {_ago(state.switched_at_s)}",
        f"changed: {_ago(state.changed_at_s)}",
    ]
    lists = {
        "starts": [_ago(each) for each in state.starts_s],
        "changes": [_ago(each) for each in state.changes_s],
        "blocked": list(state.blocked),
    }
    told += [f"{key}: [{', '.join(items)}]" for key, items in lists.items() if items]
    return ", ".join(told)


def _timer(timer: TimerState) -> str:
    side = "on" if timer.side else "off"
    return f"{{phase: {timer.phase.value}, side: {side}, since: {_ago(timer.since_s)}}}"


def _base(value: float, window: Window) -> str:
    """Return a number in base units in the unit that is usual for it."""
    assert isinstance(window.type, NumberType)  # noqa: S101 - resolved: a window is a number
    unit = usual(window.type)
    return f"{number_to_text(value / unit.factor)} {unit.symbol}".strip()


def _ago(at_s: float) -> str:
    return "never" if at_s == -math.inf else f"{number_to_text(0.0 - at_s)} s"


def _value(value: Value, output: Output) -> str:
    return value_to_text(value, output.unit or NUMBER)


def _action(program: Program, action: Action) -> str:
    outputs = {output.name: output for output in program.rulebook.plant.outputs}
    at = f"at: {length_to_text(action.at_ms)}"
    match action:
        case ResetAction():
            return f"{{{at}, reset: {action.trip}}}"
        case OverrideAction():
            value = _value(action.value, outputs[action.output])
            lasts = length_to_text(action.lasts_ms)
            return f"{{{at}, override: {{{action.output}: {value}}}, lasts: {lasts}}}"
        case RestartAction():
            return f"{{{at}, restart: on}}"
        case _:
            assert_never(action)


def _expectation(program: Program, expectation: Expectation) -> Iterator[str]:
    """Yield one entry a claim, for a key stands only once in an entry."""
    outputs = {output.name: output for output in program.rulebook.plant.outputs}
    first, last = (length_to_text(each) for each in (expectation.from_ms, expectation.to_ms))
    when = f"at: {first}" if first == last else f"from: {first}, to: {last}"
    for claim in expectation.claims:
        yield f"{{{when}, {_claim(claim, outputs)}}}"


def _claim(claim: Claim, outputs: dict[str, Output]) -> str:
    match claim:
        case OutputClaim():
            parts = []
            if claim.on is not None:
                parts.append("on" if claim.on else "off")
            elif claim.value is not None:
                parts.append(_value(claim.value, outputs[claim.output]))
            parts += ["by", " and ".join(claim.by)] if claim.by else []
            return f"{claim.output}: {' '.join(parts)}"
        case TruthClaim():
            key = "unknown" if claim.unknown else "holds"
            return f"{key}: [{_quoted(to_text(claim.expression))}]"
        case RuleClaim():
            return f"{'fires' if claim.fires else 'silent'}: [{claim.rule}]"
        case AlarmClaim():
            return f"alarms: [{', '.join(claim.subjects)}]"
        case _:
            assert_never(claim)


def _never(never: Never) -> str:
    because = f", because: {_quoted(never.because)}" if never.because else ""
    return f"{{id: {never.id}, when: {_quoted(to_text(never.when))}{because}}}"


def _quoted(text: str) -> str:
    """Return a text that YAML reads as it is: JSON in double quotes is YAML."""
    return json.dumps(text, ensure_ascii=False)
