"""The properties of rules: each can fire, each is heard somewhere, and no two disagree."""

from collections.abc import Iterator
from itertools import combinations

import z3

from engine.control.decision import Cause
from engine.inference.evaluate import evaluate
from engine.language.contents import proposals_by_output
from engine.language.plant import Output
from engine.language.rulebook import Proposal, Rule, Rulebook
from engine.workshop.encode_scan import Book, Encoded
from engine.workshop.encode_values import all_of, any_of, both, either, equal, negated
from engine.workshop.prove_property import Hope, Kind, Property, Seen


def rule_properties(rulebook: Rulebook) -> Iterator[Property]:
    """Yield for each rule that it can fire, and that it can decide what it proposes."""
    for rule in rulebook.rules:
        yield _fires(rule)
        if rule.proposals:
            yield _heard(rule)


def conflict_properties(rulebook: Rulebook) -> Iterator[Property]:
    """Yield that outputs are decided, and that rules of equal salience agree."""
    asking = proposals_by_output(rulebook)
    for output in rulebook.plant.outputs:
        pairs = combinations(asking.get(output.name, ()), 2)
        for (one, first), (other, second) in pairs:
            if one.salience == other.salience and one.id != other.id:
                yield _agree(output, (one, first), (other, second))
        yield _decided(output)


def _fires(rule: Rule) -> Property:
    def wrong(_: Book, scan: Encoded) -> z3.BoolRef:
        return scan.rules[rule.id].is_true

    def shows(seen: Seen) -> bool:
        return _truth(rule, seen) is True

    def hope(_: Seen) -> Hope:
        return Hope(silent=(rule.id,))

    return Property(
        Kind.FIRES, rule.id, "can fire", wrong, shows, hope, somewhere=True, position=rule.position
    )


def _heard(rule: Rule) -> Property:
    """Return that a rule can win against those above it, with no hand and no reset in between."""
    names = tuple(dict.fromkeys(proposal.output for proposal in rule.proposals))

    def wrong(_: Book, scan: Encoded) -> z3.BoolRef:
        demands = [scan.demands[name] for name in names]
        return any_of(
            both(
                either(demand.wins[rule.id], demand.disputes[rule.id]),
                negated(any_of((demand.by_override, *demand.blocked.values()))),
            )
            for demand in demands
        )

    def shows(seen: Seen) -> bool:
        return any(
            decision.asked_by == rule.id
            or (decision.cause is Cause.CONFLICT and rule.id in decision.by.split(", "))
            for decision, state in zip(seen.scan.decisions, seen.scan.retained.outputs, strict=True)
            if decision.output in names and not state.blocked
        )

    def hope(_: Seen) -> Hope:
        return Hope(silent=(rule.id,))

    text = f"can decide {' or '.join(f'`{name}`' for name in names)}"
    return Property(
        Kind.HEARD, rule.id, text, wrong, shows, hope, somewhere=True, position=rule.position
    )


_Proposed = tuple[Rule, Proposal]


def _agree(output: Output, one: _Proposed, other: _Proposed) -> Property:
    (first, asks), (second, answers) = one, other

    def wrong(_: Book, scan: Encoded) -> z3.BoolRef:
        left, right = scan.sight.root(asks.value), scan.sight.root(answers.value)
        return all_of(
            (
                scan.rules[first.id].is_true,
                scan.rules[second.id].is_true,
                left.known,
                right.known,
                negated(equal(left.value, right.value)),
            )
        )

    def shows(seen: Seen) -> bool:
        slots, values = seen.program.slots, seen.scan.trace.slots
        left = evaluate(asks.value, slots, values)
        right = evaluate(answers.value, slots, values)
        both_fire = _truth(first, seen) is True and _truth(second, seen) is True
        return both_fire and None not in (left, right) and left != right

    def hope(_: Seen) -> Hope:
        return Hope(silent=(second.id,))

    subject = f"{first.id}+{second.id}"
    text = f"never ask different values of `{output.name}` at the same time"
    return Property(Kind.CONFLICT, subject, text, wrong, shows, hope, position=second.position)


def _decided(output: Output) -> Property:
    def wrong(_: Book, scan: Encoded) -> z3.BoolRef:
        name = output.name
        moved = either(scan.held[name], scan.fixed[name])  # then a trip or interlock decides
        return both(scan.demands[name].conflict, negated(moved))

    def shows(seen: Seen) -> bool:
        decision = next(each for each in seen.scan.decisions if each.output == output.name)
        return decision.cause is Cause.CONFLICT

    def hope(seen: Seen) -> Hope:
        decision = next(each for each in seen.scan.decisions if each.output == output.name)
        return Hope(silent=tuple(decision.by.split(", "))[1:])

    text = "is decided by one rule or at rest, whatever the facts"
    return Property(Kind.DECIDED, output.name, text, wrong, shows, hope, position=output.position)


def _truth(rule: Rule, seen: Seen) -> object:
    rules = seen.program.rulebook.rules
    truths = zip(rules, seen.scan.trace.rule_truths, strict=True)
    return next(truth for each, truth in truths if each.id == rule.id)
