"""A restraint knows whether it altered anything."""

from engine.control.decision import RestrictionKind
from engine.workshop.explanation import Restraint
from engine.workshop.quantity import Quantity


def test_a_restraint_that_leaves_the_value_changed_nothing() -> None:
    high, low = Quantity(3300.0), Quantity(1700.0)
    assert Restraint(RestrictionKind.STEP, "", high, low).changed
    assert not Restraint(RestrictionKind.NEW_DEMAND, "", low, low).changed
