"""Limits of one output that cannot hold together, or of which one never matters."""

from collections.abc import Iterator

from engine.language.plant import Output, Rate
from engine.language.problem import Problem, Severity
from engine.language.rulebook import Rulebook
from engine.language.text import seconds_to_text
from engine.language.types import NumberType

CODE = "contradicting-times"
SUMMARY = "The minimum times, steps or rates of an output contradict each other."

_EDGE = 1e-9
"""Relative: `0.1 × 3` and `0.3` count as equal."""

_Finding = tuple[Severity, str, str]


def check(rulebook: Rulebook) -> Iterator[Problem]:
    """Yield what cannot be kept as an ERROR, what can never matter as a WARNING."""
    for output in rulebook.plant.outputs:
        for severity, message, advice in (*_steps(output), *_times(output)):
            text = f"`{output.name}`: {message}"
            yield Problem(CODE, severity, text, output.position, advice)


def _steps(output: Output) -> Iterator[_Finding]:
    """Yield what is wrong with the values an output can take."""
    if not isinstance(output.type, NumberType) or output.low is None or output.high is None:
        return
    for key, value in (("default", output.default), ("failsafe", output.failsafe)):
        if isinstance(value, int | float) and 0 < value < output.off_below:
            yield (
                Severity.ERROR,
                f"its `{key}` lies between 0 and `off_below`, where it may not stay",
                "take 0 or a value from `off_below` on",
            )
    if output.step > (output.high - output.low) * (1 + _EDGE):
        yield (
            Severity.ERROR,
            "`step` is wider than the range, so it could never move",
            "choose a `step` that fits into the range several times",
        )


def _times(output: Output) -> Iterator[_Finding]:
    """Yield the times of which one makes another meaningless."""
    starts, changes = output.max_starts, output.max_changes
    cycle_s = max(output.min_on_s, output.settle_s) + max(output.min_off_s, output.settle_s)
    if starts is not None and _is_out_of_reach(starts, cycle_s):
        yield (
            Severity.WARNING,
            (
                f"`max_starts: {starts.count}` can never be reached, for a time on and a time off"
                f" last {seconds_to_text(cycle_s)} at least"
            ),
            "lower `max_starts`, or shorten `min_on`, `min_off` or `settle`",
        )
    if changes is not None and _is_out_of_reach(changes, output.settle_s):
        yield (
            Severity.WARNING,
            (
                f"`max_changes: {changes.count}` can never be reached, for `settle` allows a change"
                f" only every {seconds_to_text(output.settle_s)}"
            ),
            "lower `max_changes`, or shorten `settle`",
        )
    if starts is not None and changes is not None and _allows_fewer(changes, starts):
        yield (
            Severity.WARNING,
            (
                f"`max_starts: {starts.count}` can never be reached, for each start and each stop"
                f" is one of the {changes.count} changes that `max_changes` allows"
            ),
            "lower `max_starts`, or raise `max_changes`",
        )


def _is_out_of_reach(rate: Rate, every_s: float) -> bool:
    """Tell whether events that lie `every_s` apart never exhaust the rate."""
    return every_s > 0 and (rate.count - 1) * every_s > rate.per_s * (1 + _EDGE)


def _allows_fewer(changes: Rate, starts: Rate) -> bool:
    """Tell whether so few changes are allowed that the starts among them stay below the limit."""
    return changes.per_s >= starts.per_s and changes.count < 2 * starts.count - 1
