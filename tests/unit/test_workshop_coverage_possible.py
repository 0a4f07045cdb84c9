"""What can never be seen, and only that, does not count."""

import pytest

from engine.control.program import compile_program
from engine.language.checked import check_files
from engine.language.feasible import Feasibility
from engine.workshop import coverage_possible, coverage_unknown
from engine.workshop.coverage_plan import plan_of
from engine.workshop.coverage_possible import Possible
from engine.workshop.coverage_report import Role
from tests.unit.engine_rig import PLANT, condition

SITE = "site: {name: s, time_zone: Europe/Berlin, latitude: LATITUDE, longitude: 13}\n"


def never(rules: str, role: Role = Role.TRUTH, latitude: str = "51") -> dict[str, str]:
    """Return `entry, outcome, text` of what can never be seen, with the reason."""
    plant = SITE.replace("LATITUDE", latitude) + PLANT
    files = {"plant.yaml": plant.encode(), "rules.yaml": rules.encode()}
    checked = check_files(files)
    assert checked.ok, [problem.message for problem in checked.problems]
    possible = Possible(checked.rulebook)
    return {
        f"{entry.name} {outcome.value} {branch.text}": reason
        for entry in plan_of(compile_program(checked.rulebook)).entries
        for branch in entry.branches
        if branch.role is role
        for outcome in branch.outcomes
        if (reason := possible.never(entry, branch, outcome))
    }


def of(when: str, role: Role = Role.TRUTH, latitude: str = "51") -> set[str]:
    rule = f"rules:\n  - {{id: r, when: '{when}', then: {{p: on}}, because: x}}\n"
    return {told.removeprefix("r ") for told in never(rule, role, latitude)}


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("x > 1 kW", set()),
        ("x + y > 20 kW", {"true x + y > 20 kW"}),
        ("x + y > -20 kW", {"false x + y > -20 kW"}),
        ("x is known", {"unknown x is known"}),
        ("p", {"unknown p"}),
        ("between 22:00 and 06:00", {"unknown between 22:00 and 06:00"}),
        ("between sunset and 22:00", {"unknown between sunset and 22:00"}),
        ("weekday in [sat, sun]", {"unknown weekday in [sat, sun]"}),
        ("true", {"false on", "unknown on"}),
        ("x is known and x > 1 kW", {"unknown x is known", "unknown x is known and x > 1 kW"}),
        ("x is known and y > 1 kW", {"unknown x is known"}),
        ("not (x is known) and not (y is known) and a", {
            "unknown x is known", "unknown not x is known",
            "unknown y is known", "unknown not y is known",
        }),
        ("x is unknown and y is unknown and x + y > 1 W", {
            "true not x is known and not y is known and x + y > 1 W",
            "unknown x is known", "unknown not x is known",
            "unknown y is known", "unknown not y is known",
        }),
        ("age(x) > 5 s", set()),
        ("x / y > 2", set()),
        ("5 kW / (y + 6 kW) > 2", set()),
        ("5 kW / m > 2", set()),
        ("5 kW / (m + 1 kW) > 2", {"unknown 5 kW / (m + 1 kW) > 2"}),
        ("average(m, 5 min) > 1 kW", set()),
        ("p for 5 s", {"unknown p for 5 s", "unknown p"}),
    ],
)  # fmt: skip
def test_truths_that_nothing_can_bring_about(when: str, expected: set[str]) -> None:
    assert of(when) == expected


def test_beyond_the_polar_circle_a_day_may_lack_its_sunset() -> None:
    assert of("between sunset and 22:00", latitude="69") == set()


