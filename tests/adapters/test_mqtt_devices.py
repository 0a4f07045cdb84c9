"""Devices that are heard on MQTT, on a real broker and against a clock moved by hand."""

import asyncio
import json
from pathlib import Path

import aiomqtt
import pytest

from adapters.cancellation import cancellable
from adapters.devices import emsesp, mqtt_values, setpoints, sun, tariff
from adapters.devices.mqtt_source import MqttSource
from adapters.devices.tariff import Tariff
from adapters.port import Command, Device, DeviceError, Reading
from adapters.runtime.drivers import DRIVERS
from adapters.simulated.broker import Mosquitto
from engine.values.fact import Quality
from tests.adapters.manual_clock import ManualClock
from tests.adapters.mqtt_bench import RealClock, broker, drive, until
from tests.unit.test_codec_emsesp import BOILER_DATA

WALL_S = 1_800_000_000.0


class Heard:
    """What a device published, the latest of each field."""

    def __init__(self) -> None:
        self.readings: dict[str, Reading] = {}

    def publish(self, readings: list[Reading]) -> None:
        self.readings |= {reading.field: reading for reading in readings}

    def value(self, field: str) -> object:
        return self.readings[field].value if field in self.readings else None


def at_broker(at: Mosquitto) -> dict[str, object]:
    return {"host": "127.0.0.1", "port": at.port}


async def run_while(
    device: Device, heard: Heard, at: Mosquitto, topic: str, payload: bytes
) -> None:
    """Run a device and publish until it has heard."""
    task = asyncio.create_task(device.run(heard.publish))  # type: ignore[arg-type]
    async with aiomqtt.Client("127.0.0.1", at.port) as link:

        async def repeat() -> None:
            while True:
                await cancellable(link.publish(topic, payload, qos=1))
                await asyncio.sleep(0.02)

        telling = asyncio.create_task(repeat())
        try:
            await until(lambda: any(r.quality is Quality.GOOD for r in heard.readings.values()))
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)
    at.stop()
    with pytest.raises(DeviceError):
        await task


def test_the_heat_pump_is_heard_and_a_lost_broker_is_a_lost_device(tmp_path: Path) -> None:
    async def test() -> None:
        with broker(tmp_path) as at:
            device, heard = emsesp.build("heatpump", at_broker(at), RealClock()), Heard()
            await run_while(device, heard, at, "ems-esp/boiler_data", BOILER_DATA)
            assert heard.value("power") == 1180.0
            assert heard.value("sg_ready") == "recommended"

    drive(test())


def test_any_value_is_heard(tmp_path: Path) -> None:
    async def test() -> None:
        with broker(tmp_path) as at:
            values = {"outdoor": {"topic": "weather", "path": "t", "unit": "°C"}}
            options = {**at_broker(at), "values": values}
            device, heard = mqtt_values.build("weather", options, RealClock()), Heard()
            await run_while(device, heard, at, "weather", b'{"t":-3.5}')
            assert heard.value("outdoor") == -3.5

    drive(test())


def test_prices_are_heard(tmp_path: Path) -> None:
    async def test() -> None:
        clock = RealClock()
        with broker(tmp_path) as at:
            device = tariff.build("tariff", {**at_broker(at), "topic": "prices"}, clock)
            heard = Heard()
            prices = [{"start": clock.wall_s() - 60, "price": 31.5}]
            payload = json.dumps(prices).encode()
            task = asyncio.create_task(device.run(heard.publish))  # type: ignore[arg-type]
            async with aiomqtt.Client("127.0.0.1", at.port) as link:
                await link.publish("prices", payload, qos=1, retain=True)
                await until(lambda: heard.value("price") == 31.5)
            at.stop()
            with pytest.raises(DeviceError):
                await task

    drive(test())


def heat_pump(clock: ManualClock, **options: object) -> MqttSource:
    return emsesp.build("heatpump", {"ttl_s": 120, **options}, clock)


def test_a_retained_message_is_of_unknown_age_and_not_believed() -> None:
    device = heat_pump(ManualClock())
    assert not device.hear("ems-esp/boiler_data", BOILER_DATA, retained=True)
    assert device.hear("ems-esp/boiler_data", BOILER_DATA, retained=False)


def test_older_firmware_tells_the_hot_water_in_a_topic_of_its_own() -> None:
    (reading,) = heat_pump(ManualClock()).hear(
        "ems-esp/boiler_data_dhw", b'{"curtemp":48.1}', retained=False
    )
    assert (reading.field, reading.value) == ("hot_water_temperature", 48.1)


def test_garbage_makes_every_field_of_its_topic_bad() -> None:
    device = heat_pump(ManualClock())
    readings = device.hear("ems-esp/boiler_data", b'{"a":NaN}', retained=False)
    assert {reading.quality for reading in readings} == {Quality.BAD}
    assert readings[0].reason == "`NaN` is no number"
    assert len(readings) == len(device.fields())
    assert not device.hear("ems-esp/other", b"{", retained=False)


