"""The PLC against a process image file, by the real revpimodio2."""

import math
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.devices.revpi import RevPi
from adapters.port import DeviceError
from adapters.simulated.revpi_image import BROKEN_LOOP_UA, BROKEN_RTD, FAULTS, SHORTED_RTD, Fault
from engine.values.fact import Quality, Value
from tests.adapters.revpi_bench import INPUTS, OUTPUTS, Bench, bad, by_field

FROM_THE_IMAGE = {*INPUTS, *(f"{name}_accepted" for name in OUTPUTS), "core_temperature"}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.plc.close()


def test_every_input_is_read_in_its_own_unit(bench: Bench) -> None:
    bench.house.set("safety_a", 1)
    bench.house.set("t_return", -55)
    bench.house.set("heat_pulses", 4711)
    readings = bench.scan()
    values = {name: readings[name].value for name in (*INPUTS, "core_temperature", "modules_ok")}
    assert values == {
        "safety_a": True,
        "door": True,
        "supply": 45.3,
        "return": -5.5,
        "pressure": 2.0,
        "rv1_position": 50.0,
        "heat": 471.1,
        "core_temperature": 45.0,
        "modules_ok": True,
    }
    assert {each.measured_at_s for each in readings.values()} == {bench.now_s}


def test_every_reading_is_a_field_and_every_field_a_reading(bench: Bench) -> None:
    fields = {each.name for each in bench.plc.fields()}
    assert set(bench.scan()) == fields
    bench.house.faults.add("truncated")
    assert set(bench.look()) == fields
    writable = {each.name for each in bench.plc.fields() if each.writable}
    assert writable == set(OUTPUTS)


def test_the_first_image_is_the_safe_one_whatever_was_left_behind(bench: Bench) -> None:
    for name in ("p3_relay", "sg_1", "sg_2", "p4_relay", "O_9"):
        bench.house.put_output(name, 1)
    bench.house.put_output("rv2_mv", 10_000)
    bench.command("p4_run", True)
    bench.scan()
    outputs = ("p3_relay", "sg_1", "sg_2", "p4_relay", "O_9", "rv1_mv", "rv2_mv", "PWM_1")
    assert {bench.house.get(name) for name in outputs} == {0}
    bench.scan()
    assert bench.house.get("p4_relay") == 1


def test_commands_become_relays_and_millivolts(bench: Bench) -> None:
    bench.scan()
    commands: dict[str, Value] = {
        "p3_run": True,
        "p4_run": True,
        "rv1": 25.0,
        "rv2": 72.5,
        "sg_ready": "recommended",
    }
    for field, value in commands.items():
        bench.command(field, value)
    bench.scan()
    house = bench.house
    assert [house.get(n) for n in ("p3_relay", "p4_relay", "sg_1", "sg_2")] == [0, 1, 0, 1]
    assert (house.get("rv1_mv"), house.get("rv2_mv")) == (8000, 7250)
    readings = bench.look()
    assert {name: readings[name].value for name in commands} == commands
    assert {name: readings[f"{name}_accepted"].value for name in commands} == commands


def test_what_nobody_commands_is_zero_which_is_what_wiring_makes_safe(bench: Bench) -> None:
    bench.scan()
    readings = bench.look()
    safe = {"p3_run": True, "p4_run": False, "rv1": 100.0, "rv2": 0.0, "sg_ready": "normal"}
    assert {name: readings[name].value for name in OUTPUTS} == safe
    assert {name: readings[f"{name}_accepted"].value for name in OUTPUTS} == safe


def test_a_command_that_is_not_renewed_ends_in_the_safe_state(bench: Bench) -> None:
    bench.scan()
    bench.command("p4_run", True, life_s=2.0)
    assert bench.scan()["p4_run"].value is True
    bench.scan(seconds=1.5)
    assert bench.house.get("p4_relay") == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("rv2", value) for value in (-0.1, 100.1, float("nan"), float("inf"), True, "open")),
        *(("p4_run", value) for value in (1.0, "on")),
        *(("sg_ready", value) for value in (True, 2.0, "boost")),
    ],
)
def test_an_impossible_command_takes_its_output_to_safe_and_says_so(
    bench: Bench, field: str, value: float | bool | str
) -> None:
    bench.scan()
    bench.command("rv2", 50.0)
    bench.command("p4_run", True)
    bench.command("sg_ready", "forced")
    bench.scan()
    bench.command(field, value)
    bench.scan()
    readings = bench.look()
    assert field in bad(readings)
    assert readings[f"{field}_accepted"].value in (0.0, False, "normal")
    others = {"rv2", "p4_run", "sg_ready"} - {field}
    assert not others & bad(readings)
    possible: dict[str, Value] = {"rv2": 1.0, "p4_run": True, "sg_ready": "locked"}
    bench.command(field, possible[field])
    assert field not in bad(bench.scan())


