"""Whether numbers go together, and what constants come to."""

import pytest

from engine.language.numbers import constant, range_text
from engine.values.units import CELSIUS, NUMBER
from tests.unit.language_samples import resolved, tree, when


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3.6 kW", 3600.0),
        ("2 * 3 kW - 500 W", 5500.0),
        ("-(2 + 3)", -5.0),
        ("50 % / 2", 0.25),
        ("1 / 0", None),
        ("a + 1", None),
        ("1 + a", None),
        ("-a", None),
    ],
)
def test_constants_are_computed(text: str, value: float | None) -> None:
    assert constant(tree(text)) == value


@pytest.mark.parametrize(
    "text",
    [
        "pv.power > 20 kW",
        "battery.soc * 2 > 20 %",
        "battery.soc / 20 % > 1",
        "scale > 3 and scale * 2 < min(scale, 5)",
        "pv.power / house.load > 0.5",
        "abs(buffer.top - buffer.bottom) < 5 K",
        "price.buy < average(price.buy, 24 h) - 2 ct/kWh",
        "pv.power * price.buy * 1 h < 50 ct",
        "rate(pv.power, 5 min) < -100 W/min",
        "max(buffer.top - 5 K, 20 °C) > buffer.bottom",
        "age(pv.power) > 1 min",
    ],
)
def test_what_goes_together(text: str) -> None:
    assert resolved(f"'{text}'").type is not None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("pv.power > battery.soc", "wrong-dimension"),
        ("average(battery.soc, 5 min) > 20", "wrong-dimension"),
        ("min(battery.soc, 20) > 5 %", "wrong-dimension"),
        ("battery.soc - 20 > 5 %", "wrong-dimension"),
        ("-battery.soc < 20", "wrong-dimension"),
        ("-buffer.top < 5 °C", "wrong-dimension"),
        ("abs(buffer.top) < 5 °C", "wrong-dimension"),
        ("buffer.top / 2 < 5 °C", "wrong-dimension"),
        ("max(buffer.top, 5 K) < 20 °C", "wrong-dimension"),
        ("-p3.running < 1", "wrong-type"),
        ("average(p3.running, 5 min) < 1", "wrong-type"),
        ("min(p3.running, 1) < 1", "wrong-type"),
        ("20001 W < pv.power", "value-outside-range"),
        ("miner.power_target == 4 kW", "value-outside-range"),
    ],
)
def test_what_does_not(text: str, code: str) -> None:
    assert [problem.code for problem in when(f"'{text}'").problems] == [code]


def test_a_percentage_stays_one_through_a_signal() -> None:
    loaded = when("soc > 20")
    assert loaded.problems[0].code == "unknown-fact"


def test_ranges_have_a_text() -> None:
    assert range_text(0, 3300.5, NUMBER) == "0 to 3300.5"
    assert range_text(None, 5, CELSIUS) == "… to 5 °C"