def test_silence_makes_a_field_missing_after_its_time_to_live() -> None:
    clock = ManualClock()
    device = heat_pump(clock)
    device.hear("ems-esp/boiler_data", b'{"outdoortemp":3}', retained=False)

    clock.advance(120)
    assert not device.silent()
    clock.advance(1)
    (reading,) = device.silent()
    assert (reading.field, reading.quality) == ("outdoor_temperature", Quality.MISSING)
    assert reading.reason == "no message for 120 s"


def values(clock: ManualClock, **about: object) -> MqttSource:
    described = {"x": {"topic": "t", "path": "v", **about}}
    return mqtt_values.build("values", {"values": described}, clock)


def test_a_message_that_says_when_it_was_measured_is_as_old_as_that() -> None:
    clock = ManualClock(1000.0, WALL_S)
    device = values(clock, time="at")
    payload = json.dumps({"v": 1, "at": WALL_S - 30}).encode()
    (reading,) = device.hear("t", payload, retained=True)
    assert (reading.value, reading.measured_at_s) == (1.0, 970.0)
    ahead = json.dumps({"v": 1, "at": WALL_S + 30}).encode()
    assert device.hear("t", ahead, retained=True)[0].measured_at_s == 1000.0
    assert not device.hear("t", b'{"v":1}', retained=True), "its time is missing"


def test_a_retained_value_counts_where_the_site_lets_it() -> None:
    assert values(ManualClock(), retained=True).hear("t", b'{"v":1}', retained=True)
    assert not values(ManualClock()).hear("t", b'{"v":1}', retained=True)
    assert not values(ManualClock()).hear("t", b'{"w":1}', retained=False)


@pytest.mark.parametrize(
    ("about", "why"),
    [
        ({"topic": "a/#"}, "one topic, without wildcards"),
        ({"unit": "glorps"}, "`glorps` is no unit"),
        ({"states": "x"}, "`states` holds lines"),
        ({"kind": "text"}, "number or on/off"),
        ({"range": [3, 1]}, "`range` is two numbers"),
        ({"range": 5}, "`range` is two numbers"),
        ({"factor": "x"}, "`factor` must be a number"),
        ({"path": 5}, "a path is written"),
        ({"ttl_s": 0}, "`ttl_s` must be a number of seconds"),
        ({"tpoic": 1}, "`tpoic` is not known"),
    ],
)
def test_what_is_wrong_with_a_value_is_said(about: dict[str, object], why: str) -> None:
    with pytest.raises(ValueError, match=f"x: .*{why}"):
        values(ManualClock(), **about)


def test_what_is_wrong_with_the_options_is_said() -> None:
    for build, options in (
        (mqtt_values.build, {}),
        (mqtt_values.build, {"values": {"x": 5}}),
        (mqtt_values.build, {"values": {"x": {"topic": "t"}}, "hots": 1}),
        (emsesp.build, {"base": "#"}),
        (emsesp.build, {"ttl_s": True}),
        (tariff.build, {}),
        (tariff.build, {"topic": "a", "file": "b"}),
        (tariff.build, {"topic": "a/+"}),
        (tariff.build, {"topic": "a", "unit": "glorps"}),
        (tariff.build, {"topic": "a", "keys": {"x": "y"}}),
        (tariff.build, {"file": "a", "x": 1}),
        (sun.build, {"latitude": 51.0}),
        (sun.build, {"latitude": 91.0, "longitude": 13.0}),
        (setpoints.build, {}),
        (setpoints.build, {"setpoints": {"x": {}}, "y": 1}),
    ):
        with pytest.raises(ValueError, match="`"):
            build("x", options, ManualClock())


def test_states_and_switches_are_fields_without_a_unit() -> None:
    device = mqtt_values.build(
        "values",
        {
            "values": {
                "season": {"topic": "s", "states": {"sommer": "summer", "winter": "winter"}},
                "window": {"topic": "w", "kind": "on/off"},
            }
        },
        ManualClock(),
    )
    assert [field.values for field in device.fields()] == [("summer", "winter"), ()]
    assert device.hear("w", b"OPEN", retained=False)[0].value is True
    assert device.hear("s", b'"Sommer"', retained=False)[0].value == "summer"
    device.command(Command("window", True, 0.0))


def test_a_price_counts_for_its_step_and_is_unknown_when_the_list_has_ended() -> None:
    clock = ManualClock(1000.0, WALL_S)
    device = tariff.build("tariff", {"topic": "prices"}, clock)
    assert [r.value for r in device.readings()] == [None, None, 0.0]
    assert device.readings()[0].reason == "no list of prices yet"
    device.hear(
        json.dumps([{"start": WALL_S + 3600 * n, "price": 20 + n} for n in (0, 1)]).encode()
    )
    assert [r.value for r in device.readings()] == [20.0, 21.0, 2.0]
    clock.advance(3600)
    assert [r.value for r in device.readings()] == [21.0, None, 1.0]
    device.hear(b"nonsense")
    assert device.readings()[0].value == 21.0, "an unreadable list leaves the old one standing"
    clock.advance(3600)
    price = device.readings()[0]
    assert price.quality is Quality.MISSING
    assert price.reason == "the last list could not be read: not JSON"
    device.command(Command("price", 1.0, 0.0))
    assert device.fields()[0].unit == "ct/kWh"


