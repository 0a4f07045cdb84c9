"""From an entry under `outputs:` to an output with its limits."""

from engine.language.check import (
    missing_failsafe,
    missing_key,
    unknown_key,
    unknown_state,
    value_outside_range,
    wrong_dimension,
)
from engine.language.constants import (
    read_constant,
    read_duration_s,
    read_in_unit,
    read_number,
    read_rate,
)
from engine.language.dimension import rate_type
from engine.language.document import Scalar
from engine.language.form import Form, as_scalar, as_sequence
from engine.language.measure import MEASURE_KEYS, Measure, read_measure
from engine.language.numbers import range_text
from engine.language.plant import Output, Rate
from engine.language.types import EnumType, NumberType
from engine.values.fact import Value
from engine.values.units import KELVIN, NUMBER

_NUMBER_KEYS = ("off_below", "step", "ramp", "settle", "max_changes")
_ON_KEYS = ("min_on", "min_off", "max_starts")
OUTPUT_KEYS = (
    *MEASURE_KEYS, "default", "failsafe", *_NUMBER_KEYS, *_ON_KEYS, "on", "acts_on", "about",
)  # fmt: skip


def read_output(name: Scalar, form: Form) -> Output | None:
    """Return the output `name`, or None and problems."""
    before = len(form.problems)
    measure = read_measure(form, name.text)
    if "failsafe" not in form.fields:
        form.problems.append(missing_failsafe.problem(name.text, name.position))
    if measure is None:
        return None
    is_number = isinstance(measure.type, NumberType)
    if is_number and measure.low is None and "range" not in form.fields:
        advice = "an output never leaves its range: `range: [0, 3.3 kW]`"
        form.problems.append(missing_key.problem("range", form.what, name.position, advice))
    for key in () if is_number else ("off_below", "step", "ramp"):
        if key in form.fields:
            form.problems.append(unknown_key.misplaced(key, "is for numbers only", form.key(key)))
    default = _value(form, "default", measure, name)
    failsafe = _value(form, "failsafe", measure, name)
    output = _with_limits(name, form, measure, default, failsafe)
    return output if len(form.problems) == before else None


def _with_limits(
    name: Scalar, form: Form, measure: Measure, default: Value | None, failsafe: Value | None
) -> Output | None:
    on_values = _on_values(form, measure)
    off_below, step = _amount(form, "off_below", measure), _amount(form, "step", measure)
    ramp = _ramp(form, measure)
    settle, min_on = _seconds(form, "settle"), _seconds(form, "min_on")
    min_off = _seconds(form, "min_off")
    changes, starts = _rate(form, "max_changes"), _rate(form, "max_starts")
    if default is None or failsafe is None:
        return None
    return Output(
        name=name.text,
        type=measure.type,
        default=default,
        failsafe=failsafe,
        unit=measure.unit,
        low=measure.low,
        high=measure.high,
        off_below=off_below,
        step=step,
        ramp_per_s=ramp,
        settle_s=settle,
        max_changes=changes,
        min_on_s=min_on,
        min_off_s=min_off,
        max_starts=starts,
        on_values=on_values,
        about=form.text("about"),
        position=name.position,
    )


def _value(form: Form, key: str, measure: Measure, name: Scalar) -> Value | None:
    """Return `default` or `failsafe`, which lies in the range."""
    if key == "failsafe" and key not in form.fields:
        return None
    scalar = form.scalar(key, needed=True)
    if scalar is None:
        return None
    value = read_constant(scalar, measure.type, measure.unit, name.text, form.problems)
    if isinstance(value, float) and not isinstance(value, bool):
        low, high = measure.low, measure.high
        if (low is not None and value < low) or (high is not None and value > high):
            limits = range_text(low, high, measure.unit or NUMBER)
            what = f"`{key}`"
            problem = value_outside_range.problem(
                what, name.text, limits, scalar.position, form.key("range")
            )
            form.problems.append(problem)
            return None
    return value


def _amount(form: Form, key: str, measure: Measure) -> float:
    """Return `off_below` or `step`: 0 or more, in the output's unit."""
    scalar = form.scalar(key) if key in form.fields else None
    if scalar is None or measure.unit is None:
        return 0.0
    unit = KELVIN if measure.unit.absolute and key == "step" else measure.unit
    value = read_in_unit(scalar, unit, key, form.problems)
    if value is None:
        return 0.0
    high = measure.high
    if value < 0 or (high is not None and value > high):
        message = f"`{key}` lies outside 0 to the highest value of the range"
        form.problems.append(value_outside_range.plain(message, scalar.position))
    return value


def _ramp(form: Form, measure: Measure) -> float:
    """Return the most that the output may change in a second, in its unit."""
    scalar = form.scalar("ramp") if "ramp" in form.fields else None
    if scalar is None or measure.unit is None or not isinstance(measure.type, NumberType):
        return 0.0
    return read_slope(scalar, "ramp", measure, form) or 0.0


def read_slope(scalar: Scalar, what: str, measure: Measure, form: Form) -> float | None:
    """Return a change per second, as in `100 W/s`, in the unit of `measure` per second."""
    if measure.unit is None or not isinstance(measure.type, NumberType):
        return None
    number = read_number(scalar, form.problems)
    if number is None:
        return None
    wanted = rate_type(measure.type)
    base = number.value * number.unit.factor
    if number.unit.dimension != wanted.dimension or number.unit.absolute:
        symbol = "K" if measure.unit.absolute else measure.unit.symbol
        message = f"`{what}` is a change per time"
        advice = f"write it like `2 {symbol}/s`"
        form.problems.append(wrong_dimension.problem(message, scalar.position, advice))
        return None
    if base <= 0:
        message = f"`{what}` must be more than 0"
        form.problems.append(value_outside_range.plain(message, scalar.position))
        return None
    return float(f"{base / measure.unit.factor:.12g}")


def _seconds(form: Form, key: str) -> float:
    scalar = form.scalar(key) if key in form.fields else None
    return 0.0 if scalar is None else read_duration_s(scalar, key, form.problems) or 0.0


def _rate(form: Form, key: str) -> Rate | None:
    scalar = form.scalar(key) if key in form.fields else None
    return None if scalar is None else read_rate(scalar, key, form.problems)


def _on_values(form: Form, measure: Measure) -> frozenset[str]:
    """Return the states that count as on."""
    node = form.node("on") if "on" in form.fields else None
    if node is None:
        return frozenset()
    if not isinstance(measure.type, EnumType):
        form.problems.append(
            unknown_key.misplaced("on", "is for outputs with `values` only", form.key("on"))
        )
        return frozenset()
    listed = as_sequence(node, "`on`", form.problems)
    found: list[str] = []
    for item in listed.items if listed else ():
        state = as_scalar(item, "a state", form.problems)
        if state is None:
            continue
        if state.text in measure.type.values:
            found.append(state.text)
        else:
            states = measure.type.values
            form.problems.append(unknown_state.problem(state.text, state.position, states))
    return frozenset(found)
