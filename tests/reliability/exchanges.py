"""P9: damaged answers over real sockets, and what the drivers of Modbus and gRPC make of them.

    rtu       a meter and an inverter, RTU over TCP: what is told is what they show, or nothing
    tcp       the same, Modbus TCP, which has no checksum: what is told can be true
    grpc      a miner, its bytes damaged below HTTP/2
    messages  a miner whose messages arrive whole and are damaged inside

Between driver and simulated device stands a relay that lets pass what is asked and damages half of
what is answered. Nothing but the documented errors may come out of a driver, nothing may be left
behind, and no miner may be told a power that was not asked for.
"""

import argparse
import asyncio
import gc
import logging
import resource
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from random import Random
from typing import Any

import grpc
from pymodbus.framer import FramerRTU

from adapters.codec import braiins
from adapters.codec import braiins_methods as methods
from adapters.codec.braiins_methods import Method
from adapters.codec.modbus.deye_three_phase import THREE_PHASE_LV
from adapters.codec.modbus.meters import SDM630
from adapters.codec.modbus.register_map import RegisterMap
from adapters.devices import braiins_session
from adapters.devices.braiins_look import look
from adapters.devices.braiins_session import CallError, Session
from adapters.devices.bus import ModbusBus
from adapters.devices.modbus_link import LinkSettings
from adapters.devices.modbus_poll import Poller
from adapters.port import DeviceError, Reading
from adapters.simulated.braiins_miner import SimulatedMiner
from adapters.simulated.braiins_server import BraiinsServer
from adapters.simulated.modbus_device import Fault, SimulatedDevice
from adapters.simulated.modbus_server import ModbusServer
from engine.values.fact import Quality, Value
from tests.adapters.miner_bench import settings as miner_settings
from tests.adapters.modbus_bench import RealClock
from tests.reliability.fuzz_field import _miner_law as miner_law
from tests.reliability.outcome import Outcome