def test_prices_in_a_file_are_read_anew(tmp_path: Path) -> None:
    async def test() -> None:
        file, heard = tmp_path / "prices.csv", Heard()
        clock = ManualClock(1000.0, WALL_S)
        device = tariff.build("tariff", {"file": str(file)}, clock)
        assert isinstance(device, Tariff)
        task = asyncio.create_task(device.run(heard.publish))  # type: ignore[arg-type]
        await until(lambda: "price" in heard.readings)
        assert (
            heard.readings["price"].reason == "prices.csv cannot be read: No such file or directory"
        )
        file.write_text(f"start,price\n{WALL_S},28.4\n", "utf-8")
        for _ in range(7):
            await until(lambda: clock.sleepers)
            clock.advance(10)
        await until(lambda: heard.value("price") == 28.4)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    drive(test())


def test_the_sun_stands_in_the_south_at_noon_and_below_the_horizon_at_night() -> None:
    place = {"latitude": 51.27, "longitude": 13.52}
    noon = ManualClock(0.0, 1_718_968_000.0)  # 21 June 2024, 13:06 summer time at Walda
    up, azimuth, is_up = (r.value for r in sun.build("sun", place, noon).readings())
    assert isinstance(up, float)
    assert isinstance(azimuth, float)
    assert up == pytest.approx(62.1, abs=0.5)
    assert azimuth == pytest.approx(180, abs=5)
    assert is_up is True
    night = sun.build("sun", place, ManualClock(0.0, 1_718_968_000.0 - 43_200))
    assert night.readings()[2].value is False
    night.command(Command("azimuth", 1.0, 0.0))

    async def test() -> None:
        heard = Heard()
        task = asyncio.create_task(night.run(heard.publish))  # type: ignore[arg-type]
        await until(lambda: "elevation" in heard.readings)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert {field.name for field in night.fields()} == set(heard.readings)

    drive(test())


def test_setpoints_outlive_a_restart_as_far_as_they_are_still_admitted() -> None:
    clock = ManualClock(1000.0, WALL_S)
    described = {
        "buffer": {"unit": "°C", "range": [35, 70], "otherwise": 50},
        "season": {"values": ["summer", "winter"]},
    }
    before = setpoints.build("setpoints", {"setpoints": described}, clock)
    before.take("buffer", 60.0, "anna", WALL_S + 100)
    before.take("season", "winter", "anna", WALL_S - 1)
    kept = json.loads(json.dumps(before.retained()))
    after = setpoints.build("setpoints", {"setpoints": described}, clock)
    after.restore({**kept, "gone": kept["buffer"]})
    assert [r.value for r in after.readings()] == [60.0, None]
    assert after.state("season") == "expired"
    assert after.state("buffer") == "accepted"
    behind = ManualClock(1000.0, 0.0)
    lost = setpoints.build("setpoints", {"setpoints": described}, behind)
    lost.restore({"buffer": {"value": 60.0, "by": "anna", "until": WALL_S + 1e6}})
    behind._wall_offset_s += WALL_S
    assert lost.state("buffer") == "expired", "a clock without its time lets nothing count for long"
    for odd in (
        None,
        5,
        {"buffer": 5},
        {"buffer": {"value": 99.0, "by": "x", "until": WALL_S + 1}},
        {"buffer": {"value": 60.0, "by": 5, "until": WALL_S + 1}},
        {"buffer": {"value": 60.0, "by": "x", "until": "soon"}},
    ):
        strict = setpoints.build("setpoints", {"setpoints": described}, clock)
        strict.restore(odd)
        assert strict.state("buffer") == "unset"
    assert [field.unit for field in after.fields()] == ["°C", ""]
    after.command(Command("buffer", 60.0, 0.0))


def test_a_new_setpoint_is_told_at_once_and_all_of_them_every_second() -> None:
    async def test() -> None:
        clock, told = ManualClock(1000.0, WALL_S), []
        described = {"buffer": {"unit": "°C", "range": [35, 70]}}
        device = setpoints.build("setpoints", {"setpoints": described}, clock)
        task = asyncio.create_task(device.run(lambda readings: told.append(readings[0].value)))
        await until(lambda: told == [None])
        device.take("buffer", 60.0, "anna", WALL_S + 100)
        await until(lambda: told == [None, 60.0])
        await until(lambda: clock.sleepers)
        clock.advance(1)
        await until(lambda: told == [None, 60.0, 60.0])
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    drive(test())


@pytest.mark.parametrize("driver", ["emsesp", "mqtt_values", "setpoints", "sun", "tariff"])
def test_a_site_can_name_every_one_of_them(driver: str) -> None:
    assert callable(DRIVERS[driver].load())
