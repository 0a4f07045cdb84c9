"""`thermiq run` as a process, the house on loopback, and a proxy that fails on every link between.

The house and the proxies live in this process; whatever passes is told to a judge. Only the process
image has no proxy: a file has none.
"""

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiomqtt

from adapters.cancellation import cancellable
from adapters.codec.control_methods import ARM_RESET, CONFIRM_RESET, STATUS
from adapters.codec.revpi_layout import IMAGE_BYTES, raw_of
from adapters.control.client import Client, RefusedByDaemonError, UnreachableError
from adapters.pb.thermiq.v1 import control_pb2 as pb
from adapters.runtime.system_clock import SystemClock
from adapters.simulated.braiins_miner import SimulatedMiner
from adapters.simulated.house import House, Pace
from tests.house.source import ROOT
from tests.reliability.blackbox_judge import HEALED, MINERS, Judge
from tests.reliability.blackbox_site import TRIP, site, write_rules
from tests.reliability.links import BROKER, BUS, LINKS, MINER_1, MINER_2, Fault
from tests.reliability.tcp_proxy import Proxy

PATIENCE_S = 300.0
"""Real seconds after which nothing more is to be expected; nothing asserts how long it took."""
DEMANDS = frozenset({"heatpump.running", "grid.connected"})
_LOOK_S = 0.005
_SAY_S = 0.5
_STALL_S = 0.5
"""A busy machine holds scans up; after a second of it the daemon believes nothing from before."""
_BOOT_S = 2.0
_TOPIC = "ems-esp/boiler_data"


