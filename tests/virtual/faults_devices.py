"""Faults of inverter, meters, topics and miners: F20 to F62, as far as they reach the port."""

from functools import partial
from random import Random

from adapters.port import Reading
from tests.virtual.storm import Kind, Storm, Undo
from tests.virtual.world import MINERS

HOUR_S = 3600.0
LINKS = ("inverter", "meter_grid", "miner1", "miner2", "heatpump", "tariff", "weather")
SWIZZLE_S = 300.0


def _with(those: set[str], one: str) -> Undo:
    those.add(one)
    return lambda: those.discard(one)


def mute(storm: Storm, random: Random) -> Undo:
    """Let a device hang."""
    return _with(storm.world.broken.mute, random.choice(LINKS))


def lost(storm: Storm, random: Random) -> Undo:
    """Break a link and let no new one come about."""
    name = random.choice(LINKS)
    storm.world.sources[name].lose("connection reset")
    return _with(storm.world.broken.lost, name)


def swizzle(storm: Storm, random: Random) -> Undo:
    """Stop links one by one, and restore them in another order."""
    world = storm.world
    names = random.sample(LINKS, random.randint(2, len(LINKS)))
    for number, name in enumerate(names):
        world.at(number * random.uniform(1.0, SWIZZLE_S), partial(world.broken.mute.add, name))

    def restore() -> None:
        for number, name in enumerate(random.sample(names, len(names))):
            delay_s = number * random.uniform(1.0, SWIZZLE_S)
            world.at(delay_s, partial(world.broken.mute.discard, name))

    return restore


def slow(storm: Storm, random: Random) -> Undo:
    """Let a device answer only now and then."""
    name = random.choice(LINKS)
    storm.world.broken.slow[name] = random.randint(2, 12)
    return lambda: storm.world.broken.slow.pop(name, None)


def zero_frame(storm: Storm, _random: Random) -> Undo:
    """Let the inverter answer with zeros, as on waking."""
    undo = [
        storm.world.lay_over(point, lambda reading: reading._replace(value=0.0))
        for point in ("pv.power", "house.load", "battery.power", "battery.soc")
    ]
    return lambda: [each() for each in undo]


def deaf(storm: Storm, _random: Random) -> Undo:
    """Let the inverter take commands and do nothing of it."""
    return _with(storm.world.broken.deaf, "inverter")


def soc_jumps(storm: Storm, random: Random) -> Undo:
    """Let the battery's charge jump between empty and full."""

    def jump(reading: Reading) -> Reading:
        return reading._replace(value=random.choice((0.0, 100.0, reading.value)))

    return storm.world.lay_over("battery.soc", jump)


def unreachable(storm: Storm, random: Random) -> Undo:
    """Let a miner not be reached; it goes on with what it was told."""
    return _with(storm.world.broken.unreachable, random.choice(MINERS))


def reboot(storm: Storm, random: Random) -> None:
    """Start a miner anew: it comes back mining, whatever it was told."""
    name = random.choice(MINERS)
    storm.world.firmware[name].reboot()
    storm.world.miner(name).restarted()


def _firmware(storm: Storm, random: Random, fault: str) -> Undo:
    return _with(storm.world.firmware[random.choice(MINERS)].faults, fault)


def ignores_target(storm: Storm, random: Random) -> Undo:
    """Let a miner draw all it can, whatever its target is."""
    return _firmware(storm, random, "ignores_target")


def ignores_pause(storm: Storm, random: Random) -> Undo:
    """Let a miner take a pause and go on."""
    return _firmware(storm, random, "ignores_pause")


def lies(storm: Storm, random: Random) -> Undo:
    """Let a miner say that it is paused, and run."""
    name = random.choice(MINERS)
    quiet = storm.world.lay_over(f"{name}.power", lambda reading: reading._replace(value=0.0))
    undo = _with(storm.world.firmware[name].faults, "lies")
    return lambda: (quiet(), undo())


def suspends(storm: Storm, random: Random) -> Undo:
    """Let a miner stop by itself, as with dead pools."""
    return _firmware(storm, random, "suspended")


KINDS: tuple[Kind, ...] = (
    Kind("f20_f51_mute", 2 * HOUR_S, (5.0, HOUR_S), mute),
    Kind("f20_f50_swizzle", 6 * HOUR_S, (300.0, 2 * HOUR_S), swizzle),
    Kind("f26_zero_frame", 4 * HOUR_S, (5.0, 600.0), zero_frame),
    Kind("f28_deaf", 6 * HOUR_S, (60.0, 2 * HOUR_S), deaf),
    Kind("f29_soc_jumps", 4 * HOUR_S, (60.0, HOUR_S), soc_jumps),
    Kind("f50_f61_unreachable", 3 * HOUR_S, (5.0, HOUR_S), unreachable),
    Kind("f52_slow", 3 * HOUR_S, (60.0, HOUR_S), slow),
    Kind("f54_reboot", 4 * HOUR_S, (0.0, 0.0), reboot),
    Kind("f55_ignores_target", 6 * HOUR_S, (60.0, 3 * HOUR_S), ignores_target),
    Kind("f56_f81_ignores_pause", 6 * HOUR_S, (60.0, HOUR_S), ignores_pause),
    Kind("f56_lies", 6 * HOUR_S, (60.0, HOUR_S), lies),
    Kind("f58_suspends", 6 * HOUR_S, (60.0, 2 * HOUR_S), suspends),
    Kind("f100_lost", 2 * HOUR_S, (1.0, HOUR_S), lost),
)
