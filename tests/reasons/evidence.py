"""Evidence made by hand, for tests of what is told about it."""

import operator

from engine.inference.timing import Phase
from engine.language.expression import NameKind
from engine.values.fact import Quality
from engine.values.truth import Truth
from engine.values.units import parse_unit
from engine.workshop.evidence import Compared, Evidence, Held, Reading, Span, Stated
from engine.workshop.quantity import Quantity, declared, difference

OPERATORS = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


def known(name: str, value: Quantity) -> Reading:
    return Reading(name, NameKind.POINT, value, Quality.GOOD, 1.0)


def silent(name: str, quality: Quality = Quality.STALE, age_s: float | None = 2520.0) -> Reading:
    return Reading(name, NameKind.POINT, None, quality, age_s)


def compared(
    name: str, value: float | None, sign: str, bound: float, symbol: str, bound_symbol: str = ""
) -> Compared:
    """Return `name sign bound`; the value is in `symbol`, the bound too unless told otherwise."""
    shown_in = parse_unit(bound_symbol or symbol)
    right = declared(bound, shown_in)
    left = None
    truth: Truth = None
    if value is not None:
        left = Quantity(declared(value, parse_unit(symbol)).base, shown_in)
        truth = OPERATORS[sign](left.base, right.base)
    right_text = f"{bound} {bound_symbol or symbol}"
    return Compared(
        text=f"{name} {sign} {right_text}",
        truth=truth,
        left_text=name,
        operator=sign,
        right_text=right_text,
        left=left,
        right=right,
        margin=None if left is None else difference(left, right),
        right_varies=False,
        readings=(silent(name),) if left is None else (known(name, left),),
    )


def switch(name: str, truth: Truth) -> Stated:
    reading = silent(name) if truth is None else known(name, Quantity(truth))
    return Stated(name, truth, (reading,))


def span(truth: Truth, start_s: float | None, end_s: float | None, now_s: float) -> Span:
    return Span("between 22:00 and 06:00", truth, start_s, end_s, now_s)


def held(
    truth: Truth,
    phase: Phase,
    when: Evidence,
    until: Evidence | None = None,
    *,
    side: bool | None = None,
    since_s: float | None = 60.0,
    remaining_s: float = 0.0,
    for_s: float = 0.0,
    hold_s: float = 0.0,
    rest_s: float = 0.0,
) -> Held:
    return Held(
        label="sunny",
        subject="sunny",
        truth=truth,
        when=when,
        until=until,
        until_text="" if until is None else "until",
        side=when.truth is True if side is None else side,
        phase=phase,
        since_s=since_s,
        remaining_s=remaining_s,
        for_s=for_s,
        hold_s=hold_s,
        rest_s=rest_s,
    )
