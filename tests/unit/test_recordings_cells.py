"""Cells: numbers as people and portals write them, and everything that is none."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.recordings.cells import CellReader, NumberStyle, Verdict
from engine.values.fact import Value

POINT = CellReader("number")
COMMA = CellReader("number", NumberStyle(","))
GERMAN = CellReader("number", NumberStyle(",", "."))


@pytest.mark.parametrize(
    ("reader", "text", "value"),
    [
        (POINT, "471.3", 471.3),
        (POINT, " -2.5 ", -2.5),
        (POINT, "−2.5", -2.5),
        (POINT, "1e3", 1000.0),
        (POINT, "12\u00a0", 12.0),
        (COMMA, "0,005859", 0.005859),
        (COMMA, "-30,379999", -30.379999),
        (COMMA, "7", 7.0),
        (GERMAN, "1.234,5", 1234.5),
        (GERMAN, "12.345.678", 12345678.0),
    ],
)
def test_numbers(reader: CellReader, text: str, value: float) -> None:
    assert reader.read(text) == (value, Verdict.GOOD)


@pytest.mark.parametrize(
    ("reader", "text"),
    [
        (POINT, "0,5"),
        (POINT, "1,234.5"),
        (POINT, "1_000"),
        (POINT, "12 W"),
        (POINT, "1.2.3"),
        (POINT, "١٢"),
        (POINT, "9" * 100_000),
        (COMMA, "0.5"),
        (COMMA, "1.234"),
        (GERMAN, "1.23,4"),
        (COMMA, "1,2,3"),
        (POINT, "-"),
        (POINT, "0x10"),
    ],
)
def test_what_only_looks_like_a_number_is_none(reader: CellReader, text: str) -> None:
    assert reader.read(text) == (None, Verdict.NOT_A_NUMBER)


@pytest.mark.parametrize("text", ["nan", "NaN", "inf", "-Infinity", "1e999", "∞"])
@pytest.mark.parametrize("reader", [POINT, COMMA])
def test_what_is_not_finite(reader: CellReader, text: str) -> None:
    assert reader.read(text) == (None, Verdict.NOT_FINITE)


@pytest.mark.parametrize("text", ["", "  ", "--", "unavailable", "Unknown", "None", "n/a", "x-x"])
def test_what_counts_as_missing(text: str) -> None:
    reader = CellReader("number", missing=frozenset({"x-x"}))
    assert reader.read(text) == (None, Verdict.MISSING)


@pytest.mark.parametrize(
    ("text", "value"), [("on", True), ("TRUE", True), ("1", True), ("aus", False), ("0", False)]
)
def test_on_and_off(text: str, value: Value) -> None:
    assert CellReader("bool").read(text) == (value, Verdict.GOOD)


def test_states() -> None:
    reader = CellReader("enum", states=("locked", "normal"))
    assert reader.read(" normal ") == ("normal", Verdict.GOOD)
    assert reader.read("forced") == (None, Verdict.NOT_A_STATE)
    assert CellReader("enum").read("anything") == ("anything", Verdict.GOOD)
    assert CellReader("bool").read("2") == (None, Verdict.NOT_A_STATE)


@given(st.text(max_size=50))
def test_any_text_has_a_verdict_and_a_number_is_finite(text: str) -> None:
    for reader in (POINT, COMMA, GERMAN, CellReader("bool"), CellReader("enum")):
        value, verdict = reader.read(text)
        assert (value is None) == (verdict is not Verdict.GOOD)
        assert not isinstance(value, float) or math.isfinite(value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_printed_number_reads_back(number: float) -> None:
    assert POINT.read(repr(number)) == (number, Verdict.GOOD)
    assert COMMA.read(repr(number).replace(".", ",")) == (number, Verdict.GOOD)
