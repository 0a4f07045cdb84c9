"""Own protos against bytes of the real interface, and what the messages mean."""

import importlib
import math
from collections.abc import Callable

import pytest
from google.protobuf.message import DecodeError, Message
from hypothesis import given
from hypothesis import strategies as st

from adapters.codec import braiins, braiins_methods
from adapters.codec.braiins_fields import fields
from adapters.codec.braiins_methods import Method
from adapters.codec.miner_power import Standing
from adapters.codec.miner_target import Limits
from adapters.pb.braiins.bos.v1 import (
    actions_pb2,
    authentication_pb2,
    configuration_pb2,
    cooling_pb2,
    miner_pb2,
    performance_pb2,
    units_pb2,
)
from adapters.port import Reading
from engine.values.fact import Quality

AT_S = 5.0


def chip(degree_c: float) -> units_pb2.TemperatureSensor:
    return units_pb2.TemperatureSensor(
        location=units_pb2.SENSOR_LOCATION_CHIP,
        temperature=units_pb2.Temperature(degree_c=degree_c),
    )


def constraints(low: int, high: int, default: int = 3068) -> Message:
    return configuration_pb2.GetConstraintsResponse(
        tuner_constraints=configuration_pb2.TunerConstraints(
            power_target=units_pb2.PowerConstraints(
                default=units_pb2.Power(watt=default),
                min=units_pb2.Power(watt=low),
                max=units_pb2.Power(watt=high),
            )
        )
    )


def stats(watt: int) -> miner_pb2.GetMinerStatsResponse:
    return miner_pb2.GetMinerStatsResponse(
        power_stats=miner_pb2.MinerPowerStats(approximated_consumption=units_pb2.Power(watt=watt))
    )


def tuner(state: str, watt: int) -> performance_pb2.GetTunerStateResponse:
    return performance_pb2.GetTunerStateResponse(
        overall_tuner_state=state,  # type: ignore[arg-type]  # a name is taken at run time too
        power_target_mode_state=performance_pb2.PowerTargetModeState(
            current_target=units_pb2.Power(watt=watt)
        ),
    )


GOLDEN: list[tuple[Message, str]] = [
    (
        authentication_pb2.LoginRequest(username="root", password="root"),  # noqa: S106 - the golden bytes' own
        "0a04726f6f741204726f6f74",
    ),
    (
        authentication_pb2.LoginResponse(token="eUInGZBQ4yGyKiDe", timeout_s=3600),  # noqa: S106 - same
        "0a106555496e475a4251347947794b69446510901c",
    ),
    (braiins.set_power_target(1800), "0802120308880e"),
    (
        performance_pb2.SetPowerTargetRequest(
            save_action=performance_pb2.SAVE_ACTION_SAVE_AND_APPLY,
            power_target=units_pb2.Power(watt=0),
        ),
        "08021200",
    ),
    (
        performance_pb2.SetPowerTargetResponse(power_target=units_pb2.Power(watt=1800)),
        "0a0308880e",
    ),
    (actions_pb2.PauseMiningResponse(already_paused=True), "0801"),
    (actions_pb2.PauseMiningResponse(already_paused=False), ""),
    (miner_pb2.GetMinerStatusResponse(status=miner_pb2.MINER_STATUS_PAUSED), "0803"),
    (stats(2537), "1a050a0308e913"),
    (stats(0), "1a020a00"),
    (tuner("TUNER_STATE_STABLE", 2431), "08021205120308ff12"),
    (constraints(954, 6435), "0a110a0f0a0308fc17120308ba071a0308a332"),
    (
        cooling_pb2.GetCoolingStateResponse(
            fans=[cooling_pb2.FanState(position=0, rpm=4000, target_speed_ratio=0.5)],
            highest_temperature=chip(70.5),
        ),
        "0a0e080010a01f19000000000000e03f120d10011a09090000000000a05140",
    ),
]


@pytest.mark.parametrize(("message", "golden"), GOLDEN, ids=lambda each: type(each).__name__)
def test_a_message_has_the_bytes_of_the_real_interface(message: Message, golden: str) -> None:
    assert message.SerializeToString(deterministic=True).hex() == golden
    assert type(message).FromString(bytes.fromhex(golden)) == message


