"""What is quiet is taken over as it stands, one by one and as a whole."""

import pytest

from engine.control.decision import Restriction, RestrictionKind
from engine.control.program import Program
from tests.unit.round_rig import RULES, settled, unchecked


@pytest.fixture(scope="module")
def program() -> Program:
    return unchecked(RULES)  # u and v may disagree


def test_what_is_quiet_is_taken_over_as_it_stands(program: Program) -> None:
    run = settled(program, x=800.0, y=500.0, a=True, b=False, c=True, d=False)
    before = run.wishes()
    run.go()
    assert [one is other for one, other in zip(before, run.wishes(), strict=True)] == [True] * 4
    run.go(x=900.0)
    assert [one is other for one, other in zip(before, run.wishes(), strict=True)] == [
        False, True, True, True,
    ], "only m reads x"  # fmt: skip
    assert run.state.outputs[0].value == 900.0


def test_what_a_time_holds_is_quiet_until_then(program: Program) -> None:
    run = settled(program, x=1500.0, y=500.0, a=False, b=False, c=False, d=False)
    run.go(x=800.0)
    run.go(x=1500.0)
    held = run.wishes()[2]
    assert held.decision.restrictions == (
        Restriction(RestrictionKind.MIN_OFF, "", False, run.now_s + 1.0),
    )
    run.go()
    assert run.wishes()[2] is not held
    assert run.state.outputs[2].value is True
