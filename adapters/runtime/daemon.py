"""The daemon: the cycle, again and again, and everything that may only follow a complete scan.

    start     lock the folder, restore the state, write the safe image, start the devices
    a scan    cycle.step, then the listeners, the output watchdogs, the loop's watchdog, systemd
    stop      safe image, failsafe commands, state saved, devices closed: exit code 0
    a scan that fails: the same way, but exit code 4, for systemd to start it anew
    an invariant is broken: the same way before anything is written, exit code 6
    a process image that cannot be written: held safe and tried again (`driving.py`)

Scans keep to a grid of one period on the monotonic clock; a late one is an overrun and moves no
other. `wake` brings one forward, for a safety input.
"""

import asyncio
import logging
import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol

from adapters.port import Clock, DeviceError
from adapters.runtime.cycle import Cycle
from adapters.runtime.gateway import Commanded, Gateway
from adapters.runtime.last_look import InvariantError
from adapters.runtime.latches import as_told
from adapters.runtime.loading import Loaded
from adapters.runtime.not_off import NotOff, watches_of
from adapters.runtime.notify import Notifier
from adapters.runtime.own_alarms import OwnAlarms, with_own
from adapters.runtime.recorder import RecorderCounters, Seen
from adapters.runtime.shadow import Runner, ShadowDevice, ShadowScanDevice
from adapters.runtime.standstill import Standstill, longest_gap_s
from adapters.runtime.store import Keeper, Saver
from adapters.runtime.supervisor import Supervisor
from adapters.runtime.urgent import urgent_points
from adapters.runtime.watchdog import LoopWatchdog
from adapters.runtime.wiring import Wiring
from engine.control.program import Program
from engine.control.retained import carry_over
from engine.control.scan import Scan
from engine.control.state import Retained, at_failsafe

STOPPED, SCAN_FAILED, INVARIANT_BROKEN = 0, 4, 6
SHORTEST_STEP_S = 0.02
"""Woken scans come no faster one after another, however a contact chatters."""
TURNS_TO_COMMAND = 4
"""Turns of the loop that a device needs to begin its call: woken, decided, called, sent."""
CLOSING_S = 3.0
"""How long devices may take to close what they opened."""

log = logging.getLogger(__name__)


class Recording(Protocol):
    """Whoever writes down what scans saw."""

    @property
    def counters(self) -> RecorderCounters:
        """How it went."""
        ...

    def hand_in(self, seen: Seen) -> None:
        """Take one scan; returns at once."""
        ...


@dataclass(slots=True)
class Surroundings:
    """What a daemon lives in; every part may be left out."""

    saver: Saver | None = None
    recording: Recording | None = None
    notifier: Notifier = field(default_factory=lambda: Notifier({}))
    watchdog: LoopWatchdog | None = None
    """Whoever runs the daemon starts it, and closes it when everything is down."""