LANES = {"rtu": 16, "tcp": 12, "grpc": 4, "messages": 4}
"""Side by side: most of the time is spent waiting for an answer that was damaged."""
TARGET_W = 2500
_DEADLINE_S, _WORST_S, _LATE_S = 0.05, 0.1, 0.07
_MINER_DEADLINE_S = 0.5
_PIECE = 65_536
_LOOKS_S = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4)
_TABLES = (SDM630, THREE_PHASE_LV)
_SHARE = 100
"""Each kind has at least one damaged answer in so many of the count."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument("--count", type=int, default=200_000, help="so many damaged answers")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sabotage", choices=list(SABOTAGES), default="")


def run(options: argparse.Namespace) -> Outcome:
    """Exchange until so many answers were damaged."""
    logging.disable()
    if options.sabotage:
        SABOTAGES[options.sabotage]()
    ledger = Ledger(options.count)
    files, peak_mib = _files(), _peak_mib()
    asyncio.run(_exchange(ledger, options.seed))
    for wait_s in _LOOKS_S:  # gRPC closes its sockets in threads of its own
        gc.collect()  # and keeps some as long as a channel waits to be collected
        if not (left := _files() - files):
            break
        time.sleep(wait_s)  # nothing tells when those threads are done
    else:
        ledger.broken.append(f"still open: {', '.join(sorted(left))}")
    told = ", ".join(f"{kind} {n:,}" for kind, n in sorted(ledger.damaged.items()))
    figure = (
        f"{sum(ledger.damaged.values()):,} damaged answers ({told}); {sum(ledger.taken.values()):,}"
        f" rounds taken, {sum(ledger.refused.values()):,} refused, {len(ledger.broken)} broke a "
        f"promise; the process grew by {_peak_mib() - peak_mib:.0f} MiB"
    )
    if ledger.broken:
        figure += f"; first: {ledger.broken[0]}"
    seeds = (options.seed, options.seed + sum(LANES.values()))
    kept = not ledger.broken and all(ledger.taken[kind] for kind in KINDS)
    return Outcome("P9 damaged Modbus and gRPC exchanges", figure, kept, seeds)


class Ledger:
    """What was damaged, what came of it, and when it is enough."""

    def __init__(self, count: int) -> None:
        """Begin with nothing; `count` damaged answers are enough."""
        self._count = count
        self.damaged: Counter[str] = Counter()
        self.taken: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.broken: list[str] = []

    def is_enough(self) -> bool:
        """Tell whether everybody may end."""
        each = all(self.damaged[kind] * _SHARE >= self._count for kind in KINDS)
        taken = all(self.taken[kind] for kind in KINDS)
        return len(self.broken) > 0 or (
            sum(self.damaged.values()) >= self._count and each and taken
        )

    async def judge(self, kind: str, round_: Awaitable[str]) -> None:
        """Do one round; what it says is wrong breaks the promise, its documented errors do not."""
        try:
            why = await round_
        except (DeviceError, CallError):
            self.refused[kind] += 1
        except Exception as error:  # noqa: BLE001 - whatever else comes out is what is looked for
            self.broken.append(f"{kind}: {type(error).__name__}: {error}"[:300])
        else:
            self.taken[kind] += 1
            if why:
                self.broken.append(f"{kind}: {why}")


class Relay:
    """Passes on what is asked, and what is answered with half of its pieces damaged."""

    def __init__(
        self, target: int, chance: Random, spoil: Callable[[], object], one_in: int
    ) -> None:
        """Stand before the port `target`; one piece in `one_in` is damaged, `spoil` counts it."""
        self._target, self._chance, self._spoil, self._one_in = target, chance, spoil, one_in
        self.honest = True
        self.port = 0
        self._before = b""
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[int]:
        """Listen on a free port, and end every connection in the end."""
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._live(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _live(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind: asyncio.StreamWriter | None = None
        try:
            with suppress(OSError):
                answers, behind = await asyncio.open_connection("127.0.0.1", self._target)
                ways = [
                    asyncio.create_task(_pass_on(reader, behind, _as_it_is)),
                    asyncio.create_task(_pass_on(answers, writer, self._damaged)),
                ]
                try:
                    await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    for way in ways:
                        way.cancel()
                    await asyncio.gather(*ways, return_exceptions=True)
        finally:
            for each in (writer, behind):
                if each is not None:
                    each.transport.abort()

    async def _damaged(self, piece: bytes) -> bytes:
        before, self._before = self._before, piece
        if self.honest or self._chance.randrange(self._one_in):
            return piece
        self._spoil()
        if not self._chance.randrange(8):
            await asyncio.sleep(_LATE_S)
            return piece
        return damaged(self._chance, piece, before)


def damaged(chance: Random, piece: bytes, before: bytes) -> bytes:
    """Return what becomes of a piece on a bad wire; `before` is the one that came before it."""
    at = chance.randrange(len(piece))
    other = bytes([piece[at] ^ chance.randrange(1, 256)])
    flipped = piece[:at] + other + piece[at + 1 :]
    longer = piece + chance.randbytes(1 + at % 9)
    return chance.choice((flipped, flipped, piece[:at], piece + piece, b"", longer, before))


async def _as_it_is(piece: bytes) -> bytes:
    return piece


async def _pass_on(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    change: Callable[[bytes], Awaitable[bytes]],
) -> None:
    while piece := await reader.read(_PIECE):
        writer.write(await change(piece))
        await writer.drain()


async def _exchange(ledger: Ledger, seed: int) -> None:
    """Let all lanes go until it is enough; nothing of them is left."""
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(
        lambda _, told: ledger.broken.append(
            f"the loop: {told.get('exception') or told['message']}"
        )
    )
    others = asyncio.all_tasks()
    async with asyncio.TaskGroup() as lanes:
        for number, kind in enumerate(kind for kind, count in LANES.items() for _ in range(count)):
            chance = Random(seed + number)  # noqa: S311 - drawn, no secret
            lanes.create_task(KINDS[kind](ledger, kind, chance))
    for _ in range(100):
        if asyncio.all_tasks() <= others:
            return
        await asyncio.sleep(0.05)
    left = [str(each.get_coro()) for each in asyncio.all_tasks() - others]
    ledger.broken.append(f"{len(left)} tasks are left: {left[0]}")


async def _modbus(ledger: Ledger, kind: str, chance: Random) -> None:
    """Poll a device again and again, as its driver does in its turn."""
    table = chance.choice(_TABLES)
    transport = "rtu-over-tcp" if kind == "rtu" else "tcp"
    device = SimulatedDevice(table, 1)
    device.faults.add(Fault.FROZEN)  # it shows the same for ever: what is another was believed
    async with ModbusServer([device], rtu_over_tcp=kind == "rtu") as server:
        relay = Relay(server.port, chance, lambda: ledger.damaged.update([kind]), 2)
        async with relay.listening() as port:
            settings = LinkSettings(
                transport, "127.0.0.1", port, deadline_s=_DEADLINE_S, worst_reply_s=_WORST_S,
                frame_gap_s=0.0,
            )  # fmt: skip
            bus = ModbusBus(settings, RealClock())
            async with bus.joined():
                shown = await _shown(bus, table)
                relay.honest = False
                poller = Poller(table, 1, RealClock(), frozen_after_s=0.0)
                while not ledger.is_enough():
                    await ledger.judge(kind, _polled(bus, poller, shown, exact=kind == "rtu"))


async def _shown(bus: ModbusBus, table: RegisterMap) -> dict[str, Value | None]:
    """Return what the device tells when all is well; a busy machine may take several tries."""
    while True:
        with suppress(DeviceError):
            async with bus.turn() as wire:
                found = await Poller(table, 1, RealClock(), frozen_after_s=0.0).poll(wire)
            return {each.field: each.value for each in found}


async def _polled(
    bus: ModbusBus, poller: Poller, shown: Mapping[str, Value | None], *, exact: bool
) -> str:
    async with bus.turn() as wire:
        found = await poller.poll(wire)
    for each in found if exact else ():
        if each.quality is Quality.GOOD and each.value != shown[each.field]:
            return f"{each.field} is {each.value!r}, it shows {shown[each.field]!r}"
    return miner_law([each for each in found if not each.field.startswith("power")])


class _Garbling(BraiinsServer):
    """Answers with messages that are damaged inside; the token's stay whole."""

    chance: Random
    spoil: Callable[[], object]

    def _unary(self, method: Method[Any, Any], respond: Any, *, token: bool = True) -> Any:
        handler: Any = super()._unary(method, respond, token=token)

        async def handle(request: Any, context: Any) -> bytes:
            data: bytes = await handler.unary_unary(request, context)
            if not token or not data or self.chance.randrange(2):
                return data
            self.spoil()
            at = self.chance.randrange(len(data))
            end = at + self.chance.randrange(4)
            return data[:at] + self.chance.randbytes(self.chance.randrange(4)) + data[end:]

        return grpc.unary_unary_rpc_method_handler(
            handle, request_deserializer=method.request.FromString
        )


