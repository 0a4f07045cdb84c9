"""From `acts_on:` of an output to the facts that it moves."""

from collections.abc import Sequence

from engine.language.check import unknown_fact, value_outside_range, wrong_type
from engine.language.constants import read_in_unit
from engine.language.form import Form, as_mapping, as_scalar
from engine.language.plant import Effect, Point
from engine.language.types import NumberType
from engine.values.units import KELVIN


def read_effects(form: Form, points: Sequence[Point], broken: Sequence[str]) -> tuple[Effect, ...]:
    """Return what stands under `acts_on`; facts in `broken` have a problem of their own already."""
    node = form.node("acts_on") if "acts_on" in form.fields else None
    mapping = None if node is None else as_mapping(node, "`acts_on`", form.problems)
    known = {point.name: point for point in points}
    found: dict[str, Effect] = {}
    for name, value in mapping.items if mapping else ():
        point = known.get(name.text)
        scalar = as_scalar(value, f"what `{name.text}` is moved by", form.problems)
        if point is None and name.text not in broken:
            form.problems.append(unknown_fact.problem(name.text, name.position, known))
        if point is None or scalar is None:
            continue
        if point.unit is None or not isinstance(point.type, NumberType):
            message = f"`{name.text}` is no number, so nothing moves it by an amount"
            form.problems.append(wrong_type.problem(message, name.position))
            continue
        unit = KELVIN if point.unit.absolute else point.unit
        amount = read_in_unit(scalar, unit, f"what `{name.text}` is moved by", form.problems)
        if amount is None:
            continue
        if amount == 0:
            message = f"`acts_on` says that `{name.text}` is not moved at all"
            form.problems.append(value_outside_range.plain(message, scalar.position))
        found[name.text] = Effect(name.text, amount * unit.factor, name.position)
    return tuple(found.values())
