"""A `config.rsc` as piCtory writes it: Core, one DIO and some AIO, with the names of a cabinet.

Bytes and lengths are those of the modules: Core 11, DIO 113, AIO 89 bytes, without gaps. The same
name may not occur twice, so a second module of a kind gets its position as a suffix, as in piCtory.
"""

import json
from collections.abc import Iterable, Mapping

_Entry = tuple[str, int, int, int, str]
"""Name, default, bits, byte within the module, bit or nothing."""

CORE_BYTES, DIO_BYTES, AIO_BYTES = 11, 113, 89
_CORE_IN: tuple[_Entry, ...] = (
    ("RevPiStatus", 0, 8, 0, ""),
    ("RevPiIOCycle", 0, 8, 1, ""),
    ("RS485ErrorCnt", 0, 16, 2, ""),
    ("Core_Temperature", 0, 8, 4, ""),
    ("Core_Frequency", 0, 8, 5, ""),
)
_CORE_OUT: tuple[_Entry, ...] = (
    ("RevPiLED", 0, 8, 6, ""),
    ("RS485ErrorLimit1", 10, 16, 7, ""),
    ("RS485ErrorLimit2", 1000, 16, 9, ""),
)


def config_rsc(names: Mapping[str, str] | None = None, aio_modules: int = 1) -> str:
    """Return the text of the file. `names` are from piCtory's own (`I_1`, `RTDValue_2_i34`)."""
    devices = [
        _device("core", "BASE", 95, 0, 0, (_CORE_IN, _CORE_OUT, ())),
        _device("dio", "LEFT_RIGHT", 96, 32, CORE_BYTES, _dio()),
    ]
    for number in range(aio_modules):
        position = 33 + number
        name, suffix = ("aio", "") if number == 0 else (f"aio{number + 1}", f"_i{position}")
        offset = CORE_BYTES + DIO_BYTES + number * AIO_BYTES
        tables = tuple(
            tuple((f"{entry[0]}{suffix}", *entry[1:]) for entry in table) for table in _aio()
        )
        devices.append(_device(name, "LEFT_RIGHT", 103, position, offset, tables))
    for device in devices:
        for area in ("inp", "out", "mem"):
            for row in device[area].values():  # type: ignore[attr-defined]  # tables of rows
                row[0] = (names or {}).get(row[0], row[0])
    app = {"name": "PiCtory", "version": "1.5.0", "saveTS": "20250101000000", "language": "en"}
    summary = {"inpTotal": 0, "outTotal": 0}
    return json.dumps({"App": {**app, "layout": {}}, "Summary": summary, "Devices": devices,
                       "Connections": []}, indent=1)  # fmt: skip


def _device(
    name: str,
    kind: str,
    product: int,
    position: int,
    offset: int,
    tables: Iterable[Iterable[_Entry]],
) -> dict[str, object]:
    device: dict[str, object] = {
        "GUID": f"00000000-0000-0000-0000-{position:012d}",
        "id": f"device_{name}",
        "type": kind,
        "productType": str(product),
        "position": str(position),
        "name": name,
        "bmk": name,
        "inpVariant": 0,
        "outVariant": 0,
        "comment": "",
        "offset": offset,
        "extend": {},
    }
    order = 0
    for area, table in zip(("inp", "out", "mem"), tables, strict=True):
        rows = {}
        for number, (entry, default, bits, byte, bit) in enumerate(table):
            rows[str(number)] = [
                *(entry, str(default), str(bits), str(byte), True, f"{order:04d}", "", bit),
            ]
            order += 1
        device[area] = rows
    return device


def _dio() -> tuple[tuple[_Entry, ...], ...]:
    """Sixteen inputs and counters, sixteen outputs with PWM."""
    channels = range(1, 17)
    inputs = [(f"I_{n}", 0, 1, 0, str(n - 1)) for n in channels]
    inputs += [("Output_Status", 0, 16, 2, ""), ("DIO_Status", 0, 16, 4, "")]
    inputs += [(f"Counter_{n}", 0, 32, 6 + 4 * (n - 1), "") for n in channels]
    outputs = [(f"O_{n}", 0, 1, 70, str(n - 1)) for n in channels]
    outputs += [(f"PWM_{n}", 0, 8, 71 + n, "") for n in channels]
    settings = [(f"InputMode_{n}", 0, 8, 87 + n, "") for n in channels]
    settings += [
        ("InputDebounce", 0, 16, 104, ""),
        ("OutputPushPull", 0, 16, 106, ""),
        ("OutputOpenLoadDetect", 0, 16, 108, ""),
        ("OutputPWMActive", 0, 16, 110, ""),
        ("OutputPWMFrequency", 1, 8, 112, ""),
    ]
    return tuple(inputs), tuple(outputs), tuple(settings)


def _aio() -> tuple[tuple[_Entry, ...], ...]:
    """Four analog inputs, two temperatures (Pt1000), two outputs of 0–10 V; all unscaled."""
    inputs = [(f"InputValue_{n}", 0, 16, 2 * (n - 1), "") for n in range(1, 5)]
    inputs += [(f"InputStatus_{n}", 0, 8, 7 + n, "") for n in range(1, 5)]
    inputs += [(f"RTDValue_{n}", 0, 16, 10 + 2 * n, "") for n in (1, 2)]
    inputs += [(f"RTDStatus_{n}", 0, 8, 15 + n, "") for n in (1, 2)]
    inputs += [(f"OutputStatus_{n}", 0, 8, 17 + n, "") for n in (1, 2)]
    outputs = [(f"OutputValue_{n}", 0, 16, 18 + 2 * n, "") for n in (1, 2)]
    settings: list[_Entry] = []
    for n in range(1, 5):
        byte = 24 + 7 * (n - 1)
        settings += [(f"Input{n}Range", 2, 8, byte, ""), *_scaling(f"Input{n}", byte + 1)]
    settings.append(("ADC_DataRate", 0, 8, 52, ""))
    for n in (1, 2):
        byte = 53 + 8 * (n - 1)
        settings += [(f"RTD{n}Type", 1, 8, byte, ""), (f"RTD{n}Wiring", 0, 8, byte + 1, "")]
        settings += _scaling(f"RTD{n}", byte + 2)
    for n in (1, 2):
        byte = 69 + 10 * (n - 1)
        settings += [
            (f"Output{n}Range", 2, 8, byte, ""),
            (f"Output{n}EnableSlew", 0, 8, byte + 1, ""),
            (f"Output{n}SlewStepSize", 0, 8, byte + 2, ""),
            (f"Output{n}SlewClock", 0, 8, byte + 3, ""),
            *_scaling(f"Output{n}", byte + 4),
        ]
    return tuple(inputs), tuple(outputs), tuple(settings)


def _scaling(channel: str, byte: int) -> list[_Entry]:
    return [
        (f"{channel}Multiplier", 1, 16, byte, ""),
        (f"{channel}Divisor", 1, 16, byte + 2, ""),
        (f"{channel}Offset", 0, 16, byte + 4, ""),
    ]
