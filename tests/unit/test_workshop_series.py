"""Series: what each item means, what is refused and where, and that writing is reading back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.language.document import Scalar
from engine.language.plant import Point
from engine.language.position import Position
from engine.language.problem import Problem
from engine.values.fact import Quality, Value
from engine.workshop.scenario import Piece, Series
from engine.workshop.scenario_play import value_at
from engine.workshop.series import MAX_STEPS, Timeline, read_series
from engine.workshop.series_text import series_to_text
from tests.making.scenarios import program

POINTS = {point.name: point for point in program().rulebook.plant.points}
TEN = 10 * 60 * 60_000
"""The scenario begins at ten."""


def _clock(minutes: int, after_ms: int) -> int:
    at_ms = minutes * 60_000 - TEN
    while at_ms < after_ms:
        at_ms += 86_400_000
    return at_ms


TIMELINE = Timeline(10_000, _clock)


def read(name: str, text: str) -> tuple[Series, int]:
    problems: list[Problem] = []
    found = read_series(
        Scalar(text, "", Position("f", 1, 1, 2), text), POINTS[name], TIMELINE, problems
    )
    assert found is not None, problems
    return found


def seen(series: Series, at_ms: int) -> tuple[Value | None, Quality]:
    """Return what a scan at a time is told."""
    pieces = [piece for piece in series.pieces if piece.at_ms <= at_ms]
    return value_at(pieces[-1], at_ms), pieces[-1].quality


@pytest.mark.parametrize(
    ("name", "text", "values"),
    [
        ("buffer.top", "20x2 +0.5x3", [20, 20, 20.5, 21, 21.5, 21.5]),
        ("buffer.top", "20 °C x2 -0.5 K x2", [20, 20, 19.5, 19]),
        ("buffer.top", "20 °C x2 _ 21 °C", [20, 20, None, 21]),
        ("buffer.top", "20 for 20 s stale x2 bad", [20, 20, None, None, None]),
        ("buffer.top", "20 °C -> 26 °C in 30 s", [20, 22, 24, 26, 26]),
        ("buffer.top", "20 °C x2 -> 22 °C in 20 s -> 20 °C in 10 s", [20, 20, 20, 21, 22, 20]),
        ("pv.power", "2 kWx2 3000", [2000, 2000, 3000]),
        ("grid.power", "3 kW = -3 kW x2 by -1 kW", [3000, -3000, -3000, -4000]),
        ("grid.power", "-3 kW x2 +500 W", [-3000, -3000, -2500]),
        ("p3.running", "on x2 off", [True, True, False]),
        ("battery.mode", "hold for 20 s charge x1 normal", ["hold", "hold", "charge", "normal"]),
        ("pv.power", "0 W 10:00 1 kW x2", [0, 0]),
    ],
)  # fmt: skip
def test_each_item_stands_for_its_values(name: str, text: str, values: list[object]) -> None:
    series, _ = read(name, text)
    found = [seen(series, index * 10_000)[0] for index in range(len(values))]
    assert found == values


def test_what_is_no_value_has_its_quality() -> None:
    series, _ = read("buffer.top", "_ stale bad 20 °C")
    qualities = [seen(series, at_ms)[1] for at_ms in range(0, 40_000, 10_000)]
    assert qualities == [Quality.MISSING, Quality.STALE, Quality.BAD, Quality.GOOD]


def test_a_time_of_day_is_the_next_one_and_may_be_tomorrow() -> None:
    series, length_ms = read("pv.power", "0 W 12:00 -> 6 kW 06:00 0 W")
    assert seen(series, 3_600_000)[0] == 3000
    assert seen(series, 12 * 3_600_000)[0] == 6000
    assert seen(series, 20 * 3_600_000)[0] == 0
    assert length_ms == 20 * 3_600_000 + 10_000


def test_a_constant_takes_no_time_and_a_series_as_long_as_it_says() -> None:
    assert read("pv.power", "6 kW")[1] == 0
    assert read("pv.power", "6 kW x6 1 kW for 1 min")[1] == 120_000


@pytest.mark.parametrize(
    ("name", "text", "code", "column"),
    [
        ("buffer.top", "20 °C x2 90 °C", "value-outside-range", 10),
        ("buffer.top", "20 °C -> 90 °C in 10 s", "value-outside-range", 7),
        ("buffer.top", "200 °C", "value-outside-range", 1),
        ("pv.power", "3 kX", "unknown-unit", 3),
        ("pv.power", "3 K", "wrong-dimension", 1),
        ("pv.power", "3 kW, 4 kW", "unknown-unit", 3),
        ("pv.power", "on", "wrong-type", 1),
        ("p3.running", "3", "wrong-type", 1),
        ("battery.mode", "hlod", "unknown-state", 1),
        ("grid.power", "3 kW -3 kW x4", "syntax", 6),
        ("pv.power", "3 kW ?", "syntax", 6),
        ("pv.power", "+ 3 kW", "syntax", 1),
        ("pv.power", "11:00 3 kW", "syntax", 1),
        ("pv.power", "3 kW 25:00 4 kW", "syntax", 6),
        ("pv.power", "3 kW in 10 s", "syntax", 6),
        ("pv.power", "3 kW for 0 s", "syntax", 10),
        ("pv.power", "3 kW x0", "syntax", 7),
        ("pv.power", "3 kW x99999999999999999999", "syntax", 7),
        ("pv.power", "-> 3 kW in 1 min", "syntax", 1),
        ("pv.power", "1 kW -> 3 kW", "syntax", 6),
        ("pv.power", "1 kW 12:00 -> 3 kW in 1 h", "syntax", 12),
        ("pv.power", "_ +5 x3", "syntax", 3),
        ("pv.power", "1 kW +5 W for 1 min", "syntax", 11),
        ("pv.power", " ", "syntax", 1),
        ("pv.power", "0 +0 x10000", "limit-exceeded", 3),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_where_it_stands(
    name: str, text: str, code: str, column: int
) -> None:
    problems: list[Problem] = []
    scalar = Scalar(text, "", Position("f", 1, 1, 2), text)
    assert read_series(scalar, POINTS[name], TIMELINE, problems) is None
    assert [(each.code, each.position.column) for each in problems] == [(code, column)]


def _values(point: Point) -> st.SearchStrategy[Value]:
    if point.name == "p3.running":
        return st.booleans()
    if point.name == "battery.mode":
        return st.sampled_from(["normal", "hold", "charge"])
    return st.floats(point.low, point.high).map(lambda number: round(number, 3) + 0.0)


@st.composite
def _series(draw: st.DrawFn) -> Series:
    point = POINTS[draw(st.sampled_from(["grid.power", "pv.power", "p3.running", "battery.mode"]))]
    at_ms, pieces = 0, list[Piece]()
    for _ in range(draw(st.integers(1, 6))):
        length_ms = draw(st.integers(1, 400)) * 250
        quality = draw(st.sampled_from(Quality))
        value = draw(_values(point)) if quality is Quality.GOOD else None
        piece = Piece(at_ms, value, quality)
        if point.unit is not None and value is not None and draw(st.booleans()):
            end = draw(_values(point))
            assert isinstance(end, float)
            piece = Piece(at_ms, value, quality, at_ms + length_ms, end)
            length_ms += draw(st.sampled_from([0, 30_000]))
        pieces.append(piece)
        at_ms += length_ms
    return Series(point.name, tuple(pieces))


@given(_series())
def test_what_is_written_reads_as_the_same_facts_at_any_time(series: Series) -> None:
    text = series_to_text(series, POINTS[series.point])
    again, _ = read(series.point, text)
    for at_ms in range(0, series.pieces[-1].at_ms + 60_000, 1_250):
        assert seen(again, at_ms) == seen(series, at_ms), text


@given(st.text(alphabet="0123456789 x+-_>.:°CKWkforinby=stalebd", max_size=40))
def test_any_text_is_read_or_refused_with_its_place(text: str) -> None:
    problems: list[Problem] = []
    scalar = Scalar(text, "", Position("f", 1, 1, 2), text)
    found = read_series(scalar, POINTS["buffer.top"], TIMELINE, problems)
    assert (found is None) == bool(problems)
    if found is not None:
        starts = [piece.at_ms for piece in found[0].pieces]
        assert starts[0] == 0
        assert starts == sorted(starts)
        assert len(starts) <= MAX_STEPS