class Rig:
    """Everything that runs, and what a test does to it."""

    def __init__(self, house: House, proxies: dict[str, Proxy], log: Path, judge: Judge) -> None:
        """Listen on every wire of a started house, and tell `judge`."""
        self.house, self.proxies, self.log, self.judge = house, proxies, log, judge
        self.process: asyncio.subprocess.Process | None = None
        self.miners = {MINER_1: house.miners.miner1, MINER_2: house.miners.miner2}
        self._said = dict.fromkeys(MINERS, False)
        self._beat, self._writes = -1, 0
        for name, miner in self.miners.items():
            self._overhear(name, miner)
        house.messages.silent.add("heatpump")
        house.bus.inverter.shows["grid_connected"] = lambda: self._said[MINER_2]

    # What a test does

    async def link(self, name: str, fault: Fault | None) -> None:
        """Let a link fail so, or be in order again."""
        self.judge.link(name, fault)
        await self.proxies[name].switch(fault)

    async def heal(self) -> None:
        """Let every link be in order."""
        for name in LINKS:
            await self.link(name, None)

    def demand(self, miner: str, on: bool) -> None:
        """Let a miner be asked for, or not any more."""
        self._said[miner] = on
        self.judge.demand(miner, on)

    def open_safety(self, *inputs: str) -> None:
        """Open these inputs and keep them open."""
        for name in inputs:
            self.house.plc.image.hold(name, 0)
        self.house.plc.image.exchange()
        self.judge.safety(closed=False)

    def pulse_safety(self, name: str) -> None:
        """Open and close an input between two scans: only the module's counter tells of it."""
        image = self.house.plc.image
        image.set(f"{name}_edges", image.get(f"{name}_edges") + 1)
        image.exchange()
        self.judge.safety(closed=False)

    def close_safety(self) -> None:
        """Close both inputs."""
        for name in ("safety_a", "safety_b"):
            self.house.plc.image.release(name)
        self.house.plc.image.exchange()

    async def reset(self) -> None:
        """Release the trip in its two steps, once its cause is gone; it starts nothing."""
        socket = self.house.folder / "control.sock"
        async with asyncio.timeout(PATIENCE_S):
            while True:
                nonce = await asyncio.to_thread(_arm, socket)
                if nonce:
                    self.judge.reset()  # it acts before its answer is heard
                    if await asyncio.to_thread(_confirm, socket, nonce):
                        return
                    self.judge.safety(closed=False)
                await asyncio.sleep(_SAY_S)

    async def ask_anew(self) -> None:
        """Let go of both demands and make them again; wait for both miners to run.

        What was never heard to be gone is no new demand: after a reset it would start nothing.
        """
        for on in (False, True):
            for miner in MINERS:
                self.demand(miner, on)
            await self.heard(on)
        await self.both_run()

    def upset(self, miner: str, *, reboot: bool) -> None:
        """Let a miner reboot, which forgets its pause, or lose its tokens alone."""
        self.judge.upset(miner, rebooted=reboot)
        if reboot:
            self.miners[miner].reboot()
        else:
            self.miners[miner].forget_tokens()

    # What a test waits for

    async def scans(self, count: int) -> None:
        """Wait until the daemon has done so many more."""
        last = self.judge.scans + count
        await self.until(lambda: self.judge.scans >= last)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds; a daemon that has ended does nothing any more."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not holds():
                    if self.process is not None and self.process.returncode is not None:
                        raise AssertionError(f"the daemon has ended: {self.told()[-3000:]}")
                    await asyncio.sleep(_LOOK_S)
        except TimeoutError:
            raise AssertionError(f"in vain: {self.judge}\n{self.told()[-3000:]}") from None

    async def both_run(self) -> None:
        """Wait until both miners were told to run and do."""
        await self.until(lambda: all(map(self.judge.runs, MINERS)) and self._pump("p5"))

    async def heard(self, on: bool) -> None:
        """Wait until the daemon has heard of both demands that they are there, or are gone."""
        socket, last = self.house.folder / "control.sock", self.judge.scans + HEALED
        while await asyncio.to_thread(_demands, socket) != {on}:
            if self.judge.scans > last:
                raise AssertionError(f"demands are not heard for {HEALED} scans: {self.told()}")
            await self.scans(5)

    async def known(self) -> dict[str, str]:
        """Return the quality of every point, as the daemon says it."""
        return await asyncio.to_thread(_qualities, self.house.folder / "control.sock")

    async def until_known(self, holds: Callable[[dict[str, str]], bool]) -> None:
        """Wait until the daemon says of its points what is expected."""
        async with asyncio.timeout(PATIENCE_S):
            while not holds(await self.known()):  # noqa: ASYNC110 - it is asked, it tells nobody
                await asyncio.sleep(_SAY_S)

    def told(self) -> str:
        """Return what the daemon has logged, without the hints on rules that it began with."""
        text = self.log.read_text("utf-8", "replace")
        return text[max(text.find("level="), 0) :]

    # What passes on the wires

    def _overhear(self, name: str, miner: SimulatedMiner) -> None:
        """Tell the judge of every call of a miner that takes effect."""

        def listen(method: str, tell: Callable[..., None]) -> None:
            real = getattr(miner, method)

            def heard(*words: Any) -> Any:
                tell(*words)
                return real(*words)

            setattr(miner, method, heard)

        listen("pause", lambda: self.judge.command(name, "pause"))
        listen("resume", lambda: self.judge.command(name, "resume"))
        listen("set_target", lambda watt: self.judge.command(name, "target", watt))
        listen("login", lambda *_: self.judge.login(name))
        miner.nature = replace(miner.nature, boot_s=_BOOT_S)

    def _pump(self, name: str) -> bool:
        return bool(self._raw(f"{name}_relay"))

    def _raw(self, io: str) -> int:
        image = self.house.plc.image
        return raw_of(image.layout.ios[io], self._image)

    async def look(self, handle: int) -> None:
        """Tell the judge of every image and every write, until cancelled."""
        beat_s = time.monotonic()
        while True:
            self._image = os.pread(handle, IMAGE_BYTES, 0)
            if len(self._image) == IMAGE_BYTES:
                p5, p3 = self._pump("p5"), not self._pump("p3")  # P3 is wired the other way
                beat, self._beat = self._beat, self._raw("loop_out")
                if beat != self._beat:
                    before_s, beat_s = beat_s, time.monotonic()
                    if beat_s - before_s > _STALL_S:
                        self.judge.stalled()
                    self.judge.scan(p5, p3)
                else:
                    self.judge.image(p5, p3)
            writes = self.house.bus.inverter.writes
            for start, words in writes[self._writes :]:
                self.judge.write(start, words)
            self._writes = len(writes)
            await asyncio.sleep(_LOOK_S)

    async def ask(self) -> None:
        """Publish the demand for miner 1 again and again, past the proxy, until cancelled."""
        while True:
            with contextlib.suppress(aiomqtt.MqttError):
                async with aiomqtt.Client("127.0.0.1", self.house.messages.port) as mqtt:
                    while True:
                        on = "on" if self._said[MINER_1] else "off"
                        content = json.dumps({"hpcurrpower": 0, "hpcompon": on})
                        await cancellable(mqtt.publish(_TOPIC, content, qos=1))
                        await asyncio.sleep(_SAY_S)
            await asyncio.sleep(_SAY_S)


