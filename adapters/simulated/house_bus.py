"""The bus of the house on loopback: an inverter and two meters on one wire, fed by the plant."""

from collections.abc import Callable, Mapping
from pathlib import Path

from adapters.codec.modbus.deye import BatteryLimits
from adapters.codec.modbus.deye_three_phase import THREE_PHASE_LV
from adapters.codec.modbus.meters import SDM630
from adapters.simulated.inputs import BatteryMode
from adapters.simulated.modbus_device import SimulatedDevice
from adapters.simulated.modbus_server import ModbusServer, SerialPair
from engine.values.fact import Value

LIMITS = BatteryLimits(min_soc_percent=15)
"""As `rules/asp1/site.yaml` describes the battery."""
_STRING = "pv1_power"
"""All PV hangs on the first string: the inverter adds the strings up."""

Points = Callable[[], Mapping[str, Value]]


class HouseBus:
    """Modbus TCP on a free port; or RTU on a pair of ptys by socat."""

    def __init__(self, points: Points, folder: Path, *, rtu: bool = False) -> None:
        """Show what `points` returns whenever a device is asked."""
        self._points = points
        self.inverter = SimulatedDevice(THREE_PHASE_LV, 1)
        self.meter_grid = SimulatedDevice(SDM630, 2)
        self.meter_miners = SimulatedDevice(SDM630, 3)
        self.inverter.shows |= {
            _STRING: self._number("pv.power"),
            "load_power": self._number("house.load"),
            "grid_power": self._number("grid.power"),
            "battery_power": self._number("battery.power"),
            "battery_soc": self._number("battery.soc"),
        }
        self.meter_grid.shows["power"] = self._number("grid.power")
        self.meter_miners.shows["power"] = self._number("miner1.power", "miner2.power")
        self._pair = SerialPair(folder) if rtu else None
        self._server: ModbusServer | None = None

    @property
    def devices(self) -> dict[str, SimulatedDevice]:
        """Return the devices by their names in the site file."""
        return {
            "inverter": self.inverter,
            "meter_grid": self.meter_grid,
            "meter_miners": self.meter_miners,
        }

    @property
    def address(self) -> dict[str, object]:
        """Return how a site file reaches the bus, once it is started."""
        if self._pair is not None:
            return {"tty": str(self._pair.client)}
        assert self._server is not None, "asked after the start"  # noqa: S101 - an invariant
        return {"host": "127.0.0.1", "port": self._server.port}

    async def start(self) -> None:
        """Serve all three."""
        tty = ""
        if self._pair is not None:
            await self._pair.plug_in()
            tty = str(self._pair.server)
        self._server = ModbusServer(list(self.devices.values()), tty=tty)
        await self._server.start()

    async def stop(self) -> None:
        """Close the wire."""
        if self._server is not None:
            await self._server.stop()
        if self._pair is not None:
            await self._pair.pull_out()

    def battery_mode(self) -> BatteryMode:
        """Return what the inverter has been set to; settings of somebody else count as normal."""
        found = self.inverter.battery_mode(LIMITS)
        modes = {mode.value: mode for mode in BatteryMode}
        return modes.get(found, BatteryMode.NORMAL)

    def _number(self, *names: str) -> Callable[[], float]:
        """Return a provider of the sum of some points."""

        def provide() -> float:
            points = self._points()
            return float(round(sum(float(points[name]) for name in names)))

        return provide