METHODS = [each for each in vars(braiins_methods).values() if isinstance(each, Method)]


@pytest.mark.parametrize("method", METHODS, ids=lambda each: each.path)
def test_a_call_is_the_one_that_the_proto_declares(method: Method[Message, Message]) -> None:
    _, service, name = method.path.split("/")
    source = method.request.DESCRIPTOR.file.name.removesuffix(".proto").replace("/", ".")
    file = importlib.import_module(f"adapters.pb.{source}_pb2")
    declared = file.DESCRIPTOR.services_by_name[service.rpartition(".")[2]].methods_by_name[name]
    assert declared.containing_service.full_name == service
    assert declared.input_type is method.request.DESCRIPTOR
    assert declared.output_type is method.response.DESCRIPTOR


def value_of(readings: list[Reading], field: str) -> tuple[object, Quality]:
    (found,) = [each for each in readings if each.field == field]
    assert found.measured_at_s == AT_S
    return found.value, found.quality


def test_zero_watts_told_are_zero_and_not_told_are_missing() -> None:
    told = braiins.stats_readings(stats(0), AT_S, has_hash_rate=False)
    assert value_of(told, "power_measured") == (0.0, Quality.GOOD)
    silent = braiins.stats_readings(miner_pb2.GetMinerStatsResponse(), AT_S, has_hash_rate=True)
    assert value_of(silent, "power_measured") == (None, Quality.MISSING)
    assert value_of(silent, "hashrate") == (None, Quality.MISSING)


def test_a_power_that_cannot_be_is_bad() -> None:
    told = braiins.stats_readings(stats(2**63), AT_S, has_hash_rate=False)
    assert value_of(told, "power_measured") == (None, Quality.BAD)


def test_a_hash_rate_is_told_in_terahashes() -> None:
    message = stats(3000)
    message.miner_stats.real_hashrate.last_1m.gigahash_per_second = 90_500.0
    told = braiins.stats_readings(message, AT_S, has_hash_rate=True)
    assert value_of(told, "hashrate") == (90.5, Quality.GOOD)


def test_states_that_newer_firmware_knows_are_bad_and_break_nothing() -> None:
    message = performance_pb2.GetTunerStateResponse.FromString(b"\x08\x2a")
    assert value_of(braiins.tuner_readings(message, AT_S), "tuner_state") == (None, Quality.BAD)
    told = braiins.details(miner_pb2.GetMinerDetailsResponse.FromString(b"\x60\x2a\xfa\x3f\x01x"))
    assert told.standing is Standing.UNKNOWN
    assert value_of(braiins.details_readings(told, AT_S), "status") == (None, Quality.BAD)


def test_the_effective_target_is_told_apart_from_the_state() -> None:
    readings = braiins.tuner_readings(tuner("TUNER_STATE_PREHEAT", 2431), AT_S)
    assert value_of(readings, "power_effective") == (2431.0, Quality.GOOD)
    assert value_of(readings, "tuner_state") == ("preheat", Quality.GOOD)
    assert braiins.is_busy(tuner("TUNER_STATE_PREHEAT", 1))
    assert not braiins.is_busy(tuner("TUNER_STATE_STABLE", 1))


def boards(*degrees_c: float) -> miner_pb2.GetHashboardsResponse:
    return miner_pb2.GetHashboardsResponse(
        hashboards=[
            miner_pb2.Hashboard(
                highest_chip_temp=chip(each + 10),
                board_temp=units_pb2.Temperature(degree_c=each),
                lowest_inlet_temp=units_pb2.Temperature(degree_c=each - 20),
                highest_outlet_temp=units_pb2.Temperature(degree_c=each - 5),
            )
            for each in degrees_c
        ]
    )


def test_of_several_boards_the_hottest_counts_and_of_inlets_the_coolest() -> None:
    told = braiins.board_readings(boards(60, 65, 62), AT_S)
    assert value_of(told, "board_temperature") == (65.0, Quality.GOOD)
    assert value_of(told, "chip_temperature") == (75.0, Quality.GOOD)
    assert value_of(told, "inlet_temperature") == (40.0, Quality.GOOD)
    assert value_of(told, "outlet_temperature") == (60.0, Quality.GOOD)


@pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf])
def test_one_board_that_tells_no_number_makes_the_hottest_bad(odd: float) -> None:
    told = braiins.board_readings(boards(60, odd), AT_S)
    assert {each.quality for each in told} == {Quality.BAD}


def test_no_boards_are_missing_and_an_impossible_heat_is_bad() -> None:
    assert {each.quality for each in braiins.board_readings(boards(), AT_S)} == {Quality.MISSING}
    message = cooling_pb2.GetCoolingStateResponse(highest_temperature=chip(500))
    (told,) = braiins.cooling_readings(message, AT_S)
    assert told.quality is Quality.BAD


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (954, 6435, Limits(954, 6435)),
        (0, 6435, None),
        (3000, 2000, None),
        (954, 10**9, None),
    ],
)
def test_limits_that_make_no_sense_are_none(low: int, high: int, expected: Limits | None) -> None:
    message = constraints(low, high)
    assert isinstance(message, configuration_pb2.GetConstraintsResponse)
    assert braiins.limits(message) == expected


def test_limits_that_are_not_told_are_none() -> None:
    assert braiins.limits(configuration_pb2.GetConstraintsResponse()) is None


@pytest.mark.parametrize("watt", [0, -5])
def test_a_target_of_zero_cannot_even_be_made(watt: int) -> None:
    with pytest.raises(ValueError, match="off is a pause"):
        braiins.set_power_target(watt)


def test_a_target_that_is_not_stored_is_zero_so_that_one_is_set() -> None:
    empty = configuration_pb2.GetMinerConfigurationResponse()
    assert braiins.stored_w(empty) == 0.0
    odd = configuration_pb2.GetMinerConfigurationResponse(
        tuner=configuration_pb2.TunerConfiguration(power_target=units_pb2.Power(watt=2**60))
    )
    assert braiins.stored_w(odd) == 0.0


def details(system_s: int, process_s: int) -> braiins.Details:
    return braiins.details(
        miner_pb2.GetMinerDetailsResponse(
            serial_number=" SIM-1 ",
            status=miner_pb2.MINER_STATUS_RESTRICTED,
            system_uptime_s=system_s,
            bosminer_uptime_s=process_s,
        )
    )


def test_an_uptime_that_runs_backwards_is_a_restart() -> None:
    assert not braiins.restarted(details(100, 90), details(105, 95))
    assert braiins.restarted(details(100, 90), details(105, 2))
    assert braiins.restarted(details(100, 90), details(10, 95))
    assert details(1, 1).serial == "sim-1"
    assert details(1, 1).standing is Standing.MINING


READERS: list[tuple[type[Message], Callable[..., object]]] = [
    (
        miner_pb2.GetMinerDetailsResponse,
        lambda each: braiins.details_readings(braiins.details(each), AT_S),
    ),
    (
        miner_pb2.GetMinerStatsResponse,
        lambda each: braiins.stats_readings(each, AT_S, has_hash_rate=True),
    ),
    (miner_pb2.GetHashboardsResponse, lambda each: braiins.board_readings(each, AT_S)),
    (performance_pb2.GetTunerStateResponse, lambda each: braiins.tuner_readings(each, AT_S)),
    (cooling_pb2.GetCoolingStateResponse, lambda each: braiins.cooling_readings(each, AT_S)),
]


@given(data=st.binary(max_size=200))
def test_whatever_bytes_come_a_good_reading_is_a_value_of_its_field(data: bytes) -> None:
    known = {each.name: each for each in fields(has_hash_rate=True)}
    for kind, read in READERS:
        try:
            message = kind.FromString(data)
        except DecodeError:
            continue
        readings = read(message)
        assert isinstance(readings, list)
        for each in readings:
            assert (each.value is None) == (each.quality is not Quality.GOOD)
            if isinstance(each.value, str):
                assert each.value in known[each.field].values
            elif each.value is not None:
                assert math.isfinite(each.value)
