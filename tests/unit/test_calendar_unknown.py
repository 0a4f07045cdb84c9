"""A clock that is not trusted (F86): conditions on time are UNKNOWN, and reasons say so."""

import pytest

from engine.control.program import compile_program
from engine.control.scan import Scan, initial, scan
from engine.values.moment import Moment
from engine.workshop.english import ENGLISH
from engine.workshop.german import GERMAN
from engine.workshop.outline import Line, outline_why_not
from engine.workshop.why_not import why_not
from engine.workshop.words import Words
from tests.unit.engine_rig import image, rulebook

RULES = """\
rules:
  - {id: night, when: between 00:00 and 12:00, then: {p: on}, because: x}
  - {id: not_night, when: "not between 12:00 and 24:00", then: {m: 1 kW}, because: x}
  - {id: thursday, when: "weekday == thu or x > 5 kW", then: {n: 2 kW}, because: x}
"""
PROGRAM = compile_program(rulebook(RULES))


def at_start_of_1970(*, trusted: bool, x: float = 0.0) -> Scan:
    seen = image(PROGRAM.rulebook, {"x": x})
    return scan(PROGRAM, initial(PROGRAM), seen, Moment(0.0, 0.0, wall_trusted=trusted))


def values(done: Scan) -> list[object]:
    return [decision.value for decision in done.decisions]


def test_f86_what_hangs_on_the_time_rests_and_its_twin_that_believes_the_clock_does_not() -> None:
    assert values(at_start_of_1970(trusted=False)) == [0.0, 0.0, False]
    assert values(at_start_of_1970(trusted=True)) == [1000.0, 2.0, True]


def test_f86_what_does_not_hang_on_the_time_alone_goes_on() -> None:
    assert values(at_start_of_1970(trusted=False, x=6000.0)) == [0.0, 2.0, False]


def test_f86_it_is_unknown_until_the_scan_that_trusts_the_clock() -> None:
    before = at_start_of_1970(trusted=False)
    seen = image(PROGRAM.rulebook, {"x": 0.0}, 1.0)
    after = scan(PROGRAM, before.retained, seen, Moment(1.0, 1.0))
    assert before.trace.rule_truths == (None, None, None)
    assert after.trace.rule_truths == (True, True, True)


def lines(line: Line) -> list[str]:
    return [line.text, *(text for each in line.below for text in lines(each))]


@pytest.mark.parametrize(
    ("words", "told"), [(ENGLISH, "the clock is not trusted"), (GERMAN, "der Uhr ist nicht zu")]
)
def test_f86_why_not_names_the_clock(words: Words, told: str) -> None:
    for rule in ("night", "not_night", "thursday"):
        tree = outline_why_not(words, why_not(PROGRAM, at_start_of_1970(trusted=False), rule))
        assert rule == "thursday" or told in "\n".join(lines(tree))
