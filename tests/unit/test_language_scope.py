"""What names stand for."""

from engine.language.expression import NameKind
from engine.language.load import load
from engine.language.scope import Scope
from engine.language.types import BOOL, EnumType
from tests.unit.language_samples import PLANT


def test_a_plant_brings_its_points_its_outputs_and_the_calendar() -> None:
    scope = Scope()
    scope.add_plant(load({"plant.yaml": PLANT}).rulebook.plant)
    top = scope.entries["buffer.top"]
    assert (top.kind, top.low, top.high) == (NameKind.POINT, -20, 120)
    assert top.unit == top.shown
    assert scope.entries["pump.run_target"].kind is NameKind.OUTPUT
    weekday = scope.entries["weekday"]
    assert weekday.kind is NameKind.CALENDAR
    assert isinstance(weekday.type, EnumType)
    assert weekday.type.values[0] == "mon"


def test_a_derived_fact_takes_no_name_away() -> None:
    scope = Scope()
    scope.add_derived("summer")
    assert scope.entries["summer"].type == BOOL
    scope.add_plant(load({"plant.yaml": PLANT}).rulebook.plant)
    scope.add_derived("p3.running")
    assert scope.entries["p3.running"].kind is NameKind.POINT
