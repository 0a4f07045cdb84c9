"""Raw values, pulses and commands: the codec by itself."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.codec.revpi_signals import (
    AO_HIGHEST_MV,
    Input,
    InputKind,
    Output,
    OutputKind,
    decode,
    decode_output,
    encode,
    safe_value,
)
from adapters.codec.revpi_watch import Heartbeat, PowerOnValue, PulseCounter

RTD = Input("t", "t", InputKind.RTD, "°C", range=(-60, 180))
INT16 = st.integers(-32768, 32767)
KINDS = [
    RTD,
    Input("i", "i", InputKind.CURRENT, "bar", raw=(4000, 20_000), scale=(0, 4)),
    Input("v", "v", InputKind.VOLTAGE, "%", raw=(500, 10_000), scale=(0, 100)),
    Input("d", "d", InputKind.VOLTAGE, "%", raw=(0, 10_000), scale=(100, 0)),
]
VALVES = [
    Output("v", ("v",), OutputKind.VOLTAGE, "%"),
    Output("v", ("v",), OutputKind.VOLTAGE, "%", raw=(2000, 10_000)),
    Output("v", ("v",), OutputKind.VOLTAGE, "%", raw=(2000, 10_000), inverted=True),
]


@given(st.sampled_from(KINDS), INT16)
def test_every_raw_value_is_a_number_in_range_or_has_a_reason(signal: Input, raw: int) -> None:
    value, reason = decode(signal, raw)
    assert (value is None) == bool(reason)
    if value is not None:
        low, high = signal.scale if signal.kind is not InputKind.RTD else signal.range
        assert min(low, high) <= float(value) <= max(low, high)


@given(st.integers(-600, 1800))
def test_a_temperature_has_a_tenth_of_a_kelvin(raw: int) -> None:
    assert decode(RTD, raw) == (round(raw / 10, 6), "")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (3599, "wire break"),
        (3600, 0.0),
        (3999, 0.0),
        (4000, 0.0),
        (12_000, 2.0),
        (20_000, 4.0),
        (21_000, 4.0),
        (21_001, "short circuit"),
        (-1, "wire break"),
    ],
)
def test_a_current_loop_knows_its_ends(raw: int, expected: float | str) -> None:
    value, reason = decode(KINDS[1], raw)
    assert (reason or value) == expected


def test_a_falling_scale_and_a_live_zero() -> None:
    assert decode(KINDS[3], 2500) == (75.0, "")
    assert decode(KINDS[2], 249) == (None, "wire break")
    assert decode(KINDS[2], 250) == (0.0, "")
    assert decode(KINDS[3], -201) == (None, "wire break")
    assert decode(KINDS[3], 0) == (100.0, "")


@pytest.mark.parametrize("inverted", [False, True])
def test_a_contact_may_be_normally_closed(inverted: bool) -> None:
    contact = Input("c", "c", InputKind.CONTACT, inverted=inverted)
    assert [decode(contact, raw)[0] for raw in (0, 1)] == [inverted, not inverted]


@given(st.sampled_from(VALVES), st.floats(0, 100))
def test_a_position_is_written_within_its_volts_and_read_back(valve: Output, value: float) -> None:
    (raw,) = encode(valve, value)
    assert valve.raw[0] <= raw <= valve.raw[1]
    back, reason = decode_output(valve, (raw,))
    assert not reason
    assert math.isclose(float(back or 0.0), value, abs_tol=0.01)


@given(st.sampled_from(VALVES), st.floats() | st.booleans() | st.text())
def test_no_command_at_all_leaves_the_volts_of_an_output(
    valve: Output, value: float | bool | str
) -> None:
    try:
        (raw,) = encode(valve, value)
    except ValueError:
        return
    assert isinstance(value, float)
    assert 0 <= value <= 100
    assert 0 <= raw <= AO_HIGHEST_MV


def test_zero_volts_of_an_inverted_valve_is_its_open_end() -> None:
    assert [safe_value(each) for each in VALVES] == [0.0, 0.0, 100.0]
    assert decode_output(VALVES[0], (10_001,)) == (None, "10001 mV is no output")


def test_relays_and_sg_ready_are_safe_at_zero() -> None:
    assert safe_value(Output("p", ("p",), OutputKind.RELAY)) is False
    assert safe_value(Output("p", ("p",), OutputKind.RELAY, inverted=True)) is True
    sg_ready = Output("s", ("1", "2"), OutputKind.SG_READY)
    assert safe_value(sg_ready) == "normal"
    for state in sg_ready.values:
        assert decode_output(sg_ready, encode(sg_ready, state)) == (state, "")


METER = Input("heat", "c", InputKind.COUNTER, "kWh", per_pulse=0.1, max_per_s=10)


def test_a_total_runs_on_over_the_wrap_of_its_counter() -> None:
    counter = PulseCounter(METER)
    assert counter.take(2**32 - 2, 0.0) == (429496729.4, "")
    assert counter.take(3, 1.0) == (429496729.9, "")


def test_a_module_that_began_anew_does_not_take_anything_back() -> None:
    counter = PulseCounter(METER)
    counter.take(500, 0.0)
    assert counter.take(4, 10.0) == (50.4, "")


def test_pulses_faster_than_the_meter_turns_are_not_counted() -> None:
    counter = PulseCounter(METER)
    counter.take(100, 0.0)
    assert counter.take(900, 1.0) == (None, "800 pulses in 1.0 s are too many")
    assert counter.take(905, 2.0) == (10.5, "")


@given(st.lists(st.tuples(st.integers(0, 2**32 - 1), st.floats(0, 100)), max_size=20))
def test_a_total_never_falls_whatever_the_module_says(looks: list[tuple[int, float]]) -> None:
    counter, now_s, last = PulseCounter(METER), 0.0, -1.0
    for raw, step_s in looks:
        now_s += step_s
        value, _ = counter.take(raw, now_s)
        if value is not None:
            assert float(value) >= last
            last = float(value)


def test_a_value_is_doubted_from_the_second_time_in_a_row_on() -> None:
    doubt = PowerOnValue(85.0)
    said = [bool(doubt.look(value)) for value in (85.0, 85.0, 85.0, 84.9, 85.0, None, 85.0)]
    assert said == [False, True, True, False, False, False, False]


def test_a_heart_stands_still_after_its_limit_and_three_looks() -> None:
    heart = Heartbeat(limit_s=2.0)
    assert [heart.look(0, now_s) for now_s in (0.0, 1.0, 1.9, 2.0)] == [False] * 3 + [True]
    assert heart.look(1, 2.5) is False
    assert [heart.look(1, now_s) for now_s in (60.0, 120.0, 180.0)] == [False, False, True]
