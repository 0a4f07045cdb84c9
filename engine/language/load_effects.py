"""From `acts_on:` of an output to the facts that it moves."""

from collections.abc import Sequence

from engine.language.check import unknown_fact, unknown_state, value_outside_range, wrong_type
from engine.language.constants import read_in_unit
from engine.language.document import Mapping, Node, Scalar
from engine.language.form import Form, as_mapping, as_scalar
from engine.language.plant import Effect, Point
from engine.language.problem import Problem
from engine.language.types import EnumType, NumberType, Type
from engine.values.units import KELVIN


def read_effects(
    form: Form, points: Sequence[Point], broken: Sequence[str], kind: Type | None
) -> tuple[Effect, ...]:
    """Return what stands under `acts_on`; facts in `broken` have a problem of their own already.

    `kind` is the type of the output, None if it could not be read.
    """
    node = form.node("acts_on") if "acts_on" in form.fields else None
    mapping = None if node is None else as_mapping(node, "`acts_on`", form.problems)
    known = {point.name: point for point in points}
    found: dict[str, Effect] = {}
    for name, value in mapping.items if mapping else ():
        point = known.get(name.text)
        if point is None:
            if name.text not in broken:
                form.problems.append(unknown_fact.problem(name.text, name.position, known))
            continue
        if point.unit is None or not isinstance(point.type, NumberType):
            message = f"`{name.text}` is no number, so nothing moves it by an amount"
            form.problems.append(wrong_type.problem(message, name.position))
            continue
        effect = _effect(point, name, value, kind, form.problems)
        if effect is not None:
            found[name.text] = effect
    return tuple(found.values())


def _effect(
    point: Point, name: Scalar, value: Node, kind: Type | None, problems: list[Problem]
) -> Effect | None:
    """Return what happens to one fact; None if that cannot be read."""
    if not isinstance(value, Mapping):
        amount = _amount(point, value, f"what `{point.name}` is moved by", problems)
        return None if amount is None else Effect(point.name, amount, name.position)
    if kind is not None and not isinstance(kind, EnumType):
        message = f"what `{point.name}` is moved by is one amount: the output has no states"
        problems.append(wrong_type.problem(message, name.position))
        return None
    states = []
    for state, each in value.items:
        if kind is not None and state.text not in kind.values:
            problems.append(unknown_state.problem(state.text, state.position, kind.values))
            continue
        what = f"what `{point.name}` is moved by in `{state.text}`"
        amount = _amount(point, each, what, problems)
        if amount is not None:
            states.append((state.text, amount))
    if not states:
        return None
    most = max((amount for _, amount in states), key=abs)
    return Effect(point.name, most, name.position, tuple(states))


def _amount(point: Point, value: Node, what: str, problems: list[Problem]) -> float | None:
    """Return an amount in base units, and a problem if it is none."""
    scalar = as_scalar(value, what, problems)
    assert point.unit is not None, "the caller asked"  # noqa: S101 - an invariant
    unit = KELVIN if point.unit.absolute else point.unit
    amount = None if scalar is None else read_in_unit(scalar, unit, what, problems)
    if scalar is None or amount is None:
        return None
    if amount == 0:
        message = f"`acts_on` says that `{point.name}` is not moved at all"
        problems.append(value_outside_range.plain(message, scalar.position))
    return amount * unit.factor
