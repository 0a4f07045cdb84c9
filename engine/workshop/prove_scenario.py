"""Counterexamples as a file of scenarios: `thermiq test` plays them, and fails on them."""

import json
import math
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from engine.control.shaping import OutputState
from engine.inference.timing import Phase, TimerState
from engine.inference.windows import WindowState
from engine.language.expression import Timed, Window
from engine.language.plant import Output, Point
from engine.language.text import number_to_text, to_text
from engine.language.types import NumberType
from engine.values.fact import Quality, Value
from engine.values.units import Unit
from engine.workshop.prove_example import Example
from engine.workshop.prove_property import Hope, Property
from engine.workshop.quantity import usual

_NEVER_S = 300 * 86_400.0
"""What is longer ago is told as `never`."""
_DEFAULT_EVERY_MS = 10_000


def as_scenarios(refuted: Iterable[tuple[Property, Example]]) -> str:
    """Return a test file with one scenario for each counterexample."""
    lines = [
        "# Counterexamples, as `thermiq prove` found them: each of these scenarios fails until the",
        "# rules are mended. Everything that does not matter is ordinary.",
        "scenarios:",
    ]
    for wanted, example in refuted:
        lines += _scenario(wanted, example)
    return "\n".join(lines) + "\n"


def _scenario(wanted: Property, example: Example) -> Iterator[str]:
    seen = example.run()
    moments = [told.moment for told in example.told]
    first = moments[0]
    every_ms = every_of(example)
    local = datetime.fromtimestamp(first.wall_s + first.utc_offset_s, UTC).replace(tzinfo=None)
    yield f"  - name: {_quoted(f'refuted {wanted.name}: {wanted.text}'[:118])}"
    yield f"    at: {local.isoformat(sep=' ', timespec='milliseconds')}"
    yield f"    every: {_duration(every_ms / 1000)}"
    yield "    before: 0 s"
    yield f"    lasts: {_duration(every_ms * (len(moments) - 1) / 1000)}"
    yield "    facts:"
    for place, point in enumerate(example.program.rulebook.plant.points):
        yield f"      {point.name}: {_series(point, place, example)}"
    yield "    state:"
    yield from _state(example)
    yield from _actions(example)
    yield from _hopes(wanted.hope(seen[-1]), example)
    yield ""


def every_of(example: Example) -> int:
    """Return the time from scan to scan in milliseconds; for a single scan since the last one."""
    moments = [told.moment for told in example.told]
    if len(moments) > 1:
        return max(1, round((moments[1].wall_s - moments[0].wall_s) * 1000))
    gap_s = moments[0].monotonic_s - example.retained.at_s
    return max(1, round(gap_s * 1000)) if 0 < gap_s < _NEVER_S else _DEFAULT_EVERY_MS


def _series(point: Point, place: int, example: Example) -> str:
    items = []
    for told in example.told:
        value, quality = told.image.values[place], told.image.qualities[place]
        match quality:
            case Quality.GOOD if value is not None:
                items.append(_value(value, point.unit))
            case Quality.STALE:
                items.append("stale")
            case Quality.BAD:
                items.append("bad")
            case _:
                items.append("_")
    if len(set(items)) == 1:
        return items[0]
    number = isinstance(point.type, NumberType)
    rest = [f"= {item}" if number and item[0] in "-0123456789" else item for item in items[1:]]
    return " ".join([items[0], *rest])


def _state(example: Example) -> Iterator[str]:
    program, retained = example.program, example.retained
    first_s = example.told[0].moment.monotonic_s
    book = program.rulebook
    yield "      outputs:"
    for output, state in zip(book.plant.outputs, retained.outputs, strict=True):
        yield f"        {output.name}: {{{_output(output, state, first_s)}}}"
    trips = zip(book.trips, retained.trips, strict=True)
    latched = [trip.id for trip, state in trips if state.latched]
    if latched:
        yield f"      latched: [{', '.join(latched)}]"
    named = {
        each.expression.key: each.name
        for each in book.conditions
        if isinstance(each.expression, Timed)
    }
    conditions, timers = list[str](), list[str]()
    for step, timer in zip(program.network.conditions.timers, retained.timers, strict=True):
        if timer.phase is not Phase.OFF or timer.side:
            key = step.timed.key
            text = f"{{{_timer(timer, first_s)}}}"
            if key in named:
                conditions.append(f"        {named[key]}: {text}")
            else:
                timers.append(f"        {_quoted(key)}: {text}")
    windows = [
        f"        {_quoted(to_text(step.window))}: {_quoted(_window(step.window, window))}"
        for step, window in zip(program.network.conditions.windows, retained.windows, strict=True)
        if window is not None
    ]
    for title, lines in (("conditions", conditions), ("timers", timers), ("windows", windows)):
        if lines:
            yield f"      {title}:"
            yield from lines


