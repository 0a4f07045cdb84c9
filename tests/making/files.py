"""A rulebook as the files that an operator would have written."""

import json
from collections.abc import Mapping

from engine.language.expression import Expression
from engine.language.plant import Output, Point, Rate
from engine.language.rulebook import Interlock, Rule, Rulebook, Trip
from engine.language.text import number_to_text, seconds_to_text, to_text
from engine.language.types import BoolType, EnumType
from engine.values.fact import Value
from engine.values.units import Unit

_Entry = Mapping[str, object]


def as_files(book: Rulebook) -> dict[str, bytes]:
    """Return the files, as JSON, which is YAML too."""
    plant = {
        "site": {"name": "made up", "time_zone": "Europe/Berlin"},
        "facts": {point.name: _point(point) for point in book.plant.points},
        "outputs": {output.name: _output(output) for output in book.plant.outputs},
    }
    outputs = {output.name: output for output in book.plant.outputs}
    rules = {
        "ruleset": "made",
        "let": {signal.name: to_text(signal.expression) for signal in book.signals},
        "conditions": {each.name: _text(each.expression) for each in book.conditions},
        "rules": [_rule(rule) for rule in book.rules],
    }
    locks = {
        "trips": [_trip(trip, outputs) for trip in book.trips],
        "interlocks": [_interlock(lock, outputs) for lock in book.interlocks],
        "permissives": [
            {"id": each.id, "output": each.output, "needs": _text(each.needs), "because": "so"}
            for each in book.permissives
        ],
    }
    files = {"plant.yaml": plant, "made.yaml": rules, "interlocks.yaml": locks}
    return {
        name: json.dumps({key: value for key, value in content.items() if value}).encode()
        for name, content in files.items()
    }


def _text(expression: Expression) -> str:
    return to_text(expression)


def _amount(value: float, unit: Unit | None, per: str = "") -> str:
    symbol = "" if unit is None else unit.symbol
    if per and symbol == "°C":
        symbol = "K"
    return f"{number_to_text(value)} {symbol}{per}".strip()


def _value(value: Value, unit: Unit | None) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return value if isinstance(value, str) else _amount(value, unit)


def _measure(point: Point | Output) -> dict[str, object]:
    match point.type:
        case BoolType():
            return {"type": "bool"}
        case EnumType(values=states):
            return {"values": list(states)}
        case _:
            assert point.unit is not None
            assert point.low is not None
            assert point.high is not None
            ends = [_amount(end, point.unit) for end in (point.low, point.high)]
            return {"unit": point.unit.symbol, "range": ends}


def _point(point: Point) -> _Entry:
    entry = {**_measure(point), "max_age": seconds_to_text(point.max_age_s)}
    if point.max_rate_per_s is not None:
        entry["max_rate"] = _amount(point.max_rate_per_s, point.unit, "/s")
    return entry


def _rate(rate: Rate) -> str:
    return f"{rate.count} per {seconds_to_text(rate.per_s)}"


def _output(output: Output) -> _Entry:
    entry = _measure(output)
    entry["default"] = _value(output.default, output.unit)
    entry["failsafe"] = _value(output.failsafe, output.unit)
    for key in ("off_below", "step"):
        if getattr(output, key):
            entry[key] = _amount(getattr(output, key), output.unit)
    if output.ramp_per_s:
        entry["ramp"] = _amount(output.ramp_per_s, output.unit, "/s")
    for key in ("settle", "min_on", "min_off"):
        if getattr(output, f"{key}_s"):
            entry[key] = seconds_to_text(getattr(output, f"{key}_s"))
    for key in ("max_starts", "max_changes"):
        if getattr(output, key):
            entry[key] = _rate(getattr(output, key))
    if output.on_values:
        entry["on"] = sorted(output.on_values)
    return entry


def _rule(rule: Rule) -> _Entry:
    then: dict[str, object] = {each.output: to_text(each.value) for each in rule.proposals}
    if rule.asserts:
        then["assert"] = list(rule.asserts)
    entry = {"id": rule.id, "when": _text(rule.when), "then": then, "because": "made up"}
    return {**entry, "salience": str(rule.salience)}


def _trip(trip: Trip, outputs: Mapping[str, Output]) -> _Entry:
    latch = {"no": "false", "yes": "true"}.get(trip.latch.value, trip.latch.value)
    force = {name: _value(value, outputs[name].unit) for name, value in trip.force}
    entry = {"id": trip.id, "when": _text(trip.when), "latch": latch, "because": "made up"}
    return {**entry, "force": force}


def _interlock(lock: Interlock, outputs: Mapping[str, Output]) -> _Entry:
    force = {name: _value(value, outputs[name].unit) for name, value in lock.force}
    if lock.never:
        return {"id": lock.id, "never": _text(lock.condition), "else": force, "because": "so"}
    entry: dict[str, object] = {"id": lock.id, "while": _text(lock.condition), "because": "so"}
    if force:
        entry["force"] = force
    if lock.limits:
        entry["limit"] = {
            each.output: {each.bound.value: to_text(each.value)} for each in lock.limits
        }
    return entry
