"""Energy meters: what stands in which register.

All call their quantities alike: power + for import, energies in kWh. Total power is the
phase-balanced one that a German meter counts; phases are told beside it, never added up.
Sources: the makers' lists and mbmd; see docs/devices/meters.md.
"""

from adapters.codec.modbus.register import Kind, Register, high_first, low_first
from adapters.codec.modbus.register_map import Block, RegisterMap, Table
from adapters.codec.modbus.rows import POWER_W

_ENERGY_KWH = 10_000_000.0

_Words = tuple[int, ...]


def _power(name: str, words: _Words, kind: Kind, *, scale: float = 1.0) -> Register:
    return Register(name, words, kind, "W", scale, low=-POWER_W, high=POWER_W)


def _voltage(name: str, words: _Words, kind: Kind, *, scale: float = 1.0) -> Register:
    return Register(name, words, kind, "V", scale, low=0, high=500)


def _current(name: str, words: _Words, kind: Kind, *, scale: float = 1.0) -> Register:
    return Register(name, words, kind, "A", scale, low=-500, high=500)


def _frequency(words: _Words, kind: Kind, *, scale: float = 1.0) -> Register:
    return Register("frequency", words, kind, "Hz", scale, low=45, high=65, sanity=True)


def _energy(name: str, words: _Words, kind: Kind, *, scale: float = 1.0) -> Register:
    return Register(name, words, kind, "kWh", scale, low=0, high=_ENERGY_KWH, counter=True)


def _float(address: int) -> _Words:
    return high_first(address)


_EASTRON_NODE = Register("unit_id", _float(0x14), Kind.FLOAT, low=1, high=247)
"""A meter's own id on the bus, in its holding registers: known before it is asked."""

_EASTRON_TOTALS = (
    _power("power", _float(0x34), Kind.FLOAT),
    _energy("import_energy", _float(0x48), Kind.FLOAT),
    _energy("export_energy", _float(0x4A), Kind.FLOAT),
)


def _eastron(name: str, block: Block, *registers: Register) -> RegisterMap:
    return RegisterMap(
        name,
        live=(block,),
        registers=(*_EASTRON_TOTALS, *registers),
        sentinel=Block(0x14, 2, Table.HOLDING, optional=True),
        constants=(_EASTRON_NODE,),
    )


_EASTRON_PHASES = (
    *(_voltage(f"l{phase}_voltage", _float(2 * phase - 2), Kind.FLOAT) for phase in (1, 2, 3)),
    *(_current(f"l{phase}_current", _float(2 * phase + 4), Kind.FLOAT) for phase in (1, 2, 3)),
    *(_power(f"l{phase}_power", _float(2 * phase + 10), Kind.FLOAT) for phase in (1, 2, 3)),
    _frequency(_float(0x46), Kind.FLOAT),
)

SDM630 = _eastron("sdm630", Block(0x00, 0x4E, Table.INPUT), *_EASTRON_PHASES)
SDM72_V2 = _eastron("sdm72_v2", Block(0x00, 0x4E, Table.INPUT), *_EASTRON_PHASES)
SDM72_V1 = _eastron("sdm72_v1", Block(0x34, 0x18, Table.INPUT))
"""The first SDM72 tells nothing reliable of single phases."""

EM24 = RegisterMap(
    "em24",
    # Short blocks, for this meter answers few registers at once; its export is not trusted.
    live=(
        Block(0x00, 6, Table.INPUT),
        Block(0x10, 8, Table.INPUT),
        Block(0x28, 4, Table.INPUT),
        Block(0x37, 1, Table.INPUT),
        Block(0x42, 2, Table.INPUT),
    ),
    registers=(
        *(
            _voltage(f"l{phase}_voltage", low_first(2 * phase - 2), Kind.SIGNED, scale=0.1)
            for phase in (1, 2, 3)
        ),
        *(
            _power(f"l{phase}_power", low_first(2 * phase + 16), Kind.SIGNED, scale=0.1)
            for phase in (1, 2, 3)
        ),
        _power("power", low_first(0x28), Kind.SIGNED, scale=0.1),
        _frequency((0x37,), Kind.UNSIGNED, scale=0.1),
        _energy("import_energy", low_first(0x42), Kind.SIGNED, scale=0.1),
    ),
)

_JANITZA = 19000

JANITZA = RegisterMap(
    "janitza",
    live=(Block(_JANITZA, 78),),
    registers=(
        *(
            _voltage(f"l{phase}_voltage", _float(_JANITZA + 2 * phase - 2), Kind.FLOAT)
            for phase in (1, 2, 3)
        ),
        *(
            _current(f"l{phase}_current", _float(_JANITZA + 2 * phase + 10), Kind.FLOAT)
            for phase in (1, 2, 3)
        ),
        *(
            _power(f"l{phase}_power", _float(_JANITZA + 2 * phase + 18), Kind.FLOAT)
            for phase in (1, 2, 3)
        ),
        _power("power", _float(0x4A52), Kind.FLOAT),
        _frequency(_float(_JANITZA + 50), Kind.FLOAT),
        _energy("import_energy", _float(0x4A7C), Kind.FLOAT, scale=0.001),
        _energy("export_energy", _float(0x4A84), Kind.FLOAT, scale=0.001),
    ),
)

SHELLY_PRO_3EM = RegisterMap(
    "shelly_pro_3em",
    live=(Block(1013, 2, Table.INPUT), Block(1020, 16, Table.INPUT), Block(1162, 4, Table.INPUT)),
    registers=(
        _power("power", low_first(1013), Kind.FLOAT),
        _voltage("l1_voltage", low_first(1020), Kind.FLOAT),
        _current("l1_current", low_first(1022), Kind.FLOAT),
        _power("l1_power", low_first(1024), Kind.FLOAT),
        _frequency(low_first(1033), Kind.FLOAT),
        _energy("import_energy", low_first(1162), Kind.FLOAT, scale=0.001),
        _energy("export_energy", low_first(1164), Kind.FLOAT, scale=0.001),
    ),
    sentinel=Block(0, 6, Table.INPUT, optional=True),
    constants=(Register("mac_address", (0, 1, 2, 3, 4, 5), Kind.TEXT),),
)

METERS = {each.name: each for each in (SDM630, SDM72_V1, SDM72_V2, EM24, JANITZA, SHELLY_PRO_3EM)}
