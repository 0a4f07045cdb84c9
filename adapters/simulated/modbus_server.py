"""Simulated devices behind real Modbus servers: TCP, RTU over TCP, and RTU on a pair of ptys.

device = SimulatedDevice(THREE_PHASE_LV, unit_id=1)
device.shows["battery_soc"] = lambda: plant.battery_soc_percent
async with ModbusServer([device]) as server:
    ...                                  # server.port on 127.0.0.1
"""

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Self

from pymodbus.constants import ExcCodes
from pymodbus.framer import FramerType
from pymodbus.pdu import ModbusPDU
from pymodbus.server import ModbusSerialServer, ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from adapters.codec.modbus.register_map import Table
from adapters.simulated.modbus_device import Fault, Refusal, SimulatedDevice

_UNIT_AT_TCP = 6
"""Where the unit id stands in a frame of Modbus TCP; in RTU it stands first."""
_POLL_S = 0.01
_SOCAT_STARTS_S = 10.0
_UNUSED_BITS = 16


class ModbusServer:
    """Several simulated devices on one wire."""

    def __init__(
        self,
        devices: Sequence[SimulatedDevice],
        *,
        port: int = 0,
        tty: str = "",
        rtu_over_tcp: bool = False,
    ) -> None:
        """Serve on `tty`, or on 127.0.0.1 at `port`; port 0 takes a free one."""
        self.devices = {device.unit_id: device for device in devices}
        self.port = port
        self._tty = tty
        self._rtu = bool(tty) or rtu_over_tcp
        self._server: ModbusTcpServer | ModbusSerialServer | None = None
        self._asked_unit = 0

    async def start(self) -> None:
        """Listen; `port` is the one taken afterwards."""
        devices = [self._served(device) for device in self.devices.values()]
        if self._tty:
            self._server = ModbusSerialServer(
                devices,
                port=self._tty,
                baudrate=9600,
                trace_packet=self._packet,
                trace_pdu=self._pdu,
            )
        else:
            self._server = ModbusTcpServer(
                devices,
                address=("127.0.0.1", self.port),
                framer=FramerType.RTU if self._rtu else FramerType.SOCKET,
                trace_packet=self._packet,
                trace_pdu=self._pdu,
            )
        await self._server.serve_forever(background=True)
        if not self._tty:
            listening = self._server.transport
            assert isinstance(listening, asyncio.Server), "a TCP server listens"  # noqa: S101 - an invariant
            self.port = listening.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close the wire, also for those who are connected."""
        if self._server is not None:
            await self._server.shutdown()  # type: ignore[no-untyped-call]
            self._server = None

    async def __aenter__(self) -> Self:
        """Start, and be the server."""
        await self.start()
        return self

    async def __aexit__(self, *failure: object) -> None:
        """Stop."""
        await self.stop()

    def _served(self, device: SimulatedDevice) -> SimDevice:
        """Return a device as the library serves it: both tables apart, answers from ours."""

        async def action(
            function: int,
            first: int,
            address: int,
            count: int,
            registers: list[int],
            written: list[int] | list[bool] | None,
        ) -> ExcCodes | None:
            if Fault.LATE in device.faults:
                await asyncio.sleep(device.late_s)
            if written is not None:
                refusal = device.accept(function, address, [int(word) for word in written])
                return _code(refusal) if refusal else None
            answer = device.answer(function, address, count)
            if isinstance(answer, Refusal):
                return _code(answer)
            for at, word in answer.items():
                registers[at - first] = word
            return None

        holding = self._registers(device, Table.HOLDING)
        input_ = self._registers(device, Table.INPUT)
        coils = [SimData(0, values=[False] * _UNUSED_BITS, datatype=DataType.BITS)]
        inputs = [SimData(0, values=[False] * _UNUSED_BITS, datatype=DataType.BITS)]
        return SimDevice(device.unit_id, (coils, inputs, holding, input_), action=action)

    @staticmethod
    def _registers(device: SimulatedDevice, table: Table) -> list[SimData]:
        addresses = device.words[table] or {0: 0}
        first, last = min(addresses), max(addresses)
        return [SimData(first, values=[0] * (last - first + 1), datatype=DataType.REGISTERS)]

    def _packet(self, sending: bool, data: bytes) -> bytes:
        """Swallow what a mute device would send, and what nobody answers to."""
        if not sending:
            return data
        unit_id = data[0] if self._rtu else data[_UNIT_AT_TCP]
        device = self.devices.get(unit_id)
        return b"" if device is None or Fault.MUTE in device.faults else data

    def _pdu(self, sending: bool, pdu: ModbusPDU) -> ModbusPDU:
        device = self.devices.get(pdu.dev_id)
        if sending and device is not None and Fault.LENGTH in device.faults:
            pdu.registers = pdu.registers[: len(pdu.registers) // 2]
        return pdu


def _code(refusal: Refusal) -> ExcCodes:
    return ExcCodes(refusal.value)


class SerialPair:
    """Two ends of a serial wire, by socat: what goes into one comes out of the other."""

    def __init__(self, folder: Path) -> None:
        """Make the two ends, `server` and `client`, appear in `folder`."""
        self.server = folder / "server"
        self.client = folder / "client"
        self._process: asyncio.subprocess.Process | None = None

    async def plug_in(self) -> None:
        """Start, and wait until both ends are there."""
        socat = shutil.which("socat")
        if socat is None:
            raise RuntimeError("a serial wire needs socat: sudo apt-get install socat")
        ends = [f"pty,raw,echo=0,link={end}" for end in (self.server, self.client)]
        self._process = await asyncio.create_subprocess_exec(socat, *ends)
        async with asyncio.timeout(_SOCAT_STARTS_S):
            while not (self.server.exists() and self.client.exists()):  # noqa: ASYNC110 - files
                await asyncio.sleep(_POLL_S)

    async def pull_out(self) -> None:
        """Unplug both ends."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()
            await self._process.wait()
            self._process = None


@contextlib.asynccontextmanager
async def serial_pair(folder: Path) -> AsyncIterator[SerialPair]:
    """Return a serial wire for as long as it is needed."""
    pair = SerialPair(folder)
    await pair.plug_in()
    try:
        yield pair
    finally:
        await pair.pull_out()
