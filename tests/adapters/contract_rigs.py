"""What the contract needs of each driver: its loopback server, what to break, what to command."""

import asyncio
import contextlib
import json
import time
from collections.abc import Mapping
from pathlib import Path

import aiomqtt

from adapters.cancellation import heed_cancellation
from adapters.codec.modbus.deye import BatteryLimits
from adapters.codec.modbus.deye_three_phase import THREE_PHASE_LV
from adapters.codec.modbus.meters import SDM630
from adapters.simulated.braiins_miner import SimulatedMiner
from adapters.simulated.braiins_server import BraiinsServer
from adapters.simulated.broker import Mosquitto
from adapters.simulated.modbus_device import SimulatedDevice
from adapters.simulated.modbus_server import ModbusServer
from engine.values.fact import Value
from tests.adapters.modbus_bench import RealClock
from tests.adapters.revpi_bench import Bench as RevPiBench
from tests.unit.test_codec_emsesp import BOILER_DATA

Options = Mapping[str, object]
PAUSE_S = 0.02


class Rig:
    """One driver and the server that it speaks to; this one has none."""

    told: str
    """A field that the server feeds."""
    is_value: Value | None = None
    """What it is; None if that changes by itself."""
    wrong: Mapping[str, Options]
    """Options that make no device, by the word that the refusal must hold."""

    def __init__(self, folder: Path) -> None:
        del folder

    def options(self) -> Options:
        return {}

    def exchange(self) -> None:
        """Let the modules of a process image exchange."""

    async def start(self) -> None: ...

    async def lose(self) -> None:
        """Let the server be gone, as after a power cut."""

    async def restore(self) -> None: ...

    async def stop(self) -> None: ...

    def written(self) -> object:
        """Return what the server was told; falsy if nothing."""
        return ()


class Commanded(Rig):
    """A rig whose device can be commanded."""

    field: str
    value: Value
    measured: Mapping[str, Value] = {}
    """What the device tells once the command is in force, by field."""

    def obeys(self) -> bool:
        """Tell whether the server has what was commanded."""
        raise NotImplementedError

    def is_safe(self) -> bool:
        """Tell whether the server is where an expired command leaves it."""
        raise NotImplementedError


class BraiinsRig(Commanded):
    told, is_value = "online", True
    wrong: Mapping[str, Options] = {
        "colour": {"colour": 1},
        "serial": {"serial": ""},
        "cap_w": {"cap_w": -1},
        "password_file": {"password": "root"},
    }
    field, value = "power_target", 2400.0
    measured: Mapping[str, Value] = {"power_target": 2400.0, "power_stored": 2400.0}

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._password = folder / "password"
        self._password.write_text("root", "utf-8")
        self.server = BraiinsServer(SimulatedMiner(RealClock()))

    def options(self) -> Options:
        return {
            "host": "127.0.0.1",
            "port": self.server.port or 1,
            "serial": self.server.miner.nature.serial,
            "cap_w": 3300.0,
            "poll_s": 0.5,
            "deadline_s": 1.0,
            "failures_max": 1,
            "password_file": str(self._password),
        }

    async def start(self) -> None:
        await self.server.start()

    async def lose(self) -> None:
        await self.server.stop()

    async def restore(self) -> None:
        await self.server.start(self.server.port)

    async def stop(self) -> None:
        await self.server.stop()

    def written(self) -> object:
        calls = self.server.miner.calls
        return calls["PauseMining"] + calls["ResumeMining"] + calls["SetPowerTarget"]

    def obeys(self) -> bool:
        return not self.server.miner.paused and self.server.miner.stored_w == self.value

    def is_safe(self) -> bool:
        return self.server.miner.paused


