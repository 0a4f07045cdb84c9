"""A PLC on a real image file: the modules' side is simulated, ours is the real revpimodio2."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from adapters.codec.revpi_layout import fingerprint
from adapters.devices.output_watchdog import OutputWatchdog
from adapters.devices.revpi import RevPi, build
from adapters.port import Command, Reading
from adapters.simulated.revpi_config import config_rsc
from adapters.simulated.revpi_image import SimulatedRevPi
from engine.values.fact import Quality, Value
from tests.adapters.manual_clock import ManualClock

NAMES = {
    "I_1": "safety_a",
    "I_2": "nc_contact",
    "I_16": "loop_in",
    "O_1": "p3_relay",
    "O_2": "sg_1",
    "O_3": "sg_2",
    "O_4": "p4_relay",
    "O_16": "loop_out",
    "Counter_3": "heat_pulses",
    "RTDValue_1": "t_supply",
    "RTDValue_2": "t_return",
    "InputValue_1": "pressure_ua",
    "InputValue_2": "rv1_feedback_mv",
    "OutputValue_1": "rv1_mv",
    "OutputValue_2": "rv2_mv",
}
INPUTS: dict[str, dict[str, object]] = {
    "safety_a": {"io": "safety_a", "kind": "contact"},
    "door": {"io": "nc_contact", "kind": "contact", "inverted": True},
    "supply": {"io": "t_supply", "kind": "rtd"},
    "return": {"io": "t_return", "kind": "rtd", "power_on_value": 85.0},
    "pressure": {"io": "pressure_ua", "kind": "current", "unit": "bar", "scale": [0, 4]},
    "rv1_position": {
        "io": "rv1_feedback_mv",
        "kind": "voltage",
        "unit": "%",
        "raw": [500, 10000],
        "scale": [0, 100],
    },
    "heat": {"io": "heat_pulses", "kind": "counter", "unit": "kWh", "per_pulse": 0.1},
}
OUTPUTS: dict[str, dict[str, object]] = {
    "p3_run": {"io": "p3_relay", "kind": "relay", "inverted": True},
    "p4_run": {"io": "p4_relay", "kind": "relay"},
    "rv1": {"io": "rv1_mv", "kind": "voltage", "raw": [2000, 10000], "inverted": True},
    "rv2": {"io": "rv2_mv", "kind": "voltage"},
    "sg_ready": {"io": ["sg_1", "sg_2"], "kind": "sg_ready"},
}


class Bench:
    """The plant's side and ours, and a clock moved by hand."""

    def __init__(self, folder: Path, names: Mapping[str, str] = NAMES) -> None:
        self.house = SimulatedRevPi(folder, config_rsc(names), {"loop_out": "loop_in"})
        self.house.set("pressure_ua", 12_000)
        self.house.set("rv1_feedback_mv", 5_250)
        self.house.set("t_supply", 453)
        self.house.exchange()
        self.now_s = 1000.0
        self.calls: list[tuple[int, bytes]] = []
        self.plc = self.new()

    def options(self, **changes: object) -> dict[str, object]:
        return {
            "image": str(self.house.image_path),
            "config": str(self.house.config_path),
            "layout": fingerprint(self.house.layout),
            "heartbeat": {"input": "loop_in", "output": "loop_out"},
            "inputs": INPUTS,
            "outputs": OUTPUTS,
            **changes,
        }

    def new(self, **changes: object) -> RevPi:
        return build("plc", self.options(**changes), ManualClock())

    def watched(self, timeout_ms: int = 3000) -> OutputWatchdog:
        """Return a watchdog whose ioctl only notes what it is asked."""

        def ioctl(_: int, request: int, argument: bytes) -> None:
            self.calls.append((request, argument))

        return OutputWatchdog(str(self.house.image_path), timeout_ms, ioctl)

    def command(self, field: str, value: Value, life_s: float = 10.0) -> None:
        self.plc.command(Command(field, value, self.now_s + life_s))

    def scan(self, seconds: float = 0.5) -> dict[str, Reading]:
        """Let the modules exchange, then read and write once, as a scan does."""
        self.now_s += seconds
        self.house.exchange()
        readings = by_field(self.plc.read(self.now_s))
        self.plc.write(self.now_s)
        self.house.exchange()
        return readings

    def look(self, seconds: float = 0.5) -> dict[str, Reading]:
        """Read once, without a write."""
        self.now_s += seconds
        self.house.exchange()
        return by_field(self.plc.read(self.now_s))


def by_field(readings: Iterable[Reading]) -> dict[str, Reading]:
    found = {each.field: each for each in readings}
    for each in found.values():
        assert (each.value is None) == (each.quality is not Quality.GOOD), each
    return found


def bad(readings: Mapping[str, Reading]) -> set[str]:
    return {name for name, each in readings.items() if each.quality is Quality.BAD}
