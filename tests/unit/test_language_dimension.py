"""The algebra of dimensions."""

from hypothesis import given
from hypothesis import strategies as st

from engine.language.dimension import (
    CELSIUS_TYPE,
    KELVIN_TYPE,
    PLAIN,
    TIME_TYPE,
    product_type,
    rate_type,
    sum_type,
)
from engine.language.types import NumberType

BASES = st.sampled_from(["length", "mass", "time", "temperature"])
POWERS = st.integers(-3, 3).filter(bool)
TYPES = st.dictionaries(BASES, POWERS).map(lambda d: NumberType(tuple(sorted(d.items()))))


@given(TYPES, TYPES)
def test_multiplying_and_dividing_by_the_same_changes_nothing(
    one: NumberType, by: NumberType
) -> None:
    product = product_type("*", one, by)
    assert product is not None
    assert product_type("/", product, by) == one
    assert product_type("*", by, one) == product


@given(TYPES)
def test_a_quotient_of_the_same_is_plain(one: NumberType) -> None:
    assert product_type("/", one, one) == PLAIN
    assert rate_type(one) == product_type("/", one, TIME_TYPE)


@given(TYPES, TYPES)
def test_only_the_same_can_be_added(one: NumberType, other: NumberType) -> None:
    assert sum_type("+", one, other) == (one if one == other else None)


def test_temperatures_are_points_on_a_scale_and_differences_are_not() -> None:
    assert sum_type("-", CELSIUS_TYPE, CELSIUS_TYPE) == KELVIN_TYPE
    assert sum_type("+", CELSIUS_TYPE, KELVIN_TYPE) == CELSIUS_TYPE
    assert sum_type("+", KELVIN_TYPE, CELSIUS_TYPE) == CELSIUS_TYPE
    assert sum_type("-", CELSIUS_TYPE, KELVIN_TYPE) == CELSIUS_TYPE
    assert sum_type("+", CELSIUS_TYPE, CELSIUS_TYPE) is None
    assert sum_type("-", KELVIN_TYPE, CELSIUS_TYPE) is None
    assert product_type("*", CELSIUS_TYPE, PLAIN) is None
    assert rate_type(CELSIUS_TYPE) == rate_type(KELVIN_TYPE)
