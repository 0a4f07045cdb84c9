"""Registers and values: every table is consistent, every value survives the way there and back."""

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.codec.modbus import deye
from adapters.codec.modbus.deye_single_phase import SINGLE_PHASE
from adapters.codec.modbus.deye_three_phase import THREE_PHASE_HV, THREE_PHASE_LV
from adapters.codec.modbus.meters import METERS, SDM630
from adapters.codec.modbus.register import (
    Decoded,
    EncodeError,
    Kind,
    Register,
    decode,
    encode,
    high_first,
    low_first,
)
from adapters.codec.modbus.register_map import (
    Block,
    RegisterMap,
    Table,
    problems,
    runs,
    with_whole_kilowatt_hours,
)
from adapters.codec.modbus.rows import POWER_W, celsius, power
from engine.values.fact import Value
from engine.values.units import parse_unit

ALL_MAPS = {**deye.MODELS, **METERS}
ALL_REGISTERS = [
    pytest.param(register, id=f"{table.name}.{register.name}")
    for table in ALL_MAPS.values()
    for register in (*table.registers, *table.constants)
]


@pytest.mark.parametrize("table", ALL_MAPS.values(), ids=ALL_MAPS)
def test_every_table_is_consistent_and_its_blocks_differ_in_length(table: RegisterMap) -> None:
    assert list(problems(table)) == []


@pytest.mark.parametrize("table", ALL_MAPS.values(), ids=ALL_MAPS)
def test_every_unit_is_one_that_rules_know(table: RegisterMap) -> None:
    units = {register.unit for register in table.registers if register.unit}
    assert [unit for unit in units if parse_unit(unit) is None] == []


def test_what_is_wrong_with_a_table_is_said() -> None:
    wrong = RegisterMap(
        "wrong",
        live=(Block(0, 10), Block(20, 10), Block(40, 200)),
        registers=(
            Register("twice", (1,)),
            Register("twice", (2,)),
            Register("nowhere", (15,)),
            Register("written", (3,), writable=True),
        ),
        constants=(Register("constant", (1,)),),
    )
    assert set(problems(wrong)) == {
        "`twice` stands twice",
        "two blocks of 10",
        "a block of 200",
        "`nowhere`: 15 is not read once",
        "`written` is writable and not a setting",
        "`constant` is not in the sentinel",
    }


PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))
SPREAD = 500


def values_of(register: Register) -> list[Value]:
    """Return what a register can hold, as a device would say it: ends, each bit, and between."""
    if register.bit is not None:
        return [False, True]
    if register.values:
        return [state for _, state in register.values]
    if register.kind is Kind.TEXT:
        longest = 2 * len(register.words)
        return [
            (PRINTABLE * 2)[start : start + length]
            for length in range(1, longest + 1)
            for start in range(len(PRINTABLE))
        ]
    if register.kind is Kind.LOWEST_BIT:
        return [float(number) for number in range(16 * len(register.words) + 1)]
    if register.kind is Kind.FLOAT:
        low, high = max(register.low, -1e30), min(register.high, 1e30)
        sizes = [sign * 2.0**power for power in range(-149, 100) for sign in (1, -1)]
        evenly = [low + (high - low) * part / SPREAD for part in range(SPREAD + 1)]
        return [low, high, *(each for each in (0.0, *sizes, *evenly) if low <= each <= high)]
    return [round(raw * register.scale + register.offset, 6) for raw in _raw_of(register)]