class _ModbusRig(Rig):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.device = device = self.simulated()
        self.server = ModbusServer([device])

    def simulated(self) -> SimulatedDevice:
        raise NotImplementedError

    def options(self) -> Options:
        return {
            "host": "127.0.0.1",
            "port": self.server.port or 1,
            "unit": self.device.unit_id,
            "period_s": 0.1,
        }

    async def start(self) -> None:
        await self.server.start()

    async def lose(self) -> None:
        await self.server.stop()

    async def restore(self) -> None:
        await self.server.start()

    async def stop(self) -> None:
        await self.server.stop()

    def written(self) -> object:
        return self.device.writes


class MeterRig(_ModbusRig):
    told, is_value = "power", -750.5
    wrong: Mapping[str, Options] = {
        "colour": {"colour": 1},
        "model": {"model": "abacus"},
        "unit": {"unit": 0},
        "host": {"tty": "/dev/null"},
    }

    def simulated(self) -> SimulatedDevice:
        return SimulatedDevice(SDM630, 5, {"power": lambda: -750.5})

    def options(self) -> Options:
        return {**super().options(), "model": "sdm630"}


class DeyeRig(_ModbusRig, Commanded):
    told, is_value = "battery_power", -2500.0
    wrong: Mapping[str, Options] = {
        "colour": {"colour": 1},
        "model": {"model": "abacus"},
        "min_soc_percent": {"min_soc_percent": 100},
        "no setting": {"settings": {"colour": 1}},
    }
    field, value = "battery_mode", "hold"
    measured: Mapping[str, Value] = {
        f"battery_mode_{word}": "hold" for word in ("wanted", "accepted", "measured")
    }

    def simulated(self) -> SimulatedDevice:
        return SimulatedDevice(THREE_PHASE_LV, 1, {"battery_power": lambda: -2500.0})

    def options(self) -> Options:
        return {**super().options(), "model": "three_phase_lv", "settle_s": 0.0}

    def obeys(self) -> bool:
        return self.device.battery_mode(BatteryLimits()) == self.value

    def is_safe(self) -> bool:
        return self.device.battery_mode(BatteryLimits()) == "normal"


class _MqttRig(Rig):
    """A broker, and somebody who says the same again and again."""

    topic, payload = "", b""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.broker = Mosquitto(folder)
        self._tasks: list[asyncio.Task[None]] = []
        self._heard: list[str] = []

    def options(self) -> Options:
        return {"host": "127.0.0.1", "port": self.broker.port}

    async def start(self) -> None:
        self.broker.start()
        self._tasks = [asyncio.create_task(self._talk())]

    async def lose(self) -> None:
        self.broker.stop()

    async def restore(self) -> None:
        self.broker.start()

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.broker.stop()

    def written(self) -> object:
        return [topic for topic in self._heard if topic != self.topic]

    async def _talk(self) -> None:
        while True:
            with contextlib.suppress(aiomqtt.MqttError):
                async with aiomqtt.Client("127.0.0.1", self.broker.port) as link:
                    await link.subscribe("#")
                    while True:
                        heed_cancellation()  # aiomqtt may have lost it
                        await link.publish(self.topic, self.payload)
                        message = await anext(aiter(link.messages))
                        self._heard.append(message.topic.value)
                        await asyncio.sleep(PAUSE_S)
            heed_cancellation()
            await asyncio.sleep(PAUSE_S)


class EmsEspRig(_MqttRig):
    told, is_value = "power", 1180.0
    wrong: Mapping[str, Options] = {
        "colour": {"colour": 1},
        "base": {"base": "ems/#"},
        "port": {"port": 0},
        "ttl_s": {"ttl_s": 0},
    }
    topic, payload = "ems-esp/boiler_data", BOILER_DATA


class MqttValuesRig(_MqttRig):
    told, is_value = "outdoor", -3.5
    wrong: Mapping[str, Options] = {
        "colour": {"colour": 1},
        "values": {"values": {}},
        "topic": {"values": {"outdoor": {"topic": "#"}}},
        "furlong": {"values": {"outdoor": {"topic": "a", "unit": "furlong"}}},
    }
    topic, payload = "weather/now", b'{"t": -3.5}'

    def options(self) -> Options:
        values = {"outdoor": {"topic": self.topic, "path": "t", "unit": "°C"}}
        return {**super().options(), "values": values}


