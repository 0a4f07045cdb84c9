"""A daemon's messenger, built."""

from collections.abc import Callable

import pytest

from adapters.messaging.build import mqtt_of
from adapters.port import Field, Reading
from adapters.runtime.cycle import Cycle
from adapters.runtime.gateway import Gateway
from adapters.runtime.shadow import Runner
from engine.control.scan import Scan
from engine.values.fact import Quality
from tests.adapters.mqtt_bench import FIELDS, Controller, people, program_of


class House:
    def __init__(self, controller: Controller) -> None:
        self.shadow = False
        self.cycle: Cycle = controller.cycle
        self.gateway: Gateway = controller.gateway
        self.runners: list[Runner] = []

    def listen(self, name: str, listener: Callable[[Scan], None]) -> None:
        assert name == "mqtt"
        self.cycle.listeners.append(listener)

    def add(self, runner: Runner) -> None:
        self.runners.append(runner)


class Plc:
    def __init__(self, name: str = "plc") -> None:
        self.name = name

    def fields(self) -> tuple[Field, ...]:
        return FIELDS


def test_the_daemon_gets_a_runner_that_hears_scans_and_devices() -> None:
    controller = Controller(program_of())
    house = House(controller)
    devices = [Plc(), controller.setpoints]
    one = mqtt_of(house, controller.clock, {}, devices, people(controller))  # type: ignore[arg-type]
    assert house.runners == [one]
    assert one.fields() == ()
    now_s = controller.clock.monotonic_s()
    controller.publish([Reading("top", 40.0, Quality.GOOD, now_s)])
    assert "thermiq/test/plc/top" in one._outbox.topics()
    controller.step()
    assert one._newest is not None


def test_a_shadow_tells_beside_the_topics_of_the_real_one() -> None:
    controller = Controller(program_of())
    house = House(controller)
    house.shadow = True
    one = mqtt_of(house, controller.clock, {}, (), people(controller))  # type: ignore[arg-type]
    assert one._topics.status == "thermiq-shadow/test/status"
    assert not one._settings.has_homeassistant


def test_a_device_whose_name_is_a_topic_of_ours_is_refused() -> None:
    controller = Controller(program_of())
    house = House(controller)
    with pytest.raises(ValueError, match="cannot be a topic"):
        mqtt_of(house, controller.clock, {}, [Plc("alarms")], people(controller))  # type: ignore[arg-type, list-item]
    assert not house.runners