def test_write_safe_is_zero_everywhere_and_forgets_the_commands(bench: Bench) -> None:
    bench.scan()
    bench.command("p4_run", True)
    bench.command("rv2", 100.0)
    bench.scan()
    bench.plc.write_safe()
    bench.house.exchange()
    assert (bench.house.get("p4_relay"), bench.house.get("rv2_mv")) == (0, 0)
    bench.scan()
    assert bench.house.get("p4_relay") == 0


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_image_makes_everything_bad_and_its_end_good(
    bench: Bench, fault: Fault
) -> None:
    for _ in range(3):
        bench.scan()
    bench.house.faults.add(fault)
    for _ in range(8):
        readings = bench.look()
    assert bad(readings) >= FROM_THE_IMAGE
    assert readings["modules_ok"].value is False
    assert all(readings[name].reason for name in FROM_THE_IMAGE)
    bench.house.faults.clear()
    bench.look()
    bench.scan()
    assert not bad(bench.scan())


def test_a_short_read_is_bad_at_once_and_leaves_the_outputs_whole(bench: Bench) -> None:
    bench.scan()
    bench.command("rv2", 72.5)
    bench.scan()
    bench.house.faults.add("truncated")
    assert bad(bench.look()) >= FROM_THE_IMAGE
    bench.house.faults.clear()
    bench.house.exchange()
    bench.plc.write(bench.now_s)
    bench.house.exchange()
    assert bench.house.get("rv2_mv") == 7250
    assert bench.look()["supply"].value == 45.3


def test_an_image_that_stands_still_is_believed_for_two_seconds(bench: Bench) -> None:
    for _ in range(3):
        bench.scan()
    bench.house.faults.add("frozen")
    seen = [bool(bad(bench.scan()) >= FROM_THE_IMAGE) for _ in range(5)]
    assert seen == [False, False, False, False, True]
    assert "loop_in" in bench.scan()["supply"].reason


def test_slow_scans_do_not_make_an_image_stand_still(bench: Bench) -> None:
    for _ in range(5):
        assert not bad(bench.scan(seconds=30.0))


@pytest.mark.parametrize(
    ("io", "raw", "field", "reason"),
    [
        ("t_supply", BROKEN_RTD, "supply", "wire break"),
        ("t_supply", SHORTED_RTD, "supply", "short circuit"),
        ("t_supply", 32767, "supply", "wire break"),
        ("t_supply", -32768, "supply", "short circuit"),
        ("t_supply", 2500, "supply", "250 °C is outside of -60 to 180"),
        ("pressure_ua", BROKEN_LOOP_UA, "pressure", "wire break"),
        ("pressure_ua", 3599, "pressure", "wire break"),
        ("pressure_ua", 21_001, "pressure", "short circuit"),
        ("rv1_feedback_mv", 240, "rv1_position", "wire break"),
        ("rv1_feedback_mv", 10_600, "rv1_position", "short circuit"),
        ("RTDStatus_1", 1, "supply", "aio: below its range (t_supply)"),
        ("RTDStatus_1", -128, "supply", "aio: status bit 7 is set (t_supply)"),
        ("InputStatus_1", 2, "pressure", "aio: above its range (pressure_ua)"),
    ],
)
def test_a_broken_wire_or_a_status_bit_makes_one_input_bad(
    bench: Bench, io: str, raw: int, field: str, reason: str
) -> None:
    bench.scan()
    bench.house.hold(io, raw)
    readings = bench.scan()
    assert bad(readings) == {field}
    assert readings[field].reason == reason
    bench.house.release(io)
    assert not bad(bench.scan())


def test_a_fault_of_the_dio_names_it_and_takes_its_inputs_alone(bench: Bench) -> None:
    bench.scan()
    bench.house.hold("DIO_Status", 1)
    readings = bench.scan()
    assert bad(readings) >= {"safety_a", "door", "heat"}
    assert not bad(readings) & {"supply", "return", "pressure", "rv1_position"}
    assert readings["safety_a"].reason == "dio: it does not hear its inputs"
    assert "dio" in readings["modules_ok"].reason


def test_a_fault_of_one_output_says_nothing_against_the_inputs(bench: Bench) -> None:
    bench.scan()
    bench.house.hold("DIO_Status", 1 << 10)
    assert "safety_a" not in bad(bench.scan())
    bench.house.release("DIO_Status")
    bench.house.hold("Output_Status", 0xFFFF & ~(1 << 3))
    readings = bench.scan()
    assert bad(readings) == {"p4_run_accepted"}
    assert readings["p4_run_accepted"].reason == "dio: output 4 has a fault"


def test_an_aio_without_supply_says_that_its_output_is_zero(bench: Bench) -> None:
    bench.scan()
    bench.house.hold("OutputStatus_1", 1 << 5)
    readings = bench.scan()
    assert bad(readings) == {"rv1_accepted"}
    assert "10.2 V" in readings["rv1_accepted"].reason
    assert readings["modules_ok"].value is False