class Daemon:
    """One running controller. For the faces: `cycle`, `gateway`, `supervisor`, `own`, `listen`."""

    def __init__(
        self,
        loaded: Loaded,
        retained: Retained,
        clock: Clock,
        around: Surroundings | None = None,
        *,
        shadow: bool = False,
    ) -> None:
        """Start from `retained`, as restored. In `shadow` nothing that writes is kept at all."""
        self.digest = loaded.digest
        self.shadow = shadow
        self._clock = clock
        self._around = around or Surroundings()
        self._period_s = loaded.site.scan_period_s
        wiring, observed = loaded.wiring, tuple(map(ShadowScanDevice, loaded.scan_devices))
        if shadow:
            self._runners: tuple[Runner, ...] = tuple(map(ShadowDevice, loaded.devices))
            self.gateway = Gateway(Wiring(wiring.facts, {}, wiring.unwired), {})
            self.cycle = Cycle(loaded.program, retained, self.gateway, clock, (), observed)
        else:
            self._runners = loaded.devices
            devices: dict[str, Commanded] = {each.name: each for each in loaded.devices}
            devices |= {each.name: each for each in loaded.scan_devices}
            self.gateway = Gateway(wiring, devices)
            self.cycle = Cycle(loaded.program, retained, self.gateway, clock, loaded.scan_devices)
        standstill = self.cycle.standstill = Standstill(longest_gap_s(self._period_s))
        self._closed: tuple[ShadowScanDevice, ...] = observed
        self.supervisor = Supervisor(self.gateway, clock)
        self._listeners: list[tuple[str, Callable[[Scan], object]]] = []
        self.own = OwnAlarms(self.supervisor.health, self._held)
        self.own.told["scans"] = lambda: standstill.why(clock.monotonic_s())
        if not shadow:
            self._watch_what_is_off(loaded)
        self._keeper: Keeper | None = None
        if self._around.saver is not None:
            now_s = clock.monotonic_s()
            self._keeper = Keeper(self._around.saver, loaded.program, retained, now_s)
        self._woken = asyncio.Event()
        self._stopping = False
        self.restarting = False
        self.code: int | None = None
        """How `run` ended; None while it has not."""
        self.gateway.wake_on(urgent_points(loaded.program.rulebook), self.wake)

    def _watch_what_is_off(self, loaded: Loaded) -> None:
        """Raise an alarm while something that was told off is not. Raises ValueError."""
        fields = {each.name: each.fields() for each in loaded.devices}
        fields |= {each.name: each.fields() for each in loaded.scan_devices}
        section = loaded.site.sections.get("not_off")
        watches = watches_of(section, fields, loaded.wiring.outputs)
        outputs = {each.name: each for each in loaded.program.rulebook.plant.outputs}
        self.not_off = NotOff(watches, outputs)
        self.gateway.listeners.append(self.not_off.hear)
        for watch in watches:
            self.own.told[f"not_off:{watch.name}"] = partial(self.not_off.why, watch.name)
        self.listen("not off", self.not_off.after)

    def listen(self, name: str, listener: Callable[[Scan], object]) -> None:
        """Let `listener` hear of every complete scan; it returns at once. A failure is logged."""
        self._listeners.append((name, listener))

    def add(self, runner: Runner) -> None:
        """Run something beside the devices, supervised as they are: a broker's link, an API."""
        self._runners = (*self._runners, runner)

    def wake(self) -> None:
        """Scan now: a safety input has changed. From another thread: `call_soon_threadsafe`."""
        self._woken.set()

    def stop(self) -> None:
        """End in order after the present scan."""
        self._stopping = True
        self._woken.set()

    @property
    def program(self) -> Program:
        """The rules that run."""
        return self.cycle.program

    def restart(self) -> None:
        """End in order after the present scan; whoever runs the daemon starts it anew."""
        self.restarting = True
        self.stop()

    def activate(self, program: Program, digest: str) -> tuple[str, ...]:
        """Go on under other rules from the next scan on; returns what could not be carried over.

        Raises ValueError if they are for another plant: that takes a restart.
        """
        if program.rulebook.plant != self.cycle.program.rulebook.plant:
            raise ValueError("the plant file has changed: restart the daemon")
        restored = carry_over(self.cycle.program, self.cycle.retained, program)
        self.cycle.activate(program, restored.retained)
        self.digest = digest
        self.gateway.wake_on(urgent_points(program.rulebook), self.wake)
        log.info("other rules are running", extra={"keys": {"rules": digest[:12]}})
        return restored.notes

    async def run(self, scans: int | None = None) -> int:
        """Scan until stopped, or so many times; returns the exit code."""
        code = STOPPED
        try:
            self.cycle.driving.begin(self._clock.monotonic_s())
            for runner in self._runners:
                self.supervisor.start(runner)
            await self._scan_on(scans)
        except InvariantError as error:
            self._tell_broken(error)
            code = INVARIANT_BROKEN
        except Exception:
            log.exception("a scan failed: safe image, then end")
            code = SCAN_FAILED
        self._around.notifier.stopping()
        self._make_safe()
        await self._close()
        self.code = code
        return code

    async def _scan_on(self, scans: int | None) -> None:
        due_s = self._clock.monotonic_s()
        woken_s = -math.inf
        done = 0
        while not self._stopping and done != scans:
            started_s = self._clock.monotonic_s()
            self._woken.clear()
            result, seen = self._decide()
            was_late = self.cycle.is_late(result)  # held up in writing: what drives now is old
            for _ in range(TURNS_TO_COMMAND):
                await asyncio.sleep(0)  # a stop is on the wire before anybody hears of it
            self._follow(result, seen)
            done += 1
            took_s = self._clock.monotonic_s() - started_s
            counters = self.cycle.counters
            counters.longest_s = max(counters.longest_s, took_s)
            if started_s >= due_s:
                due_s += self._period_s
            else:
                woken_s = started_s
            if started_s + took_s > due_s:
                counters.overruns += 1
                log.warning("a scan took %.3f s, the period is %g s", took_s, self._period_s)
                late = (started_s + took_s - due_s) // self._period_s + 1
                due_s += late * self._period_s
            if was_late:
                self._woken.set()
            if not self._stopping and done != scans:
                await self._rest(due_s, woken_s + SHORTEST_STEP_S)

    def _decide(self) -> tuple[Scan, Seen]:
        """Run one scan: its decisions are in the image and with the devices."""
        program, digest = self.cycle.program, self.digest
        result = self.cycle.step()
        # What scan devices published has been heard by this very scan.
        self._woken.clear()
        trace = result.trace
        return result, Seen(
            program,
            digest,
            self.cycle.before,
            trace.moment,
            trace.image,
            result.decisions,
            trace.alarms,
        )

    def _tell_broken(self, error: InvariantError) -> None:
        """Say which invariants are broken, and record the scan that was not written."""
        for broken in error.broken:
            log.critical("invariant %s, nothing was written: safe image, then end", broken)
        if self._around.recording is not None:
            cycle, trace = self.cycle, error.scan.trace
            self._around.recording.hand_in(
                Seen(
                    cycle.program,
                    self.digest,
                    cycle.retained,
                    trace.moment,
                    trace.image,
                    error.scan.decisions,
                    trace.alarms,
                )
            )

    def _follow(self, result: Scan, seen: Seen) -> None:
        """Do what may only follow a complete scan."""
        cycle = self.cycle
        if self._around.recording is not None:
            self._around.recording.hand_in(seen)
        if cycle.program is seen.program:  # rules that came in since keep and tell their own scan
            self._keep_and_tell(result)
        cycle.driving.feed(result.trace.moment.monotonic_s)
        self._tell_health()
        if self._around.watchdog is not None:
            self._around.watchdog.beat()
        if cycle.counters.scans == 1:
            self._around.notifier.ready(self._status())
        self._around.notifier.alive()

    def _keep_and_tell(self, result: Scan) -> None:
        program, told = self.cycle.program, result
        if self._keeper is not None:
            self._keeper.look(program, result.retained)
        if self._around.saver is not None:
            saver = self._around.saver
            told = as_told(program, result, saver.durable, refused=saver.owes)
        told = with_own(told, self.own.look(result.trace.moment.monotonic_s))
        for name, listener in self._listeners:
            try:
                listener(told)
            except Exception:
                log.exception("%s failed to hear of a scan", name)

    def _held(self) -> dict[str, str]:
        return {name: each.reason for name, each in self.cycle.driving.held.items()}

    def _tell_health(self) -> None:
        """Show the scan devices among the others."""
        driving = self.cycle.driving
        for device in driving.devices:
            held = driving.held.get(device.name)
            state, reason = ("waiting", f"held safe: {held.reason}") if held else ("running", "")
            failures = driving.failures(device.name)
            self.supervisor.tell(device.name, state, failures, reason)

    def _status(self) -> str:
        mode = "shadow, " if self.shadow else ""
        if self.cycle.driving.held:
            mode = f"{self.cycle.driving.why}; "
        return f"{mode}scanning every {self._period_s:g} s, rules {self.digest[:12]}"

    async def _rest(self, due_s: float, earliest_s: float) -> None:
        """Wait for the next scan's time, or until woken, but not less than the shortest step."""
        alarm = asyncio.create_task(self._ring(max(0.0, due_s - self._clock.monotonic_s())))
        try:
            await self._woken.wait()
        finally:
            alarm.cancel()
        pause_s = earliest_s - self._clock.monotonic_s()
        if pause_s > 0 and not self._stopping:
            await self._clock.sleep(pause_s)

    async def _ring(self, after_s: float) -> None:
        await self._clock.sleep(after_s)
        self._woken.set()

    def _make_safe(self) -> None:
        """Write the safe image and command every failsafe; tell what cannot be reached."""
        try:
            self.cycle.write_safe()
        except (DeviceError, OSError) as error:
            log.error("the safe image could not be written: %s", error)  # noqa: TRY400 - told
        try:
            self.cycle.command_failsafe("the daemon stops")
        except Exception:
            log.exception("failsafe commands were refused")
        if self._around.saver is not None:
            program, retained = self.cycle.program, self.cycle.retained
            if not self.shadow:
                now_s = self.cycle.moment().monotonic_s
                retained = replace(at_failsafe(program, retained, now_s), at_s=now_s)
            self._around.saver.hand_in(program, retained, True, ended=True)

    async def _close(self) -> None:
        """Close the devices; whoever does not end in time is left behind."""
        if not await self.supervisor.close(CLOSING_S):
            log.warning("devices were not closed after %g s", CLOSING_S)
        for device in self._closed:
            device.close()
