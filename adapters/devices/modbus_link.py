"""One wire with Modbus on it: serial, RTU over a socket, or Modbus TCP. One request at a time.

An RTU reply names neither its request nor its register: a reply that comes after its time is up is
taken by the library for the answer to the *next* request, and so on for ever. Designed out here:

- the library never repeats a request by itself;
- after a request without an answer nothing is asked until the slowest reply must have come in and
  has been dropped, and a socket is closed after that;
- a reply must have the function, the length and, for a write, the place that were asked for;
- a device's blocks all have different lengths, and a poll ends with a constant of the device
  (`adapters.codec.modbus.register_map`).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from pymodbus import ModbusException
from pymodbus.client import AsyncModbusSerialClient, AsyncModbusTcpClient
from pymodbus.exceptions import ConnectionException
from pymodbus.framer import FramerType
from pymodbus.pdu import ModbusPDU

from adapters.cancellation import cancellable
from adapters.codec.modbus.register_map import Block, Table
from adapters.port import Clock, DeviceError

WRITE_REGISTERS = 16
"""Function code. Deye opens no other for writing."""

_SILENCES_BEFORE_REOPENING = 3
_NEVER = 1 << 30

# Whatever goes wrong reaches us as an exception and is told once; the library would tell it again.
logging.getLogger("pymodbus.logging").setLevel(logging.CRITICAL)


class LinkLostError(DeviceError):
    """The wire itself is gone: nobody on it can be reached."""


class NoAnswerError(DeviceError):
    """One device did not answer in time."""


class WrongReplyError(DeviceError):
    """What came back is not what was asked for. Nothing of it is believed."""


class RefusedError(DeviceError):
    """The device answered with a Modbus exception; `code` is its number."""

    ILLEGAL_ADDRESS = 2
    BUSY = 6
    GATEWAY_CODES = (10, 11)

    def __init__(self, message: str, code: int) -> None:
        """Keep the number beside the words."""
        super().__init__(message)
        self.code = code


class Registers(Protocol):
    """What a device on the bus may do with the wire."""

    async def read(self, unit_id: int, block: Block) -> tuple[int, ...]:
        """Return the content of a block, exactly as long as asked for."""
        ...

    async def write(self, unit_id: int, start: int, words: tuple[int, ...]) -> None:
        """Write registers from `start` on, by one FC16."""
        ...


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """Where the wire is and how much time it gets.

    `transport` is `rtu` (serial, 8N1 at `baudrate`), `rtu-over-tcp` (a transparent gateway) or
    `tcp`. `worst_reply_s` is the latest that a reply can come, counted from its request.
    """

    transport: str
    host: str = ""
    port: int = 502
    tty: str = ""
    baudrate: int = 9600
    deadline_s: float = 1.0
    worst_reply_s: float = 2.5
    frame_gap_s: float = 0.05
    read_only: bool = False


_Client = AsyncModbusTcpClient | AsyncModbusSerialClient
_Ask = Callable[[_Client], Awaitable[ModbusPDU]]
_Handled = tuple[int, ModbusPDU | None]
"""How many bytes were taken, and what they said."""
_Handle = Callable[[bytes, int, int], _Handled]


class ModbusLink:
    """The only one who touches the wire. Used by one task: the bus's own."""

    def __init__(self, settings: LinkSettings, clock: Clock) -> None:
        """Take settings; the wire is opened by `open`."""
        self.settings = settings
        self._clock = clock
        self._client: _Client | None = None
        self._free_from_s = 0.0
        self._reopen = False
        self._silences = 0

    async def open(self) -> None:
        """Open the wire anew. Raises LinkLostError."""
        self.close()
        client = self._new_client()
        try:
            connected = await cancellable(client.connect())
        except (ModbusException, OSError) as error:
            raise LinkLostError(f"cannot open {self._where()}: {error}") from error
        if not connected:
            client.close()
            raise LinkLostError(f"cannot open {self._where()}")
        client.set_max_no_responses(_NEVER)  # closing is decided here
        framer = client.ctx.framer
        heard = partial(_garbage_is_no_answer, framer.handleFrame)
        framer.handleFrame = heard  # type: ignore[method-assign]  # the library has no hook for it
        self._client = client
        self._reopen = False
        self._silences = 0

    def close(self) -> None:
        """Close the wire, if it is open."""
        if self._client is not None:
            self._client.close()
            self._client = None

    async def read(self, unit_id: int, block: Block) -> tuple[int, ...]:
        """Return the content of a block, exactly as long as asked for."""

        async def ask(client: _Client) -> ModbusPDU:
            method = (
                client.read_holding_registers
                if block.table is Table.HOLDING
                else client.read_input_registers
            )
            return await method(block.start, count=block.count, device_id=unit_id)

        what = f"unit {unit_id}, registers {block.start}+{block.count}"
        reply = await self._request(ask, unit_id, block.table.value, what)
        if not self._is_whole(reply, block):
            self._distrust()
            raise WrongReplyError(f"{what}: {len(reply.registers)} registers came back")
        return tuple(reply.registers)

    async def write(self, unit_id: int, start: int, words: tuple[int, ...]) -> None:
        """Write registers from `start` on, by one FC16. Refused on a link that only reads."""
        what = f"unit {unit_id}, writing {start}+{len(words)}"
        if self.settings.read_only:
            raise PermissionError(f"{what}: this link only reads")

        async def ask(client: _Client) -> ModbusPDU:
            return await client.write_registers(start, list(words), device_id=unit_id)

        reply = await self._request(ask, unit_id, WRITE_REGISTERS, what)
        if (reply.address, reply.count) != (start, len(words)):
            self._distrust()
            raise WrongReplyError(f"{what}: {reply.address}+{reply.count} was confirmed")

    @staticmethod
    def _is_whole(reply: ModbusPDU, block: Block) -> bool:
        return len(reply.registers) == block.count

    async def _request(self, ask: _Ask, unit_id: int, function: int, what: str) -> ModbusPDU:
        """Ask, and return a reply that belongs to this device and this function."""
        client = await self._ready()
        try:
            reply = await cancellable(ask(client))
        except asyncio.CancelledError:
            self._distrust()
            raise
        except ConnectionException as error:
            raise LinkLostError(f"{self._where()} is closed") from error
        except ModbusException as error:
            self._distrust()
            if not client.connected:
                raise LinkLostError(f"{self._where()} was closed") from error
            raise NoAnswerError(f"{what}: no answer") from error
        self._free_from_s = self._clock.monotonic_s() + self._gap_s()
        self._silences = 0
        if reply.isError():
            code = getattr(reply, "exception_code", 0)
            raise RefusedError(f"{what}: refused with exception {code}", code)
        if (reply.dev_id, reply.function_code) != (unit_id, function):
            self._distrust()
            raise WrongReplyError(f"{what}: a reply of unit {reply.dev_id}")
        return reply

    async def _ready(self) -> _Client:
        """Wait until the wire is free, reopen it if it must be, and return it."""
        await self._quiet()
        if self._reopen:
            await self.open()
        if self._client is None or not self._client.connected:
            raise LinkLostError(f"{self._where()} is closed")
        return self._client

    async def _quiet(self) -> None:
        """Let the gap between frames pass, or after a silence the time of the latest reply."""
        wait_s = self._free_from_s - self._clock.monotonic_s()
        if wait_s > 0:
            await self._clock.sleep(wait_s)

    def _distrust(self) -> None:
        """Something is underway on the wire that belongs to no request of ours.

        Modbus TCP numbers its requests, so there a new connection is enough.
        """
        self._silences += 1
        serial = self.settings.transport == "rtu"
        self._reopen = not serial or self._silences >= _SILENCES_BEFORE_REOPENING
        if self.settings.transport != "tcp":
            now_s = self._clock.monotonic_s()
            self._free_from_s = now_s + self.settings.worst_reply_s

    def _gap_s(self) -> float:
        return 0.0 if self.settings.transport == "tcp" else self.settings.frame_gap_s

    def _where(self) -> str:
        if self.settings.transport == "rtu":
            return self.settings.tty
        return f"{self.settings.host}:{self.settings.port}"

    def _new_client(self) -> _Client:
        settings = self.settings
        if settings.transport == "rtu":
            return AsyncModbusSerialClient(
                settings.tty,
                baudrate=settings.baudrate,
                timeout=settings.deadline_s,
                retries=0,
                reconnect_delay=0,
            )
        rtu = settings.transport == "rtu-over-tcp"
        return AsyncModbusTcpClient(
            settings.host,
            port=settings.port,
            framer=FramerType.RTU if rtu else FramerType.SOCKET,
            timeout=settings.deadline_s,
            retries=0,
            reconnect_delay=0,
        )


def _garbage_is_no_answer(handle: _Handle, data: bytes, unit_id: int, number: int) -> _Handled:
    """Take a frame that cannot be decoded as none; the library would raise into the event loop."""
    try:
        return handle(data, unit_id, number)
    except ModbusException:
        return len(data), None
