"""Both sides' reasons in sentences."""

from engine.control.decision import Cause
from engine.control.program import Program
from engine.control.scan import Scan
from engine.workshop.diff_spans import Opened, Told
from engine.workshop.diff_tell import Question, questions, tell
from engine.workshop.english import ENGLISH
from tests.unit.engine_rig import scanned

RULES = """
rules:
  - {id: sun, when: x > 2 kW, then: {m: 1 kW}, because: The sun shines.}
  - {id: night, when: a, then: {m: 2 kW}, because: It is cheap., salience: 1}
"""


def scan(**facts: float | bool) -> tuple[Program, Scan]:
    program, (only,) = scanned(RULES, {"x": 0.0, "y": 0.0, "a": False, "b": False, **facts})
    return program, only


def opened(old: Told, new: Told) -> Opened:
    return Opened(0, 5, 0, old, new)


def test_each_side_is_asked_why_the_rule_of_the_other_side_is_silent() -> None:
    sun, rest = Told(1.0, Cause.RULE, "sun"), Told(0.0, Cause.DEFAULT, "")
    assert questions(opened(sun, rest), "m") == (Question(5, "m", ""), Question(5, "m", "sun"))
    night = Told(2.0, Cause.RULE, "night")
    asked = questions(opened(sun, night), "m")
    assert (asked[0].rule, asked[1].rule) == ("night", "sun")
    same_rule = questions(opened(sun, sun._replace(value=3.0)), "m")
    assert (same_rule[0].rule, same_rule[1].rule) == ("", "")
    trip = Told(0.0, Cause.TRIP, "halt")
    assert questions(opened(sun, trip), "m")[0].rule == "", "a trip is no rule that may be silent"


def test_a_silent_rule_says_what_it_lacks() -> None:
    program, only = scan(x=1_600.0, a=True)
    told = tell(ENGLISH, program, only, Question(0, "m", "sun"))
    assert told.why.startswith("m is 2000 W because night asks for it: it is cheap")
    assert told.silent.startswith("sun does not fire: x needs 400 W more")


def test_what_the_first_sentence_says_already_is_not_said_twice() -> None:
    program, only = scan(x=1_600.0)
    told = tell(ENGLISH, program, only, Question(0, "m", "sun"))
    assert "400 W more" in told.why
    assert told.silent == ""


def test_a_rule_that_is_not_there_is_named() -> None:
    program, only = scan(x=3_000.0)
    told = tell(ENGLISH, program, only, Question(0, "m", "moon"))
    assert told.silent == "moon is not in these rules."
    assert tell(ENGLISH, program, only, Question(0, "m", "")).silent == ""
