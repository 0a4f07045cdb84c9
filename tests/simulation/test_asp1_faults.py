"""asp1 when something breaks: what the rules of protection do in the very scan that sees it."""

import pytest

from adapters.simulated.inputs import Commands
from engine.inference.image import Reset
from engine.values.fact import Value
from tests.simulation.asp1_house import House, Look, Points

BOTH = ("miner1.power_target", "miner2.power_target")


def running() -> House:
    """Return a house whose miner 1 runs for the weekly hygiene, a quarter of an hour already."""
    house = House("2024-10-25 10:58", step_s=10)
    for look in house.run(0.3):
        last = look
    assert last.decided["miner1.power_target"] == 2800.0
    return house


def lay_over(house: House, **facts: Value | None) -> None:
    """Falsify facts; None takes one away. `__` stands for the dot."""

    def falsified(points: Points) -> Points:
        for name, value in facts.items():
            point = name.replace("__", ".")
            if value is None:
                del points[point]
            else:
                points[point] = value
        return points

    house.points = falsified


def is_stopped(look: Look) -> bool:
    return all(look.decided[miner] == 0.0 for miner in BOTH)


SEEN = {
    "one channel open": {"safety__channel_a": False},
    "both channels open": {"safety__channel_a": False, "safety__channel_b": False},
    "boards too hot": {"miner1__board_temperature": 93.0},
    "water too hot": {"water__supply_temperature": 83.0},
}
SILENT = {
    "a channel is silent": {"safety__channel_b": None},
    "the boards are silent": {"miner1__board_temperature": None},
    "the supply is silent": {"water__supply_temperature": None},
}
WHILE_IT_LASTS = {
    "the pump stands": {"p3__running": False},
    "the pump is silent": {"p3__running": None},
    "both ways are shut": {"rv1__position": 0.0, "rv2__position": 0.0},
    "the tank is full": {"hotwater__bottom": 69.0},
}


@pytest.mark.parametrize("facts", SEEN.values(), ids=SEEN)
def test_what_was_seen_stops_at_once_and_stays_until_a_reset(facts: dict[str, Value]) -> None:
    house = running()
    lay_over(house, **facts)
    look = house.scan()
    assert is_stopped(look)
    assert look.decided["p3.run_target"] is True
    lay_over(house)
    assert all(is_stopped(look) for look in house.run(0.5))
    trips = [trip for trip in look.scan.trace.alarms if trip.kind.value == "tripped"]
    house.resets = tuple(Reset(trip.subject, "test") for trip in trips)
    house.scan()
    house.resets = ()
    assert all(is_stopped(look) for look in house.run(0.5)), "a reset starts nothing"


@pytest.mark.parametrize("facts", SILENT.values(), ids=SILENT)
def test_what_is_silent_stops_at_once_and_needs_nobody(facts: dict[str, Value | None]) -> None:
    house = running()
    lay_over(house, **facts)
    assert is_stopped(house.scan())
    lay_over(house)
    assert any(not is_stopped(look) for look in house.run(0.5))


@pytest.mark.parametrize("facts", WHILE_IT_LASTS.values(), ids=WHILE_IT_LASTS)
def test_interlocks_hold_while_the_cause_lasts(facts: dict[str, Value | None]) -> None:
    house = running()
    lay_over(house, **facts)
    look = house.scan()
    assert is_stopped(look)
    assert look.decided["p3.run_target"] is True
    assert all(is_stopped(look) for look in house.run(0.3))
    lay_over(house)
    assert any(not is_stopped(look) for look in house.run(0.5))


def test_a_discrepancy_of_the_channels_latches_as_well() -> None:
    house = running()
    lay_over(house, safety__channel_a=False)
    house.scan()
    alarms = {alarm.subject for alarm in house.scan().scan.trace.alarms}
    assert alarms == {"safety_relay", "safety_discrepancy"}


def test_without_flow_the_miners_stop_long_before_the_water_boils() -> None:
    house = running()

    def without_pump(commands: Commands) -> Commands:
        return commands._replace(p3_run=False)

    house.commands = without_pump
    lay_over(house, p3__running=True)
    looks = list(house.run(0.5))
    tripped = next(i for i, look in enumerate(looks) if is_stopped(look))
    assert looks[tripped].scan.trace.alarms[0].subject == "no_flow"
    assert tripped * 10 < 300
    assert max(look.state.water.supply_temperature_c for look in looks) < 85.0


def test_no_override_passes_an_interlock() -> None:
    house = running()
    house.overrides = {
        "rv1.position_target": 100.0,
        "rv2.position_target": 100.0,
        "miner1.power_target": 3300.0,
        "miner2.power_target": 3300.0,
        "p3.run_target": False,
        "heatpump.sg_ready": "locked",
    }
    lay_over(house, outside__temperature=2.0)
    for look in house.run(0.2):
        decided = look.decided
        assert decided["rv1.position_target"] == 100.0
        assert decided["rv2.position_target"] == 0.0
        assert decided["p3.run_target"] is True
        assert decided["heatpump.sg_ready"] == "normal"
        assert sum(float(decided[miner]) for miner in BOTH) <= 5800.0
    assert decided["miner1.power_target"] == 3300.0
    assert decided["miner2.power_target"] == 2500.0


def test_silent_weather_means_frost_may_threaten() -> None:
    house = running()
    house.overrides = {"heatpump.sg_ready": "locked"}
    lay_over(house, outside__temperature=None)
    assert house.scan().decided["heatpump.sg_ready"] == "normal"
    house.overrides = {}
    assert [look.decided["p4.run_target"] for look in house.run(1.0)][-1] is True


def test_without_pv_the_miners_rest_and_hot_water_goes_on() -> None:
    house = House("2024-10-25 06:00")
    lay_over(house, pv__power=None)
    looks = list(house.run(5.0))
    assert all(is_stopped(look) for look in looks)
    assert {look.decided["heatpump.sg_ready"] for look in looks} >= {"normal"}
    assert min(float(look.points["hotwater.top"]) for look in looks) > 43.0
