"""The last look at commands: a wire in a unit of its own is told what was decided, or nothing."""

import pytest

from adapters.port import Command
from adapters.runtime.gateway import COMMAND_LIFE_S
from adapters.runtime.last_look import InvariantError, LastLook
from adapters.runtime.wiring import Wire
from engine.control.program import compile_program
from engine.control.scan import initial, scan
from engine.inference.image import empty_image
from tests.making.proving import moment_at, rulebook_of

KILOWATT = Wire("boiler", "power", "heater", factor=1000.0)
SWITCH = Wire("boiler", "on", "pump", factor=1000.0)


def look(power: float) -> None:
    """Decide 1500 W, and tell the boiler so many kilowatts."""
    rulebook = rulebook_of("")
    program = compile_program(rulebook)
    done = scan(program, initial(program), empty_image(rulebook.plant), moment_at(0))
    commands = [
        ("boiler", Command("power", power, COMMAND_LIFE_S)),
        ("boiler", Command("on", True, COMMAND_LIFE_S)),
    ]
    wires = {"heater": (KILOWATT,), "pump": (SWITCH,)}
    LastLook(program, wires).commanded({"heater": 1500.0, "pump": True}, commands, 0.0, done)


def test_what_is_told_in_the_unit_of_the_wire_is_what_was_decided() -> None:
    look(1.5)


def test_what_is_told_in_the_unit_of_the_plant_is_something_else() -> None:
    with pytest.raises(InvariantError, match=r"`heater` is 1500.*told 1500000"):
        look(1500.0)
