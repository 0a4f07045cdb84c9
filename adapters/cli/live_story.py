"""The story that `thermiq demo --live` tells: what happens in the house, and why, as it happens."""

import textwrap
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import typer

from adapters.port import Clock
from adapters.runtime.daemon import Daemon
from adapters.simulated.house import House
from engine.control.decision import Decision
from engine.control.scan import Scan
from engine.inference.image import Reset
from engine.values.fact import Value
from engine.workshop.english import ENGLISH
from engine.workshop.explain import explain
from engine.workshop.wording import tell_why

MINER = "miner1.power_target"
_TOLD = (
    *(MINER, "miner2.power_target", "p3.run_target", "p5.run_target"),
    *("rv2.position_target", "heatpump.sg_ready", "inverter.battery_mode"),
)
"""Outputs whose changes are told."""
_WIDTH = 100
_LOOK_S = 5.0
_TAP_KG_PER_S = 0.4
_OPEN_S = 180.0
_CLOUD_S = 17 * 60.0
_RUNNING_W = 1600.0
_OPEN_PERCENT = 95.0

Until = Callable[[Callable[[], bool], float], Awaitable[bool]]
"""Waits for something to be true, at most so many minutes; returns whether it is."""


class Narrator:
    """Listens to the scans, tells what changed and why, and keeps every decision."""

    def __init__(self, daemon: Daemon) -> None:
        """Hear `daemon`."""
        self.decided: list[tuple[Decision, ...]] = []
        self.told = 0
        self.telling = False
        self._daemon = daemon
        self._last: dict[str, Value] = {}
        daemon.listen("the story", self._hear)

    def say(self, text: str) -> None:
        """Tell what somebody does, at the time of the house."""
        typer.echo(f"\n{self._time()}  — {text}")

    def _hear(self, scan: Scan) -> None:
        self.decided.append(scan.decisions)
        for decision in scan.decisions:
            before = self._last.get(decision.output)
            self._last[decision.output] = decision.value
            changed = before is not None and before != decision.value
            if self.telling and changed and decision.output in _TOLD:
                self._tell(scan, decision, before)

    def _tell(self, scan: Scan, decision: Decision, before: Value | None) -> None:
        self.told += 1
        if decision.output.endswith("power_target") and before and decision.value:
            powers = f"{before:.0f} W → {decision.value:.0f} W"
            typer.echo(f"{self._time()}  {decision.output}: {powers}")
            return
        seen = explain(self._daemon.cycle.program, scan, decision.output)
        lines = textwrap.wrap(tell_why(ENGLISH, seen), _WIDTH - 7)
        typer.echo(f"{self._time()}  " + "\n       ".join(lines))

    def _time(self) -> str:
        moment = self._daemon.cycle.moment()
        local = datetime.fromtimestamp(moment.wall_s, UTC) + timedelta(seconds=moment.utc_offset_s)
        return f"{local:%H:%M}"


async def tell(house: House, daemon: Daemon, clock: Clock, narrator: Narrator) -> bool:
    """Let the morning happen; return whether everything came that was waited for."""

    async def until(holds: Callable[[], bool], limit_min: float) -> bool:
        end_s = clock.monotonic_s() + limit_min * 60
        while not holds() and clock.monotonic_s() < end_s:
            await clock.sleep(_LOOK_S)
        return holds()

    def runs() -> bool:
        return house.physics.state.miner1.power_w > _RUNNING_W

    await clock.sleep(_LOOK_S)
    narrator.telling = True
    narrator.say("the sun rises; the daemon reads every device and waits")
    came = await until(runs, 60)
    narrator.say(f"miner 1 runs: {house.physics.state.miner1.power_w:.0f} W, and rising")
    await clock.sleep(6 * 60)
    narrator.say(f"somebody draws hot water, {_TAP_KG_PER_S * 60:.0f} l a minute")
    house.physics.tap_kg_per_s = _TAP_KG_PER_S
    came &= await until(lambda: house.physics.state.rv2_position_percent > _OPEN_PERCENT, 20)
    house.physics.tap_kg_per_s = 0.0
    narrator.say("the tap is shut; RV2 is open, and the miner heats the hot water")
    await clock.sleep(3 * 60)
    return came and await _fault(house, daemon, clock, narrator, until)


async def _fault(
    house: House, daemon: Daemon, clock: Clock, narrator: Narrator, until: Until
) -> bool:
    """Open the safety relay, close it, reset it; a cloud takes the demand and gives it back."""
    narrator.say("the safety relay opens (fault `safety.open`)")
    await house.faults.switch("safety.open", on=True)
    came = await until(lambda: house.miners.miner1.commanded_w() == 0.0, 5)
    narrator.say("miner 1 has been paused")
    await clock.sleep(_OPEN_S)
    await house.faults.switch("safety.open", on=False)
    narrator.say("the safety relay is closed again; the trip stays until somebody resets it")
    await clock.sleep(60)
    narrator.say("somebody resets it; a reset starts nothing, the demand has to come anew")
    daemon.cycle.requests.resets.append(Reset("safety_relay", "demo"))
    await clock.sleep(60)
    narrator.say("a cloud comes")
    house.physics.cloud = 0.9
    await clock.sleep(_CLOUD_S)
    narrator.say("the cloud has passed")
    house.physics.cloud = 0.0
    came &= await until(lambda: house.physics.state.miner1.power_w > _RUNNING_W, 30)
    narrator.say(f"miner 1 runs again: {house.physics.state.miner1.power_w:.0f} W")
    await clock.sleep(60)
    return came
