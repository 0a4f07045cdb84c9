"""The faults of the catalogue that can be laid over the virtual world, by name."""

from random import Random

from tests.virtual.storm import Kind, Storm, Undo

HOUR_S, DAY_S = 3600.0, 86_400.0
TEMPERATURES = (
    "buffer.top", "buffer.middle", "buffer.bottom", "hotwater.top", "hotwater.bottom",
    "water.supply_temperature", "water.return_temperature", "outside.temperature",
    "miner1.board_temperature", "miner2.board_temperature",
)  # fmt: skip
NUMBERS = (
    *TEMPERATURES, "pv.power", "house.load", "grid.power", "battery.soc", "price.buy",
    "miner1.power", "miner2.power", "rv1.position", "rv2.position", "heatpump.power",
)  # fmt: skip
CONTACTS = ("p3.running", "p4.running", "p5.running", "safety.channel_a", "safety.channel_b")


def f01_stale(storm: Storm, random: Random) -> Undo:
    """Let a sensor tell what it told last, with the time of then."""
    point = random.choice((*NUMBERS, *CONTACTS))
    last = storm.world.sensed(point)
    return storm.world.lay_over(point, lambda _: last)


def f70_trip(storm: Storm, _random: Random) -> Undo:
    """Open the safety relay, and the contactors with it."""
    storm.world.relay_closed = False

    def close() -> None:
        storm.world.relay_closed = True

    return close


KINDS: tuple[Kind, ...] = (
    Kind("f01_stale", 2 * HOUR_S, (10.0, HOUR_S), f01_stale),
    Kind("f70_f73_trip", 12 * HOUR_S, (1.0, HOUR_S), f70_trip),
)
