"""The PLC of the house on loopback: terminals of asp1's cabinet on a process image in a file.

Names are those that `rules/asp1/site.yaml` gives the terminals; raw values are those of the
modules: 0.1 °C from a Pt1000, 4 to 20 mA for 0 to 120 °C, 0 to 10 V for a valve's way.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from adapters.codec.sg_ready import state_of
from adapters.simulated.inputs import SgReady
from adapters.simulated.revpi_config import config_rsc
from adapters.simulated.revpi_image import BROKEN_LOOP_UA, BROKEN_RTD, SimulatedRevPi
from engine.values.fact import Value

_NAMES = {
    "RTDValue_1": "buffer_top",
    "RTDValue_2": "hotwater_top",
    "RTDValue_1_i34": "water_supply",
    "RTDValue_2_i34": "water_return",
    "InputValue_1": "buffer_middle",
    "InputValue_2": "buffer_bottom",
    "InputValue_3": "hotwater_bottom",
    "InputValue_1_i34": "rv1_feedback",
    "InputValue_2_i34": "rv2_feedback",
    "OutputValue_1": "rv1_signal",
    "OutputValue_2": "rv2_signal",
    "I_1": "p3_runs",
    "I_2": "p4_runs",
    "I_3": "p5_runs",
    "I_4": "safety_a",
    "I_5": "safety_b",
    "Counter_4": "safety_a_edges",
    "Counter_5": "safety_b_edges",
    "I_16": "loop_in",
    "O_1": "p3_relay",
    "O_2": "p4_relay",
    "O_3": "p5_relay",
    "O_4": "sg_1",
    "O_5": "sg_2",
    "O_16": "loop_out",
}
_AIO_MODULES = 2
_PT1000 = {
    "buffer_top": "buffer.top",
    "hotwater_top": "hotwater.top",
    "water_supply": "water.supply_temperature",
    "water_return": "water.return_temperature",
}
_LOOPS = {
    "buffer_middle": "buffer.middle",
    "buffer_bottom": "buffer.bottom",
    "hotwater_bottom": "hotwater.bottom",
}
_CONTACTS = {
    "p3_runs": "p3.running",
    "p4_runs": "p4.running",
    "p5_runs": "p5.running",
    "safety_a": "safety.channel_a",
    "safety_b": "safety.channel_b",
}
_RTD_PER_K, _LOOP_ZERO_UA, _LOOP_UA_PER_K, _MV_PER_PERCENT = 10.0, 4000.0, 16_000 / 120, 100.0
_FEEDBACK_ZERO_MV = 500
_FULL_MV = 10_000

SENSORS = {point: (io, BROKEN_RTD) for io, point in _PT1000.items()} | {
    point: (io, BROKEN_LOOP_UA) for io, point in _LOOPS.items()
}
"""Temperature points: the input each is wired to, and what that shows with a broken wire."""
SAFETY = {"safety.channel_a": "safety_a", "safety.channel_b": "safety_b"}


class Outputs(NamedTuple):
    """What the PLC's outputs say to pumps, valves and heat pump."""

    p3_run: bool
    p4_run: bool
    p5_run: bool
    rv1_percent: float
    rv2_percent: float
    sg_ready: SgReady


class HousePlc:
    """The modules' side of the image: shows points, tells outputs."""

    def __init__(self, folder: Path) -> None:
        """Make the image and its configuration in `folder`."""
        wires = {"loop_out": "loop_in"}
        self.image = SimulatedRevPi(folder, config_rsc(_NAMES, _AIO_MODULES), wires)
        self._closed: dict[str, int] = {}

    def show(self, points: Mapping[str, Value]) -> None:
        """Let the inputs show the points, and exchange the image once."""
        for io, point in _PT1000.items():
            self.image.set(io, round(float(points[point]) * _RTD_PER_K))
        for io, point in _LOOPS.items():
            self.image.set(io, round(_LOOP_ZERO_UA + float(points[point]) * _LOOP_UA_PER_K))
        for io, point in _CONTACTS.items():
            closed = int(points[point] is True)
            if io in SAFETY.values() and closed < self._closed.get(io, 0):
                self.image.set(f"{io}_edges", self.image.get(f"{io}_edges") + 1)
            self._closed[io] = closed
            self.image.set(io, closed)
        self.image.set("rv1_feedback", _feedback_mv(100.0 - float(points["rv1.position"])))
        self.image.set("rv2_feedback", _feedback_mv(float(points["rv2.position"])))
        self.image.exchange()

    def outputs(self) -> Outputs:
        """Return what was read from the image last; P3 and RV1 work the other way round."""
        get = self.image.get
        return Outputs(
            p3_run=not get("p3_relay"),
            p4_run=bool(get("p4_relay")),
            p5_run=bool(get("p5_relay")),
            rv1_percent=(_FULL_MV - get("rv1_signal")) / _MV_PER_PERCENT,
            rv2_percent=get("rv2_signal") / _MV_PER_PERCENT,
            sg_ready=SgReady(state_of(bool(get("sg_1")), bool(get("sg_2")))),
        )


def _feedback_mv(percent: float) -> int:
    """Return what an actuator reports, 0.5 to 10 V: a broken wire is no position."""
    return round(_FEEDBACK_ZERO_MV + percent * (_FULL_MV - _FEEDBACK_ZERO_MV) / 100.0)
