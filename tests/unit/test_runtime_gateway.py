from dataclasses import dataclass, field

from adapters.port import Command, Field, Publish, Reading
from adapters.runtime.gateway import COMMAND_LIFE_S, Gateway
from adapters.runtime.wiring import Wire, Wiring
from engine.control.decision import Cause, Decision
from engine.values.fact import Fact, Quality


@dataclass
class Recorded:
    """A device that only takes commands."""

    name: str = "miner"
    commands: list[Command] = field(default_factory=list)

    def fields(self) -> tuple[Field, ...]:
        return ()

    async def run(self, publish: Publish) -> None:
        publish([])

    def command(self, command: Command) -> None:
        self.commands.append(command)


def gateway() -> tuple[Gateway, Recorded]:
    device = Recorded()
    wiring = Wiring(
        {("miner", "power"): (Wire("miner", "power", "miner1.power", 1000.0),)},
        {"miner1.power_target": (Wire("miner", "target", "miner1.power_target", 1000.0),)},
        (),
    )
    return Gateway(wiring, {"miner": device}), device


def decision(value: float) -> Decision:
    return Decision("miner1.power_target", value, Cause.RULE, "sunny", value, "sunny", (), ())


def test_the_newest_fact_of_a_point_is_taken_once() -> None:
    stand, _ = gateway()
    publish = stand.publisher("miner")
    publish([Reading("power", 1.5, Quality.GOOD, 1.0), Reading("power", 1.7, Quality.GOOD, 2.0)])
    assert stand.take() == [Fact("miner1.power", 1700.0, Quality.GOOD, 2.0)]
    assert stand.take() == []


def test_a_field_without_a_wire_goes_nowhere() -> None:
    stand, _ = gateway()
    stand.publisher("miner")([Reading("fan", 4000.0, Quality.GOOD, 1.0)])
    assert stand.take() == []


def test_a_lost_device_makes_its_points_missing_and_says_why() -> None:
    stand, _ = gateway()
    stand.lose("miner", 5.0, "no answer")
    assert stand.take() == [Fact("miner1.power", None, Quality.MISSING, 5.0)]
    assert stand.reasons == {"miner1.power": "no answer"}
    stand.publisher("miner")([Reading("power", 1.0, Quality.GOOD, 6.0)])
    assert stand.reasons == {}


def test_a_decision_becomes_a_command_in_the_devices_unit_that_expires() -> None:
    stand, device = gateway()
    stand.give_out([decision(2400.0)], 7.0)
    assert device.commands == [Command("target", 2.4, 7.0 + COMMAND_LIFE_S, "sunny")]
