"""The daemon on the rules of asp1: start, memory, processor.

A process of its own runs `thermiq run`'s daemon with two devices in memory: a PLC that gives half
of the facts in every scan, and a bus that publishes the other half every second. All libraries that
the real drivers need are imported. The store saves, the recorder records, every value moves.

`python -m benchmarks.daemon FOLDER SECONDS` is that process; `measure` starts it.
"""

import asyncio
import importlib
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters.port import Clock, Command, Field, Publish, Reading
from adapters.runtime.drivers import Driver
from adapters.runtime.loading import load_all
from adapters.runtime.notify import Notifier
from adapters.runtime.service import Service
from adapters.runtime.start_rules import load_rules
from adapters.runtime.system_clock import SystemClock
from benchmarks.measure import ROOT, RULES, Row
from engine.language.plant import Output, Plant, Point
from engine.language.types import EnumType, NumberType
from engine.values.fact import Quality, Value

LIBRARIES = ("grpc", "pymodbus.client", "aiomqtt")
SECONDS = 60.0


class Fake:
    """A device that has a field for each point and output of its share of the plant."""

    def __init__(self, name: str, points: Sequence[Point], outputs: Sequence[Output]) -> None:
        """Stand for these points and outputs."""
        self.name = name
        self.points = points
        self.outputs = outputs
        self._random = random.Random(1)  # noqa: S311 - values for a measurement

    def fields(self) -> tuple[Field, ...]:
        """See Device."""
        return (
            *(Field(p.name, _unit(p), _values(p)) for p in self.points),
            *(Field(o.name, _unit(o), _values(o), writable=True) for o in self.outputs),
        )

    def readings(self, now_s: float) -> list[Reading]:
        """Return a value a little off the last one for each point."""
        return [Reading(p.name, self._value(p), Quality.GOOD, now_s) for p in self.points]

    def _value(self, point: Point) -> Value:
        if isinstance(point.type, EnumType):
            return point.type.values[0]
        if not isinstance(point.type, NumberType):
            return True
        low = 0.0 if point.low is None else point.low
        high = 100.0 if point.high is None else point.high
        return round(low + (high - low) * (0.4 + 0.01 * self._random.random()), 2)

    def command(self, command: Command) -> None:
        """Do nothing."""
        del command


class FakePlc(Fake):
    """Read and written once a scan."""

    def read(self, now_s: float) -> list[Reading]:
        """See ScanDevice."""
        return self.readings(now_s)

    def write(self, now_s: float) -> None:
        """Do nothing."""
        del now_s

    def write_safe(self) -> None:
        """Do nothing."""


class FakeBus(Fake):
    """Publishes every second."""

    async def run(self, publish: Publish) -> None:
        """See Device."""
        while True:
            publish(self.readings(time.monotonic()))
            await asyncio.sleep(1.0)


def _unit(target: Point | Output) -> str:
    return target.unit.symbol if target.unit else ""


def _values(target: Point | Output) -> tuple[str, ...]:
    return target.type.values if isinstance(target.type, EnumType) else ()


class _Made(Driver):
    device: Fake

    def load(self) -> object:  # type: ignore[override]
        def build(name: str, options: Mapping[str, object], clock: Clock) -> Fake:
            del name, options, clock
            return self.device

        return build


def _devices(plant: Plant) -> tuple[Fake, Fake]:
    """Return a PLC with half of the facts, and a bus with the others."""
    half = len(plant.points) // 2
    return FakePlc("plc", plant.points[:half], plant.outputs), FakeBus(
        "bus", plant.points[half:], ()
    )


def drivers_of(devices: Sequence[Fake]) -> tuple[dict[str, Driver], str]:
    """Return the drivers and the site file that wires everything to these devices."""
    drivers: dict[str, Driver] = {}
    lines = ["recorder: {free: 1 kB}", "devices:"]
    for device in devices:
        driver = _Made("", device.name)
        driver.device = device
        drivers[device.name] = driver
        lines += [f"  {device.name}:", f"    driver: {device.name}"]
        for what, targets in (("facts", device.points), ("outputs", device.outputs)):
            lines += [f"    {what}:"] * bool(targets)
            lines += [f"      {each.name}: {each.name}" for each in targets]
    return drivers, "\n".join(lines) + "\n"


def child(folder: Path, for_s: float) -> None:
    """Be the daemon, and print what it took."""
    for name in LIBRARIES:
        importlib.import_module(name)
    clock = SystemClock()
    checked, _ = load_rules(folder)
    drivers, text = drivers_of(_devices(checked.rulebook.plant))
    (folder / "site.yaml").write_text(text, "utf-8")
    loading = load_all(folder / "site.yaml", clock, drivers=drivers)
    assert loading.loaded is not None, loading.problems
    service = Service(loading.loaded, clock, Notifier(os.environ))
    marks: dict[str, float] = {}

    async def run() -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(5.0, lambda: marks.update(cpu_s=time.process_time(), rss=_status("VmRSS")))
        loop.call_later(5.0 + for_s, service.daemon.stop)
        await service.daemon.run()
        marks["cpu_s"] = time.process_time() - marks["cpu_s"]
        marks["grown"] = _status("VmRSS") - marks.pop("rss")

    asyncio.run(run())
    service.close()
    counters = service.daemon.cycle.counters
    print(
        json.dumps(
            {
                "cpu_percent": 100 * marks["cpu_s"] / for_s,
                "rss_mib": _status("VmRSS") / 1024,
                "peak_mib": _status("VmHWM") / 1024,
                "grown_kib": marks["grown"],
                "scans": counters.scans,
                "overruns": counters.overruns,
                "longest_ms": counters.longest_s * 1000,
            }
        )
    )


def _status(key: str) -> int:
    """Return a line of /proc/self/status, in KiB."""
    text = Path("/proc/self/status").read_text("ascii")
    return int(text.split(f"{key}:")[1].split()[0])


def measure(for_s: float = SECONDS) -> tuple[dict[str, float], float]:
    """Return what the process told, and the seconds from its start to its first complete scan."""
    with TemporaryDirectory() as name:
        folder = Path(name) / "asp1"
        shutil.copytree(RULES, folder, ignore=shutil.ignore_patterns("recordings"))
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
            systemd.bind(str(Path(name) / "notify"))
            started_s = time.monotonic()
            process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.daemon", str(folder), str(for_s)],
                env={**os.environ, "NOTIFY_SOCKET": str(Path(name) / "notify")},
                cwd=ROOT,
                stdout=subprocess.PIPE,
                text=True,
            )
            while not systemd.recv(1000).startswith(b"READY=1"):
                pass
            ready_s = time.monotonic() - started_s
            told, _ = process.communicate()
        found: dict[str, float] = json.loads(told)
        return found, ready_s


def run() -> list[Row]:
    """Measure a minute of asp1."""
    found, ready_s = measure()
    return [
        Row("start to first decision", f"{ready_s:.2f} s", "≤ 3 s", ready_s <= 3.0),
        Row("resident memory", f"{found['rss_mib']:.1f} MiB", "≤ 96 MiB", found["rss_mib"] <= 96),
        Row("processor at 2 scans/s", f"{found['cpu_percent']:.2f} % of a core", "≤ 5 %",
            found["cpu_percent"] <= 5),
        Row("longest scan, overruns", f"{found['longest_ms']:.1f} ms, {found['overruns']:.0f}"),
    ]  # fmt: skip


if __name__ == "__main__":
    child(Path(sys.argv[1]), float(sys.argv[2]))
