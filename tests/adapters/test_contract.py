"""The contract of `adapters.port`, held by every driver against its own server on loopback.

What a driver is exempt from stands in `contract_rigs`: `ONLY_TELLS`, `NO_SERVER`, with why.
"""

import asyncio
from pathlib import Path

import pytest

from adapters.port import Field
from adapters.runtime.drivers import DRIVERS
from adapters.runtime.gateway import Gateway
from adapters.runtime.site import DeviceEntry, Link
from adapters.runtime.wiring import wire
from engine.language.load import load
from engine.values.fact import Quality
from engine.values.units import parse_unit
from tests.adapters.contract import Ride, made, riding
from tests.adapters.contract_rigs import COMMANDED, NO_SERVER, ONLY_TELLS, RIGS, Commanded
from tests.adapters.modbus_bench import on_a_loop

EVERY = pytest.mark.parametrize("driver", RIGS)
EVERY_COMMANDED = pytest.mark.parametrize("driver", COMMANDED)
EVERY_CONNECTED = pytest.mark.parametrize(
    "driver", [name for name in RIGS if name not in NO_SERVER]
)
FOR_EVER_S = 1e6


def test_every_driver_of_the_table_has_the_contract_and_no_exemption_is_left_over() -> None:
    assert set(RIGS) == set(DRIVERS)
    assert set(COMMANDED) | set(ONLY_TELLS) == set(DRIVERS)
    assert not set(COMMANDED) & set(ONLY_TELLS)
    assert set(NO_SERVER) < set(DRIVERS)


@pytest.mark.parametrize(
    ("driver", "word"),
    [(name, word) for name, rig in RIGS.items() for word in rig.wrong],
)
def test_options_that_make_no_device_are_refused_by_name(
    driver: str, word: str, tmp_path: Path
) -> None:
    rig = RIGS[driver](tmp_path)
    with pytest.raises(ValueError, match=word):
        made(driver, rig, **rig.wrong[word])


@EVERY
def test_fields_are_unique_and_their_units_known(driver: str, tmp_path: Path) -> None:
    device = made(driver, RIGS[driver](tmp_path))
    names = [field.name for field in device.fields()]
    assert len(names) == len(set(names))
    for field in device.fields():
        assert not field.unit or parse_unit(field.unit) is not None, field
        assert not (field.unit and field.values), field
        assert len(field.values) == len(set(field.values)), field
    writable = {field.name for field in device.fields() if field.writable}
    assert bool(writable) == (driver in COMMANDED)


@EVERY
@on_a_loop
async def test_what_is_told_is_of_now_and_arrives_at_the_wired_point(
    driver: str, tmp_path: Path
) -> None:
    rig = RIGS[driver](tmp_path)
    async with riding(driver, rig) as ride:
        await ride.until(lambda: ride.good(rig.told))
        if rig.is_value is not None:
            assert ride.value(rig.told) == pytest.approx(rig.is_value)
        field = next(each for each in ride.device.fields() if each.name == rig.told)
        fact = _at_the_point(field, ride)
        assert fact == (ride.value(rig.told), Quality.GOOD)


def _at_the_point(field: Field, ride: Ride) -> tuple[object, Quality]:
    """Return what a point in the field's own unit gets of the newest reading."""
    on_off = isinstance(ride.value(field.name), bool)
    unit = parse_unit(field.unit) if field.unit else None
    kind = f"unit: {unit.symbol}" if unit else f"type: {'bool' if on_off else 'number'}"
    plant = f"facts:\n  a.point: {{{kind}, max_age: 5 s}}\n"
    loaded = load({"plant.yaml": plant.encode()})
    assert loaded.ok, loaded.problems
    entry = DeviceEntry("device", "", {}, (Link("a.point", field.name),))
    wiring, problems = wire(loaded.rulebook.plant, [entry], {"device": ride.device.fields()})
    assert not problems
    gateway = Gateway(wiring, {})
    gateway.publisher("device")(list(ride.readings.values()))
    (fact,) = gateway.take()
    return fact.value, fact.quality


@EVERY
@on_a_loop
async def test_a_command_for_a_field_that_cannot_be_told_is_ignored(
    driver: str, tmp_path: Path
) -> None:
    rig = RIGS[driver](tmp_path)
    async with riding(driver, rig) as ride:
        await ride.until(lambda: ride.good(rig.told))
        ride.command("no_such_field", 1.0, FOR_EVER_S)
        ride.command(rig.told, 1.0, FOR_EVER_S)
        await _look_again(ride, rig.told)
        assert not rig.written()


