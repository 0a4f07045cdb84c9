"""Targets: what devices answer. Modbus registers, miners' messages, the PLC's layout and image."""

import math
import struct
from collections.abc import Mapping
from functools import cache

from google.protobuf.message import DecodeError

from adapters.codec import braiins
from adapters.codec import braiins_methods as methods
from adapters.codec.modbus.deye import MODELS, UnknownModelError, detect
from adapters.codec.modbus.meters import METERS
from adapters.codec.modbus.register import Decoded, Kind, Register, decode, encode
from adapters.codec.modbus.register_map import Block, RegisterMap
from adapters.codec.revpi_layout import (
    SPARE_ADDRESS,
    Area,
    Layout,
    LayoutError,
    fingerprint,
    output_areas,
    parse_layout,
    raw_of,
)
from adapters.codec.revpi_signals import Input, InputKind
from adapters.codec.revpi_signals import decode as signal_of
from adapters.codec.revpi_status import base_fault, input_fault, module_faults, output_fault
from adapters.devices.modbus_poll import UNIT_ID, Poller
from adapters.pb.braiins.bos.v1 import (
    configuration_pb2,
    cooling_pb2,
    miner_pb2,
    performance_pb2,
    units_pb2,
)
from adapters.port import DeviceError, Reading
from adapters.simulated.revpi_config import config_rsc
from tests.adapters.manual_clock import ManualClock
from tests.reliability.fuzz_messages import readings_law
from tests.reliability.fuzz_target import Target, first

MAPS = (*MODELS.values(), *METERS.values())
NAN_WORDS = b"\x7f\xc0\x00\x00"


