"""A device under a small supervisor; everything that it publishes is looked at."""

import asyncio
import contextlib
import gc
import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

from adapters.port import Command, Device, DeviceError, Field, Publish, Reading, ScanDevice
from adapters.runtime.drivers import DRIVERS, is_device, is_scan_device
from engine.values.fact import Quality, Value
from tests.adapters.contract_rigs import Rig
from tests.adapters.modbus_bench import RealClock, until

SOON_S = 0.02


class Scanning:
    """A scan device as the daemon drives it, scan by scan; the modules exchange in between."""

    def __init__(self, device: ScanDevice, exchange: Callable[[], None]) -> None:
        self.name = device.name
        self._device, self._exchange = device, exchange

    def fields(self) -> tuple[Field, ...]:
        return self._device.fields()

    def command(self, command: Command) -> None:
        self._device.command(command)

    async def run(self, publish: Publish) -> None:
        try:
            while True:
                self._exchange()
                publish(self._device.read(time.monotonic()))
                with contextlib.suppress(DeviceError):
                    self._device.write(time.monotonic())
                self._exchange()
                await asyncio.sleep(SOON_S)
        finally:
            self._device.write_safe()
            self._exchange()


def made(driver: str, rig: Rig, **changes: object) -> Device:
    """Return the device that a site file would get."""
    device = DRIVERS[driver].load()("device", {**rig.options(), **changes}, RealClock())
    if is_scan_device(device):
        return Scanning(device, rig.exchange)
    assert is_device(device)
    return device


class Ride:
    """A device that is started again when it fails; notes what it must not have said."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.readings: dict[str, Reading] = {}
        self.errors: list[DeviceError] = []
        self.faults: list[str] = []
        self._fields = {each.name: each for each in device.fields()}
        self._measured_s: dict[str, float] = {}
        self.task = asyncio.create_task(self._keep())

    def publish(self, readings: Sequence[Reading]) -> None:
        for each in readings:
            self.faults += [f"{each}: {what}" for what in self._wrong_with(each)]
            self._measured_s[each.field] = each.measured_at_s
            self.readings[each.field] = each

    def good(self, field: str) -> bool:
        return field in self.readings and self.readings[field].quality is Quality.GOOD

    def value(self, field: str) -> Value | None:
        return self.readings[field].value if field in self.readings else None

    def command(self, field: str, value: Value, life_s: float) -> None:
        self.device.command(Command(field, value, time.monotonic() + life_s))

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds; fail at once if the device broke rather than failed."""
        await until(lambda: self.task.done() or holds())
        assert holds(), self.task

    async def cancel(self) -> None:
        self.task.cancel()
        done, _ = await asyncio.wait({self.task}, timeout=20.0)
        assert done, "a cancelled device goes on"
        if not self.task.cancelled():
            self.task.result()

    async def _keep(self) -> None:
        while True:
            try:
                await self.device.run(self.publish)
            except DeviceError as error:
                self.errors.append(error)
                self.readings.clear()  # the gateway makes every point MISSING
            await asyncio.sleep(SOON_S)

    def _wrong_with(self, each: Reading) -> list[str]:
        field = self._fields.get(each.field)
        if field is None:
            return ["unknown field"]
        found = []
        if each.measured_at_s > time.monotonic():
            found.append("measured in the future")
        if each.measured_at_s < self._measured_s.get(each.field, 0.0):
            found.append("older than the one before")
        if (each.value is None) == (each.quality is Quality.GOOD):
            found.append("value and quality disagree")
        if each.quality is not Quality.GOOD and not each.reason:
            found.append("no reason")
        if field.values and each.value is not None and each.value not in field.values:
            found.append("not one of its states")
        if field.unit and not isinstance(each.value, float | int | None):
            found.append("not a number")
        return found


@contextlib.asynccontextmanager
async def riding(driver: str, rig: Rig, **changes: object) -> AsyncIterator[Ride]:
    """Start server and device; end both, and see that nothing of them is left."""
    others, before = asyncio.all_tasks(), sockets()
    await rig.start()
    try:
        ride = Ride(made(driver, rig, **changes))
        try:
            yield ride
        finally:
            await ride.cancel()
        assert not ride.faults, ride.faults[:3]
    finally:
        await rig.stop()
    await until(lambda: asyncio.all_tasks() <= others)
    del ride
    gc.collect()
    await until(lambda: sockets() <= before)


def sockets() -> int:
    """Return how many TCP sockets this process holds open; a library's own pairs do not count."""
    tables = [Path(f"/proc/self/net/{each}") for each in ("tcp", "tcp6")]
    lines = [line for each in tables if each.exists() for line in each.read_text().splitlines()[1:]]
    tcp = {f"socket:[{line.split()[9]}]" for line in lines}
    held = []
    for each in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            held.append(str(each.readlink()))
    return sum(each in tcp for each in held)
