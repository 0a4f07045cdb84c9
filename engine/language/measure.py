"""What a point or an output is: its type, its unit, its states, its range."""

import math
from dataclasses import dataclass

from engine.language.check import (
    bad_name,
    duplicate_key,
    missing_key,
    unknown_key,
    unknown_state,
    unknown_unit,
    value_outside_range,
    wrong_shape,
)
from engine.language.constants import in_unit, read_number
from engine.language.document import Scalar
from engine.language.form import Form, as_scalar, as_sequence
from engine.language.registry import is_name
from engine.language.types import BOOL, EnumType, NumberType, Type
from engine.language.words import RESERVED_STATES
from engine.values.units import NUMBER, Unit, parse_unit

MEASURE_KEYS = ("type", "unit", "values", "range")
_TYPES = ("number", "bool")
_MAX_STATES = 64


@dataclass(frozen=True, slots=True)
class Measure:
    """A type; `unit`, `low` and `high` for numbers only."""

    type: Type
    unit: Unit | None = None
    low: float | None = None
    high: float | None = None


def read_measure(form: Form, name: str) -> Measure | None:
    """Return what `name` measures, or None and problems."""
    kind = _kind(form)
    match kind:
        case "number":
            return _number(form, name)
        case "bool":
            if not _refuse_others(form, ("unit", "values", "range"), "on/off values"):
                return None
            return Measure(BOOL)
        case "values":
            if not _refuse_others(form, ("type", "unit", "range"), "points with `values`"):
                return None
            return _states(form)
        case _:
            return None


def _kind(form: Form) -> str | None:
    """Return `number`, `bool`, `values`, or None and a problem."""
    declared = form.scalar("type") if "type" in form.fields else None
    if declared is not None:
        if declared.text in _TYPES:
            return declared.text
        form.problems.append(unknown_state.problem(declared.text, declared.position, _TYPES))
        return None
    if "values" in form.fields:
        return "values"
    if "unit" in form.fields:
        return "number"
    advice = "write `unit: W` for a number, `type: bool` for on/off, `values: […]` for states"
    form.problems.append(missing_key.problem("unit", form.what, form.position, advice))
    return None


def _refuse_others(form: Form, keys: tuple[str, ...], what: str) -> bool:
    present = [key for key in keys if key in form.fields]
    form.problems.extend(
        unknown_key.misplaced(key, f"means nothing for {what}", form.key(key)) for key in present
    )
    return not present


def _number(form: Form, name: str) -> Measure | None:
    if not _refuse_others(form, ("values",), "numbers"):
        return None
    unit = NUMBER
    if "unit" in form.fields:
        symbol = form.scalar("unit", needed=True)
        if symbol is None:
            return None
        known = parse_unit(symbol.text.strip())
        if known is None:
            form.problems.append(unknown_unit.problem(symbol.text.strip(), symbol.position))
            return None
        unit = known
    kind = NumberType(unit.dimension, absolute=unit.absolute)
    if "range" not in form.fields:
        return Measure(kind, unit)
    limits = _range(form, unit, name)
    return None if limits is None else Measure(kind, unit, *limits)


def _range(form: Form, unit: Unit, name: str) -> tuple[float, float] | None:
    node = form.node("range", needed=True)
    pair = None if node is None else as_sequence(node, "`range`", form.problems)
    if pair is None:
        return None
    if len(pair.items) != 2:  # noqa: PLR2004 - the lowest and the highest
        advice = "write decimals with a point: `range: [0, 3.3 kW]`"
        wanted = "a list of two numbers"
        form.problems.append(wrong_shape.problem("`range`", wanted, pair.position, advice))
        return None
    ends: list[float] = []
    for item in pair.items:
        scalar = as_scalar(item, "an end of `range`", form.problems)
        number = None if scalar is None else read_number(scalar, form.problems)
        if number is None:
            continue
        bare = number.unit == NUMBER
        end = number.value if bare else in_unit(number, unit, name, form.problems)
        if end is not None:
            ends.append(end)
    if len(ends) < 2:  # noqa: PLR2004 - the lowest and the highest
        return None
    low, high = ends
    if not (math.isfinite(low) and low < high):
        message = "the first number of `range` is not below the second"
        form.problems.append(value_outside_range.plain(message, pair.position))
        return None
    return low, high


def _states(form: Form) -> Measure | None:
    node = form.node("values", needed=True)
    listed = None if node is None else as_sequence(node, "`values`", form.problems)
    if listed is None:
        return None
    states: dict[str, Scalar] = {}
    sound = True
    for item in listed.items:
        state = as_scalar(item, "a state", form.problems)
        if state is None or not is_name(state, form.problems):
            sound = False
        elif state.text in RESERVED_STATES:
            form.problems.append(bad_name.reserved(state.text, state.position))
            sound = False
        elif state.text in states:
            first = states[state.text].position
            form.problems.append(duplicate_key.problem(state.text, first, state.position))
            sound = False
        else:
            states[state.text] = state
    if not 1 <= len(listed.items) <= _MAX_STATES:
        wanted = f"a list of 1 to {_MAX_STATES} states"
        form.problems.append(wrong_shape.problem("`values`", wanted, listed.position))
        sound = False
    return Measure(EnumType(tuple(states))) if sound else None
