"""What a standstill makes of values from before it (F89), and how long it is told."""

import math

import pytest

from adapters.runtime.standstill import TOLD_S, Standstill, longest_gap_s
from engine.inference.image import ProcessImage
from engine.language.checked import check_files
from engine.language.plant import Point
from engine.values.fact import Fact, Quality

PLANT = b"""\
facts:
  water: {unit: \xc2\xb0C, range: [0, 100], max_age: 60 s}
  price: {unit: ct/kWh, range: [0, 100], max_age: 2 h}
  door: {type: bool, max_age: 60 s}
outputs:
  p: {type: bool, default: off, failsafe: off}
"""
POINTS: tuple[Point, ...] = check_files({"plant.yaml": PLANT}).rulebook.plant.points


def image(at_s: float, door_s: float = -math.inf) -> ProcessImage:
    return ProcessImage((20.0, 30.0, None), (Quality.GOOD,) * 3, (at_s, at_s, door_s))


def spoilt(gone_s: float, facts: tuple[Fact, ...] = ()) -> list[str]:
    watch = Standstill(1.0)
    watch.look(100.0)
    assert watch.look(100.0 + gone_s) == gone_s
    return [fact.point for fact in watch.spoilt(POINTS, image(99.0), facts, 100.0 + gone_s)]


def test_f89_two_periods_are_usual_and_a_busy_machine_too() -> None:
    assert (longest_gap_s(0.5), longest_gap_s(0.02), longest_gap_s(5.0)) == (1.0, 1.0, 10.0)
    watch = Standstill(1.0)
    assert [watch.look(at_s) for at_s in (7.0, 8.0, 9.0, 10.1)] == [0, 0, 0, pytest.approx(1.1)]
    assert watch.count == 1


def test_f89_what_was_measured_before_is_bad_until_it_is_measured_anew() -> None:
    assert spoilt(30.0) == ["water"]
    assert spoilt(30.0, (Fact("water", 21.0, Quality.GOOD, 129.5),)) == []


def test_f89_what_waited_in_the_queue_from_before_is_bad_too() -> None:
    waited = (Fact("water", 21.0, Quality.GOOD, 99.9), Fact("door", True, Quality.GOOD, 99.9))
    assert spoilt(30.0, waited) == ["water", "door"]


def test_f89_prices_outlast_a_short_one_but_not_a_long_one() -> None:
    assert "price" not in spoilt(600.0)
    assert "price" in spoilt(800.0)


def test_f98_it_is_told_for_a_minute() -> None:
    watch = Standstill(1.0)
    watch.look(0.0)
    assert watch.why(0.5) == ""
    watch.look(3.0)
    assert watch.why(3.0) == "no scan came for 3.0 s: something held the controller up"
    assert watch.reason == "measured before no scan came for 3.0 s"
    assert watch.why(3.0 + TOLD_S)
    assert watch.why(3.1 + TOLD_S) == ""
