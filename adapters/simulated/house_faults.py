"""The faults of the house on loopback, by name, to be switched on at start and while it runs.

`miner1.frozen`, `inverter.mute`, `meter_grid.sentinel`, `plc.frozen`, `buffer.top.broken`,
`safety.open`, `safety.discrepancy`, `p3.stuck`, `broker.stopped`, `heatpump.silent`, and more.
"""

from collections.abc import Callable
from difflib import get_close_matches
from functools import partial
from typing import Literal, NamedTuple, TypeVar

from adapters.simulated import braiins_miner, modbus_device
from adapters.simulated.house_bus import HouseBus
from adapters.simulated.house_messages import HouseMessages
from adapters.simulated.house_miners import HouseMiners
from adapters.simulated.house_plc import SAFETY, SENSORS, HousePlc
from adapters.simulated.revpi_image import FAULTS

PumpName = Literal["p3", "p4", "p5"]
_PUMPS: tuple[PumpName, ...] = ("p3", "p4", "p5")
_PUBLISHERS = ("heatpump", "weather", "tariff")
_OPEN = 0
_T = TypeVar("_T")


class UnknownFaultError(ValueError):
    """A name that is no fault; says which one may be meant."""


class Parts(NamedTuple):
    """Everything in the house that can fail."""

    plc: HousePlc
    bus: HouseBus
    miners: HouseMiners
    messages: HouseMessages
    stuck: set[PumpName]
    """Pumps that do not run, whatever they are told."""


Switch = Callable[[bool], object]


class HouseFaults:
    """The table of faults, and which of them are on."""

    def __init__(self, parts: Parts) -> None:
        """Make the table for these parts."""
        self.on: set[str] = set()
        self._messages = parts.messages
        self._table: dict[str, Switch] = {
            **_of_miners(parts.miners),
            **_of_bus(parts.bus),
            **_of_plc(parts.plc),
            **{f"{pump}.stuck": partial(_member, parts.stuck, pump) for pump in _PUMPS},
            **{
                f"{who}.silent": partial(_member, parts.messages.silent, who) for who in _PUBLISHERS
            },
        }

    @property
    def names(self) -> tuple[str, ...]:
        """Return every fault that there is."""
        return (*sorted(self._table), "broker.stopped")

    async def switch(self, name: str, on: bool) -> None:
        """Switch a fault on or off; nothing happens if it is so already.

        Raises UnknownFaultError.
        """
        if name not in self.names:
            near = get_close_matches(name, self.names, n=1)
            hint = f": did you mean `{near[0]}`?" if near else ""
            raise UnknownFaultError(f"there is no fault `{name}`{hint}")
        if on == (name in self.on):
            return
        if name != "broker.stopped":
            self._table[name](on)
        elif on:
            self._messages.stop_broker()
        else:
            await self._messages.start_broker()
        _member(self.on, name, on)

    async def become(self, wanted: set[str]) -> None:
        """Switch so that exactly these are on. Raises UnknownFaultError."""
        for name in sorted(self.on - wanted):
            await self.switch(name, on=False)
        for name in sorted(wanted - self.on):
            await self.switch(name, on=True)


def _of_miners(miners: HouseMiners) -> dict[str, Switch]:
    both = {"miner1": miners.miner1, "miner2": miners.miner2}
    return {
        f"{name}.{fault.value}": partial(_member, miner.faults, fault)
        for name, miner in both.items()
        for fault in braiins_miner.Fault
    }


def _of_bus(bus: HouseBus) -> dict[str, Switch]:
    return {
        f"{name}.{fault.value}": partial(_member, device.faults, fault)
        for name, device in bus.devices.items()
        for fault in modbus_device.Fault
    }


def _of_plc(plc: HousePlc) -> dict[str, Switch]:
    image = plc.image

    def hold(inputs: dict[str, int], on: bool) -> None:
        for io, raw in inputs.items():
            if on:
                image.hold(io, raw)
            else:
                image.release(io)

    both = dict.fromkeys(SAFETY.values(), _OPEN)
    return {
        "safety.open": partial(hold, both),
        "safety.discrepancy": partial(hold, {SAFETY["safety.channel_b"]: _OPEN}),
        **{f"{point}.broken": partial(hold, {io: raw}) for point, (io, raw) in SENSORS.items()},
        **{f"plc.{fault}": partial(_member, image.faults, fault) for fault in FAULTS},
    }


def _member(those: set[_T], one: _T, on: bool) -> None:
    """Put one into a set, or take it out."""
    if on:
        those.add(one)
    else:
        those.discard(one)
