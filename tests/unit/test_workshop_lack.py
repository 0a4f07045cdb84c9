"""Of several things that are missing, the nearest comes first."""

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
from engine.workshop.quantity import Quantity

WAIT = Wait("sunny", TimerKind.FOR, 100)


def _amount(missing: float, bound: float) -> Amount:
    now = Quantity(bound - missing)
    return Amount("x", Quantity(missing), True, True, now, ">", Quantity(bound))


def test_a_wait_is_nearer_than_an_amount_and_the_unknown_is_farthest() -> None:
    change = Change("p3.running", Quantity(False), Quantity(True))
    ordered: list[Lack] = [WAIT, _amount(1, 10), change, Unheard("x", ())]
    mixed = [ordered[3], ordered[1], ordered[0], ordered[2]]
    assert sorted(mixed, key=distance) == ordered


def test_amounts_of_different_units_are_compared_by_their_share() -> None:
    assert distance(_amount(400, 3600)) < distance(_amount(9, 18))
    assert distance(_amount(0, 0)) == (1, 1, 0.0)
    assert distance(_amount(5, 0)) == (1, 1, 1.0)


def test_fewer_things_are_nearer_than_more() -> None:
    assert distance(Unmet("x", True)) < distance(Every((WAIT, WAIT)))
    assert distance(Every((WAIT, _amount(1, 10)))) < distance(Every((WAIT, Heard("x"))))


def test_alternatives_are_as_near_as_their_first_and_lasting_adds_nothing() -> None:
    assert distance(Either((WAIT, Unmet("x", True)))) == distance(WAIT)
    assert distance(Lasting(_amount(1, 10), 600)) == distance(_amount(1, 10))


def test_a_span_is_nearer_the_sooner_it_begins() -> None:
    soon, late, never = (Opening("", True, in_s) for in_s in (60, 6000, None))
    assert distance(soon) < distance(late) < distance(never)
