"""Each part of the encoding on constants, beside the part of the engine that it stands for."""

import math
from itertools import product
from random import Random

import pytest
import z3

from engine.control import interlocks, shaping
from engine.control.shaping import OutputState
from engine.language.expression import Comparison, Name, NameKind, Number
from engine.language.plant import Output, Rate
from engine.language.position import NOWHERE
from engine.language.rulebook import Bound, Limit
from engine.language.types import BOOL
from engine.values.truth import Truth, all_, any_
from engine.workshop.encode_chain import derive
from engine.workshop.encode_demand import in_unit
from engine.workshop.encode_expression import Sight, conjunction, disjunction
from engine.workshop.encode_fit import fit, is_on
from engine.workshop.encode_inputs import variable
from engine.workshop.encode_interlocks import limited
from engine.workshop.encode_memory import OutputMemory
from engine.workshop.encode_shaping import Situation, shape
from engine.workshop.encode_values import FALSE, TRUE, Cell, States, equal, fraction, number, real
from tests.making.plants import _number_output, _signed_output
from tests.making.proving import rulebook_of
from tests.making.trees import POWER, unit

TRUTHS: tuple[Truth, ...] = (True, False, None)
STATES = States()


def cell_of(truth: Truth) -> Cell:
    return Cell(z3.BoolVal(bool(truth)), z3.BoolVal(truth is not None))


def truth_of(cell: Cell) -> Truth:
    known = z3.is_true(z3.simplify(cell.known))
    return z3.is_true(z3.simplify(cell.value)) if known else None


def plain(term: z3.ExprRef) -> float:
    return float(z3.simplify(term).as_fraction())


@pytest.mark.parametrize("truths", list(product(TRUTHS, repeat=3)))
def test_and_and_or_are_kleenes(truths: tuple[Truth, ...]) -> None:
    cells = [cell_of(truth) for truth in truths]
    assert truth_of(conjunction(cells)) is all_(truths)
    assert truth_of(disjunction(cells)) is any_(truths)


def test_numbers_mean_what_was_written() -> None:
    assert fraction(real(0.1)) * 10 == 1
    assert z3.is_true(equal(real(0.1), number(0.1).value))
    assert z3.is_false(equal(STATES.term("on"), STATES.term("off")))


@pytest.mark.parametrize("seed", range(30))
def test_range_step_and_gap_are_those_of_the_engine(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - tests repeat
    make = random.choice((_number_output, _signed_output))
    output = make(random, "x")
    for value in (-3_000.0, -149.0, -0.5, 0.0, 0.3, 16.7, 99.99, 151.0, 1_234.5, 9_999.0):
        wanted = shaping.shape(output, OutputState(value, value), value, "", 0.0, 0.0).target
        assert plain(fit(output, real(value))) == pytest.approx(wanted)
        assert z3.is_true(is_on(output, real(value), STATES)) == output.is_on(value)


@pytest.mark.parametrize("seed", range(60))
def test_an_output_does_what_the_engine_makes_of_it(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - tests repeat
    output = random.choice((_number_output, _signed_output))(random, "x")
    assert output.low is not None
    assert output.high is not None
    values = (0.0, output.low, output.high, output.high / 2, output.high / 30)
    last, target, wanted = (random.choice(values) for _ in range(3))
    ago = [-random.choice((1.0, 40.0, 400.0)) for _ in range(2)]
    past = tuple(sorted(-random.choice((1.0, 100.0, 1_000.0)) for _ in range(2)))
    starts, changes = _kept(output.max_starts, past), _kept(output.max_changes, past)
    state = OutputState(last, target, ago[0], ago[1], starts, changes)
    forbidden = random.choice(("", "needs"))
    found = shaping.shape(output, state, wanted, forbidden, 5.0, 5.0)
    memory = OutputMemory(
        real(last), real(target), real(ago[0]), real(ago[1]),
        tuple(map(real, starts)), tuple(map(real, changes)), {},
    )  # fmt: skip
    allowed = FALSE if forbidden else TRUE
    at = Situation(output, memory, allowed, real(5.0), real(5.0), STATES)
    shaped = shape(at, fit(output, real(wanted)))
    assert plain(shaped.value) == pytest.approx(found.value)
    assert plain(shaped.target) == pytest.approx(found.target)


def _kept(rate: Rate | None, times_s: tuple[float, ...]) -> tuple[float, ...]:
    return () if rate is None else times_s[-rate.count :]


@pytest.mark.parametrize("seed", range(40))
def test_a_limit_holds_where_the_engine_holds_it(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - tests repeat
    output: Output = random.choice((_number_output, _signed_output))(random, "x")
    assert output.high is not None
    factor = 1.0 if output.unit is None else output.unit.factor
    for share in (-0.7, -0.01, 0.0, 0.01, 0.33, 2.0):
        bound, value = (
            random.choice(list(Bound)),
            random.choice((0.0, output.high, output.high / 2)),
        )
        border = share * output.high * factor
        limit = Limit(output.name, bound, Number(border, unit("W"), NOWHERE, POWER))
        wanted = interlocks.limited(output, bound, border, value)
        found = limited(output, limit, number(border), real(value), STATES)
        assert plain(found) == pytest.approx(wanted)
        unknown = limited(output, limit, Cell(real(border), FALSE), real(value), STATES)
        assert plain(unknown) == interlocks.limited(output, bound, None, value)
        assert plain(in_unit(output, real(border))) == pytest.approx(border / factor)


def sight_of(points: dict[str, Cell]) -> Sight:
    return Sight("x", STATES, {}, points, {}, {}, {})


def test_a_truth_that_hangs_by_a_hair_is_unknown_to_a_claim() -> None:
    name = Name("sun", NOWHERE, NameKind.POINT, POWER, unit("W"))
    limit = Number(100.0, unit("W"), NOWHERE, POWER)
    above = Comparison(">", name, limit, NOWHERE, BOOL)
    for value, plainly, roughly in ((101.0, True, True), (100.0 + 1e-9, True, None),
                                    (100.0, False, False), (99.0, False, False)):  # fmt: skip
        sight = sight_of({"sun": number(value)})
        assert truth_of(sight.value(above)) is plainly
        assert truth_of(sight.roughly(above, {}, 1e-6)) is roughly


def test_facts_that_assert_each_other_are_false_unless_something_begins() -> None:
    rulebook = rulebook_of(
        """
rules:
  - {id: ab, when: {any: [b, sun > 1 kW]}, then: {assert: a}}
  - {id: ba, when: a, then: {assert: b}}
  - {id: c, when: not b, then: {lamp: on}, because: Not b.}
"""
    )
    for sun, wanted in ((2_000.0, False), (500.0, True), (None, None)):
        cell = number(0.0 if sun is None else sun)
        sight = sight_of({"sun": Cell(cell.value, z3.BoolVal(sun is not None))})
        assert truth_of(derive(rulebook, sight)["c"]) is wanted


def test_a_fact_may_be_anything_in_its_range() -> None:
    sun = rulebook_of("").plant.points[0]
    cell, facts = variable("sun", sun, STATES)
    solver = z3.Solver()
    solver.add(*facts)
    assert solver.check(cell.value == 10_000, z3.Not(cell.known)) == z3.sat
    assert solver.check(cell.value > 10_000) == z3.unsat
    assert math.isclose(cell.span.high, 10_000)
