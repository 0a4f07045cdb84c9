"""Each invariant is broken by a sabotage, in a running daemon: nothing of it is ever written.

Every story runs twice: as the program is, and with one part of it broken.
"""

import asyncio
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from adapters.port import Command, Reading
from adapters.runtime import gateway
from adapters.runtime.cycle import Cycle
from adapters.runtime.daemon import INVARIANT_BROKEN, STOPPED, Daemon, Surroundings
from adapters.runtime.last_look import salvaged
from adapters.runtime.recorder import RecorderCounters, Seen
from engine.control import arbiter, interlocks, shaping, trips, wishes
from engine.control.scan import Scan, initial, scan
from engine.control.trips import TripResult, TripState
from engine.inference.image import ProcessImage, Reset, freeze
from engine.language.plant import Plant
from engine.values.fact import Quality
from tests.making.daemons import RULES, Site

MINER, PUMP = "miner.power_target", "pump.run"
NEVER = """\
interlocks:
  - id: hot
    never: [pump.run is on, tank.top > 80 °C]
    else: {pump.run: off}
    because: Too hot.
"""
LIMIT = """\
interlocks:
  - id: circuit
    while: tank.top > 20 °C
    limit: {miner.power_target: {at_most: 0.5 kW}}
    because: The circuit bears no more.
"""
FORCE = """\
interlocks:
  - id: cool
    while: tank.top > 80 °C
    force: {pump.run: off}
    because: Too hot.
"""
HOT = RULES.replace("tank.top < 50 °C", "tank.top < 99 °C")
COLD = RULES.replace("tank.top < 50 °C", "tank.top < 10 °C")
UNBOUNDED = RULES.replace("{miner.power_target: 1 kW}", "{miner.power_target: sun.power}")

Each = Callable[[Site, Daemon, int], object]
Sabotage = Callable[[pytest.MonkeyPatch], object]


class Story(NamedTuple):
    """What happens scan by scan, under which rules, and what is broken in the program."""

    invariant: str
    sabotage: Sabotage
    each: Each = lambda *_: None
    files: Mapping[str, str] = {}
    scans: int = 12


def tank(temperature_c: float, scan_number: int) -> Each:
    def each(site: Site, _: Daemon, number: int) -> None:
        if number >= scan_number:
            site.plc.tank_c = temperature_c

    return each


def relay_opens(site: Site, _: Daemon, number: int) -> None:
    site.plc.safe = not 6 <= number < 8


def relay_opens_and_is_reset(site: Site, daemon: Daemon, number: int) -> None:
    relay_opens(site, daemon, number)
    if number == 9:
        daemon.cycle.requests.resets.append(Reset("safety_relay", "anna"))


def unlatched(
    trip: object, state: TripState, truth: object, resets: object, now_s: float
) -> TripResult:
    found = trips_evaluate(trip, state, truth, resets, now_s)  # type: ignore[arg-type]
    return TripResult(TripState(False, now_s), None, False, ()) if truth is False else found


trips_evaluate = trips.evaluate


def patch(target: object, name: str, what: object) -> Sabotage:
    return lambda monkeypatch: monkeypatch.setattr(target, name, what)


def other_value(wire: object, value: object) -> object:
    del wire
    return value + 100.0 if isinstance(value, float) else value


def never_old(monkeypatch: pytest.MonkeyPatch) -> None:
    def lasting(plant: Plant, *given: Any) -> ProcessImage:
        points = tuple(replace(point, max_age_s=math.inf) for point in plant.points)
        return freeze(replace(plant, points=points), *given)

    monkeypatch.setattr("adapters.runtime.cycle.freeze", lasting)


def forgets_an_output(monkeypatch: pytest.MonkeyPatch) -> None:
    def short(*given: Any) -> Scan:
        found = scan(*given)
        return found._replace(decisions=found.decisions[:1])

    monkeypatch.setattr("adapters.runtime.cycle.scan", short)


def says_another(monkeypatch: pytest.MonkeyPatch) -> None:
    def other(*given: Any) -> Scan:
        found = scan(*given)
        first, *rest = found.decisions
        return found._replace(decisions=(first._replace(value=not first.value), *rest))

    monkeypatch.setattr("adapters.runtime.cycle.scan", other)


def speaks_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    given = gateway.Gateway.give_out

    def twice(self: gateway.Gateway, decisions: Sequence[Any], now_s: float) -> object:
        more = ("miner", Command("another", 1.0, now_s + 1.0))
        return [*given(self, decisions, now_s), more]

    monkeypatch.setattr(gateway.Gateway, "give_out", twice)


