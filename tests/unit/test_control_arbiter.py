import pytest

from engine.control.arbiter import Asking, Candidates, Demand, arbitrate, candidates
from engine.control.decision import Cause, Decision
from engine.inference.image import Override
from engine.language.load import load
from engine.language.plant import Output
from engine.language.types import NumberType
from engine.values.fact import Value
from engine.values.units import Unit
from tests.unit.engine_rig import PLANT, scanned

THREE = """
rules:
  - {id: low, when: a, then: {n: 1 kW}, because: x, salience: 1}
  - {id: high, when: b, then: {n: x}, because: x, salience: 3}
  - {id: middle, when: a, then: {n: 2 kW}, because: x, salience: 2}
"""


def decided(rules: str, **facts: bool | float) -> Decision:
    _, (result,) = scanned(rules, facts)
    return next(each for each in result.decisions if each.output == "n")


def test_the_higher_salience_is_heard_and_the_rest_overruled() -> None:
    found = decided(THREE, a=True, b=True, x=1500.0)
    assert (found.value, found.by, found.asked_by) == (1.5, "high", "high")
    assert found.overruled == ("middle", "low")


def test_a_value_that_is_unknown_asks_for_nothing() -> None:
    found = decided(THREE, a=True, b=True)
    assert (found.value, found.by, found.overruled) == (2.0, "middle", ("low",))


def test_without_anybody_asking_the_output_rests() -> None:
    assert decided(THREE, a=False, b=False)[1:6] == (0.0, Cause.DEFAULT, "", 0.0, "")


def test_equal_rules_that_ask_for_the_same_do_not_conflict() -> None:
    rules = """
rules:
  - {id: one, when: a, then: {n: 1 kW}, because: x}
  - {id: two, when: b, then: {n: 1000 W}, because: x}
"""
    found = decided(rules, a=True, b=True)
    assert (found.cause, found.by, found.overruled) == (RULE, "one", ("two",))


KW = Output("n", NumberType(), 0.5, 1.5, Unit("kW", (), 1000.0), 0.0, 3.0)
ALL = (
    Asking("one", 5, 0, 0),
    Asking("two", 5, 1, 1),
    Asking("too", 5, 2, 2),
    Asking("low", 1, 3, 3),
)
REST, MORE, LAST = ("two", "too", "low"), ("too", "low"), ("low",)
RULE, CONFLICT = Cause.RULE, Cause.CONFLICT
MINE, ANY = Override("mine", "n", 2.0, "anna", 9.0), Override("any", "m", 1.0, "anna", 9.0)


@pytest.mark.parametrize(
    ("values", "overrides", "blocked", "found"),
    [
        ((700.0, 700.0, 700.0, 1.0), (), (), Demand(0.7, RULE, "one", REST, ())),
        ((700.0, None, 700.0, 1.0), (), (), Demand(0.7, RULE, "one", REST, ())),
        ((700.0, 800.0, 700.0, 1.0), (), (), Demand(1.5, CONFLICT, "one, two", MORE, ())),
        ((700.0, 800.0, 900.0, 1.0), (), (), Demand(1.5, CONFLICT, "one, two, too", ("low",), ())),
        # Who is blocked disputes nothing, and is not heard.
        ((700.0, 800.0, 700.0, 1.0), (), ("two",), Demand(0.7, RULE, "one", REST, ("two",))),
        ((700.0, 800.0, 800.0, 1.0), (), ("one",), Demand(0.8, RULE, "two", MORE, ("one",))),
        ((700.0, 800.0, 900.0, 1.0), (), ("one",),
         Demand(1.5, CONFLICT, "two, too", LAST, ("one",))),
        ((None, None, None, 900.0), (), (), Demand(0.9, RULE, "low", (), ())),
        ((None, None, None, None), (), ("low",), Demand(0.5, Cause.DEFAULT, "", (), ("low",))),
        ((1.0,) * 4, (MINE, ANY), LAST, Demand(2.0, Cause.OVERRIDE, "mine", ("one", *REST), LAST)),
        ((700.0, 700.0, 700.0, 1.0), (MINE,), ("mine",), Demand(0.7, RULE, "one", REST, ("mine",))),
    ],
)  # fmt: skip
def test_one_demand_and_who_was_overruled(
    values: tuple[Value | None, ...],
    overrides: tuple[Override, ...],
    blocked: tuple[str, ...],
    found: Demand,
) -> None:
    assert arbitrate(Candidates(KW, ALL, 1000.0), ALL, list(values), overrides, blocked) == found


@pytest.mark.parametrize(
    ("factor", "value", "found"),
    [
        (1.0, 0.12345678949, 0.12345678949), (1000.0, 1234.56789012345, 1.23456789),
        (1000.0, True, True), (1000.0, "low", "low"),
    ],
)  # fmt: skip
def test_a_value_is_brought_into_the_unit_and_a_factor_is_rounded_away(
    factor: float, value: Value, found: Value
) -> None:
    assert arbitrate(Candidates(KW, ALL, factor), ALL[:1], [value], (), ()).value == found


def test_of_two_overrides_the_last_given_counts() -> None:
    both = (MINE, Override("later", "n", 1.0, "anna", 9.0))
    found = arbitrate(Candidates(KW, ALL, 1000.0), (), [1.0] * 4, both, ())
    assert found == Demand(1.0, Cause.OVERRIDE, "later", (), ())


def test_a_number_without_a_unit_is_taken_as_it_is() -> None:
    plant = PLANT + "  q: {type: number, range: [0, 9], default: 0, failsafe: 0}\n"
    loaded = load({"plant.yaml": plant.encode()})
    assert loaded.ok, loaded.problems
    factors = {each.output.name: each.factor for each in candidates(loaded.rulebook, (), ())}
    assert factors == {"m": 1.0, "n": 1000.0, "p": 1.0, "q": 1.0}


def test_candidates_of_other_rules_are_no_candidates() -> None:
    program, _ = scanned(THREE)
    book = program.rulebook
    with pytest.raises(ValueError, match="zip"):
        candidates(book, (0, 1), ((0,), (1,), (2,)))
    with pytest.raises(ValueError, match="zip"):
        candidates(book, (0, 1, 2), ((0,), (1,), ()))
