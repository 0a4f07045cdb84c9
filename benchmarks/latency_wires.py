"""What arrives on the wires of the house on loopback, each stamped as it comes, on one clock."""

import asyncio
import contextlib
import json
import math
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import aiomqtt

from adapters.codec.control_methods import ARM_RESET, CONFIRM_RESET
from adapters.codec.revpi_layout import IMAGE_BYTES, raw_of
from adapters.control.client import Client, RefusedByDaemonError
from adapters.pb.thermiq.v1 import control_pb2 as pb
from adapters.simulated.house import House
from benchmarks.latency_house import TRIP

PAUSE, IMAGE = "PauseMining", "p5_relay"
LONGEST_S = 10.0
"""A stop that has not come by then never came."""
_LOOK_S = 0.0005
_TOPIC = "ems-esp/boiler_data"


class Arrivals(Counter[str]):
    """A miner's count of calls that also keeps when the first of each came, before its answer."""

    def __init__(self) -> None:
        """Begin with none."""
        super().__init__()
        self.at_s: dict[str, float] = {}

    def __setitem__(self, name: str, count: int) -> None:
        """Stamp the call, then count it."""
        self.at_s.setdefault(name, time.monotonic())
        super().__setitem__(name, count)


class Wires:
    """The house's side of every wire: changes what the daemon reads, stamps what it commands."""

    def __init__(self, house: House, mqtt: aiomqtt.Client, image: int) -> None:
        """Take over demand and grid; `image` is the open process image."""
        self._house = house
        self._mqtt = mqtt
        self._image = image
        self._grid = True
        self._grid_read_s = math.inf
        self._miners = (house.miners.miner1, house.miners.miner2)
        self._calls = (Arrivals(), Arrivals())
        for miner, calls in zip(self._miners, self._calls, strict=True):
            miner.calls = calls
        house.messages.silent.add("heatpump")
        house.bus.inverter.shows["grid_connected"] = self._read_grid

    async def begin(self) -> None:
        """Ask until everything runs: what is published before somebody listens is not heard."""
        async with asyncio.timeout(LONGEST_S):
            while not self._runs():
                await self.ask_for(on=True)
                await asyncio.sleep(0.1)

    async def ask_for(self, on: bool) -> float:
        """Publish the demand; return when it was handed to the client of the broker."""
        content = {"hpcurrpower": 0, "hpcompon": "on" if on else "off"}
        at_s = time.monotonic()
        await self._mqtt.publish(_TOPIC, json.dumps(content), qos=1)
        return at_s

    def show_grid(self, on: bool) -> None:
        """Let the inverter show it from its next answer on."""
        self._grid, self._grid_read_s = on, math.inf

    async def grid_read(self) -> float:
        """Return when the inverter was asked for what it shows now."""
        await _until(lambda: math.isfinite(self._grid_read_s))
        return self._grid_read_s

    def _read_grid(self) -> bool:
        self._grid_read_s = min(self._grid_read_s, time.monotonic())
        return self._grid

    def show_safety(self, *open_inputs: str) -> float:
        """Let these safety inputs be open and the others closed; return when the image had it."""
        plc = self._house.plc.image
        for name in ("safety_a", "safety_b"):
            if name in open_inputs:
                plc.hold(name, 0)
            else:
                plc.release(name)
        at_s = time.monotonic()
        plc.exchange()
        return at_s

    async def reset(self) -> None:
        """Release the trip in its two steps, as `thermiq reset` does, once its cause is gone."""
        give_up_s = time.monotonic() + LONGEST_S
        while True:
            try:
                await asyncio.to_thread(_reset, self._house.folder / "control.sock")
            except RefusedByDaemonError:
                if time.monotonic() > give_up_s:
                    raise
                await asyncio.sleep(0.01)
            else:
                return

    async def all_run(self) -> bool:
        """Wait until both miners and P5 run; forget what arrived before. False if they do not."""
        runs = await _until(self._runs)
        for calls in self._calls:
            calls.at_s.clear()
        return runs

    def _runs(self) -> bool:
        return self._p5() and not any(each.paused for each in self._miners)

    async def stopped(self) -> tuple[list[float], float]:
        """Return when each miner's pause arrived and when P5 was off in the image, or never."""
        off_s = math.inf

        def all_stopped() -> bool:
            nonlocal off_s
            if not self._p5():
                off_s = min(off_s, time.monotonic())
            return math.isfinite(max(off_s, *self._paused_s()))

        await _until(all_stopped)
        return self._paused_s(), off_s

    def _paused_s(self) -> list[float]:
        return [calls.at_s.get(PAUSE, math.inf) for calls in self._calls]

    def _p5(self) -> bool:
        io = self._house.plc.image.layout.ios[IMAGE]
        return bool(raw_of(io, os.pread(self._image, IMAGE_BYTES, 0)))


def _reset(socket: Path) -> None:
    with Client(socket) as control:
        armed = control.ask(ARM_RESET, pb.ArmResetRequest(trip=TRIP, author="bench"))
        confirm = pb.ConfirmResetRequest(trip=TRIP, nonce=armed.nonce, author="bench")
        told = control.ask(CONFIRM_RESET, confirm)
    if not told.released:
        raise RefusedByDaemonError(told.text)


async def _until(holds: Callable[[], bool]) -> bool:
    """Look again and again; False if it does not hold for long."""
    give_up_s = time.monotonic() + LONGEST_S
    while not holds():
        if time.monotonic() > give_up_s:
            return False
        await asyncio.sleep(_LOOK_S)
    return True


@contextlib.contextmanager
def image_of(house: House) -> Iterator[int]:
    """Give a handle on the process image, as long as it is needed."""
    handle = os.open(house.plc.image.image_path, os.O_RDONLY)
    try:
        yield handle
    finally:
        os.close(handle)
