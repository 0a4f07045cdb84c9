"""Minutes without comfort, counted by the scan itself."""

import pytest

from engine.control.program import compile_program
from engine.control.scan import initial, scan
from engine.values.fact import Value
from engine.values.moment import Moment
from engine.workshop.comfort import ComfortReport, ComfortTally, with_wishes
from tests.unit.engine_rig import image, rulebook

RULES = """
let:
  s: x + y
conditions:
  high: s > 2 kW
rules:
  - {id: sun, when: high, then: {m: 1 kW}, because: The sun shines.}
"""


def counted(wishes: tuple[str, ...], *given: dict[str, Value]) -> tuple[ComfortReport, ...]:
    book, problems = with_wishes(rulebook(RULES), wishes)
    assert not problems
    program = compile_program(book)
    tally, state = ComfortTally(program, wishes), initial(program)
    for second, facts in enumerate(given):
        seen = image(book, facts, float(second))
        done = scan(program, state, seen, Moment(float(second), float(second)))
        tally.add(second * 1000, done)
        state = done.retained
    tally.pause(len(given) * 1000)
    return tally.report()


def test_it_counts_how_long_and_how_often_a_wish_did_not_hold_and_was_unknown() -> None:
    low: dict[str, Value] = {"x": 1_000.0}
    high: dict[str, Value] = {"x": 5_000.0}
    nothing: dict[str, Value] = {}
    (seen,) = counted(("x >= 3 kW",), low, low, high, nothing, low, high)
    assert seen == ComfortReport("x >= 3 kW", 3.0, 1.0, 2)


def test_a_wish_may_use_signals_conditions_and_times() -> None:
    high: dict[str, Value] = {"x": 5_000.0, "y": 0.0}
    seen = counted(("s > 1 kW and high", "high for 2 s"), high, high, high)
    assert [each.outside_s for each in seen] == [0.0, 2.0]


def test_after_a_gap_it_counts_on_from_there() -> None:
    book, _ = with_wishes(rulebook(RULES), ("x > 3 kW",))
    program = compile_program(book)
    tally = ComfortTally(program, ("x > 3 kW",))
    done = scan(program, initial(program), image(book, {"x": 0.0}), Moment(0.0, 0.0))
    for start_ms in (0, 100_000):
        tally.add(start_ms, done)
        tally.pause(start_ms + 1_000)
    assert tally.report() == (ComfortReport("x > 3 kW", 2.0, 0.0, 2),)


def test_wishes_alter_no_decision() -> None:
    plain = compile_program(rulebook(RULES))
    wished = compile_program(with_wishes(rulebook(RULES), ("x > 3 kW for 5 s",))[0])
    for x in (0.0, 3_000.0, 8_000.0):
        decided = [
            scan(
                program,
                initial(program),
                image(program.rulebook, {"x": x, "y": 0.0}),
                Moment(0.0, 0.0),
            ).decisions
            for program in (plain, wished)
        ]
        assert decided[0] == decided[1]


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        ("z > 3 kW", "nothing here is called `z`"),
        ("x > 3 °C", "these cannot be compared"),
        ("x >", ""),
        ("x", ""),
    ],
)
def test_a_wish_that_makes_no_sense_is_a_problem_with_its_place(wish: str, message: str) -> None:
    _, problems = with_wishes(rulebook(RULES), ("x > 1 W", wish))
    assert problems
    assert (problems[0].position.file, problems[0].position.line) == ("--comfort", 2)
    assert message in problems[0].message
