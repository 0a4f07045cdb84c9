"""Faults of sensors and of the process image: F01 to F14, and the safety relay's contacts."""

import math
from collections.abc import Callable
from functools import partial
from random import Random

from adapters.port import Reading
from engine.values.fact import Quality, Value
from tests.virtual.storm import Kind, Storm, Undo
from tests.virtual.world import World

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
NOT_NUMBERS = (math.nan, math.inf, -math.inf, float("1e999"))
IMPOSSIBLE = (-127.0, 85.0, 850.0, 3276.7, 6553.5)


def _showing(value: Value) -> Callable[[Reading], Reading]:
    return lambda reading: reading._replace(value=value)


def stale(storm: Storm, random: Random) -> Undo:
    """Let a sensor tell what it told last, with the time of then."""
    point = random.choice((*NUMBERS, *CONTACTS))
    last = storm.world.sensed(point)
    return storm.world.lay_over(point, lambda _: last)


def not_a_number(storm: Storm, random: Random) -> Undo:
    """Let a sensor tell NaN or an infinity, and call it good."""
    return storm.world.lay_over(random.choice(NUMBERS), _showing(random.choice(NOT_NUMBERS)))


def impossible(storm: Storm, random: Random) -> Undo:
    """Let a sensor tell what sensors tell when they are broken."""
    return storm.world.lay_over(random.choice(TEMPERATURES), _showing(random.choice(IMPOSSIBLE)))


def stuck(storm: Storm, random: Random) -> Undo:
    """Let a sensor tell what it told last as if it were new."""
    point = random.choice((*NUMBERS, *CONTACTS[:3]))
    return storm.world.lay_over(point, _showing(storm.world.truth(point)))


def spikes(storm: Storm, random: Random) -> Undo:
    """Let a temperature jump for single looks."""

    def jump(reading: Reading) -> Reading:
        if random.random() > 0.02 or not isinstance(reading.value, float):
            return reading
        return reading._replace(value=reading.value + random.choice((-40.0, 40.0)))

    return storm.world.lay_over(random.choice(TEMPERATURES), jump)


def drift(storm: Storm, random: Random) -> Undo:
    """Let a temperature creep away."""
    begun_s, slope = storm.world.now_s, random.uniform(-5e-3, 5e-3)

    def creep(reading: Reading) -> Reading:
        if not isinstance(reading.value, float):
            return reading
        off = slope * (storm.world.now_s - begun_s)
        return reading._replace(value=round(reading.value + off, 1))

    return storm.world.lay_over(random.choice(TEMPERATURES), creep)


def _of_another(world: World, point: str, reading: Reading) -> Reading:
    return reading._replace(value=world.truth(point))


def swapped(storm: Storm, _random: Random) -> Undo:
    """Let the two ends of the buffer change their wires."""
    world = storm.world
    ends = ("buffer.top", "buffer.bottom")
    undo = [
        world.lay_over(one, partial(_of_another, world, other)) for one, other in (ends, ends[::-1])
    ]
    return lambda: [each() for each in undo]


def wire_break(storm: Storm, random: Random) -> Undo:
    """Let the module say that a wire is broken."""
    point = random.choice((*TEMPERATURES[:7], "rv1.position", "rv2.position"))
    return storm.world.lay_over(
        point, lambda reading: reading._replace(value=None, quality=Quality.BAD, reason="wire")
    )


def module_missing(storm: Storm, random: Random) -> Undo:
    """Take away one module of the PLC with all its inputs."""
    gone = random.choice((
        CONTACTS, TEMPERATURES[:4], ("rv1.position", "rv2.position", *TEMPERATURES[4:7]),
    ))  # fmt: skip
    modules = storm.world.broken.modules
    modules.update(dict.fromkeys(gone, "module missing"))
    return lambda: [modules.pop(point, None) for point in gone]


def frozen_image(storm: Storm, _random: Random) -> Undo:
    """Let the process image stand still, or not be read at all."""
    broken = storm.world.broken
    broken.unreadable = "the process image stands still"
    return lambda: setattr(broken, "unreadable", "")


