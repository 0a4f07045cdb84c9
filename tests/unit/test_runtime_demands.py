import pytest

from adapters.runtime.demands import Demand, Demands, Tried
from adapters.runtime.probation import Terms


def test_without_a_word_everything_is_offered_and_nothing_required() -> None:
    assert Demands.of(None) == Demands() == Demands.of({})
    assert Demands().unmet(()) == ()


def test_a_section_says_what_a_site_asks_for() -> None:
    section = {
        "tests": "required",
        "coverage": "92.5 %",
        "proof": False,
        "diff": "48 h",
        "watch": "10 min",
        "rollback_if": ["buffer.top > 80 °C"],
    }
    assert Demands.of(section) == Demands(
        Demand.REQUIRED, 92.5, Demand.OFF, 172_800.0, Terms(600.0, ("buffer.top > 80 °C",))
    )


@pytest.mark.parametrize("off", [False, "off"])
def test_off_is_off(off: object) -> None:
    demands = Demands.of({"tests": off, "proof": off, "diff": off, "watch": off})
    assert (demands.tests, demands.proof, demands.diff_s) == (Demand.OFF, Demand.OFF, 0.0)


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ({"test": "required"}, "did you mean `tests`"),
        ({"tests": "always"}, "`tests` is one of required, offered, off"),
        ({"tests": True}, "`tests` is one of"),
        ({"tests": "required", "coverage": "90"}, "a share such as"),
        ({"tests": "required", "coverage": "101 %"}, "a share such as"),
        ({"tests": "required", "coverage": "0 %"}, "a share such as"),
        ({"coverage": "90 %"}, "`coverage` needs `tests: required`"),
        ({"diff": "soon"}, "`diff`: `soon` is not a duration"),
        ({"watch": "48 h"}, "at most 24 h"),
        ({"rollback_if": ["x"]}, "needs `watch`"),
        ({"watch": "5 min", "rollback_if": "x"}, "a list of conditions"),
        ({"watch": "5 min", "rollback_if": {"x": 1}}, "a list of conditions"),
        ([1], "`rules` holds"),
        ("tests", "`rules` holds"),
    ],
)
def test_what_is_wrong_is_told(section: object, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Demands.of(section)


@pytest.mark.parametrize(
    ("tried", "unmet"),
    [
        ([], ("tests", "proof", "coverage")),
        ([Tried("tests", True)], ("proof", "coverage")),
        ([Tried("tests", True), Tried("coverage", False)], ("proof", "coverage")),
        ([Tried("tests", True), Tried("coverage", True), Tried("proof", True)], ()),
    ],
)
def test_what_is_required_must_have_been_passed(tried: list[Tried], unmet: tuple[str, ...]) -> None:
    assert Demands(Demand.REQUIRED, 90.0, Demand.REQUIRED).unmet(tried) == unmet
