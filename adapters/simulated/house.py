"""The house on loopback: asp1's devices as real servers, fed by one plant, in a folder of its own.

    house = House(folder, rules, SystemClock())
    await house.start()              # servers, broker, image; the folder holds a site.yaml
    await house.live()               # until cancelled: time passes, devices answer
    await house.stop()               # everything that it started

Inverter and meters speak Modbus, the miners gRPC, EMS-ESP, weather and tariff MQTT, and the PLC is
a process image in a file. All of them show one plant and command it.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from adapters.codec.revpi_layout import fingerprint
from adapters.port import Clock
from adapters.simulated.house_bus import HouseBus
from adapters.simulated.house_faults import HouseFaults, Parts, PumpName
from adapters.simulated.house_messages import HouseMessages
from adapters.simulated.house_miners import HouseMiners
from adapters.simulated.house_physics import HousePhysics
from adapters.simulated.house_plc import HousePlc
from adapters.simulated.house_site import copy_rules, on_loopback
from adapters.simulated.inputs import Commands
from engine.values.fact import Value

NINE_IN_THE_MORNING = 1_776_495_600.0
"""2026-04-18 07:00 UTC: a Saturday in spring, 09:00 at Walda."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How the house keeps time; seconds are those of its clock."""

    speed: float = 1.0
    """So many seconds pass in the plant for each second of the clock."""
    step_s: float = 0.1
    """From step to step."""
    publish_s: float = 5.0
    """From message to message of EMS-ESP, weather and tariff."""
    household: bool = True
    """Whether people tap hot water by habit."""
    starts_at_s: float = NINE_IN_THE_MORNING
    """The plant's own wall clock at the start, Unix time."""


class House:
    """One house. Whoever starts it stops it."""

    def __init__(
        self,
        folder: Path,
        rules: Path,
        clock: Clock,
        pace: Pace | None = None,
        *,
        rtu: bool = False,
    ) -> None:
        """Live in `folder`, by the site and the rules in `rules`; nothing is started yet."""
        self.folder = folder
        self.pace = pace or Pace()
        self._rules = rules
        self._clock = clock
        self.physics = HousePhysics(self.pace.starts_at_s, household=self.pace.household)
        self.stuck: set[PumpName] = set()
        self.plc = HousePlc(folder)
        self.bus = HouseBus(self.points, folder, rtu=rtu)
        self.miners = HouseMiners(clock, folder)
        self.messages = HouseMessages(self.points, clock, folder, self.pace.publish_s)
        self.faults = HouseFaults(Parts(self.plc, self.bus, self.miners, self.messages, self.stuck))
        self.commands = Commands()
        self.site_file = folder / "site.yaml"

    def points(self) -> Mapping[str, Value]:
        """Return what is true of the plant now, faults of sensors aside."""
        return self.physics.points()

    async def start(
        self,
        sections: Mapping[str, object] | None = None,
        options: Mapping[str, Mapping[str, object]] | None = None,
    ) -> None:
        """Start everything and write the site file.

        `sections` replace those of the site, `options` go on top of those of devices, by name.
        """
        await self.bus.start()
        await self.miners.start()
        await self.messages.start()
        self.advance(self.pace.step_s)
        copy_rules(self._rules, self.folder)
        text = (self._rules / "site.yaml").read_text("utf-8")
        devices = {
            name: {**address, **(options or {}).get(name, {})}
            for name, address in self._addresses().items()
        }
        site = {
            "mqtt": self._broker(),
            "control": {"socket": "control.sock"},
            **(sections or {}),
        }
        self.site_file.write_text(on_loopback(text, devices, site), "utf-8")

    async def live(self) -> None:
        """Let time pass until cancelled."""
        before_s = self._clock.monotonic_s()
        while True:
            await self._clock.sleep(self.pace.step_s)
            now_s = self._clock.monotonic_s()
            self.advance((now_s - before_s) * self.pace.speed)
            before_s = now_s

    def advance(self, dt_s: float) -> None:
        """Let `dt_s` seconds pass in the plant, and show what came of it."""
        self.commands = self._commanded()
        if dt_s > 0.0:
            self.physics.advance(self.commands, dt_s)
        self.miners.follow(self.physics.state)
        self.plc.show(self.points())

    async def stop(self) -> None:
        """Stop everything that was started, whatever one of them says."""
        await asyncio.gather(
            self.messages.stop(), self.miners.stop(), self.bus.stop(), return_exceptions=True
        )

    def _commanded(self) -> Commands:
        """Return what the devices have been told, as each of them holds it."""
        told = self.plc.outputs()
        return Commands(
            self.miners.miner1.commanded_w(),
            self.miners.miner2.commanded_w(),
            told.sg_ready,
            self.bus.battery_mode(),
            told.rv1_percent,
            told.rv2_percent,
            told.p3_run and "p3" not in self.stuck,
            told.p4_run and "p4" not in self.stuck,
            told.p5_run and "p5" not in self.stuck,
        )

    def _addresses(self) -> dict[str, Mapping[str, object]]:
        image = self.plc.image
        plc = {
            "image": str(image.image_path),
            "config": str(image.config_path),
            "layout": fingerprint(image.layout),
        }
        password = {"password_file": str(self.miners.password_file)}
        miners = [{"host": "127.0.0.1", "port": port, **password} for port in self.miners.ports]
        broker = self._broker()
        return {
            "plc": plc,
            "miner1": miners[0],
            "miner2": miners[1],
            **dict.fromkeys(self.bus.devices, self.bus.address),
            **dict.fromkeys(("heatpump", "tariff", "weather"), broker),
        }

    def _broker(self) -> Mapping[str, object]:
        return {"host": "127.0.0.1", "port": self.messages.port}
