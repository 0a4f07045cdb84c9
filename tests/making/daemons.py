"""A site in memory for tests of the daemon: a tank, a miner, a PLC, and a clock moved by hand."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from adapters.port import Clock, Command, Device, DeviceError, Field, Publish, Reading, ScanDevice
from adapters.runtime.drivers import Driver
from adapters.runtime.loading import Loaded, load_all
from engine.values.fact import Quality

PLANT = """\
site: {name: test, time_zone: Europe/Berlin, latitude: 51.1, longitude: 13.1}
facts:
  tank.top: {unit: °C, range: [0, 100], max_age: 3 s}
  sun.power: {unit: W, range: [0, 20 kW], max_age: 4 s}
  safety.ok: {type: bool, max_age: 2 s}
outputs:
  pump.run: {type: bool, default: off, failsafe: off, min_on: 5 s, min_off: 3 s}
  miner.power_target: {unit: W, range: [0, 3 kW], default: 0 W, failsafe: 0 W, step: 100 W}
"""
RULES = """\
ruleset: heat
let:
  sun: average(sun.power, 10 s)
  climb: rate(tank.top, 8 s)
conditions:
  sunny:
    when: sun > 4 kW
    until: sun < 3 kW
    for: 2 s
rules:
  - id: mine
    when: sunny
    then: {miner.power_target: "min(sun, 3 kW)"}
    because: The sun gives enough.
  - id: mine_a_little
    when: age(sun.power) < 1.2 s
    then: {miner.power_target: 1 kW}
    salience: -5
    because: The meter is awake.
  - id: circulate
    when: {any: [tank.top < 50 °C, climb > 0.5 K/s]}
    then: {pump.run: on}
    because: The tank is cold, or warms up quickly.
"""
INTERLOCKS = """\
trips:
  - id: safety_relay
    when: not safety.ok
    latch: true
    force: {miner.power_target: 0 W, pump.run: off}
    because: The safety relay is open.
permissives:
  - id: pump_runs
    output: miner.power_target
    needs: pump.run
"""
SITE = """\
scan_period: 500 ms
devices:
  plc:
    driver: plc
    facts: {tank.top: rtd1, safety.ok: relay_ok}
    outputs: {pump.run: relay1}
  miner:
    driver: miner
    password_file: /none
    facts: {sun.power: pv}
    outputs: {miner.power_target: target}
"""


class HandClock:
    """Both clocks; time passes only while somebody sleeps, and then all at once."""

    def __init__(self, now_s: float = 1000.0) -> None:
        self.now_s = now_s
        self.wall_ahead_s = 1_750_000_000.0

    def monotonic_s(self) -> float:
        return self.now_s

    def wall_s(self) -> float:
        return self.wall_ahead_s + self.now_s

    async def sleep(self, seconds: float) -> None:
        self.now_s += seconds
        await asyncio.sleep(0)


class Plc:
    """A process image of two inputs and one relay that notes what is written."""

    def __init__(self, name: str = "plc") -> None:
        self.name = name
        self.tank_c: float | None = 40.0
        self.safe = True
        self.relay = False
        self.broken = False
        self.written: list[str] = []
        self.told: list[str] = []

    def fields(self) -> tuple[Field, ...]:
        return (
            Field("rtd1", "°C"),
            Field("relay_ok"),
            Field("relay1", writable=True),
        )

    def read(self, now_s: float) -> list[Reading]:
        quality = Quality.BAD if self.tank_c is None else Quality.GOOD
        return [
            Reading("rtd1", self.tank_c, quality, now_s),
            Reading("relay_ok", self.safe, Quality.GOOD, now_s),
        ]

    def command(self, command: Command) -> None:
        self.relay = command.value is True

    def write(self, now_s: float) -> None:
        if self.broken:
            raise DeviceError(f"{self.name}: image not written at {now_s}")
        self.written.append("on" if self.relay else "off")

    def write_safe(self) -> None:
        self.written.append("safe")

    def feed(self) -> None:
        self.told.append("feed")

    def close(self) -> None:
        self.told.append("close")


class Miner:
    """A device with a task of its own; tests publish through `publish` while it runs."""

    def __init__(self, name: str = "miner") -> None:
        self.name = name
        self.publish: Publish | None = None
        self.commands: list[Command] = []
        self.closed = False

    def fields(self) -> tuple[Field, ...]:
        return (Field("pv", "W"), Field("target", "W", writable=True))

    async def run(self, publish: Publish) -> None:
        self.publish = publish
        try:
            await asyncio.Event().wait()
        finally:
            self.closed = True

    def command(self, command: Command) -> None:
        self.commands.append(command)


class Site:
    """The files of a site in a folder, and its devices."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = HandClock()
        self.plc, self.miner = Plc(), Miner()
        self.options: list[Mapping[str, object]] = []
        folder.mkdir(exist_ok=True)
        for name, text in {
            "plant.yaml": PLANT, "heat.yaml": RULES, "interlocks.yaml": INTERLOCKS,
            "site.yaml": SITE,
        }.items():  # fmt: skip
            (folder / name).write_text(text, "utf-8")

    @property
    def file(self) -> Path:
        return self.folder / "site.yaml"

    @property
    def drivers(self) -> dict[str, Driver]:
        site = self

        class Mine(Driver):
            def load(self) -> object:  # type: ignore[override]
                device = site.plc if self.function == "plc" else site.miner

                def build(
                    name: str, options: Mapping[str, object], clock: Clock
                ) -> Device | ScanDevice:
                    assert (name, clock) == (device.name, site.clock)
                    site.options.append(options)
                    return device

                return build

        return {"plc": Mine("", "plc"), "miner": Mine("", "miner")}

    def load(self, *, shadow: bool = False) -> Loaded:
        loading = load_all(self.file, self.clock, shadow=shadow, drivers=self.drivers)
        assert loading.loaded is not None, loading.problems
        return loading.loaded