def test_a_derived_fact_is_unknown_where_what_asserts_it_is() -> None:
    rules = """
rules:
  - {id: one, when: p, then: {assert: f}}
  - {id: two, when: x > 1 W, then: {assert: g}}
  - {id: r, when: f or not g, then: {n: 1 kW}, because: x}
"""
    assert set(never(rules)) == {"one unknown p", "r unknown f"}


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("x > 2 kW until x < 1 kW for 5 s hold 5 s rest 5 s", set()),
        ("p until not p", {"kept"}),
        ("a until not a", set()),  # a fact that falls silent keeps it
        ("x + y > 20 kW for 5 s", {"waiting", "released"}),
        ("x + y > -20 kW for 5 s", {"released"}),
        ("x + y > -20 kW until b hold 5 s", set()),
        ("x + y > -20 kW rest 5 s", {"released"}),
        ("m + n > -20 kW rest 5 s hold 5 s", {"released", "resting", "held"}),
        ("p until x + y > 20 kW rest 5 s", {"released"}),  # that is never TRUE, but may be UNKNOWN
    ],
)
def test_what_a_timer_can_never_do(when: str, expected: set[str]) -> None:
    assert {told.partition(" ")[0] for told in of(when, Role.TIMES)} == expected


RULES = """
rules:
  - {id: top, when: x > 1 kW, then: {m: TOP}, salience: 9, because: x}
  - {id: hidden, when: x > 2 kW, then: {m: 1 kW}, because: x}
  - {id: apart, when: x < 0 W, then: {m: 2 kW}, because: x}
  - {id: other, when: a, then: {m: 2 kW}, salience: 1, because: x}
"""


def test_a_rule_that_stands_alone_is_not_overruled_and_a_hidden_one_never_decides() -> None:
    assert never(RULES.replace("TOP", "3 kW"), Role.PROPOSAL) == {
        "top overruled m: 3 kW": coverage_possible.NEVER_OVERRULED,
        "hidden decided m: 1 kW": coverage_possible.NEVER_DECIDED,
    }


def test_a_higher_rule_whose_value_may_be_unknown_hides_nothing() -> None:
    assert set(never(RULES.replace("TOP", "'min(y, 3 kW)'"), Role.PROPOSAL)) == {
        "top overruled m: min(y, 3 kW)"
    }


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("clamp(x, 1 kW, 3 kW)", {"1 kW in clamp(x, 1 kW, 3 kW)"}),
        ("clamp(y, 1 kW, 3 kW)", set()),
        ("min(x, 20 kW)", {"20 kW in min(x, 20 kW)"}),
        ("max(x, 1 kW)", {"1 kW in max(x, 1 kW)"}),
    ],
)
def test_an_arm_that_the_ranges_never_choose_while_the_rule_is_true(
    value: str, expected: set[str]
) -> None:
    rule = f"rules:\n  - {{id: r, when: x > 2 kW, then: {{m: '{value}'}}, because: x}}\n"
    assert {told.removeprefix("r chosen ") for told in never(rule, Role.ARM)} == expected


LAST_WORD = """
trips:
  - {id: seen, when: x + y > 20 kW, latch: on_true}
  - {id: silent, when: x + y > 20 kW, latch: true}
interlocks:
  - {id: idle, while: p and m + n > 7 kW, force: {p: off}}
  - {id: busy, while: x + y > 20 kW, limit: {m: {at_most: 1 kW}}}
permissives:
  - {id: always, output: p, needs: m + n < 7 kW}
  - {id: asleep, output: p, needs: x + y < 20 kW}
"""


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.LATCH, {"seen latched latch: on_true", "seen reset latch: on_true"}),
        (Role.FORCE, {"idle held back p: off"}),
        (Role.LIMIT, set()),
        (Role.START, {"always refused output: p"}),
    ],
)
def test_what_the_last_word_can_never_do(role: Role, expected: set[str]) -> None:
    assert set(never(LAST_WORD, role)) == expected


def test_facts_are_found_behind_every_name() -> None:
    book, when = condition("s > 1 W or f", "let:\n  s: min(x, y)\nconditions: {f: a}")
    unknowns = coverage_unknown.Unknowns(book, Feasibility(book))
    assert unknowns.facts(when) == {"x", "y", "a"}