def foreign_writer(storm: Storm, random: Random) -> None:
    """Let another program write into the image, once."""
    image = storm.world.plc.image
    field = random.choice(("p4_run", "p5_run", "rv2_target"))
    image[field] = 100.0 if field == "rv2_target" else True


def other_layout(storm: Storm, _random: Random) -> Undo:
    """Let the modules stand in another order than looked at: nothing may be driven."""
    broken = storm.world.broken
    broken.unreadable = broken.unwritable = "the layout is not the one that was looked at"

    def restore() -> None:
        broken.unreadable = broken.unwritable = ""

    return restore


def unwritable(storm: Storm, _random: Random) -> Undo:
    """Let every write of the image fail."""
    broken = storm.world.broken
    broken.unwritable = "Input/output error"
    return lambda: setattr(broken, "unwritable", "")


def trip(storm: Storm, _random: Random) -> Undo:
    """Open the safety relay, and the contactors with it; it closes without being asked."""
    storm.world.relay_closed = False
    return lambda: setattr(storm.world, "relay_closed", True)


def one_channel(storm: Storm, random: Random) -> Undo:
    """Let one channel of the relay say that it is open."""
    return storm.world.lay_over(random.choice(CONTACTS[3:]), _showing(False))


def no_flow(storm: Storm, random: Random) -> Undo:
    """Let P3 run dry, or stand although it is told to run."""
    broken = storm.world.broken
    if random.random() < 0.5:
        broken.stuck.add("p3")
        return lambda: broken.stuck.discard("p3")
    broken.without_flow = True
    return lambda: setattr(broken, "without_flow", False)


def pump_stuck(storm: Storm, random: Random) -> Undo:
    """Let P4 or P5 stand."""
    pump = random.choice(("p4", "p5"))
    storm.world.broken.stuck.add(pump)
    return lambda: storm.world.broken.stuck.discard(pump)


KINDS: tuple[Kind, ...] = (
    Kind("f01_stale", 2 * HOUR_S, (10.0, HOUR_S), stale),
    Kind("f02_not_a_number", 2 * HOUR_S, (5.0, HOUR_S), not_a_number),
    Kind("f03_impossible", 2 * HOUR_S, (5.0, HOUR_S), impossible),
    Kind("f04_stuck", 4 * HOUR_S, (HOUR_S, 6 * HOUR_S), stuck),
    Kind("f05_spikes", 3 * HOUR_S, (60.0, HOUR_S), spikes),
    Kind("f06_drift", 6 * HOUR_S, (HOUR_S, 6 * HOUR_S), drift),
    Kind("f07_swapped", 12 * HOUR_S, (HOUR_S, 6 * HOUR_S), swapped),
    Kind("f08_wire_break", 3 * HOUR_S, (5.0, HOUR_S), wire_break),
    Kind("f09_module_missing", 4 * HOUR_S, (5.0, HOUR_S), module_missing),
    Kind("f10_f11_frozen_image", 4 * HOUR_S, (5.0, 600.0), frozen_image),
    Kind("f12_foreign_writer", 2 * HOUR_S, (0.0, 0.0), foreign_writer),
    Kind("f14_other_layout", 12 * HOUR_S, (60.0, HOUR_S), other_layout),
    Kind("f11_unwritable", 6 * HOUR_S, (5.0, 600.0), unwritable),
    Kind("f62_no_flow", 6 * HOUR_S, (60.0, HOUR_S), no_flow),
    Kind("pump_stuck", 6 * HOUR_S, (60.0, HOUR_S), pump_stuck),
    Kind("f70_f73_trip", 8 * HOUR_S, (1.0, HOUR_S), trip),
    Kind("f71_bounce", 4 * HOUR_S, (1.0, 11.0), trip),
    Kind("f72_one_channel", 8 * HOUR_S, (1.0, HOUR_S), one_channel),
)
