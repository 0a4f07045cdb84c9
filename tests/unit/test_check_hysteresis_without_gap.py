import pytest

from tests.unit.checking import messages, rule, rules

CODE = "hysteresis-without-gap"


def found(when: str, until: str) -> list[str]:
    before = (
        f"let:\n  surplus: pv - load\nconditions:\n  sunny: {{when: '{when}', until: '{until}'}}\n"
    )
    return [
        each.split(":")[0]
        for each in messages(CODE, rules(rule("a", "sunny", "pump: on"), before=before))
    ]


@pytest.mark.parametrize(
    ("when", "until"),
    [
        ("pv > 3 kW", "pv < 3 kW"),
        ("pv > 3 kW", "pv <= 3 kW"),
        ("pv > 3 kW", "pv < 4 kW"),
        ("pv < 3 kW", "pv > 2 kW"),
        ("pv > 3 kW", "3.5 kW > pv"),
        ("surplus > 3 kW", "surplus < 3 kW"),
    ],
)
def test_sides_that_touch_or_overlap_are_an_error(when: str, until: str) -> None:
    assert found(when, until) == ["error"]


@pytest.mark.parametrize(
    ("when", "until"),
    [
        ("pv > 3 kW", "pv < 2 kW or soc < 20 %"),
        ("pv > 3 kW and soc > 20 %", "pv < 2 kW or soc < 20 %"),
        ("pv > 3 kW", "flowing"),
    ],
)
def test_an_until_about_something_else_is_a_warning(when: str, until: str) -> None:
    assert found(when, until) == ["warning"]


@pytest.mark.parametrize(
    ("when", "until"),
    [
        ("pv > 3 kW", "pv < 2.9 kW"),
        ("soc < 20 %", "soc > 80 %"),
        ("pv > 3 kW and soc > 25 %", "pv < 2 kW or soc < 20 %"),
        ("flowing and pv > 3 kW", "not flowing"),
        ("top < 50 °C or soc < 20 %", "soc > 80 %"),  # the gap of one part has been thought of
        ("pv > load", "pv < load"),  # intervals cannot tell
        ("pv > 3 kW", "surplus < 2 kW"),  # these two are not independent
    ],
)
def test_a_gap_or_a_doubt_is_no_problem(when: str, until: str) -> None:
    assert found(when, until) == []