def _words(data: bytes) -> tuple[int, ...]:
    return struct.unpack(f">{len(data) // 2}H", data[: len(data) // 2 * 2])


def _map(data: bytes) -> RegisterMap:
    return MAPS[data[0] % len(MAPS)] if data else MAPS[0]


def _registers(data: bytes) -> list[tuple[Register, Decoded]]:
    """Decode every register of a map, the words put end to end; what lacks is not read."""
    table, words = _map(data), _by_address(data)
    return [(each, decode(each, words)) for each in (*table.registers, *table.constants)]


def _by_address(data: bytes) -> dict[int, int]:
    content, words = _words(data[1:]), dict[int, int]()
    for block in _map(data).blocks():
        words |= block.words(content[: block.count])
        content = content[block.count :]
    return words


def _registers_law(found: object) -> str:
    assert isinstance(found, list)
    return first(_decoded(register, decoded) for register, decoded in found)


def _decoded(register: Register, decoded: Decoded) -> str:
    value = decoded.value
    if value is None:
        return "" if decoded.reason else f"{register.name}: nothing, and no reason"
    if isinstance(value, bool | str):
        return ""
    sound = math.isfinite(value) and register.low <= value <= register.high
    return "" if sound else f"{register.name}: {value!r} was taken"


def _sound(number: int) -> bytes:
    """Return what a device tells when all is well."""
    table, words = MAPS[number], dict[int, int]()
    for each in (*table.registers, *table.constants):
        if each.kind is Kind.TEXT:
            words |= encode(each, "2309123456"[: 2 * len(each.words)], words)
        elif each.values:
            words |= encode(each, each.values[0][1], words)
        elif each.bit is None and each.kind is not Kind.LOWEST_BIT:
            middle = 1.0 if each.name == UNIT_ID else min(max(50.0, each.low), each.high)
            words |= encode(each, middle, words)
    told = (words.get(each.start + at, 0) for each in table.blocks() for at in range(each.count))
    return bytes([number]) + b"".join(struct.pack(">H", word) for word in told)


def _filled(number: int, word: int) -> bytes:
    count = sum(block.count for block in MAPS[number].blocks())
    return bytes([number]) + struct.pack(">H", word) * count


MODBUS_REGISTERS = Target(
    "modbus-registers",
    _registers,
    _registers_law,
    (
        *(_filled(number, 0x4248) for number in range(len(MAPS))),
        *(_filled(number, 0) for number in range(len(MAPS))),
        b"\x03" + NAN_WORDS * 60,
    ),
    words=(NAN_WORDS, b"\x7f\x80\x00\x00", b"\xff\xff", b"\x80\x00", b"\x43\x66\x00\x00"),
    cost=12,
)


class _Wire:
    """A device with these words at these addresses, one unit further on after each poll."""

    def __init__(self, words: Mapping[int, int]) -> None:
        self._words = words

    async def read(self, unit_id: int, block: Block) -> tuple[int, ...]:
        """See `Registers`; the link itself has looked at the length."""
        del unit_id
        return tuple(self._words.get(block.start + at, 0) for at in range(block.count))

    async def write(self, unit_id: int, start: int, words: tuple[int, ...]) -> None:
        """Nothing is written."""


def _poll(data: bytes) -> list[Reading]:
    """Poll one device twice: as it is, and without its last word, so that all after it is 0."""
    poller = Poller(_map(data), 1, ManualClock(), frozen_after_s=0.0)
    found = _done(poller, _Wire(_by_address(data)))
    return found + _done(poller, _Wire(_by_address(data[:-2])))


def _done(poller: Poller, wire: _Wire) -> list[Reading]:
    polling = poller.poll(wire)
    try:
        polling.send(None)
    except StopIteration as done:
        found: list[Reading] = done.value
        return found
    raise AssertionError("nothing in memory waits")


MODBUS_POLL = Target(
    "modbus-poll",
    _poll,
    readings_law,
    tuple(_sound(number) for number in range(len(MAPS))),
    (DeviceError,),
    (NAN_WORDS, b"\xff\xff"),
    cost=12,
)

MODBUS_DETECT = Target(
    "modbus-detect",
    lambda data: detect(
        int.from_bytes(data[:2], "big"), "auto" if len(data) % 2 else "single_phase"
    ),
    lambda found: "" if found in MAPS else "no map of ours",
    (b"\x05\x00", b"\x06\x02\x00", b"\x03\x00"),
    (UnknownModelError,),
)

_ANSWERS = (methods.DETAILS, methods.STATS, methods.TUNER_STATE, methods.HASHBOARDS,
            methods.COOLING, methods.CONSTRAINTS, methods.CONFIGURATION)  # fmt: skip


def _miner(data: bytes) -> list[Reading]:  # noqa: PLR0911 - one for each answer
    method = _ANSWERS[data[0] % len(_ANSWERS)] if data else _ANSWERS[0]
    message = method.response.FromString(data[1:])
    match message:
        case miner_pb2.GetMinerDetailsResponse():
            details = braiins.details(message)
            assert details.standing
            return braiins.details_readings(details, 1.0)
        case miner_pb2.GetMinerStatsResponse():
            return braiins.stats_readings(message, 1.0, has_hash_rate=True)
        case performance_pb2.GetTunerStateResponse():
            braiins.is_busy(message)
            return braiins.tuner_readings(message, 1.0)
        case miner_pb2.GetHashboardsResponse():
            return braiins.board_readings(message, 1.0)
        case cooling_pb2.GetCoolingStateResponse():
            return braiins.cooling_readings(message, 1.0)
        case configuration_pb2.GetConstraintsResponse():
            limits = braiins.limits(message)
            return [] if limits is None else braiins.limits_readings(limits, 1.0)
        case _:
            assert isinstance(message, configuration_pb2.GetMinerConfigurationResponse)
            watt = braiins.stored_w(message)
            assert 0 <= watt <= braiins.POWER_MAX_W
            return []


def _miner_law(found: object) -> str:
    """As of all readings; and a power that no miner draws is none."""
    assert isinstance(found, list)
    powers = (each for each in found if each.field.startswith("power") and each.value is not None)
    high = (f"{each.field}: {each.value}" for each in powers if float(each.value) > 20_000)
    return readings_law(found) or first(high)


def _temperature(degree_c: float) -> units_pb2.Temperature:
    return units_pb2.Temperature(degree_c=degree_c)


def _boards(degree_c: float) -> bytes:
    message = miner_pb2.GetHashboardsResponse()
    board = message.hashboards.add()
    board.board_temp.degree_c = degree_c
    board.highest_chip_temp.temperature.degree_c = degree_c
    board.lowest_inlet_temp.degree_c = 30.0
    return b"\x03" + message.SerializeToString()


def _details() -> bytes:
    message = miner_pb2.GetMinerDetailsResponse(serial_number="S1", mac_address="aa:bb")
    message.status = 2  # type: ignore[assignment] # as it comes: a number
    message.bosminer_uptime_s = 100
    return b"\x00" + message.SerializeToString()


def _stats() -> bytes:
    message = miner_pb2.GetMinerStatsResponse()
    message.power_stats.approximated_consumption.watt = 2400
    message.miner_stats.real_hashrate.last_1m.gigahash_per_second = 81_000.0
    return b"\x01" + message.SerializeToString()


def _constraints() -> bytes:
    message = configuration_pb2.GetConstraintsResponse()
    message.tuner_constraints.power_target.min.watt = 1700
    message.tuner_constraints.power_target.max.watt = 3300
    return b"\x05" + message.SerializeToString()


def _configuration() -> bytes:
    message = configuration_pb2.GetMinerConfigurationResponse()
    message.tuner.power_target.watt = 2400
    return b"\x06" + message.SerializeToString()


def _tuner() -> bytes:
    message = performance_pb2.GetTunerStateResponse()
    message.overall_tuner_state = 2  # type: ignore[assignment] # as it comes: a number
    message.power_target_mode_state.current_target.watt = 2400
    return b"\x02" + message.SerializeToString()


def _cooling() -> bytes:
    message = cooling_pb2.GetCoolingStateResponse()
    message.highest_temperature.temperature.degree_c = 61.5
    return b"\x04" + message.SerializeToString()


MINER = Target(
    "miner-answer",
    _miner,
    _miner_law,
    (_details(), _stats(), _tuner(), _boards(55.5), _boards(math.nan), _cooling(), _constraints(),
     _configuration()),
    (DecodeError,),
    (struct.pack("<d", math.nan), struct.pack("<d", math.inf), struct.pack("<d", 1e300),
     b"\xff" * 9 + b"\x01", b"\x08\x63", b"\x0a\x80\x80\x80\x80\x08"),
)  # fmt: skip


def _layout(data: bytes) -> Layout:
    layout = parse_layout(data.decode("utf-8"))
    assert len(fingerprint(layout)) == 16
    output_areas(layout)
    module_faults(layout, bytes(SPARE_ADDRESS + 1))
    return layout


def _layout_law(layout: object) -> str:
    assert isinstance(layout, Layout)
    return first(
        "" if 0 <= io.address < io.end <= SPARE_ADDRESS and layout.module_of(io) else f"{io} is out"
        for io in layout.ios.values()
        if io.bits
    )


REVPI_LAYOUT = Target(
    "revpi-layout",
    _layout,
    _layout_law,
    (config_rsc().encode(), config_rsc(aio_modules=0).encode()),
    (LayoutError, UnicodeDecodeError),
    (b'"offset": 4096', b'"productType": 1e400', b'"inp": []', b'"bit"', b'"Devices": {}'),
    cost=10,
)


@cache
def _asp1() -> Layout:
    return parse_layout(config_rsc(aio_modules=2))


_SIGNALS = (
    Input("t", "", InputKind.RTD, "°C", range=(-60, 180)),
    Input("i", "", InputKind.CURRENT, "bar", raw=(4000, 20_000), scale=(0, 4)),
    Input("v", "", InputKind.VOLTAGE, "%", raw=(500, 10_000), scale=(100, 0)),
    Input("c", "", InputKind.CONTACT),
)


def _image(data: bytes) -> Mapping[str, object]:
    """Read an image of asp1's layout: status of everything, and every word as any kind of input."""
    layout, image = _asp1(), data.ljust(SPARE_ADDRESS + 1, b"\0")
    base_fault(layout, image)
    module_faults(layout, image)
    found: dict[str, object] = {}
    for io in list(layout.ios.values())[:: 1 + len(data) % 7]:
        if io.area is Area.OUTPUT:
            output_fault(layout, io, image)
            continue
        input_fault(layout, io, image)
        raw = raw_of(io, image)
        found |= {f"{io.name} {each.field}": signal_of(each, raw) for each in _SIGNALS}
    return found


def _image_law(found: object) -> str:
    assert isinstance(found, dict)
    for name, (value, reason) in found.items():
        if (value is None) != bool(reason):
            return f"{name}: {value!r} and `{reason}`"
        if value is not None and not math.isfinite(value):
            return f"{name}: {value!r}"
    return ""


REVPI_IMAGE = Target(
    "revpi-image",
    _image,
    _image_law,
    (bytes(120), b"\x01" + bytes(119), bytes([1, 0, 4]) + b"\xff" * 117, b"\x05" * 120),
    words=(b"\x7f\xff", b"\x80\x00", b"\x00\x80", b"\x94\x11"),
    cost=30,
)

TARGETS = (MODBUS_REGISTERS, MODBUS_POLL, MODBUS_DETECT, MINER, REVPI_LAYOUT, REVPI_IMAGE)
