"""An expression as text reads back as the same tree."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.language.build import MAX_NUMBER
from engine.language.expression import (
    Age,
    All,
    Any,
    Arithmetic,
    Between,
    Call,
    ClockTime,
    Comparison,
    Expression,
    Known,
    Name,
    Negative,
    Not,
    Number,
    Timed,
    Window,
)
from engine.language.position import NOWHERE
from engine.language.text import (
    number_to_text,
    seconds_to_text,
    shortened,
    to_canonical_text,
    to_text,
)
from engine.values.units import parse_unit
from tests.unit.language_samples import resolved, shape, tree

UNITS = [unit for unit in map(parse_unit, ("", "W", "kW", "°C", "K", "%", "ct/kWh", "K/s")) if unit]
NAMES = st.sampled_from(["a", "buffer.top", "hold", "pv.power"]).map(lambda n: Name(n, NOWHERE))
NUMBERS = st.builds(
    Number,
    st.one_of(st.integers(-9999, 9999).map(float), st.floats(0, MAX_NUMBER / 1e6, width=32)),
    st.sampled_from(UNITS),
    st.just(NOWHERE),
)
TIMES = st.sampled_from([0.0, 1.0, 90.0, 180.0, 3600.0, 86400.0])
CLOCKS = st.one_of(
    st.builds(
        ClockTime,
        st.just("midnight"),
        st.integers(0, 1439).map(lambda m: m * 60.0),
        st.just(NOWHERE),
    ),
    st.builds(
        ClockTime,
        st.sampled_from(["sunrise", "sunset"]),
        st.sampled_from([0.0, 1800.0, -90.0]),
        st.just(NOWHERE),
    ),
)


def _numbers(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    return st.one_of(
        st.builds(Arithmetic, st.sampled_from("+-*/"), inner, inner, st.just(NOWHERE)),
        st.builds(
            Negative, inner.filter(lambda node: not isinstance(node, Number)), st.just(NOWHERE)
        ),
        st.builds(Call, st.just("max"), st.tuples(inner, inner), st.just(NOWHERE)),
        st.builds(
            Window,
            st.sampled_from(["rate", "average"]),
            inner,
            TIMES.filter(bool),
            st.just(NOWHERE),
        ),
        st.builds(Age, NAMES, st.just(NOWHERE)),
    )


VALUES = st.recursive(st.one_of(NAMES, NUMBERS), _numbers, max_leaves=6)


def _truths(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        st.builds(Not, inner, st.just(NOWHERE)),
        st.builds(All, several, st.just(NOWHERE)),
        st.builds(Any, several, st.just(NOWHERE)),
        st.builds(
            Timed,
            inner,
            st.one_of(st.none(), inner),
            TIMES.filter(bool),
            TIMES,
            TIMES,
            st.just(""),
            st.just(NOWHERE),
        ),
    )


CONDITIONS = st.recursive(
    st.one_of(
        st.builds(
            Comparison,
            st.sampled_from(["<", "<=", ">", ">=", "==", "!="]),
            VALUES,
            VALUES,
            st.just(NOWHERE),
        ),
        st.builds(Known, VALUES, st.just(NOWHERE)),
        st.builds(Between, CLOCKS, CLOCKS, st.just(NOWHERE)),
    ),
    _truths,
    max_leaves=5,
)


@settings(max_examples=200, deadline=None)
@given(st.one_of(VALUES, CONDITIONS))
def test_what_is_written_is_read_as_the_same_tree(expression: Expression) -> None:
    text = to_text(expression)
    assert shape(tree(text)) == shape(expression), text


@pytest.mark.parametrize(
    "text",
    [
        "surplus > 3.6 kW until surplus < 2.9 kW for 3 min",
        "(a or b) and not c",
        "x - (y - z) * -2",
        "20 °C < x and x < 60 °C",
        "between sunset and sunrise + 30 min",
        "a is known and age(b) > 5 min",
        "min(a, 3.3 kW) - average(b, 1 h) >= -5 %",
    ],
)
def test_text_is_written_as_an_operator_would(text: str) -> None:
    assert to_text(tree(text)) == text


def test_states_are_written_with_words() -> None:
    text = "battery.mode in [hold, charge] or battery.mode is not off or weekday is sat"
    assert to_text(resolved(text)) == text
    assert to_text(resolved("p3.running == on")) == "p3.running is on"


def test_the_canonical_text_does_not_depend_on_units() -> None:
    assert to_canonical_text(tree("a > 3.6 kW")) == to_canonical_text(tree("a > 3600 W"))
    assert to_canonical_text(tree("a > 5 K")) != to_canonical_text(tree("a > 5 °C"))
    assert to_canonical_text(tree("a > 50 %")) == to_canonical_text(tree("a > 0.5"))


def test_long_text_is_shortened() -> None:
    assert shortened(tree("a and " * 20 + "a")).endswith("…")


def test_numbers_and_times_have_no_exponents() -> None:
    assert number_to_text(1e-7) == "0.0000001"
    assert number_to_text(60.0) == "60"
    assert [seconds_to_text(s) for s in (0, 0.5, 90, 180, 21_600, 86_400)] == [
        "0 s", "0.5 s", "90 s", "3 min", "6 h", "1 d",
    ]  # fmt: skip