class TariffRig(_MqttRig):
    told, is_value = "price", 28.4
    wrong: Mapping[str, Options] = {
        "colour": {"colour": 1},
        "topic": {"topic": "#"},
        "unit": {"unit": "furlong"},
        "keys": {"keys": {"colour": "red"}},
    }
    topic = "tariff/prices"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        step = {"start": time.time() - 600, "end": time.time() + 3000, "price": 28.4}
        self.payload = json.dumps([step]).encode()

    def options(self) -> Options:
        return {**super().options(), "topic": self.topic, "unit": "ct/kWh"}


class RevPiRig(Commanded):
    told, is_value = "supply", 45.3
    wrong: Mapping[str, Options] = {
        "colour": {"colour": 1},
        "outputs": {"outputs": {"p4_run": {"io": "p4_relay", "kind": "abacus"}}},
        "watchdog_s": {"watchdog_s": -1},
        "inputs": {"inputs": 3},
    }
    field, value = "p4_run", True

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.bench = RevPiBench(folder)
        self.house = self.bench.house

    def options(self) -> Options:
        return self.bench.options()

    def exchange(self) -> None:
        self.house.exchange()

    async def lose(self) -> None:
        self.house.faults.add("stopped")

    async def restore(self) -> None:
        self.house.faults.discard("stopped")

    def written(self) -> object:
        return [name for name in ("p3_relay", "p4_relay", "sg_1", "sg_2") if self.house.get(name)]

    def obeys(self) -> bool:
        return self.house.get("p4_relay") == 1

    def is_safe(self) -> bool:
        return self.house.get("p4_relay") == 0


class SetpointsRig(Rig):
    told, is_value = "buffer", 50.0
    wrong: Mapping[str, Options] = {
        "colour": {"colour": 1},
        "setpoints": {"setpoints": {}},
        "buffer": {"setpoints": {"buffer": {"unit": "furlong"}}},
    }

    def options(self) -> Options:
        return {"setpoints": {"buffer": {"unit": "°C", "range": [35, 70], "otherwise": 50}}}


class SunRig(Rig):
    told, is_value = "elevation", None
    wrong: Mapping[str, Options] = {
        "colour": {"colour": 1},
        "latitude": {"latitude": 91},
        "longitude": {"longitude": "east"},
    }

    def options(self) -> Options:
        return {"latitude": 51.27, "longitude": 13.52}


class ControllerRig(Rig):
    told, is_value = "uptime", None
    wrong: Mapping[str, Options] = {"colour": {"colour": 1}, "modes": {"modes": "automatic"}}


RIGS: Mapping[str, type[Rig]] = {
    "braiins": BraiinsRig,
    "controller": ControllerRig,
    "deye": DeyeRig,
    "emsesp": EmsEspRig,
    "meter": MeterRig,
    "mqtt_values": MqttValuesRig,
    "revpi": RevPiRig,
    "setpoints": SetpointsRig,
    "sun": SunRig,
    "tariff": TariffRig,
}
COMMANDED: Mapping[str, type[Commanded]] = {
    "braiins": BraiinsRig,
    "deye": DeyeRig,
    "revpi": RevPiRig,
}
ONLY_TELLS: Mapping[str, str] = {
    "controller": "people set the mode, not rules",
    "emsesp": "the heat pump is commanded by two relays of the PLC",
    "meter": "a meter measures",
    "mqtt_values": "it is only heard",
    "setpoints": "a person sets them, rules read them",
    "sun": "nobody commands the sun",
    "tariff": "it is only heard",
}
"""Drivers that no part of the contract about commands is for, and why."""
NO_SERVER: Mapping[str, str] = {
    "controller": "it is the daemon itself",
    "setpoints": "kept in the daemon itself; they expire by the wall clock",
    "sun": "computed here",
}
"""Drivers that cannot lose what they never connect to."""