async def _miner(ledger: Ledger, kind: str, chance: Random) -> None:
    """Look at a miner and tell it its target, on a new session whenever the old one failed."""
    miner = SimulatedMiner(RealClock())
    server = _Garbling(miner) if kind == "messages" else BraiinsServer(miner)

    def spoil() -> None:
        ledger.damaged[kind] += 1

    if isinstance(server, _Garbling):
        server.chance, server.spoil = chance, spoil
    await server.start()
    relay = Relay(server.port, chance, spoil, 4)
    relay.honest = kind == "messages"
    try:
        async with relay.listening() as port:
            while not ledger.is_enough():
                await ledger.judge(kind, _asked(port, chance))
                if set(miner.targets_taken) - {TARGET_W}:
                    ledger.broken.append(f"{kind}: it was told {miner.targets_taken[-1]} W")
                miner.targets_taken.clear()
    finally:
        await server.stop()


async def _asked(port: int, chance: Random) -> str:
    """Look a few times and set the target; say what is wrong with what was told."""
    settings = miner_settings(port=port, deadline_s=_MINER_DEADLINE_S)
    session = Session(settings, RealClock(), lambda: "root")
    try:
        told: list[Reading] = []
        for _ in range(chance.randrange(1, 6)):
            found = await look(session, settings, 1.0, stored=True)
            told += found.readings
        await session.call(methods.SET_POWER_TARGET, braiins.set_power_target(TARGET_W))
        return miner_law(told)
    finally:
        await session.close()


KINDS: Mapping[str, Callable[[Ledger, str, Random], Awaitable[None]]] = {
    "rtu": _modbus,
    "tcp": _modbus,
    "grpc": _miner,
    "messages": _miner,
}


def _no_checksum() -> None:
    FramerRTU.check_CRC = classmethod(lambda *_: True)  # type: ignore[method-assign,assignment]


def _no_parsing() -> None:
    braiins_session._parsed = lambda method, data: method.response.FromString(data)


def _no_closing() -> None:
    held: list[Session] = []

    async def close(session: Session) -> None:
        held.append(session)

    Session.close = close  # type: ignore[method-assign] # the sabotage: nothing is closed


SABOTAGES: Mapping[str, Callable[[], None]] = {
    "no-checksum": _no_checksum,
    "no-parsing": _no_parsing,
    "no-closing": _no_closing,
}
"""Defences that can be taken out: the checksum of RTU, the refusal of what cannot be parsed, the
end of a miner's session."""


def _files() -> set[str]:
    """Return the files that are open, by number and what they are."""
    found = set[str]()
    for each in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # the folder itself was open while it was read
            found.add(f"{each.name} {each.readlink()}")
    return found


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