STORIES = {
    "I1_a_trip_forces_nothing": Story("I1", patch(trips, "forced", lambda *_: {}), relay_opens),
    "I2_a_latch_is_lost": Story("I2", patch(trips, "evaluate", unlatched), relay_opens),
    "I3_a_reset_starts": Story(
        "I3", patch(wishes, "_still_blocked", lambda *_: ()), relay_opens_and_is_reset
    ),
    "I4_a_never_is_passed": Story(
        "I4", patch(interlocks.Hearing, "restrict", lambda _: None), tank(90.0, 2),
        {"heat.yaml": HOT, "locks.yaml": NEVER},
    ),
    "I4_a_force_is_passed": Story(
        "I4", patch(interlocks.Hearing, "restrict", lambda _: None), tank(90.0, 2),
        {"heat.yaml": HOT, "locks.yaml": FORCE},
    ),
    "I5_a_start_without_permissive": Story(
        "I5", patch(shaping, "_start", lambda *_: None), files={"heat.yaml": COLD}
    ),
    "I6_a_rule_that_is_not_true": Story("I6", patch(arbiter, "active", lambda f, _: f.rules)),
    "I7_a_minimum_on_time_is_cut": Story(
        "I7", patch(shaping, "_allowed", lambda *given: given[2]), tank(90.0, 2)
    ),
    "I8_the_gateway_says_another": Story("I8", patch(gateway, "_outwards", other_value)),
    "I8_a_command_never_expires": Story("I8", patch(gateway, "COMMAND_LIFE_S", 1e9)),
    "I8_a_command_that_nobody_decided": Story("I8", speaks_twice),
    "I8_an_output_is_left_out": Story("I8", forgets_an_output),
    "I8_another_is_remembered": Story("I8", says_another),
    "I9_a_limit_is_passed": Story(
        "I9", patch(interlocks.Hearing, "restrict", lambda _: None), files={"locks.yaml": LIMIT}
    ),
    "I11_a_stale_value_counts": Story("I11", never_old, scans=20),
    "I14_beyond_the_range": Story(
        "I14", patch(shaping, "_fit", lambda _, wanted, __: wanted), files={"heat.yaml": UNBOUNDED}
    ),
}  # fmt: skip


class Tape:
    """Keeps what is recorded."""

    counters = RecorderCounters()

    def __init__(self) -> None:
        self.seen: list[Seen] = []

    def hand_in(self, seen: Seen) -> None:
        self.seen.append(seen)


def play(folder: Path, story: Story) -> tuple[int, Site, Daemon, Tape]:
    site, tape = Site(folder / "site"), Tape()
    for name, text in story.files.items():
        (site.folder / name).write_text(
            f"ruleset: {name[:-5]}\n{text}" if name == "locks.yaml" else text, "utf-8"
        )
    loaded = site.load()
    daemon = Daemon(loaded, initial(loaded.program), site.clock, Surroundings(recording=tape))
    number = 0

    def each(_: Scan) -> None:
        nonlocal number
        number += 1
        story.each(site, daemon, number)
        if site.miner.publish is not None and number < 6:
            watt = Reading("pv", 6000.0, Quality.GOOD, site.clock.now_s)
            site.miner.publish([watt])

    daemon.listen("test", each)
    return asyncio.run(daemon.run(story.scans)), site, daemon, tape


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_an_invariant_holds_and_its_sabotage_is_caught_before_anything_is_written(
    story: Story,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    (tmp_path / "sound").mkdir()
    (tmp_path / "broken").mkdir()
    code, *_ = play(tmp_path / "sound", story)
    assert code == STOPPED
    assert "invariant" not in caplog.text
    story.sabotage(monkeypatch)
    code, site, daemon, tape = play(tmp_path / "broken", story)
    assert code == INVARIANT_BROKEN
    assert f"invariant {story.invariant}: " in caplog.text
    done = daemon.cycle.counters.scans
    assert site.plc.written[-1] == "safe"
    assert len(site.plc.written) == done + 2, "the safe one, one a scan, and the safe one"
    assert site.miner.commands[-1].value in (0.0, 100.0), "failsafe, also through a bent gateway"
    assert len(tape.seen) == done + 1, "the scan that was not written is recorded"


def test_a_trip_that_was_seen_in_a_broken_scan_stays_latched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = STORIES["I1_a_trip_forces_nothing"]
    story.sabotage(monkeypatch)
    code, _, daemon, _ = play(tmp_path, story)
    assert code == INVARIANT_BROKEN
    assert daemon.cycle.retained.trips[0].latched


def test_a_state_of_another_shape_salvages_nothing(tmp_path: Path) -> None:
    site = Site(tmp_path / "site")
    program = site.load().program
    state = initial(program)
    seen: list[Scan] = []
    daemon = Daemon(site.load(), state, site.clock)
    daemon.listen("test", seen.append)
    asyncio.run(daemon.run(1))
    odd = seen[0]._replace(retained=replace(seen[0].retained, trips=()))
    assert salvaged(state, odd).trips == state.trips


def test_invariants_of_new_rules_are_those_of_the_new_rules(tmp_path: Path) -> None:
    site = Site(tmp_path / "site")
    loaded = site.load()
    daemon = Daemon(loaded, initial(loaded.program), site.clock)
    (site.folder / "locks.yaml").write_text(f"ruleset: locks\n{NEVER}", "utf-8")
    other = Site.load(site)
    changed: list[Cycle] = []

    def each(_: Scan) -> None:
        if not changed:
            daemon.activate(other.program, other.digest)
            changed.append(daemon.cycle)

    daemon.listen("test", each)
    assert asyncio.run(daemon.run(4)) == STOPPED
