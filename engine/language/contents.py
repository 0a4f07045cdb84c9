"""Walking a rulebook: every expression in it, and who proposes what for each output."""

from collections import defaultdict
from collections.abc import Iterator

from engine.language.expression import All, Expression, Name, NameKind, walk
from engine.language.rulebook import Proposal, Rule, Rulebook


def expressions(rulebook: Rulebook) -> Iterator[Expression]:
    """Yield every expression as it stands in the files, without its operands."""
    for signal in rulebook.signals:
        yield signal.expression
    for condition in rulebook.conditions:
        yield condition.expression
    for rule in rulebook.rules:
        yield rule.when
        yield from (proposal.value for proposal in rule.proposals)
    for trip in rulebook.trips:
        yield trip.when
    for interlock in rulebook.interlocks:
        yield interlock.condition
        yield from (limit.value for limit in interlock.limits)
    for permissive in rulebook.permissives:
        yield permissive.needs


def names_read(rulebook: Rulebook) -> set[tuple[NameKind, str]]:
    """Return everything that some expression reads."""
    return {
        (node.kind, node.name)
        for expression in expressions(rulebook)
        for node in walk(expression)
        if isinstance(node, Name)
    }


def proposals_by_output(rulebook: Rulebook) -> dict[str, list[tuple[Rule, Proposal]]]:
    """Return for each output the rules that propose something for it, in order."""
    found: defaultdict[str, list[tuple[Rule, Proposal]]] = defaultdict(list)
    for rule in rulebook.rules:
        for proposal in rule.proposals:
            found[proposal.output].append((rule, proposal))
    return dict(found)


def parts(condition: Expression) -> list[Expression]:
    """Return the parts of a condition that must all be TRUE, as far as it is written so."""
    if isinstance(condition, All):
        return [part for operand in condition.operands for part in parts(operand)]
    return [condition]