def _output(output: Output, state: OutputState, first_s: float) -> str:
    fields = [f"value: {_quoted(_value(state.value, output.unit))}"]
    if state.target != state.value:
        fields.append(f"target: {_quoted(_value(state.target, output.unit))}")
    fields.append(f"switched: {_ago(state.switched_at_s, first_s)}")
    fields.append(f"changed: {_ago(state.changed_at_s, first_s)}")
    rates = (("starts", output.max_starts, state.starts_s),
             ("changes", output.max_changes, state.changes_s))  # fmt: skip
    for name, rate, times_s in rates:
        told = [_ago(time_s, first_s) for time_s in times_s]
        if rate is not None and any(first_s - time_s < rate.per_s for time_s in times_s):
            fields.append(f"{name}: [{', '.join(told)}]")
    if state.blocked:
        fields.append(f"blocked: [{', '.join(state.blocked)}]")
    return ", ".join(fields)


def _timer(state: TimerState, first_s: float) -> str:
    side = "on" if state.side else "off"
    return f"phase: {state.phase.value}, side: {side}, since: {_ago(state.since_s, first_s)}"


def _window(window: Window, state: WindowState) -> str:
    """Return the value that a window was made for, in the unit that is usual for it."""
    length_s, oldest = window.window_s, state.parts[0]
    if window.function == "rate":
        value = (state.last - oldest.first) / length_s
    else:
        now_s = oldest.first_s + length_s
        value = (state.total + state.last * (now_s - state.last_s)) / length_s
    kind = window.type
    unit = usual(kind) if isinstance(kind, NumberType) else None
    return _value(value if unit is None else value / unit.factor, unit)


def _actions(example: Example) -> Iterator[str]:
    every_ms, lines = every_of(example), list[str]()
    outputs = {output.name: output for output in example.program.rulebook.plant.outputs}
    for place, told in enumerate(example.told):
        at = _duration(place * every_ms / 1000)
        for each in told.image.overrides:
            value = _quoted(_value(each.value, outputs[each.output].unit))
            lasts = _duration(every_ms / 1000)
            lines.append(
                f"      - {{at: {at}, override: {{{each.output}: {value}}}, lasts: {lasts}}}"
            )
        lines += [f"      - {{at: {at}, reset: {reset.trip}}}" for reset in told.image.resets]
    if lines:
        yield "    do:"
        yield from lines


def _hopes(hope: Hope, example: Example) -> Iterator[str]:
    outputs = {output.name: output for output in example.program.rulebook.plant.outputs}
    if hope.outputs or hope.silent:
        yield "    expect:"
        yield "      - at: end"
        for name, value in hope.outputs:
            yield f"        {name}: {_quoted(_value(value, outputs[name].unit))}"
        if hope.silent:
            yield f"        silent: [{', '.join(hope.silent)}]"
    if hope.never is not None:
        yield "    never:"
        yield f"      - {{id: {hope.name}, when: {_quoted(to_text(hope.never))}}}"


def _value(value: Value, unit: Unit | None) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, str):
        return value
    return f"{number_to_text(float(value))} {'' if unit is None else unit.symbol}".strip()


def _ago(time_s: float, first_s: float) -> str:
    ago_s = first_s - time_s
    return _duration(max(ago_s, 0.0)) if ago_s < _NEVER_S else "never"


def _duration(seconds: float) -> str:
    rounded = round(seconds, 3)
    assert math.isfinite(rounded)  # noqa: S101 - `never` was told apart before
    return f"{number_to_text(rounded)} s"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
