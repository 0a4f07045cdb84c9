"""The arbiter: one demand per output. Override before rules, higher salience first, else rest.

Law 10: two rules of equal salience with different values are a conflict; the output takes its
failsafe. A demand that stood when a latched trip was reset is *blocked*: it counts again after it
went away once (law 7).
"""

from dataclasses import dataclass
from typing import NamedTuple

from engine.control.decision import Cause
from engine.inference.conditions import SlotValues
from engine.inference.image import Override
from engine.language.plant import Output
from engine.language.rulebook import Rulebook
from engine.values.fact import Value


class Asking(NamedTuple):
    """A rule that proposes something for one output."""

    id: str
    salience: int
    rule_slot: int
    value_slot: int


class Demand(NamedTuple):
    """What is wanted of an output before any limit: the value in its unit, and who asks.

    `by` is empty for the default. `blocked` are demands that do not count yet.
    """

    value: Value
    cause: Cause
    by: str
    overruled: tuple[str, ...]
    blocked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Who may ask for an output: its rules, highest salience first, then in file order."""

    output: Output
    rules: tuple[Asking, ...]
    factor: float


def candidates(
    rulebook: Rulebook, rule_slots: tuple[int, ...], value_slots: tuple[tuple[int, ...], ...]
) -> tuple[Candidates, ...]:
    """Return the candidates of every output, in the order of the plant."""
    asking: dict[str, list[Asking]] = {output.name: [] for output in rulebook.plant.outputs}
    for rule, rule_slot, slots in zip(rulebook.rules, rule_slots, value_slots, strict=True):
        for proposal, slot in zip(rule.proposals, slots, strict=True):
            asking[proposal.output].append(Asking(rule.id, rule.salience, rule_slot, slot))
    return tuple(
        Candidates(
            output,
            tuple(sorted(asking[output.name], key=lambda rule: -rule.salience)),
            1.0 if output.unit is None else output.unit.factor,
        )
        for output in rulebook.plant.outputs
    )


def active(found: Candidates, slots: SlotValues) -> tuple[Asking, ...]:
    """Return the rules that are TRUE, in the order in which they are heard."""
    return tuple(rule for rule in found.rules if slots[rule.rule_slot] is True)


def arbitrate(
    found: Candidates,
    asking: tuple[Asking, ...],
    slots: SlotValues,
    overrides: tuple[Override, ...],
    blocked: tuple[str, ...],
) -> Demand:
    """Return the demand on one output.

    A rule whose value is UNKNOWN asks for nothing. Of several overrides the last given counts.
    """
    output, factor = found.output, found.factor
    for override in reversed(overrides):
        if override.output == output.name and override.id not in blocked:
            overruled = tuple(rule.id for rule in asking)
            return Demand(override.value, Cause.OVERRIDE, override.id, overruled, blocked)
    for place, rule in enumerate(asking):
        value = slots[rule.value_slot]
        if value is None or (blocked and rule.id in blocked):
            continue
        rest = asking[place + 1 :]
        if rest and rest[0].salience == rule.salience:
            disputing = _disputing(rule, value, rest, slots, blocked)
            if disputing:
                names = ", ".join((rule.id, *disputing))
                others = tuple(r.id for r in rest if r.id not in disputing)
                return Demand(output.failsafe, Cause.CONFLICT, names, others, blocked)
        if factor != 1.0 and isinstance(value, float):
            value = round(value / factor, 9)
        overruled = tuple(other.id for other in rest) if rest else ()
        return Demand(value, Cause.RULE, rule.id, overruled, blocked)
    return Demand(output.default, Cause.DEFAULT, "", (), blocked)


def _disputing(
    rule: Asking,
    value: Value,
    rest: tuple[Asking, ...],
    slots: SlotValues,
    blocked: tuple[str, ...],
) -> tuple[str, ...]:
    """Return the rules of the same salience that ask for another value."""
    return tuple(
        other.id
        for other in rest
        if other.salience == rule.salience
        and other.id not in blocked
        and slots[other.value_slot] not in (None, value)
    )