def _raw_of(register: Register) -> list[int]:
    """Return whole numbers that a register can hold, whatever they mean."""
    bits = 16 * len(register.words)
    lowest = -(1 << bits - 1) if register.kind is Kind.SIGNED else 0
    highest = lowest + (1 << bits) - 1
    if register.kind is Kind.SUM:
        highest = 0xFFFF * len(register.words)
    first = max(lowest, math.ceil((max(register.low, -1e12) - register.offset) / register.scale))
    last = min(highest, math.floor((min(register.high, 1e12) - register.offset) / register.scale))
    edges = {sign * (1 << bit) - less for bit in range(bits) for sign in (1, -1) for less in (0, 1)}
    evenly = range(first, last + 1, max(1, (last - first) // SPREAD))
    return sorted({first, last, *evenly, *(each for each in edges if first <= each <= last)})


@pytest.mark.parametrize("register", ALL_REGISTERS)
def test_what_is_encoded_is_decoded_again(register: Register) -> None:
    values = values_of(register)
    assert len(values) > 1
    for value in values:
        found = decode(register, encode(register, value, {}))
        if register.kind is Kind.FLOAT and isinstance(value, float):
            assert isinstance(found.value, float)
            assert math.isclose(found.value, value, rel_tol=1e-6, abs_tol=1e-5)
        else:
            assert found == Decoded(value)


@given(words=st.lists(st.integers(0, 0xFFFF), min_size=0x4E, max_size=0x4E))
def test_no_register_content_of_a_meter_is_ever_taken_for_an_impossible_number(
    words: list[int],
) -> None:
    for register in SDM630.registers:
        found = decode(register, dict(enumerate(words)))
        if found.value is None:
            assert found.reason
        else:
            assert isinstance(found.value, float)
            assert math.isfinite(found.value)
            assert register.low <= found.value <= register.high


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_what_is_not_a_number_is_no_value(number: float) -> None:
    high, low = struct.unpack(">2H", struct.pack(">f", number))
    register = SDM630.register("power")
    assert decode(register, {0x34: high, 0x35: low}) == Decoded(None, "not a number")
    with pytest.raises(EncodeError, match="is not a number"):
        encode(register, number, {})


@pytest.mark.parametrize(
    ("table", "name", "words", "value"),
    [
        (THREE_PHASE_LV, "battery_power", {590: 0xFFFF - 2499}, -2500.0),
        (THREE_PHASE_HV, "battery_power", {590: 250}, 2500.0),
        (THREE_PHASE_LV, "battery_temperature", {586: 1235}, 23.5),
        (THREE_PHASE_LV, "grid_power", {625: 0xFFFF - 1799}, -1800.0),
        (THREE_PHASE_HV, "grid_power", {625: 0x9C40, 690: 0}, 40000.0),
        (THREE_PHASE_HV, "grid_power", {625: 0xFFFF - 1799, 690: 0xFFFF}, -1800.0),
        (THREE_PHASE_LV, "total_grid_import", {522: 0x1170, 523: 1}, 7000.0),
        (THREE_PHASE_LV, "pv_power", {672: 3100, 673: 2500, 674: 0, 675: 7}, 5607.0),
        (THREE_PHASE_LV, "grid_connected", {552: 0b0101}, True),
        (THREE_PHASE_LV, "grid_connected", {552: 0b0001}, False),
        (THREE_PHASE_LV, "fault", {555: 0, 556: 0, 557: 0b100, 558: 0}, 35.0),
        (THREE_PHASE_LV, "fault", {555: 0, 556: 0, 557: 0, 558: 0}, 0.0),
        (THREE_PHASE_LV, "overall_state", {500: 4}, "fault"),
        (THREE_PHASE_LV, "rated_power", {20: 0xD4C0, 21: 1}, 12000.0),
        (THREE_PHASE_HV, "export_limit_power", {143: 1200}, 12000.0),
        (SINGLE_PHASE, "total_grid_import", {78: 0x1170, 79: 5001, 80: 1}, 7000.0),
        (SINGLE_PHASE, "battery_soc", {184: 67}, 67.0),
        (METERS["em24"], "power", {0x28: 0xFFFF - 12344, 0x29: 0xFFFF}, -1234.5),
        (METERS["em24"], "l1_voltage", {0: 2301, 1: 0}, 230.1),
        (METERS["sdm630"], "power", {0x34: 0x4366, 0x35: 0x3334}, 230.2),
        (METERS["shelly_pro_3em"], "power", {1013: 0x3334, 1014: 0x4366}, 230.2),
        (METERS["janitza"], "import_energy", {0x4A7C: 0x4996, 0x4A7D: 0xB438}, 1234.567),
    ],
)
def test_scale_sign_offset_and_word_order_are_those_of_the_sheet(
    table: RegisterMap, name: str, words: dict[int, int], value: Value
) -> None:
    found = decode(table.register(name), words).value
    if isinstance(value, float):
        assert found == pytest.approx(value)
    else:
        assert found == value


@pytest.mark.parametrize(
    ("name", "words", "reason"),
    [
        ("battery_soc", {588: 101}, "101 % is not in 0 … 100 %"),
        ("grid_frequency", {609: 0x8913}, "350.91 Hz is not in 0 … 70 Hz"),
        ("radiator_temperature", {541: 0}, "-100 °C is not in -40 … 150 °C"),
        ("overall_state", {500: 9}, "unknown state 9"),
        ("serial", {3: 0, 4: 0, 5: 0, 6: 0, 7: 0}, "not a text"),
        ("serial", {3: 0x4100, 4: 0x0041, 5: 0, 6: 0, 7: 0}, "not a text"),
        ("battery_voltage", {}, "not read"),
    ],
)
def test_what_cannot_be_is_no_value_and_says_why(
    name: str, words: dict[int, int], reason: str
) -> None:
    assert decode(THREE_PHASE_LV.register(name), words) == Decoded(None, reason)


@pytest.mark.parametrize(
    ("register", "value", "why"),
    [
        (Register("a", (1,)), 65536.0, "does not fit 16 bits"),
        (Register("a", (1,)), -1.0, "does not fit 16 bits"),
        (Register("a", (1,), Kind.SIGNED), 40000.0, "does not fit 16 bits"),
        (Register("a", low_first(1), Kind.SIGNED), 3e9, "does not fit 32 bits"),
        (Register("a", (1,), unit="A", low=0, high=240), 241.0, "241 is not in 0 … 240 A"),
        (Register("a", (1,)), "full", "is not a number"),
        (Register("a", (1,), values=((0, "off"), (1, "on"))), "of", "none of off, on"),
        (Register("a", (1, 2), Kind.TEXT), "ABCDE", "longer than 4"),
        (Register("a", (1, 2), Kind.SUM), 200_000.0, "does not fit 2 registers"),
        (Register("a", (1,), Kind.LOWEST_BIT), 17.0, "no bit 17"),
        (Register("a", high_first(1), Kind.FLOAT), 1e39, "too large"),
    ],
)
def test_what_a_register_cannot_hold_is_never_written(
    register: Register, value: Value, why: str
) -> None:
    with pytest.raises(EncodeError, match=why):
        encode(register, value, {})


def test_a_bit_is_set_within_its_word() -> None:
    register = Register("relay", (552,), bit=2)
    assert encode(register, True, {552: 0b1000_0001}) == {552: 0b1000_0101}
    assert encode(register, False, {552: 0b1000_0101}) == {552: 0b1000_0001}


def test_neighbours_are_written_together_and_others_apart() -> None:
    words = {166: 20, 109: 120, 167: 20, 130: 1, 127: 20, 128: 40}
    assert list(runs(words)) == [(109, (120,)), (127, (20, 40)), (130, (1,)), (166, (20, 20))]
    assert list(runs({})) == []


def test_newer_firmware_counts_whole_kilowatt_hours() -> None:
    table = with_whole_kilowatt_hours(THREE_PHASE_LV)
    assert decode(table.register("day_pv_energy"), {529: 28}).value == 28.0
    assert decode(table.register("battery_voltage"), {587: 5321}).value == 53.21


@pytest.mark.parametrize(
    ("device_type", "configured", "model"),
    [
        (0x0500, "auto", "three_phase_lv"),
        (0x0005, "three_phase_lv", "three_phase_lv"),
        (0x0602, "auto", "three_phase_hv"),
        (0x0103, "auto", "single_phase"),
        (0x0200, "single_phase", "single_phase"),
        (0x4711, "three_phase_lv", "three_phase_lv"),
    ],
)
def test_the_model_is_what_register_0_says(device_type: int, configured: str, model: str) -> None:
    assert deye.detect(device_type, configured).name == model


@pytest.mark.parametrize(
    ("device_type", "configured", "why"),
    [
        (0x0200, "auto", "0x0200 \\(a string inverter or a hybrid\\): say `model`"),
        (0x4711, "auto", "0x4711: say `model`"),
        (0x0600, "three_phase_lv", "which is three_phase_hv, not three_phase_lv"),
    ],
)
def test_a_model_is_never_guessed(device_type: int, configured: str, why: str) -> None:
    with pytest.raises(deye.UnknownModelError, match=why):
        deye.detect(device_type, configured)


LIMITS = deye.BatteryLimits(min_soc_percent=15, max_soc_percent=90, discharge_a=100, charge_a=50)


def test_the_recipes_of_three_phases_are_the_proven_ones() -> None:
    slots = dict.fromkeys(range(166, 172), 15)
    normal = {127: 15, 130: 1, 146: 0xFF, 109: 100, **slots}
    assert deye.recipe_words(THREE_PHASE_LV, "normal", LIMITS) == normal
    assert deye.recipe_words(THREE_PHASE_HV, "hold", LIMITS) == normal | {109: 0}
    charge = {128: 50, 127: 90, 130: 1, 146: 0, 109: 100}
    assert deye.recipe_words(THREE_PHASE_LV, "charge", LIMITS) == charge


def test_the_recipes_of_one_phase_use_its_own_registers() -> None:
    assert deye.recipe_words(SINGLE_PHASE, "normal", LIMITS) == {248: 0xFF, 211: 100, 230: 0}
    assert deye.recipe_words(SINGLE_PHASE, "hold", LIMITS) == {248: 0, 211: 0, 230: 0}
    assert deye.recipe_words(SINGLE_PHASE, "charge", LIMITS) == {248: 0, 211: 100, 230: 50}


@pytest.mark.parametrize("table", deye.MODELS.values(), ids=deye.MODELS)
def test_every_recipe_is_recognised_and_writes_only_what_may_be_written(
    table: RegisterMap,
) -> None:
    for mode in deye.BATTERY_MODES:
        words = deye.recipe_words(table, mode, LIMITS)
        assert deye.measured_mode(table, words, LIMITS) == mode
        writable = {word for each in table.registers if each.writable for word in each.words}
        assert set(words) <= writable
    assert deye.measured_mode(table, {}, LIMITS) == "other"
    assert not deye.recipe_settings(table) & set(deye.free_settings(table))
    assert table.live[0].table is Table.HOLDING


FORBIDDEN = {62, 63, 64, 80, *range(98, 108), *range(111, 121), *range(182, 190), 336, 340}


@pytest.mark.parametrize("table", [THREE_PHASE_LV, THREE_PHASE_HV], ids=lambda each: each.name)
def test_grid_code_clock_and_battery_chemistry_can_never_be_written(table: RegisterMap) -> None:
    writable = {word for each in table.registers if each.writable for word in each.words}
    assert not writable & FORBIDDEN


def test_the_short_words_of_the_tables_carry_what_is_plausible() -> None:
    row = power("grid_power", 625, "All phases", scale=10)
    assert decode(row, {625: int(POWER_W / 10)}).value == POWER_W
    assert decode(row, {625: int(POWER_W / 10) + 1}).value is None
    assert decode(celsius("radiator", 541), {541: 1000}).value == 0.0
