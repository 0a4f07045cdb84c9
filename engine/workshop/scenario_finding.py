"""A claim that failed, told: what was expected, what was decided instead, and why it was so."""

from dataclasses import dataclass

from engine.control.decision import Cause, Decision
from engine.control.program import Program
from engine.inference.inline import outputs_concerned
from engine.language.expression import Expression
from engine.language.plant import Output
from engine.language.position import Position
from engine.language.text import to_text
from engine.values.truth import Truth, name
from engine.workshop.explain import explain
from engine.workshop.figures import duration, figure
from engine.workshop.lack_wording import tell_lack
from engine.workshop.quantity import declared
from engine.workshop.scenario import AlarmClaim, Never, OutputClaim, RuleClaim, TruthClaim
from engine.workshop.scenario_run import Failure, Result, alarmed, decided_slots, hands_in, same
from engine.workshop.shortfall import shortfall
from engine.workshop.sight import Sight
from engine.workshop.weigh import weigh
from engine.workshop.why_not import why_not
from engine.workshop.wording import tell_why, tell_why_not
from engine.workshop.words import Words

_MOST_OUTPUTS = 3
_SILENT_CAUSES = (Cause.RULE,)
"""Causes that say nothing beside the id of the rule."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A failed claim in words. `expected` and `decided` are the parts that differ, no more."""

    scenario: str
    position: Position
    subject: str
    at_s: float
    clock: str
    """The local time of day of the first scan in which it failed."""
    expected: str
    decided: str
    why: tuple[str, ...]
    lasting: str
    """In how many scans it failed, empty if in one."""


def findings(program: Program, result: Result, words: Words) -> tuple[Finding, ...]:
    """Return every failed claim of a scenario in words, in the order of its file."""
    told = [_finding(program, result, failure, words) for failure in result.failures]
    return tuple(sorted(told, key=lambda each: (each.position, each.at_s)))


def _finding(program: Program, result: Result, failure: Failure, words: Words) -> Finding:
    subject, expected, decided, why = _told(program, failure, words)
    seconds = int(failure.scan.trace.moment.time_of_day_s)
    lasting = ""
    if failure.count > 1:
        last = duration(failure.last_ms / 1000, words.notation)
        lasting = f"{failure.count} scans, the last one at {last}"
    return Finding(
        scenario=result.scenario.name,
        position=failure.claim.position,
        subject=subject,
        at_s=failure.at_ms / 1000,
        clock=f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}",
        expected=expected,
        decided=decided,
        why=why,
        lasting=lasting,
    )


_Told = tuple[str, str, str, tuple[str, ...]]


def _told(program: Program, failure: Failure, words: Words) -> _Told:
    """Return subject, expectation, decision and reasons of a failed claim."""
    claim, scan = failure.claim, failure.scan
    match claim:
        case OutputClaim():
            return _output(program, claim, failure, words)
        case TruthClaim():
            return _truth(program, claim, failure, words)
        case RuleClaim():
            sentence = tell_why_not(words, why_not(program, scan, claim.rule))
            expected, decided = ("fires", "is silent") if claim.fires else ("is silent", "fires")
            return claim.rule, expected, decided, (sentence,)
        case AlarmClaim():
            found, wanted = alarmed(scan), set(claim.subjects)
            texts = [each.text for each in scan.trace.alarms if each.subject not in wanted]
            return (
                "alarms",
                ", ".join(sorted(wanted - found)) or ("none" if not wanted else "no other"),
                ", ".join(sorted(found - wanted)) or ("none" if not found else "no other"),
                tuple(dict.fromkeys(texts)),
            )
        case Never():
            why = _sentences(program, failure, claim.when, words)
            text = to_text(claim.when)
            reason = (claim.because,) if claim.because else ()
            return claim.id, "never true", f"true: {text}", (*reason, *why)


def _output(program: Program, claim: OutputClaim, failure: Failure, words: Words) -> _Told:
    outputs = {each.name: each for each in program.rulebook.plant.outputs}
    output = outputs[claim.output]
    decisions = {each.output: each for each in failure.scan.decisions}
    decision = decisions[claim.output]
    missing = [each for each in claim.by if each not in hands_in(decision)]
    on_fits = claim.on is None or output.is_on(decision.value) == claim.on
    value_fits = on_fits and (claim.value is None or same(decision.value, claim.value))
    expected, decided = "", ""
    if not value_fits:
        wanted = ("on" if claim.on else "off") if claim.value is None else ""
        if claim.value is not None:
            wanted = figure(declared(claim.value, output.unit), words.notation)
        expected, decided = wanted, _value(decision, output, words)
    if missing or not value_fits:
        by = f"by {' and '.join(claim.by)}" if claim.by else ""
        expected = f"{expected} {by}".strip()
        decided = f"{decided} by {_by(decision)}".strip()
    rules = {rule.id for rule in program.rulebook.rules}
    why = [tell_why(words, explain(program, failure.scan, claim.output))]
    why += [
        tell_why_not(words, why_not(program, failure.scan, each))
        for each in missing
        if each in rules
    ]
    return claim.output, expected, decided, tuple(why)


def _value(decision: Decision, output: Output, words: Words) -> str:
    return figure(declared(decision.value, output.unit), words.notation)


def _by(decision: Decision) -> str:
    """Return who had a hand in a decision, as it would be written behind `by`."""
    found = [] if decision.cause in _SILENT_CAUSES else [decision.cause.value]
    found += [] if not decision.by else decision.by.split(", ")
    for step in decision.restrictions:
        found += [step.kind.value] if not step.by else step.by.split(", ")
    return " and ".join(dict.fromkeys(found))


def _truth(program: Program, claim: TruthClaim, failure: Failure, words: Words) -> _Told:
    slots = decided_slots(program, failure.scan)
    trace, retained = failure.scan.trace, failure.scan.retained
    sight = Sight(program, trace, retained, slots, deciding=True)
    truth: Truth = sight.truth(claim.expression)
    text = to_text(claim.expression)
    if claim.unknown:
        return text, "unknown", name(truth), ()
    lack = shortfall(weigh(sight, claim.expression))
    lacking = () if lack is None else (tell_lack(words, lack),)
    return text, "true", name(truth), lacking


def _sentences(
    program: Program, failure: Failure, expression: Expression, words: Words
) -> tuple[str, ...]:
    """Return why the outputs that an expression reads have their values."""
    read = outputs_concerned(program.rulebook, expression)[:_MOST_OUTPUTS]
    return tuple(tell_why(words, explain(program, failure.scan, output)) for output in read)