@EVERY
@on_a_loop
async def test_who_was_never_commanded_writes_nothing_not_even_in_the_end(
    driver: str, tmp_path: Path
) -> None:
    rig = RIGS[driver](tmp_path)
    async with riding(driver, rig) as ride:
        await ride.until(lambda: ride.good(rig.told))
        await _look_again(ride, rig.told)
        await ride.cancel()
        assert not rig.written()


async def _look_again(ride: Ride, field: str) -> None:
    """Wait for another reading, unless it is one that comes once in a long while."""
    before_s = ride.readings[field].measured_at_s
    if field != "elevation":
        await ride.until(lambda: ride.readings[field].measured_at_s > before_s)


@EVERY_COMMANDED
@on_a_loop
async def test_a_command_reaches_the_server_and_is_told_back(driver: str, tmp_path: Path) -> None:
    rig = COMMANDED[driver](tmp_path)
    async with riding(driver, rig) as ride:
        await _commanded(ride, rig)
        await ride.until(
            lambda: all(ride.value(name) == value for name, value in rig.measured.items())
        )
    # nobody will renew it
    assert rig.is_safe()


async def _commanded(ride: Ride, rig: Commanded, life_s: float = FOR_EVER_S) -> None:
    await ride.until(lambda: ride.good(rig.told))
    ride.command(rig.field, rig.value, life_s)
    await ride.until(rig.obeys)


@EVERY_COMMANDED
@on_a_loop
async def test_a_command_that_nobody_renews_ends_in_safety(driver: str, tmp_path: Path) -> None:
    rig = COMMANDED[driver](tmp_path)
    async with riding(driver, rig) as ride:
        await _commanded(ride, rig)
        ride.command(rig.field, rig.value, 0.05)
        await ride.until(rig.is_safe)


@EVERY_COMMANDED
@on_a_loop
async def test_a_command_that_comes_expired_changes_nothing_but_to_safety(
    driver: str, tmp_path: Path
) -> None:
    rig = COMMANDED[driver](tmp_path)
    async with riding(driver, rig) as ride:
        await ride.until(lambda: ride.good(rig.told))
        ride.command(rig.field, rig.value, -1.0)
        await _look_again(ride, rig.told)
        await _look_again(ride, rig.told)
        assert not rig.obeys()


@EVERY_CONNECTED
@on_a_loop
async def test_a_lost_server_is_told_and_one_that_is_back_is_heard_again(
    driver: str, tmp_path: Path
) -> None:
    rig = RIGS[driver](tmp_path)
    async with riding(driver, rig) as ride:
        await ride.until(lambda: ride.good(rig.told))
        await rig.lose()
        await ride.until(lambda: _is_lost(ride, rig.told))
        errors = len(ride.errors)
        for _ in range(20):
            await asyncio.sleep(0.01)  # who would tell an old value does it now
            assert _is_lost(ride, rig.told)
        await rig.restore()
        await ride.until(lambda: ride.good(rig.told) and not _is_lost(ride, rig.told))
        assert all(str(each) for each in ride.errors[:errors])


def _is_lost(ride: Ride, field: str) -> bool:
    """Tell whether a field is not what it was: gone, not GOOD, or `online` said to be off."""
    return not ride.good(field) or (field == "online" and ride.value(field) is False)


@EVERY_CONNECTED
@on_a_loop
async def test_it_ends_when_cancelled_also_while_its_server_is_gone(
    driver: str, tmp_path: Path
) -> None:
    rig = RIGS[driver](tmp_path)
    async with riding(driver, rig) as ride:
        await ride.until(lambda: ride.good(rig.told))
        await rig.lose()
        await ride.until(lambda: _is_lost(ride, rig.told))
        await ride.cancel()
        assert ride.task.done()


@EVERY_COMMANDED
@on_a_loop
async def test_a_command_given_while_the_server_is_gone_counts_when_it_is_back(
    driver: str, tmp_path: Path
) -> None:
    rig = COMMANDED[driver](tmp_path)
    async with riding(driver, rig) as ride:
        await ride.until(lambda: ride.good(rig.told))
        await rig.lose()
        await ride.until(lambda: _is_lost(ride, rig.told))
        ride.command(rig.field, rig.value, FOR_EVER_S)
        await rig.restore()
        await ride.until(rig.obeys)
