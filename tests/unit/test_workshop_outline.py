"""The tree behind a sentence."""

import pytest

from engine.inference.image import Override
from engine.inference.timing import Phase
from engine.workshop.english import ENGLISH
from engine.workshop.evidence import Assertion, Derived, Evidence, Joined, Named, Negated
from engine.workshop.explain import explain
from engine.workshop.outline import (
    Line,
    Mark,
    outline_evidence,
    outline_why,
    outline_why_not,
    outline_why_not_value,
)
from engine.workshop.why_not import why_not, why_not_value
from tests.reasons.evidence import compared, held, span, switch
from tests.reasons.house import NOON_S, Step, program, run

MINER = "miner1.power_target"
ON = (Step(facts={"pv.power": 4600.0}), Step(60, times=5))
LOW = compared("x", 1, ">", 3, "kW")


def _texts(line: Line) -> list[str]:
    return [line.text, *(text for below in line.below for text in _texts(below))]


@pytest.mark.parametrize(
    ("evidence", "mark", "text"),
    [
        (LOW, Mark.NO, "x > 3 kW: 1 kW, 2 kW too low"),
        (compared("x", 9, "<", 3, "K"), Mark.NO, "x < 3 K: 9 K, 6 K too high"),
        (compared("x", 4, ">", 3, "kW"), Mark.YES, "x > 3 kW: 4 kW, 1 kW to spare"),
        (compared("x", 3, ">=", 3, "kW"), Mark.YES, "x >= 3 kW: 3 kW"),
        (compared("x", 4, "==", 3, "kW"), Mark.NO, "x == 3 kW: 4 kW"),
        (compared("x", None, ">", 3, "kW"), Mark.UNKNOWN, "x > 3 kW"),
        (switch("p3.running", True), Mark.YES, "p3.running: on"),
        (switch("p3.running", None), Mark.UNKNOWN, "p3.running"),
        (span(True, 0, 3600, 1800), Mark.YES, "between 22:00 and 06:00; it is 00:30"),
        (Named("sunny", False, LOW), Mark.NO, "sunny"),
        (Derived("season.summer", True, ()), Mark.YES, "season.summer, a derived fact"),
        (Joined(True, False, (LOW, LOW)), Mark.NO, "all of"),
        (Joined(False, False, (LOW, LOW)), Mark.NO, "any of"),
        (Negated(True, LOW), Mark.YES, "not x > 3 kW: 1 kW, 2 kW too low"),
        (held(False, Phase.OFF, LOW), Mark.NO, "sunny: off"),
        (held(False, Phase.OFF, LOW, for_s=60), Mark.NO, "sunny: off, counts after 1 min"),
        (
            held(False, Phase.PENDING, LOW, remaining_s=9),
            Mark.NO,
            "sunny: true for 1 min, counts in 9 s",
        ),
        (held(False, Phase.RESTING, LOW, remaining_s=9), Mark.NO, "sunny: rests for another 9 s"),
        (held(True, Phase.ON, LOW), Mark.YES, "sunny: on for 1 min"),
        (held(True, Phase.ON, LOW, since_s=None), Mark.YES, "sunny: on"),
        (
            held(True, Phase.ON, LOW, remaining_s=9),
            Mark.YES,
            "sunny: on for 1 min, held for another 9 s",
        ),
        (held(True, Phase.ON, LOW, LOW), Mark.YES, "sunny: on for 1 min, stays until until"),
    ],
)
def test_each_part_is_one_line_with_its_truth(evidence: Evidence, mark: Mark, text: str) -> None:
    line = outline_evidence(ENGLISH, evidence)
    assert (line.mark, line.text) == (mark, text)


def test_a_fact_that_no_rule_asserts_says_so_and_others_name_the_rule() -> None:
    nobody = outline_evidence(ENGLISH, Derived("x", False, ()))
    assert _texts(nobody)[1:] == ["asserted by no rule"]
    somebody = Derived("x", False, (Assertion("one", False, LOW), Assertion("two", None, None)))
    assert [line.text for line in outline_evidence(ENGLISH, somebody).below] == [
        "asserted by one",
        "asserted by two",
    ]


def test_a_derived_fact_is_unfolded_once() -> None:
    fact = Derived("x", False, (Assertion("one", False, LOW),))
    line = outline_evidence(ENGLISH, Joined(False, False, (fact, fact)))
    assert [bool(each.below) for each in line.below] == [True, False]


def test_a_signal_and_a_condition_are_unfolded_once() -> None:
    texts = _texts(outline_why(ENGLISH, explain(program(), run(program(), [Step()]), MINER)))
    assert texts.count("pv.power is 4000 W") == 1


def test_a_threshold_that_varies_is_told_beside_the_value() -> None:
    rules = (
        "let:\n  mean: average(pv.power, 1 min)\n"
        "rules:\n  - {id: one, when: mean > house.load, then: {p3.run_target: on}}\n"
    )
    running = program(rules, unchecked=True)
    done = run(running, [Step(), Step(), Step(60)])
    texts = _texts(outline_why(ENGLISH, explain(running, done, "p3.run_target")))
    assert "mean > house.load: 4000 W, 800 W, 3.2 kW to spare" not in texts
    assert "mean > house.load: 4000 W, 800 W, 3200 W to spare" in texts
    assert texts.count("pv.power is 4000 W") == 1
    assert not any(text.startswith("average(pv.power, 1 min) is") for text in texts)


def test_a_tree_shows_overrides_overruled_rules_timers_and_alarms() -> None:
    override = Override("o1", MINER, 2000.0, "Anna", NOON_S + 1000)
    done = run(program(), (*ON, Step(10, overrides=(override,))))
    texts = _texts(outline_why(ENGLISH, explain(program(), done, MINER)))
    assert "Anna set 2000 W by hand (override o1), for another 11 min 30 s" in texts
    assert any(text.startswith("overruled: mine_on_surplus asks for 3300 W") for text in texts)
    done = run(program(), (*ON, Step(10, {"buffer.top": 95.0})))
    texts = _texts(outline_why(ENGLISH, explain(program(), done, MINER)))
    assert "alarm: boiling: The buffer tank boils." in texts
    assert "still running: min off time runs for another 5 min" in texts


def test_a_rules_tree_shows_what_became_of_each_proposal() -> None:
    root = outline_why_not(ENGLISH, why_not(program(), run(program(), ON), "mine_on_surplus"))
    assert root.mark is Mark.YES
    outcomes = [line for line in root.below if "asks for" in line.text]
    assert [line.text for line in outcomes] == [
        "miner1.power_target is 3300 W; mine_on_surplus asks for 3300 W",
        "p3.run_target is on; mine_on_surplus asks for on",
    ]


def test_a_value_that_is_not_there_shows_rules_and_barriers() -> None:
    done = run(program(), [Step(facts={"battery.soc": 4.0})])
    seen = why_not_value(program(), done, MINER, None)
    texts = _texts(outline_why_not_value(ENGLISH, seen))
    assert any(text.startswith("heat_sink must hold") for text in texts)
    assert any(text.startswith("mine_on_surplus would ask for 3200 W") for text in texts)


def test_a_rule_that_asks_for_something_unknown_says_what() -> None:
    rules = 'rules:\n  - {id: one, when: p3.running, then: {miner1.power_target: "pv.power"}}\n'
    running = program(rules, unchecked=True)
    done = run(running, [Step(facts={"pv.power": "silent"})])
    texts = _texts(outline_why(ENGLISH, explain(running, done, MINER)))
    assert "does not count: one asks for pv.power, which is unknown (salience 0)" in texts
