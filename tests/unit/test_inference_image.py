import math

import pytest

from engine.inference.image import Override, empty_image, freeze
from engine.language.plant import Output, Plant, Point, Site
from engine.language.types import BOOL, EnumType, NumberType
from engine.values.fact import Fact, Quality, Value
from engine.values.units import NUMBER

NUMBERS = NumberType()
PLANT = Plant(
    Site(),
    (
        Point("n", NUMBERS, NUMBER, 0.0, 100.0, max_age_s=10.0, max_rate_per_s=5.0),
        Point("flag", BOOL, max_age_s=10.0),
        Point("state", EnumType(("one", "two")), max_age_s=10.0),
        Point("free", NUMBERS, NUMBER, max_age_s=10.0),
    ),
    (Output("o", BOOL, False, False),),
)
GOOD, STALE, BAD, MISSING = Quality.GOOD, Quality.STALE, Quality.BAD, Quality.MISSING


def judged(point: str, *facts: tuple[Value | None, Quality, float, float]) -> tuple[object, object]:
    """Return value and quality after facts (value, quality, measured, heard)."""
    image = empty_image(PLANT)
    for value, quality, measured_s, now_s in facts:
        image = freeze(PLANT, image, [Fact(point, value, quality, measured_s)], now_s)
    index = [each.name for each in PLANT.points].index(point)
    return image.values[index], image.qualities[index]


@pytest.mark.parametrize(
    ("point", "value", "found"),
    [
        ("n", 50.0, (50.0, GOOD)),
        ("n", 50, (50.0, GOOD)),
        ("n", 100.0, (100.0, GOOD)),
        ("n", 100.1, (None, BAD)),
        ("n", -0.1, (None, BAD)),
        ("n", math.nan, (None, BAD)),
        ("n", True, (None, BAD)),
        ("n", "50", (None, BAD)),
        ("n", None, (None, BAD)),
        ("free", 1e15, (1e15, GOOD)),
        ("free", 1.1e15, (None, BAD)),
        ("free", -math.inf, (None, BAD)),
        ("free", 10**400, (None, BAD)),
        ("flag", False, (False, GOOD)),
        ("flag", 0, (None, BAD)),
        ("state", "two", ("two", GOOD)),
        ("state", "three", (None, BAD)),
    ],
)
def test_what_cannot_be_a_value_of_the_point_is_bad(
    point: str, value: Value | None, found: tuple[object, object]
) -> None:
    assert judged(point, (value, GOOD, 0.0, 0.0)) == found


def test_what_is_too_old_is_stale_and_what_was_withdrawn_is_missing() -> None:
    assert judged("n", (5.0, GOOD, 0.0, 10.0)) == (5.0, GOOD)
    assert judged("n", (5.0, GOOD, 0.0, 10.1)) == (None, STALE)
    assert judged("n", (5.0, GOOD, 0.0, 0.0), (None, MISSING, 1.0, 1.0)) == (None, MISSING)


def test_a_jump_is_bad_once_and_then_believed() -> None:
    jump = ((5.0, GOOD, 0.0, 0.0), (50.0, GOOD, 1.0, 1.0))
    assert judged("n", *jump) == (None, BAD)
    assert judged("n", *jump, (50.0, GOOD, 2.0, 2.0)) == (50.0, GOOD)
    assert judged("n", (5.0, GOOD, 0.0, 0.0), (10.0, GOOD, 1.0, 1.0)) == (10.0, GOOD)


@pytest.mark.parametrize(
    "value",
    [10**400, -(10**400), math.inf, math.nan, True, "5", None],
    ids=lambda value: repr(value)[:9],
)
def test_what_is_no_number_of_the_point_has_no_rate_either(value: Value | None) -> None:
    assert judged("n", (5.0, GOOD, 0.0, 0.0), (value, GOOD, 1.0, 1.0)) == (None, BAD)


def test_an_older_fact_does_not_replace_a_newer_one() -> None:
    assert judged("n", (5.0, GOOD, 3.0, 3.0), (6.0, GOOD, 2.0, 4.0)) == (5.0, GOOD)
    assert judged("n", (5.0, GOOD, 3.0, 3.0), (6.0, GOOD, math.nan, 4.0)) == (5.0, GOOD)


@pytest.mark.parametrize("quality", [GOOD, BAD, MISSING])
def test_a_fact_from_the_future_does_not_silence_its_point(quality: Quality) -> None:
    future = (5.0 if quality is GOOD else None, quality, 1e9, 1.0)
    assert judged("n", future)[0] is None
    assert judged("n", future, (6.0, GOOD, 2.0, 2.0)) == (6.0, GOOD)


def test_an_override_ends_at_its_time() -> None:
    override = Override("a", "o", True, "me", 5.0)
    assert freeze(PLANT, empty_image(PLANT), [], 4.9, (override,)).overrides == (override,)
    assert freeze(PLANT, empty_image(PLANT), [], 5.0, (override,)).overrides == ()
