"""What modules say of themselves, bit by bit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.codec.revpi_layout import Area, parse_layout, put_raw
from adapters.codec.revpi_status import base_fault, input_fault, module_faults, output_fault
from adapters.simulated.revpi_config import config_rsc

LAYOUT = parse_layout(config_rsc(aio_modules=2))
FINE = {"RevPiStatus": 1, "Output_Status": 0xFFFF}


def image(**raws: int) -> bytes:
    made = bytearray(LAYOUT.length)
    for name, raw in (FINE | raws).items():
        put_raw(LAYOUT.ios[name], made, raw)
    return bytes(made)


def test_modules_that_are_well_say_nothing() -> None:
    assert base_fault(LAYOUT, image()) == module_faults(LAYOUT, image()) == ""
    for io in LAYOUT.ios.values():
        fault = input_fault if io.area is Area.INPUT else output_fault
        assert fault(LAYOUT, io, image()) == ""


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (0, "piControl does not run"),
        (1 | 4, "an I/O module is missing"),
        (1 | 8, "another size"),
        (1 | 2, ""),
        (1 | 16 | 32, ""),
    ],
)
def test_the_base_module_speaks_for_all(status: int, told: str) -> None:
    said = base_fault(LAYOUT, image(RevPiStatus=status))
    assert told in said
    assert bool(said) == bool(told)


def test_an_unknown_module_is_told_but_takes_nothing_away() -> None:
    assert "piCtory does not know" in module_faults(LAYOUT, image(RevPiStatus=3))


@given(st.integers(1, 0xFFFF))
def test_a_dio_with_any_objection_is_told_and_only_outputs_leave_its_inputs(status: int) -> None:
    seen = image(DIO_Status=status)
    about_inputs = status & ~(1 << 8 | 1 << 10)
    for name in ("I_1", "Counter_16"):
        assert bool(input_fault(LAYOUT, LAYOUT.ios[name], seen)) == bool(about_inputs)
    assert output_fault(LAYOUT, LAYOUT.ios["O_1"], seen)
    assert "dio" in module_faults(LAYOUT, seen)


@given(st.integers(1, 16))
def test_a_fault_of_an_output_names_it(number: int) -> None:
    seen = image(Output_Status=0xFFFF & ~(1 << number - 1))
    said = {n: output_fault(LAYOUT, LAYOUT.ios[f"O_{n}"], seen) for n in range(1, 17)}
    assert {n: text for n, text in said.items() if text} == {
        number: f"dio: output {number} has a fault"
    }


CHANNELS = {
    **{f"InputStatus_{n}": f"InputValue_{n}" for n in range(1, 5)},
    **{f"RTDStatus_{n}_i34": f"RTDValue_{n}_i34" for n in (1, 2)},
    **{f"OutputStatus_{n}_i34": f"OutputValue_{n}_i34" for n in (1, 2)},
}


@given(st.sampled_from(sorted(CHANNELS)), st.integers(1, 255))
def test_a_status_byte_of_an_aio_is_about_its_own_channel(status: str, bits: int) -> None:
    seen = image(**{status: bits if bits < 128 else bits - 256})
    for io in LAYOUT.ios.values():
        fault = output_fault if io.area is Area.OUTPUT else input_fault
        assert bool(fault(LAYOUT, io, seen)) == (io.name == CHANNELS[status]), io.name
    assert CHANNELS[status] in module_faults(LAYOUT, seen)
