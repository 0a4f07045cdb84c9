"""Devices on a Modbus wire: who may speak when, and what a silent device costs the others.

A bus has one owner of its wire. A device polls as one turn: nobody else's request comes between the
blocks of a poll and its sentinel. A device that does not answer is asked less and less often, up to
once a minute; the others keep their pace. Where nobody answers, nobody is held up: then all are
asked every few seconds, so that a wire that has healed is heard soon.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol, runtime_checkable
from weakref import WeakValueDictionary

from adapters.devices.modbus_link import (
    LinkLostError,
    LinkSettings,
    ModbusLink,
    NoAnswerError,
    Registers,
    WrongReplyError,
)
from adapters.port import ONLINE, Clock, Command, DeviceError, Field, Publish, Reading
from engine.values.fact import Quality

BACK_OFF_MAX_S = 60.0
DEAD_WIRE_MAX_S = 8.0
"""The same where no other device on the wire answers either."""
SILENT_AFTER_S = 15.0
"""So long the last values stand; then every field of a silent device is withdrawn."""
_ONLINE = Field(ONLINE, about="It answers, and what it says can be")
_JITTER_SHARE = 0.25
_LEAVING_SPARE_S = 3.0

Jitter = Callable[[], float]
"""Returns 0 … 1; the daemon hands in chance, a test a constant."""


_Visit = Callable[[Registers], Awaitable[list[Reading]]]


class ImplausibleError(DeviceError):
    """A device answers, but what it says cannot be true. Its whole poll is thrown away."""


class ModbusBus:
    """One wire and its owner. Opened by the first who needs it, closed after the last has left."""

    def __init__(self, settings: LinkSettings, clock: Clock) -> None:
        """Take the wire's settings; nothing is opened yet."""
        self.settings = settings
        self.buses: Buses | None = None
        """Those of its site; they live as long as one of them."""
        self.heard_s: dict[str, float] = {}
        """When each device on it answered last."""
        self._link = ModbusLink(settings, clock)
        self._lock = asyncio.Lock()
        self._members = 0
        self._open = False

    @contextlib.asynccontextmanager
    async def joined(self) -> AsyncIterator[None]:
        """Belong to the bus; the wire is closed when nobody does any more."""
        self._members += 1
        try:
            yield
        finally:
            self._members -= 1
            if self._members == 0:
                self._link.close()
                self._open = False

    @contextlib.asynccontextmanager
    async def turn(self) -> AsyncIterator[Registers]:
        """Have the wire alone. Raises LinkLostError; the next turn opens it again."""
        async with self._lock:
            if not self._open:
                await self._link.open()
                self._open = True
            try:
                yield self._link
            except LinkLostError:
                self._link.close()
                self._open = False
                raise


class Buses:
    """All buses of a site: who names the same wire gets the same bus."""

    def __init__(self, clock: Clock) -> None:
        """Hand `clock` to every bus."""
        self._clock = clock
        self._buses: dict[tuple[str, int, str], ModbusBus] = {}

    def of(self, settings: LinkSettings) -> ModbusBus:
        """Return the bus on that wire. Raises ValueError if two devices see it differently."""
        key = (settings.host, settings.port, settings.tty)
        if key not in self._buses:
            self._buses[key] = ModbusBus(settings, self._clock)
            self._buses[key].buses = self
        bus = self._buses[key]
        if bus.settings != settings:
            wire = settings.tty or f"{settings.host}:{settings.port}"
            raise ValueError(f"two devices on {wire} name different settings of the wire")
        return bus


_SHARED: WeakValueDictionary[int, Buses] = WeakValueDictionary()


def shared_buses(clock: Clock) -> Buses:
    """Return the buses of the daemon with that clock, for drivers that are built one by one."""
    return _SHARED.setdefault(id(clock), Buses(clock))


class Station(Protocol):
    """What a kind of device does in its turn."""

    def fields(self) -> tuple[Field, ...]:
        """Return everything that it can tell or be told."""
        ...

    async def poll(self, wire: Registers) -> list[Reading]:
        """Read it and act on commands. Raises DeviceError."""
        ...

    async def act(self, wire: Registers) -> list[Reading]:
        """Act on commands alone, between polls. Raises DeviceError."""
        ...

    async def leave(self, wire: Registers) -> None:
        """Put back what must not stay when nobody commands any more."""
        ...

    def command(self, command: Command) -> bool:
        """Take a command; return whether it asks for something new."""
        ...

    def forget(self) -> None:
        """Forget who answered: after a long silence it may be another device."""
        ...


@runtime_checkable
class Counting(Protocol):
    """A station with something to know after a restart: how often it was written today."""

    def retained(self) -> object:
        """Return it as plain data."""
        ...

    def restore(self, retained: object) -> None:
        """Take what an earlier process retained."""
        ...


