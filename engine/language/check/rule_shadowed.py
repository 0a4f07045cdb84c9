"""A rule that never has its way, because a stronger one always fires with it."""

from collections.abc import Iterator

from engine.language.alike import always_with, outcome
from engine.language.contents import proposals_by_output
from engine.language.expression import Boolean, Expression, Number, State
from engine.language.feasible import Feasibility
from engine.language.identity import identity
from engine.language.problem import Problem, Related, Severity
from engine.language.rulebook import Proposal, Rule, Rulebook

CODE = "rule-shadowed"
SUMMARY = "Whenever a rule fires, a stronger one decides all its outputs."

_Asking = dict[str, list[tuple[Rule, Proposal]]]


def check(rulebook: Rulebook, feasibility: Feasibility) -> Iterator[Problem]:
    """Yield every rule that certainly never decides anything."""
    asking = proposals_by_output(rulebook)
    for rule in rulebook.rules:
        if rule.asserts or not rule.proposals:
            continue
        stronger = _stronger_rules(rule, asking, feasibility)
        if stronger is None:
            continue
        names = " and ".join(f"`{other.id}`" for other in stronger)
        yield Problem(
            CODE,
            Severity.WARNING,
            f"rule `{rule.id}` never decides anything: whenever it fires, {names} fires as well"
            " and decides the same outputs",
            rule.position,
            "give it a higher `salience`, narrow the stronger rule, or delete it",
            tuple(Related(each.position, f"rule `{each.id}` stands here") for each in stronger),
        )


def _stronger_rules(rule: Rule, asking: _Asking, feasibility: Feasibility) -> list[Rule] | None:
    """Return the rules that overrule every proposal of this one, or None if one is left."""
    found: dict[str, Rule] = {}
    for proposal in rule.proposals:
        stronger = next(
            (
                other
                for other, rival in asking[proposal.output]
                if _overrules(other, rival, rule, proposal)
                and always_with(rule, other, feasibility)
                and not _is_twin(rule, other, feasibility)
            ),
            None,
        )
        if stronger is None:
            return None
        found[stronger.id] = stronger
    return list(found.values())


def _overrules(other: Rule, rival: Proposal, rule: Rule, proposal: Proposal) -> bool:
    """Tell whether `rival` wins or makes no difference, if both rules fire."""
    if other is rule or other.salience < rule.salience:
        return False
    if identity(rival.value) == identity(proposal.value):
        return True
    # A computed value can be UNKNOWN, and then the weaker rule has its way after all.
    return other.salience > rule.salience and _is_constant(rival.value)


def _is_twin(rule: Rule, other: Rule, feasibility: Feasibility) -> bool:
    """Tell whether `other`, which fires with this rule, says the same: that is a duplicate."""
    return outcome(rule) == outcome(other) and always_with(other, rule, feasibility)


def _is_constant(expression: Expression) -> bool:
    return isinstance(expression, Number | State | Boolean)
