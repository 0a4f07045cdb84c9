"""What is missing, and by how much, for a condition to be TRUE (or FALSE).

The shortfall of a comparison is right − left in the unit that the operator reads; adding it to the
left side makes the comparison true, or brings it to the bound if the comparison is strict.
"""

from typing import assert_never

from engine.inference.timing import Phase
from engine.values.moment import DAY_S
from engine.workshop.evidence import (
    Checked,
    Compared,
    Derived,
    Evidence,
    Held,
    Joined,
    Named,
    Negated,
    Reading,
    Span,
    Stated,
)
from engine.workshop.lack import (
    Amount,
    Change,
    Either,
    Every,
    Heard,
    Lack,
    Lasting,
    Opening,
    TimerKind,
    Unheard,
    Unmet,
    Wait,
    distance,
)
from engine.workshop.quantity import Quantity, amount_unit

OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


def shortfall(  # noqa: C901, PLR0911, PLR0912 - one case for each kind of evidence
    evidence: Evidence, *, wanted: bool = True
) -> Lack | None:
    """Return what is missing for the evidence to have the wanted truth, None if nothing is."""
    if evidence.truth is wanted:
        return None
    match evidence:
        case Compared():
            return _of_comparison(evidence, wanted)
        case Stated():
            if evidence.truth is None:
                return Unheard(evidence.text, unknown(evidence.readings))
            return Change(evidence.text, Quantity(evidence.truth), Quantity(wanted))
        case Checked():
            if wanted:
                return Unheard("", unknown(evidence.readings))
            return Heard(evidence.text)
        case Span():
            return _of_span(evidence, wanted)
        case Named():
            lack = shortfall(evidence.inner, wanted=wanted) if evidence.inner else None
            return lack or Unmet(evidence.name, wanted)
        case Derived():
            return _of_derived(evidence, wanted)
        case Joined():
            every = evidence.every is wanted
            lacks = [shortfall(part, wanted=wanted) for part in evidence.parts]
            return all_of(lacks) if every else one_of(lacks)
        case Negated():
            return shortfall(evidence.part, wanted=not wanted)
        case Held():
            return _until_on(evidence) if wanted else _until_off(evidence)
        case _:
            assert_never(evidence)


def all_of(lacks: list[Lack | None]) -> Lack | None:
    """Return what is missing when everything is needed."""
    missing = [lack for lack in lacks if lack is not None]
    flat: list[Lack] = []
    for lack in missing:
        flat.extend(lack.lacks if isinstance(lack, Every) else (lack,))
    unique = tuple(dict.fromkeys(flat))
    if not unique:
        return None
    return unique[0] if len(unique) == 1 else Every(unique)


def one_of(lacks: list[Lack | None]) -> Lack | None:
    """Return what is missing when one will do, the nearest first; None if one is there."""
    missing = [lack for lack in lacks if lack is not None]
    if not missing or len(missing) < len(lacks):
        return None
    ordered = tuple(dict.fromkeys(sorted(missing, key=distance)))
    return ordered[0] if len(ordered) == 1 else Either(ordered)


def unknown(readings: tuple[Reading, ...]) -> tuple[Reading, ...]:
    """Return the readings behind an UNKNOWN, down to the facts, each once."""
    found: list[Reading] = []
    for reading in readings:
        if reading.value is None:
            found.extend(unknown(reading.parts) or (reading,))
    return tuple(dict.fromkeys(found))


def _of_comparison(seen: Compared, wanted: bool) -> Lack:
    if seen.left is None or seen.right is None or seen.truth is None:
        return Unheard(seen.text, unknown(seen.readings))
    operator = seen.operator if wanted else OPPOSITE[seen.operator]
    left, right = seen.left.base, seen.right.base
    if isinstance(left, bool | str) or isinstance(right, bool | str) or operator == "!=":
        return Change(seen.left_text, seen.left, seen.right, unlike=operator == "!=")
    missing = right - left
    return Amount(
        what=seen.left_text,
        amount=Quantity(abs(missing), amount_unit(missing, seen.left.unit)),
        more=operator in (">", ">=") or (operator == "==" and missing > 0),
        strict=operator in ("<", ">"),
        now=seen.left,
        operator=operator,
        bound=seen.right,
        bound_text=seen.right_text if seen.right_varies else "",
    )


def _of_span(span: Span, wanted: bool) -> Lack:
    end_s = span.start_s if wanted else span.end_s
    if end_s is None or span.now_s is None or span.truth is None:
        return Opening(span.text, wanted, None)
    return Opening(span.text, wanted, (end_s - span.now_s) % DAY_S)


def _of_derived(fact: Derived, wanted: bool) -> Lack:
    lacks = [
        shortfall(each.evidence, wanted=wanted) if each.evidence else Unmet(each.rule, wanted)
        for each in fact.assertions
        if each.truth is not wanted
    ]
    lack = one_of(lacks) if wanted else all_of(lacks)
    return lack or Unmet(fact.name, wanted)


def _until_on(held: Held) -> Lack:
    """Return what is missing for a condition with memory to become TRUE."""
    if held.phase is Phase.PENDING:
        return Wait(held.subject, TimerKind.FOR, held.remaining_s)
    rest = (
        Wait(held.subject, TimerKind.REST, held.remaining_s)
        if held.phase is Phase.RESTING
        else None
    )
    lack = None if held.side else shortfall(held.when)
    if lack is None and held.until is not None:
        lack = shortfall(held.until, wanted=False)
    if held.for_s:
        lack = (
            Wait(held.subject, TimerKind.FOR, held.for_s)
            if lack is None
            else Lasting(lack, held.for_s)
        )
    return all_of([rest, lack]) or Wait(held.subject, TimerKind.FOR, 0.0)


def _until_off(held: Held) -> Lack:
    """Return what is missing for a condition with memory to become FALSE."""
    waiting = held.phase is Phase.ON and held.remaining_s > 0
    hold = Wait(held.subject, TimerKind.HOLD, held.remaining_s) if waiting else None
    end = shortfall(held.when, wanted=False) if held.until is None else shortfall(held.until)
    return all_of([hold, end]) or Wait(held.subject, TimerKind.HOLD, 0.0)
