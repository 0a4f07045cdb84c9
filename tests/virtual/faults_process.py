"""Faults of clocks, disk and process, and of people: F30 to F43, F71 to F79, F85 to F95."""

import errno
import json
from random import Random

from tests.virtual.storm import Kind, Storm, Undo
from tests.virtual.world import KilledError

HOUR_S, DAY_S = 3600.0, 86_400.0
PLACES = (
    "plc.read", "plc.seen", "plc.write", "plc.written", "disk.pwrite", "disk.sync", "disk.synced",
    "disk.rename", "miner1.pause", "miner1.set_target", "miner2.pause",
)  # fmt: skip
GARBAGE = (
    b"{", b"\xff\xfe", b"[" * 900, b"null", b'{"id": NaN}', b'{"id":"a","id":"b"}', b"1" * 5000,
    b'{"id":"x","by":"eve","ttl_s":true,"trip":"safety_relay"}', b'"\\ud800"', b"true",
    b'{"id":"x","by":"eve","ttl_s":60,"output":"miner1.power_target","value":"50","unit":"W"}',
)  # fmt: skip
SLOT_BYTES = 65_536


def kill(storm: Storm, random: Random) -> Undo:
    """End the process at some place, or in the middle of waiting."""
    return _die(storm, random, power=False)


def power_cut(storm: Storm, random: Random) -> Undo:
    """Take the power from the machine at some place."""
    return _die(storm, random, power=True)


def _die(storm: Storm, random: Random, *, power: bool) -> Undo:
    world = storm.world
    place = random.choice((*PLACES, "waiting", "waiting"))
    if place == "waiting":
        # From another event: a process that is dead already cannot die again.
        if storm.people.life is not None:
            raise KilledError(place, power=power)
        return lambda: None
    world.dies_at = (place, power)
    return lambda: setattr(world, "dies_at", None)


def inherited(storm: Storm, random: Random) -> None:
    """Leave outputs on behind the dead process, as a driver without a watchdog does."""
    storm.leaves_behind = {"p4_run": True, "p5_run": True, "rv1_target": 0.0, "rv2_target": 100.0}
    kill(storm, random)


def flipped(storm: Storm, random: Random) -> None:
    """Flip bits in one slot of the retained state, or in both, and end the process."""
    disk = storm.world.disk
    if "retained.slots" in disk.files:
        for place in random.sample((0, 1), random.choice((1, 2))):
            disk.flip("retained.slots", place * SLOT_BYTES + random.randrange(40))
        if storm.people.life is not None:
            raise KilledError("flipped", power=False)


def disk_full(storm: Storm, random: Random) -> Undo:
    """Let every write fail: no space, or an error of the medium."""
    storm.world.disk.fails = random.choice((errno.ENOSPC, errno.EIO, errno.EROFS))
    return lambda: setattr(storm.world.disk, "fails", 0)


def wall_jumps(storm: Storm, random: Random) -> Undo:
    """Let the wall clock jump, and be set right later."""
    clock = storm.world.clock
    clock.wall_error_s = random.choice((2 * DAY_S, -30 * DAY_S, 3600.0, -3600.0, 1.0, -0.4))
    return lambda: setattr(clock, "wall_error_s", 0.0)


def boots_in_1970(storm: Storm, _random: Random) -> Undo:
    """Cut the power; the machine comes back in 1970, until somebody tells it the time."""
    world = storm.world
    world.at(60.0, lambda: setattr(world.clock, "wall_error_s", 0.0))
    world.clock.wall_error_s = -world.clock.wall_begun_s - world.now_s
    if storm.people.life is not None:
        raise KilledError("waiting", power=True)
    return lambda: None


def stall(storm: Storm, random: Random) -> None:
    """Let the process stand still: between two scans, or in one before, after or in its reading."""
    world, lasts_s = storm.world, random.choice((6.0, 11.0, 15.0, 30.0, 120.0))
    place = random.choice(("waiting", "plc.read", "plc.seen", "plc.write"))
    if place == "waiting":
        world.stalled_s += lasts_s
        world.at(0.0, lambda: world.advance(lasts_s))
    else:
        world.stands_still_at, world.stands_still_s = place, lasts_s


def overrides(storm: Storm, _random: Random) -> None:
    """Let somebody ask for an output's value, sensible or not."""
    storm.people.override()


def replays(storm: Storm, random: Random) -> None:
    """Let requests come twice, retained or garbled."""
    people = storm.people
    for _ in range(random.randint(1, 5)):
        people.replay()
    people.send(random.choice(("override", "reset", "mode", "none")), random.choice(GARBAGE))
    old = {"id": "old", "by": "eve", "expires_at": 1, "trip": "safety_relay"}
    people.send("reset", json.dumps(old).encode())
    new = {"id": "new", "by": "eve", "ttl_s": 60, "output": "p3.run_target", "value": False}
    people.send("override", json.dumps(new).encode(), retained=True)


def flood(storm: Storm, random: Random) -> None:
    """Let somebody ask a hundred times in a second."""
    for _ in range(100):
        value = random.choice((0, 1700, 3300, 99_999))
        storm.people.ask("override", output="miner1.power_target", value=value, unit="W")


def reset_storm(storm: Storm, random: Random) -> None:
    """Let somebody press reset again and again, whatever the plant says."""
    for trip in random.choices(storm.trips, k=8):
        storm.people.reset(trip)


def modes(storm: Storm, random: Random) -> Undo:
    """Let somebody set another mode for a while."""
    storm.people.ask("mode", mode=random.choice(("manual", "off")))
    return lambda: storm.people.ask("mode", mode="automatic")


KINDS: tuple[Kind, ...] = (
    Kind("f13_inherited", 8 * HOUR_S, (0.0, 0.0), inherited),
    Kind("f34_f35_f38_f39_replays", HOUR_S, (0.0, 0.0), replays),
    Kind("f40_flood", 4 * HOUR_S, (0.0, 0.0), flood),
    Kind("f41_overrides", HOUR_S, (0.0, 0.0), overrides),
    Kind("f74_f75_reset_storm", 2 * HOUR_S, (0.0, 0.0), reset_storm),
    Kind("f79_f94_flipped", 8 * HOUR_S, (0.0, 0.0), flipped),
    Kind("f85_wall_jumps", 4 * HOUR_S, (5.0, 4 * HOUR_S), wall_jumps),
    Kind("f86_f88_boots_in_1970", 12 * HOUR_S, (0.0, 0.0), boots_in_1970),
    Kind("f89_f98_stall", 2 * HOUR_S, (0.0, 0.0), stall),
    Kind("f77_f90_kill", 2 * HOUR_S, (HOUR_S, HOUR_S), kill),
    Kind("f78_f91_power_cut", 4 * HOUR_S, (HOUR_S, HOUR_S), power_cut),
    Kind("f92_f93_disk_fails", 4 * HOUR_S, (60.0, 2 * HOUR_S), disk_full),
    Kind("modes", 8 * HOUR_S, (60.0, 2 * HOUR_S), modes),
)
