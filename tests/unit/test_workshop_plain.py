"""Explanations as plain data."""

import json
import math

import pytest

from engine.control.decision import Alarm, AlarmKind
from engine.language.position import Position
from engine.values.units import parse_unit
from engine.workshop.explain import explain
from engine.workshop.plain import plain
from engine.workshop.quantity import Quantity, declared
from tests.reasons.evidence import compared
from tests.reasons.house import Step, program, run


def test_values_have_their_units_and_kinds_their_names() -> None:
    assert plain(declared(2.4, parse_unit("kW"))) == {"value": 2.4, "unit": "kW"}
    assert plain(Quantity("locked")) == {"value": "locked", "unit": ""}
    assert plain(parse_unit("kW")) == "kW"
    seen = plain(compared("x", 1, ">", 3, "kW"))
    assert isinstance(seen, dict)
    assert seen["kind_of"] == "compared"
    assert seen["truth"] is False


def test_places_alarms_and_infinite_times_are_plain() -> None:
    assert plain(Position("a.yaml", 3, 1)) == "a.yaml:3"
    assert plain(Position("", 0, 0)) == ""
    assert plain(math.inf) is None
    assert plain(Alarm(AlarmKind.TRIPPED, "hot", "Hot.")) == {
        "kind": "tripped",
        "subject": "hot",
        "text": "Hot.",
    }


def test_a_whole_explanation_survives_json() -> None:
    seen = plain(explain(program(), run(program(), [Step()]), "miner1.power_target"))
    assert json.loads(json.dumps(seen, allow_nan=False)) == json.loads(json.dumps(seen))
    assert isinstance(seen, dict)
    assert seen["at"] == "2024-06-12 12:00:00+00:00"
    assert seen["cause"] == "default"


def test_what_is_no_part_of_an_explanation_is_refused() -> None:
    with pytest.raises(TypeError, match="is no part of an explanation"):
        plain(object())
