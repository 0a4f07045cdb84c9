"""Constants in files: numbers with units, times, rates, on and off, states."""

import re

from engine.language.build import MAX_TIME_S, UNREADABLE
from engine.language.check import (
    limit_exceeded,
    syntax,
    unknown_state,
    value_outside_range,
    wrong_dimension,
    wrong_type,
)
from engine.language.document import Scalar
from engine.language.expression import Number
from engine.language.grammar import parse
from engine.language.plant import Rate
from engine.language.problem import Problem
from engine.language.types import BoolType, EnumType, NumberType, Type
from engine.language.words import FALSE_WORDS, TRUE_WORDS
from engine.values.fact import Value
from engine.values.units import NUMBER, SECOND, Unit, base_unit_name

MAX_COUNT = 1_000_000
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)", re.ASCII)
_RATE = re.compile(r"(?P<count>[0-9]+)\s+per\s+(?P<time>.+)", re.ASCII | re.DOTALL)


def read_number(scalar: Scalar, problems: list[Problem]) -> Number | None:
    """Return a number as written, with its unit."""
    before = len(problems)
    found = parse(scalar, problems)
    if isinstance(found, Number):
        return None if found.unit is UNREADABLE else found
    if len(problems) == before:
        message = f"`{scalar.text}` is not a number"
        problems.append(wrong_type.problem(message, scalar.position))
    return None


def in_unit(number: Number, unit: Unit, what: str, problems: list[Problem]) -> float | None:
    """Return the number converted to `unit`, or None if it measures something else."""
    if number.unit == unit:
        return number.value
    if number.unit == NUMBER:
        message = f"`{what}` has no unit here"
        value = f"{number.value:g} {unit.symbol}"
        problems.append(wrong_dimension.problem(message, number.position, f"write `{value}`"))
        return None
    if number.unit.dimension != unit.dimension or number.unit.absolute != unit.absolute:
        mine = base_unit_name(unit.dimension, absolute=unit.absolute)
        its = base_unit_name(number.unit.dimension, absolute=number.unit.absolute)
        message = f"`{what}` is a {mine} in {unit.symbol or 'plain numbers'}, not a {its}"
        problems.append(wrong_dimension.problem(message, number.position))
        return None
    return float(f"{number.value * number.unit.factor / unit.factor:.12g}")


def read_in_unit(scalar: Scalar, unit: Unit, what: str, problems: list[Problem]) -> float | None:
    """Return a number converted to `unit`."""
    number = read_number(scalar, problems)
    return None if number is None else in_unit(number, unit, what, problems)


def read_duration_s(scalar: Scalar, what: str, problems: list[Problem]) -> float | None:
    """Return a time in seconds: 0 or more, up to a year."""
    seconds = read_in_unit(scalar, SECOND, what, problems)
    if seconds is None:
        return None
    if seconds < 0:
        message = f"`{what}` cannot be negative"
        problems.append(value_outside_range.plain(message, scalar.position))
        return None
    if seconds > MAX_TIME_S:
        limit = f"{MAX_TIME_S / 86_400:g} days"
        problems.append(limit_exceeded.problem(f"`{what}` is longer", limit, scalar.position))
        return None
    return seconds


def read_rate(scalar: Scalar, what: str, problems: list[Problem]) -> Rate | None:
    """Return `12 per 1 h`, also written `12 per h`."""
    found = _RATE.fullmatch(scalar.text.strip())
    if found is None:
        message = f"`{what}` is a number of times per time"
        problems.append(syntax.problem(message, scalar.position, "write `12 per 1 h`"))
        return None
    time = found["time"] if found["time"][0].isdigit() else f"1 {found['time']}"
    per_s = read_duration_s(Scalar(time, "", scalar.position), what, problems)
    if per_s is None:
        return None
    count = int(found["count"][:10])
    if count == 0 or per_s == 0 or count > MAX_COUNT:
        message = f"`{what}` allows at least once and at most {MAX_COUNT} times in a time above 0 s"
        problems.append(value_outside_range.plain(message, scalar.position))
        return None
    return Rate(count, per_s)


def read_integer(scalar: Scalar, what: str, problems: list[Problem]) -> int | None:
    """Return a whole number such as a salience."""
    text = scalar.text.strip()
    if not _INTEGER.fullmatch(text):
        message = f"`{what}` is a whole number, and `{scalar.text}` is none"
        problems.append(wrong_type.problem(message, scalar.position, "write `40`"))
        return None
    if len(text) > len(str(MAX_COUNT)) + 1 or abs(int(text)) > MAX_COUNT:
        problems.append(
            limit_exceeded.problem(f"`{what}` is larger", f"{MAX_COUNT}", scalar.position)
        )
        return None
    return int(text)


def read_constant(
    scalar: Scalar, kind: Type, unit: Unit | None, what: str, problems: list[Problem]
) -> Value | None:
    """Return a constant of the type of an output, a number in the output's unit."""
    text = scalar.text.strip()
    match kind:
        case NumberType():
            return read_in_unit(scalar, unit or NUMBER, what, problems)
        case BoolType():
            if text in TRUE_WORDS or text in FALSE_WORDS:
                return text in TRUE_WORDS
            message = f"`{what}` is on or off, and `{text}` is neither"
            problems.append(wrong_type.problem(message, scalar.position, "write `on` or `off`"))
            return None
        case EnumType(values=states):
            if text in states:
                return text
            problems.append(unknown_state.problem(text, scalar.position, states))
            return None