@contextlib.asynccontextmanager
async def rig(folder: Path, sabotage: str = "", judge: Judge | None = None) -> AsyncIterator[Rig]:
    """Start house, proxies and daemon, wait for both miners to run, and stop all in the end."""
    write_rules(folder / "rules")
    (folder / "house").mkdir()
    house = House(folder / "house", folder / "rules", SystemClock(), Pace(household=False))
    proxies = {name: Proxy(name) for name in LINKS}
    async with contextlib.AsyncExitStack() as ends:
        for proxy in proxies.values():
            await proxy.start()
            ends.push_async_callback(proxy.stop)
        ends.push_async_callback(house.stop)
        await house.start(*site(proxies))
        for name, port in _targets(house).items():
            proxies[name].target = port
        made = Rig(house, proxies, folder / "daemon.log", judge or Judge())
        handle = os.open(house.plc.image.image_path, os.O_RDONLY)
        ends.callback(os.close, handle)
        with made.log.open("wb") as log:
            made.process = await asyncio.create_subprocess_exec(
                *_command(sabotage),
                "--site",
                str(house.site_file),
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )
        ends.push_async_callback(_end, made.process)
        tasks = [
            asyncio.create_task(each) for each in (house.live(), made.look(handle), made.ask())
        ]
        ends.push_async_callback(_cancel, tasks)
        for miner in MINERS:
            made.demand(miner, on=True)
        await made.both_run()
        yield made
        assert made.process.returncode is None, f"the daemon has ended: {made.told()[-3000:]}"
        assert "Traceback" not in made.told(), made.told()[-3000:]


def _command(sabotage: str) -> tuple[str, ...]:
    if sabotage:
        return (sys.executable, "-m", "tests.reliability.blackbox_sabotage", sabotage, "run")
    return (sys.executable, "-m", "adapters.cli.main", "run")


def _targets(house: House) -> dict[str, int]:
    one, two = house.miners.ports
    bus = int(str(house.bus.address["port"]))
    return {MINER_1: one, MINER_2: two, BUS: bus, BROKER: house.messages.port}


def _arm(socket: Path) -> str:
    """Return the nonce; empty while the daemon refuses because the cause lasts."""
    try:
        with Client(socket) as control:
            return control.ask(ARM_RESET, pb.ArmResetRequest(trip=TRIP, author="bench")).nonce
    except (RefusedByDaemonError, UnreachableError):
        return ""


def _confirm(socket: Path, nonce: str) -> bool:
    try:
        with Client(socket) as control:
            confirm = pb.ConfirmResetRequest(trip=TRIP, nonce=nonce, author="bench")
            return control.ask(CONFIRM_RESET, confirm).released
    except (RefusedByDaemonError, UnreachableError):
        return False


def _facts(socket: Path) -> list[pb.Fact]:
    with Client(socket) as control:
        return list(control.ask(STATUS, pb.StatusRequest()).facts)


def _demands(socket: Path) -> set[bool | None]:
    """Return what is believed of the demands, None for one that is not known."""
    told = [fact for fact in _facts(socket) if fact.name in DEMANDS]
    return {fact.value.flag if fact.quality == "good" else None for fact in told}


def _qualities(socket: Path) -> dict[str, str]:
    return {fact.name: fact.quality for fact in _facts(socket)}


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(PATIENCE_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            raise


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
