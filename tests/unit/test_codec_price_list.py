"""Prices over time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.codec.mqtt_json import PayloadError
from adapters.codec.price_list import Keys, from_csv, from_json

KEYS = Keys()
HOURS = [{"start": 3600.0 * n, "price": 20.0 + n} for n in (1, 0, 2)]


def test_the_step_of_now_counts_and_the_last_one_ends() -> None:
    prices = from_json(HOURS, KEYS)  # type: ignore[arg-type]
    found = [prices.at(at) for at in (-1.0, 0.0, 3599.9, 3600.0, 10_799.9, 10_800.0)]
    assert [step and step.price for step in found] == [None, 20.0, 20.0, 21.0, 22.0, None]
    assert prices.ends_s(100.0) == 10_800.0
    assert prices.ends_s(20_000.0) == 20_000.0


def test_a_gap_is_unknown_and_a_single_step_lasts_an_hour() -> None:
    rows = [{"start": 0, "end": 900, "price": 1}, {"start": 1800, "price": 2}]
    prices = from_json(rows, KEYS)  # type: ignore[arg-type]
    assert prices.at(900.0) is None
    assert prices.ends_s(0.0) == 900.0
    assert prices.steps[-1].end_s == 3600.0
    single = from_json([{"start": 0, "price": 1}], KEYS)
    assert single.steps[0].end_s == 3600.0
    ended = from_json([{"start": 0, "end": 60, "price": 1}], KEYS)
    assert ended.steps[0].end_s == 60.0


def test_a_publisher_may_have_its_own_words_and_milliseconds() -> None:
    keys = Keys("data.prices", "start_timestamp", "end_timestamp", "marketprice")
    content = {
        "data": {
            "prices": [
                {
                    "start_timestamp": 1_700_000_000_000.0,
                    "end_timestamp": 1_700_003_600_000.0,
                    "marketprice": -12.5,
                }
            ]
        }
    }
    step = from_json(content, keys).at(1_700_000_000.0)  # type: ignore[arg-type]
    assert step is not None
    assert step.price == -12.5


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ({"x": 1}, "no list"),
        ([], "1 to 2000"),
        ([1], "not an object"),
        ([{"start": 0}], "no number"),
        ([{"start": 0, "price": True}], "no number"),
        ([{"start": 0, "price": 1e9}], "too large"),
        ([{"start": "2026-01-01T00:00", "price": 1}], "with its offset"),
        ([{"start": 0, "price": 1}, {"start": 0, "price": 2}], "stands twice"),
        ([{"start": 5, "end": 5, "price": 1}], "ends before"),
    ],
)
def test_a_list_that_is_none_is_refused(content: object, why: str) -> None:
    with pytest.raises(PayloadError, match=why):
        from_json(content, KEYS)  # type: ignore[arg-type]


def test_a_table_is_read_in_either_of_the_usual_ways() -> None:
    english = "start,price\n2023-11-14T23:13:20+01:00,28.4\n1700003600,30\n"
    german = english.replace(",", ";").replace("28.4", "28,4")
    for text in (english, german):
        prices = from_csv(text, KEYS)
        assert [step.price for step in prices.steps] == [28.4, 30.0]
        assert prices.steps[0].start_s == 1_700_000_000.0


@pytest.mark.parametrize("text", ["", "start,price\n1,x\n", "start,price\n1,nan\n", "a,b\n1,2\n"])
def test_a_table_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(PayloadError):
        from_csv(text, KEYS)


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    for table in (text, "start,price\n" + text):
        try:
            from_csv(table, KEYS)
        except PayloadError:
            continue