def test_what_a_sensor_shows_before_it_measures_is_doubted_the_second_time(bench: Bench) -> None:
    bench.house.set("t_return", 850)
    assert bench.scan()["return"].value == 85.0
    assert "return" in bad(bench.scan())
    bench.house.set("t_return", 851)
    assert bench.scan()["return"].value == 85.1


def test_a_foreign_writer_is_told_the_second_time_and_overwritten_each_time(bench: Bench) -> None:
    bench.scan()
    bench.command("p4_run", True)
    bench.scan()
    told = []
    for _ in range(3):
        bench.house.put_output("p4_relay", 0)
        readings = bench.scan()
        told.append(readings["foreign_writer"].value)
        assert readings["p4_run_accepted"].value is False
        assert "p4_relay" in readings["foreign_writer"].reason
        assert bench.house.get("p4_relay") == 1
    assert told == [False, True, True]
    assert bench.scan()["foreign_writer"].value is False


def test_outputs_that_the_kernel_took_away_are_seen_and_given_back(bench: Bench) -> None:
    bench.scan()
    bench.command("p4_run", True)
    bench.command("rv2", 100.0)
    bench.scan()
    bench.house.bite()
    readings = bench.scan()
    assert readings["p4_run_accepted"].value is False
    assert (bench.house.get("p4_relay"), bench.house.get("rv2_mv")) == (1, 10_000)
    assert bench.house.get("RS485ErrorLimit2") == 1000


def test_a_plc_that_is_only_read_has_a_handle_that_cannot_write(bench: Bench) -> None:
    bench.command("p4_run", True)
    bench.scan()
    before = bench.house.image_path.read_bytes()
    bench.house.image_path.chmod(0o444)
    shadow = bench.new(read_only=True, layout="")
    readings = by_field(shadow.read(bench.now_s))
    assert readings["supply"].value == 45.3
    assert readings["driving"].value is False
    with pytest.raises(DeviceError, match="only read"):
        shadow.write(bench.now_s)
    with pytest.raises(DeviceError, match="only read"):
        shadow.write_safe()
    shadow.feed()
    assert bench.house.image_path.read_bytes() == before
    shadow.close()


def test_driving_is_to_have_written_the_last_image(bench: Bench) -> None:
    assert bench.look()["driving"].value is False
    bench.scan()
    assert bench.look()["driving"].value is True
    bench.plc.close()
    gone = bench.house.image_path.rename(bench.house.image_path.with_name("gone"))
    with pytest.raises(DeviceError):
        bench.plc.write(bench.now_s)
    driving = by_field(bench.plc.read(bench.now_s))["driving"]
    assert driving.value is False
    gone.rename(bench.house.image_path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(image=st.binary(min_size=213, max_size=213), running=st.booleans())
def test_no_image_whatever_makes_a_reading_that_is_not_one(
    bench: Bench, image: bytes, running: bool
) -> None:
    content = bytearray(4096)
    content[: len(image)] = image
    content[0] = image[0] & ~0x0D | running
    bench.house.image_path.write_bytes(content)
    bench.now_s += 0.5
    readings = by_field(bench.plc.read(bench.now_s))
    assert set(readings) == {each.name for each in bench.plc.fields()}
    for each in readings.values():
        if isinstance(each.value, float):
            assert math.isfinite(each.value)
        if each.quality is Quality.BAD:
            assert each.reason
    if not running:
        assert bad(readings) >= FROM_THE_IMAGE
    elif readings["supply"].value is not None:
        assert -60 <= float(readings["supply"].value) <= 180


def test_no_thread_is_started(bench: Bench) -> None:
    before = threading.active_count()
    bench.scan()
    assert threading.active_count() == before


def test_a_plc_that_is_not_there_is_bad_and_found_when_it_comes(bench: Bench) -> None:
    gone = bench.house.image_path.rename(bench.house.image_path.with_name("gone"))
    plc: RevPi = bench.new()
    readings = by_field(plc.read(0.0))
    assert bad(readings) >= FROM_THE_IMAGE
    assert "No such file" in readings["supply"].reason
    with pytest.raises(DeviceError, match="No such file"):
        plc.write(0.0)
    with pytest.raises(DeviceError, match="No such file"):
        plc.write_safe()
    gone.rename(bench.house.image_path)
    assert by_field(plc.read(0.5))["supply"].value == 45.3
    plc.write(0.5)
    plc.close()


def test_after_three_failures_the_image_is_opened_anew(bench: Bench) -> None:
    bench.scan()
    bench.command("p4_run", True)
    bench.house.faults.add("truncated")
    for _ in range(3):
        bench.look()
    bench.house.faults.clear()
    bench.house.image_path.unlink()
    bench.house.image_path.write_bytes(bytes(4096))
    assert not bad(bench.look())
    bench.plc.write(bench.now_s)
    bench.house.exchange()
    assert bench.house.get("p4_relay") == 1


def test_qualities_are_only_good_and_bad_where_there_is_a_base_module(bench: Bench) -> None:
    assert {each.quality for each in bench.scan().values()} == {Quality.GOOD}
