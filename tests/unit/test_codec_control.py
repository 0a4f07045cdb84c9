import pytest

from adapters.codec import control as codec
from adapters.control.messages import points_in
from adapters.pb.thermiq.v1 import control_pb2 as pb
from engine.control.program import compile_program
from engine.control.scan import initial, scan
from engine.inference.image import empty_image
from engine.language.load import load
from engine.values.fact import Value
from engine.values.moment import Moment
from engine.values.units import parse_unit
from engine.workshop.outline import Line, Mark
from engine.workshop.sight import sight_of
from tests.adapters.control_bench import PLANT

PLANT_READ = load({"plant.yaml": PLANT.encode()}).rulebook.plant
OUTPUTS = {output.name: output for output in PLANT_READ.outputs}


@pytest.mark.parametrize(
    ("output", "text", "value"),
    [
        ("heater.power_target", "1.5 kW", 1500.0),
        ("heater.power_target", " 200W ", 200.0),
        ("heater.power_target", "200", 200.0),
        ("heater.power_target", "-0.5 kW", -500.0),
        ("pump.run", "on", True),
        ("pump.run", "off", False),
        ("valve.way", "right", "right"),
        ("heater.power_target", "", None),
        ("heater.power_target", "nan", None),
        ("heater.power_target", "1e3 W", None),
        ("heater.power_target", "2 K", None),
        ("heater.power_target", "2 " + "x" * 20, None),
        ("heater.power_target", "1" * 16, None),
        ("pump.run", "1", None),
        ("valve.way", "up", None),
        ("valve.way", "r" * 100, None),
    ],
)
def test_a_value_is_read_as_a_person_writes_it(output: str, text: str, value: Value | None) -> None:
    assert codec.read_value(text, OUTPUTS[output]) == value


def test_a_value_keeps_its_kind_and_says_itself() -> None:
    assert codec.value_message(True, None) == pb.Value(flag=True, text="on")
    assert codec.value_message("left", None) == pb.Value(state="left", text="left")
    watts = codec.value_message(1500.0, parse_unit("W"))
    assert watts == pb.Value(number=1500.0, unit="W", text="1500 W")


def test_a_tree_comes_back_and_a_mark_that_nobody_knows_is_none() -> None:
    tree = Line("a", Mark.YES, (Line("b", Mark.UNKNOWN), Line("c")))
    assert codec.line_of(codec.line_message(tree)) == tree
    assert codec.line_of(pb.Line(text="a", mark="of tomorrow")) == Line("a")


def test_the_points_behind_a_condition_are_found_through_signals() -> None:
    rules = """
ruleset: deep
let:
  mean: max(tank.top, 0 °C)
conditions:
  warm:
    when: mean > 30 °C
trips:
  - {id: hot, when: warm and tank.top > 90 °C, latch: true, force: {pump.run: off}, because: Hot.}
"""
    loaded = load({"plant.yaml": PLANT.encode(), "deep.yaml": rules.encode()})
    assert loaded.ok, loaded.problems
    program = compile_program(loaded.rulebook)
    image = empty_image(loaded.rulebook.plant)
    sight = sight_of(program, scan(program, initial(program), image, Moment(1.0, 1.0)))
    assert points_in(sight, loaded.rulebook.trips[0].when) == {"tank.top"}