class ModbusDevice:
    """A device on a bus, as the daemon sees it."""

    def __init__(
        self,
        name: str,
        station: Station,
        bus: ModbusBus,
        clock: Clock,
        jitter: Jitter,
        *,
        period_s: float = 2.0,
    ) -> None:
        """Poll `station` every `period_s` seconds over `bus`."""
        self.name = name
        self.station = station
        self._bus = bus
        self._clock = clock
        self._jitter = jitter
        self._period_s = period_s
        self._wake = asyncio.Event()
        self._failures = 0
        self._heard_s = 0.0
        self._silent = False

    def fields(self) -> tuple[Field, ...]:
        """Return everything that the device can tell or be told."""
        return (_ONLINE, *self.station.fields())

    def command(self, command: Command) -> None:
        """Take the newest command of a field; what is new goes out before the next poll."""
        if command.expires_at_s > self._clock.monotonic_s() and self.station.command(command):
            self._wake.set()

    def retained(self) -> object:
        """Return what its station must know after a restart, None if nothing."""
        return self.station.retained() if isinstance(self.station, Counting) else None

    def restore(self, retained: object) -> None:
        """Give its station back what an earlier process retained."""
        if isinstance(self.station, Counting):
            self.station.restore(retained)

    async def run(self, publish: Publish) -> None:
        """Poll until cancelled. Raises LinkLostError when the wire is gone."""
        self._heard_s = self._clock.monotonic_s()
        self._failures = 0
        async with self._bus.joined():
            try:
                while True:
                    due_s = await self._visit(publish, self.station.poll)
                    await self._wait(publish, due_s)
            except LinkLostError as error:
                self._withdraw(publish, error, Quality.MISSING)
                self.station.forget()  # nothing read before the loss is told after it
                raise
            except asyncio.CancelledError:
                await self._leave()
                raise

    async def _visit(self, publish: Publish, visit: _Visit) -> float:
        """Have a turn, and return when the next is due."""
        started_s = self._clock.monotonic_s()
        try:
            async with self._bus.turn() as wire:
                readings = await visit(wire)
        except LinkLostError:
            raise
        except DeviceError as error:
            return self._failed(publish, error)
        self._failures = 0
        self._silent = False
        self._heard_s = self._bus.heard_s[self.name] = self._clock.monotonic_s()
        online = Reading(ONLINE, True, Quality.GOOD, self._heard_s)
        publish([online, *readings])
        return started_s + self._period_s

    def _failed(self, publish: Publish, error: DeviceError) -> float:
        now_s = self._clock.monotonic_s()
        self._failures += 1
        if now_s - self._heard_s >= SILENT_AFTER_S:
            quality = Quality.BAD if isinstance(error, ImplausibleError) else Quality.MISSING
            self._withdraw(publish, error, quality)
            if not self._silent:
                self._silent = True
                self.station.forget()
        silence = isinstance(error, NoAnswerError | WrongReplyError)
        longest_s = DEAD_WIRE_MAX_S if silence and self._is_alone(now_s) else BACK_OFF_MAX_S
        pause_s = min(longest_s, self._period_s * 2.0 ** min(self._failures - 1, 16))
        return now_s + pause_s * (1.0 + _JITTER_SHARE * self._jitter())

    def _is_alone(self, now_s: float) -> bool:
        """Return whether nobody else on the wire has answered of late."""
        others = (at_s for name, at_s in self._bus.heard_s.items() if name != self.name)
        return all(now_s - at_s >= SILENT_AFTER_S for at_s in others)

    async def _wait(self, publish: Publish, due_s: float) -> None:
        """Wait until the next poll is due; a new command goes out in between."""
        while (wait_s := due_s - self._clock.monotonic_s()) > 0:
            waiting = [
                asyncio.ensure_future(self._clock.sleep(wait_s)),
                asyncio.ensure_future(self._wake.wait()),
            ]
            try:
                await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for each in waiting:
                    each.cancel()
            if not self._wake.is_set():
                continue
            self._wake.clear()
            if self._failures == 0:
                due_s = min(due_s, await self._visit(publish, self.station.act))

    def _withdraw(self, publish: Publish, error: DeviceError, quality: Quality) -> None:
        at_s = self._clock.monotonic_s()
        readings = [
            Reading(field.name, None, quality, at_s, str(error))
            for field in self.station.fields()
            if not field.writable
        ]
        offline = Reading(ONLINE, False, Quality.GOOD, at_s, str(error))
        publish([offline, *readings])

    async def _leave(self) -> None:
        """Put back what must not stay, as far as the wire allows within a few seconds."""
        limit_s = self._bus.settings.worst_reply_s + _LEAVING_SPARE_S
        with contextlib.suppress(DeviceError, TimeoutError):
            async with asyncio.timeout(limit_s), self._bus.turn() as wire:
                await self.station.leave(wire)
