"""What the invariants let be a value of an output or a fact, to the border; and what they tell."""

from dataclasses import replace

import pytest

from engine.control.invariant_plan import LARGEST, Plan
from engine.control.invariants import Invariants
from engine.control.program import Program, compile_program
from engine.control.scan import Scan, initial, scan
from engine.inference.image import empty_image, freeze
from engine.language.checked import check_files
from engine.values.fact import Fact, Quality, Value
from engine.values.moment import Moment

PLANT = """
facts:
  x: {unit: W, range: [-9 kW, 9 kW], max_age: 1 h}
  free: {type: number, max_age: 1 h}
  a: {type: bool, max_age: 1 h}
outputs:
  m: {unit: W, range: [-3 kW, 3 kW], default: 0 W, failsafe: 0 W}
  p: {type: bool, default: off, failsafe: off}
  q: {values: [low, high], default: low, failsafe: low}
  z: {type: number, range: [0, 9], default: 0, failsafe: 0}
"""
RULES = """
rules:
  - {id: r, when: a, then: {z: 3}, because: x}
trips:
  - {id: t, when: x > 8 kW, force: {p: off, m: 1 kW}, because: x}
  - {id: u, when: x > 8.5 kW, force: {p: off, m: 2 kW}, because: x}
"""


def begun(**facts: Value) -> tuple[Program, Scan]:
    """Return the first scan with these facts."""
    rules = RULES.replace(
        ", m: 2 kW", ""
    )  # `check` lets no two trips disagree; the engine bears it
    checked = check_files({"plant.yaml": PLANT.encode(), "rules.yaml": rules.encode()})
    assert checked.ok, [each.message for each in checked.problems]
    t, u = checked.rulebook.trips
    book = replace(checked.rulebook, trips=(t, replace(u, force=(*u.force, ("m", 2000.0)))))
    program = compile_program(book)
    heard = [Fact(name, value, Quality.GOOD, 1.0) for name, value in facts.items()]
    image = freeze(book.plant, empty_image(book.plant), heard, 1.0)
    return program, scan(program, initial(program), image, Moment(1.0, 43_200.0))


def told(program: Program, done: Scan) -> list[str]:
    return [str(each) for each in Invariants(program).broken(initial(program), done)]


def decided(done: Scan, name: str, value: Value) -> Scan:
    """Return the scan with another value of an output, decided and remembered."""
    place = [each.output for each in done.decisions].index(name)
    decisions, outputs = list(done.decisions), list(done.retained.outputs)
    decisions[place] = decisions[place]._replace(value=value)
    outputs[place] = outputs[place]._replace(value=value)
    retained = replace(done.retained, outputs=tuple(outputs))
    return done._replace(decisions=tuple(decisions), retained=retained)


@pytest.mark.parametrize(
    ("output", "value", "fits"),
    [
        ("m", 3000.0, True), ("m", -3000.0, True), ("m", 3000, True), ("m", -3000, True),
        ("m", 3000.1, False), ("m", 3001, False), ("m", -3001, False),
        ("p", True, True), ("p", False, True), ("p", 1, False), ("p", 0.0, False),
        ("q", "high", True), ("q", "middle", False), ("q", 1, False),
        ("z", 0.0, True), ("z", 9.0, True), ("z", True, False),
    ],
)  # fmt: skip
def test_i14_a_value_may_be_what_the_output_can_be(output: str, value: Value, fits: bool) -> None:
    program, done = begun(x=0.0, a=False)
    found = told(program, decided(done, output, value))
    wanted = [] if fits else [f"I14: `{output}` cannot be {value}"]
    assert [each for each in found if each.startswith("I14")] == wanted


@pytest.mark.parametrize(
    ("value", "fits"),
    [(0.0, True), (1e300, True), (-1e300, True), (float("inf"), False), (-float("inf"), False)],
)
def test_i11_a_number_without_a_range_is_any_that_is_one(value: float, fits: bool) -> None:
    program, done = begun(x=0.0, a=False, free=1.0)
    image = done.trace.image
    values = tuple(value if seen == 1.0 else seen for seen in image.values)
    tampered = done._replace(trace=done.trace._replace(image=image._replace(values=values)))
    found = [each for each in told(program, tampered) if each.startswith("I11")]
    assert found == ([] if fits else [f"I11: `free` cannot be {value}"])
    assert float("inf") > LARGEST


def test_i8_who_is_remembered_as_another_is_named_alone() -> None:
    program, done = begun(x=0.0, a=False)
    outputs = list(done.retained.outputs)
    outputs[1] = outputs[1]._replace(value=True)
    odd = done._replace(retained=replace(done.retained, outputs=tuple(outputs)))
    found = [each for each in told(program, odd) if each.startswith("I8")]
    assert found == ["I8: `p` is False and remembered as True"]


def test_i1_of_two_trips_that_disagree_neither_is_obeyed() -> None:
    program, done = begun(x=8600.0, a=False)
    assert told(program, done) == []
    assert done.decisions[0].value == 0.0
    found = told(program, decided(done, "m", 1000.0))
    assert "I1: a trip forces `m` to 0.0, not to 1000.0" in found


def test_i6_a_plain_number_is_asked_for_as_it_is() -> None:
    program, done = begun(x=0.0, a=True)
    assert done.decisions[3].value == 3.0
    assert told(program, done) == []


def test_what_a_rule_asks_for_is_written_out_once() -> None:
    program, _ = begun(x=0.0, a=True)
    plan = Plan(program)
    looks = plan.asks("r", "z")
    assert looks is not None
    assert plan.asks("r", "z") is looks
    assert plan.asks("r", "m") is None


def test_i3_a_demand_that_waits_decides_nothing_though_nothing_waited_before() -> None:
    program, done = begun(x=0.0, a=True)
    outputs = list(done.retained.outputs)
    outputs[3] = outputs[3]._replace(blocked=("r",))
    odd = done._replace(retained=replace(done.retained, outputs=tuple(outputs)))
    assert "I3: `r` stood at a reset and decides `z`" in told(program, odd)
