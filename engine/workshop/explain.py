"""Why an output has its value: joins a decision with what the scan saw into one frozen tree."""

from engine.control.decision import Alarm, Cause, Decision
from engine.control.program import Program
from engine.control.scan import Scan
from engine.language.expression import Expression
from engine.language.plant import Output
from engine.language.rulebook import Rule
from engine.language.text import to_text
from engine.workshop.explanation import Explanation, OverrideReason, Restraint, RuleReason
from engine.workshop.quantity import Quantity, declared
from engine.workshop.restraint import countdowns, restraints
from engine.workshop.shortfall import shortfall
from engine.workshop.sight import Sight, sight_of
from engine.workshop.weigh import weigh


def explain(program: Program, scan: Scan, output: str) -> Explanation:
    """Return why `output` has its value in this scan. Raises KeyError for an unknown output."""
    return explain_seen(sight_of(program, scan), output)


def explain_seen(sight: Sight, name: str) -> Explanation:
    """Return why an output has its value, from what a scan saw."""
    output, decision = sight.output(name), sight.decision(name)
    asking = [rule for rule in sight.rulebook.rules if _value_for(rule, name) is not None]
    asking.sort(key=lambda rule: -rule.salience)
    behind = decision.by if decision.cause is Cause.CONFLICT else decision.asked_by
    deciders = set(behind.split(", "))
    placed = deciders.union(decision.overruled)
    fires = {rule.id: sight.rule_truth(rule.id) is True for rule in asking}
    steps = restraints(sight, output, decision)
    return Explanation(
        output=name,
        about=output.about,
        at=sight.moment,
        value=declared(decision.value, output.unit),
        wanted=declared(decision.wanted, output.unit),
        default=declared(output.default, output.unit),
        cause=decision.cause,
        by=decision.by,
        deciding=_reasons(sight, output, [rule for rule in asking if rule.id in deciders]),
        overruled=_reasons(
            sight, output, [rule for rule in asking if rule.id in decision.overruled]
        ),
        passed_over=_reasons(
            sight, output, [r for r in asking if fires[r.id] and r.id not in placed]
        ),
        silent=_reasons(sight, output, [rule for rule in asking if not fires[rule.id]]),
        override=_override(sight, output, decision),
        restraints=steps,
        countdowns=countdowns(sight, output),
        alarms=_alarms(sight, decision, steps),
    )


def rule_reason(sight: Sight, rule: Rule, output: str) -> RuleReason:
    """Return what a rule saw and what it asks of one output ("": of none)."""
    value = _value_for(rule, output)
    evidence = weigh(sight, rule.when)
    return RuleReason(
        id=rule.id,
        ruleset=rule.ruleset,
        salience=rule.salience,
        because=rule.because,
        truth=sight.rule_truth(rule.id),
        asks=None if value is None else sight.asks(rule, output),
        asks_text="" if value is None else to_text(value),
        evidence=evidence,
        lack=shortfall(evidence),
        position=rule.position,
    )


def _reasons(sight: Sight, output: Output, rules: list[Rule]) -> tuple[RuleReason, ...]:
    return tuple(rule_reason(sight, rule, output.name) for rule in rules)


def _value_for(rule: Rule, output: str) -> Expression | None:
    return next((p.value for p in rule.proposals if p.output == output), None)


def _override(sight: Sight, output: Output, decision: Decision) -> OverrideReason | None:
    for override in sight.trace.image.overrides:
        if override.id == decision.asked_by and override.output == output.name:
            value: Quantity = declared(override.value, output.unit)
            remaining_s = override.until_s - sight.moment.monotonic_s
            return OverrideReason(override.id, override.by, value, remaining_s)
    return None


def _alarms(sight: Sight, decision: Decision, steps: tuple[Restraint, ...]) -> tuple[Alarm, ...]:
    """Return the alarms about this output, its override or what restrains it."""
    subjects = {decision.output, decision.asked_by, *decision.by.split(", ")}
    for step in steps:
        subjects.update(step.by.split(", "))
    subjects.discard("")
    return tuple(alarm for alarm in sight.trace.alarms if subjects & set(alarm.subject.split(", ")))
