"""Strict JSON: the traps that a naive reader falls into, and then anything at all."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.codec.mqtt_json import (
    COMMAND_BYTES_MAX,
    Json,
    PayloadError,
    dump,
    parse,
    parse_object,
)


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        (b"NaN", "`NaN` is no number"),
        (b"-Infinity", "`-Infinity` is no number"),
        (b"1e999", "too large"),
        (b"1" * 5000, "more than 17 digits"),
        (b'{"a":1,"a":2}', "a key stands twice"),
        (b"[" * 60_000, "nested deeper than 8"),
        (b'{"a":' * 9 + b"1" + b"}" * 9, "nested deeper than 8"),
        (b'"\\ud800"', "half a character"),
        (b'{"\\udfff":1}', "half a character"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"\xef\xbb\xbf1", "not JSON"),
        (b"{'a':1}", "not JSON"),
        (b"1 2", "not JSON"),
        (b"", "not JSON"),
        (b"[1,]", "not JSON"),
        (b" " * 70_000, "at most 65536 are read"),
    ],
)
def test_what_is_not_strict_json_is_refused_with_its_reason(payload: bytes, why: str) -> None:
    with pytest.raises(PayloadError, match=why):
        parse(payload)


@pytest.mark.parametrize(
    ("payload", "found"),
    [
        (b"21.5", 21.5),
        (b"true", True),
        (b'{"a":[1,{"b":null}]}', {"a": [1.0, {"b": None}]}),
        (b'"[[[[[[[[[[[["', "[[[[[[[[[[[["),
        (b'"\\"[[[[[[[[[[["', '"[[[[[[[[[[['),
        (b'"\\ud83d\\ude00"', "\U0001f600"),
    ],
)
def test_what_is_strict_json_is_read(payload: bytes, found: Json) -> None:
    assert parse(payload) == found


def test_numbers_are_never_integers_of_any_length_nor_booleans() -> None:
    assert type(parse(b"1")) is float
    assert parse(b"true") is True


def test_an_object_is_wanted_where_one_is_wanted() -> None:
    with pytest.raises(PayloadError, match="not an object"):
        parse_object(b"[1]")
    with pytest.raises(PayloadError, match="at most 1024"):
        parse_object(b'{"a":"' + b"x" * COMMAND_BYTES_MAX + b'"}', COMMAND_BYTES_MAX)


def test_what_is_sent_is_compact_and_never_nan() -> None:
    assert dump({"unit": "°C", "value": None}) == '{"unit":"°C","value":null}'.encode()
    with pytest.raises(ValueError, match="JSON compliant"):
        dump({"value": math.nan})


@given(st.binary(max_size=200) | st.text(alphabet='{}[]",:\\u0d8-+.eEnNaIfty ').map(str.encode))
def test_whatever_the_bytes_it_is_read_or_refused(payload: bytes) -> None:
    try:
        found = parse(payload)
    except PayloadError:
        return
    json.dumps(found, allow_nan=False)


_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.floats(-1e6, 1e6) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@given(st.dictionaries(st.text(max_size=10), _values, max_size=4))
def test_what_is_sent_is_read_back(content: dict[str, Any]) -> None:
    try:
        assert parse(dump(content)) == content
    except PayloadError as error:
        assert "nested" in str(error) or "digits" in str(error)  # noqa: PT017 - both may be
