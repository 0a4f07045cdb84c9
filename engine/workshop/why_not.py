"""Why a rule does not fire, why it fires in vain, and why an output does not have some value."""

from engine.control.decision import Cause
from engine.control.program import Program
from engine.control.scan import Scan
from engine.language.plant import Output
from engine.language.rulebook import Rule
from engine.values.fact import Value
from engine.workshop.explain import explain_seen, rule_reason
from engine.workshop.explanation import Outcome, RuleReason, WhyNot, WhyNotValue
from engine.workshop.lack import distance
from engine.workshop.quantity import declared
from engine.workshop.restraint import barriers
from engine.workshop.sight import Sight, sight_of

_SAME = 1e-6
"""Two numbers closer than this part of themselves are the same value."""


def why_not(program: Program, scan: Scan, rule: str) -> WhyNot:
    """Return why a rule does not fire, or what became of it. Raises KeyError if unknown."""
    sight = sight_of(program, scan)
    asked = sight.rule(rule)
    outcomes = tuple(_outcome(sight, asked, p.output) for p in asked.proposals)
    return WhyNot(sight.moment, rule_reason(sight, asked, ""), asked.asserts, outcomes)


def why_not_value(program: Program, scan: Scan, name: str, value: Value | None) -> WhyNotValue:
    """Return why an output does not have a value given in its unit; None asks why it is not on.

    Raises KeyError for an unknown output.
    """
    sight = sight_of(program, scan)
    output = sight.output(name)
    rules = [
        reason
        for rule in sight.rulebook.rules
        for reason in _reasons_for(sight, rule, name)
        if reason.asks is not None and _is_wanted(output, reason.asks.value, value)
    ]
    rules.sort(key=lambda reason: (0, 0, 0.0) if reason.lack is None else distance(reason.lack))
    return WhyNotValue(
        at=sight.moment,
        asked=None if value is None else declared(value, output.unit),
        reached=_is_wanted(output, sight.decision(name).value, value),
        explanation=explain_seen(sight, name),
        rules=tuple(rules),
        barriers=() if output.is_on(sight.decision(name).value) else barriers(sight, output),
    )


def _reasons_for(sight: Sight, rule: Rule, output: str) -> list[RuleReason]:
    asks = any(proposal.output == output for proposal in rule.proposals)
    return [rule_reason(sight, rule, output)] if asks else []


def _is_wanted(output: Output, asked: Value, wanted: Value | None) -> bool:
    if wanted is None:
        return output.is_on(asked)
    if isinstance(asked, bool | str) or isinstance(wanted, bool | str):
        return asked == wanted
    return abs(asked - wanted) <= _SAME * max(1.0, abs(wanted))


def _outcome(sight: Sight, rule: Rule, name: str) -> Outcome:
    output, decision = sight.output(name), sight.decision(name)
    own = rule_reason(sight, rule, name)
    explanation = explain_seen(sight, name)
    fires = own.truth is True
    asked_by_it = rule.id in decision.asked_by.split(", ") and decision.cause is not Cause.CONFLICT
    value = None if own.asks is None else own.asks.value
    has_it = value is not None and _is_wanted(output, decision.value, value)
    above = [
        reason
        for reason in explanation.deciding
        if reason.id != rule.id and (fires or reason.salience >= rule.salience)
    ]
    starting = not fires and value is not None and output.is_on(value)
    blocked = starting and not output.is_on(decision.value)
    return Outcome(
        asks=own.asks,
        asks_text=own.asks_text,
        effective=fires and asked_by_it and has_it,
        above=tuple(above),
        barriers=barriers(sight, output) if blocked else (),
        explanation=explanation,
    )
