"""An explanation in one sentence: what the output is, who decided it, what restricts it."""

from datetime import UTC, datetime, timedelta, timezone
from typing import assert_never

from engine.control.decision import Cause, RestrictionKind
from engine.language.plant import Rate
from engine.values.moment import Moment
from engine.workshop.evidence import Evidence
from engine.workshop.explanation import (
    Countdown,
    Explanation,
    Outcome,
    Restraint,
    RuleReason,
    WhyNot,
    WhyNotValue,
)
from engine.workshop.figures import duration, figure
from engine.workshop.highlight import highlights
from engine.workshop.lack import distance
from engine.workshop.lack_wording import join, tell_lack
from engine.workshop.quantity import Quantity
from engine.workshop.shortfall import shortfall
from engine.workshop.words import Words

_MOST_WISHES = 3
_FORCED = (RestrictionKind.INTERLOCK, RestrictionKind.LATCH, RestrictionKind.TRIP)


def tell_why(words: Words, seen: Explanation) -> str:
    """Return why an output has its value, in one sentence."""
    clauses = [_opening(words, seen)]
    clauses += [tell_restraint(words, step) for step in _worth_telling(seen)]
    clauses += [tell_countdown(words, timer) for timer in _worth_waiting(seen)]
    return _sentence(clauses)


def _opening(words: Words, seen: Explanation) -> str:
    """Return the first clause: the value, and who is behind it."""
    output, value = seen.output, _figure(words, seen.value)
    match seen.cause:
        case Cause.DEFAULT | Cause.RULE | Cause.OVERRIDE:
            changed = seen.value.base != seen.wanted.base and _rough(seen)
            if changed:
                asker = tell_asker(words, seen)
                return words.wanted_instead.format(output=output, value=value, asker=asker)
            return _undisturbed(words, seen)
        case Cause.CONFLICT:
            rules = join(seen.by.split(", "), words.and_)
            return words.by_conflict.format(output=output, value=value, rules=rules)
        case Cause.INTERLOCK | Cause.LATCH | Cause.TRIP:
            return _forced(words, seen)
        case _:
            assert_never(seen.cause)


def _undisturbed(words: Words, seen: Explanation) -> str:
    output, value = seen.output, _figure(words, seen.value)
    if seen.override is not None:
        remaining = duration(seen.override.remaining_s, words.notation)
        return words.by_override.format(
            output=output, value=value, by=seen.override.by, remaining=remaining
        )
    if not seen.deciding:
        if seen.passed_over:
            return _passed_over(words, seen)
        text = words.by_default.format(output=output, value=value)
        nearest = _nearest(seen)
        if nearest is None or nearest.lack is None:
            return text
        lack = tell_lack(words, nearest.lack)
        return f"{text}; {words.by_default_nearest.format(rule=nearest.id, lack=lack)}"
    rule = seen.deciding[0]
    text = words.by_rule.format(output=output, value=value, rule=rule.id)
    return f"{text}: {reason(words, rule.because, rule.evidence)}"


def _passed_over(words: Words, seen: Explanation) -> str:
    """Return the first clause where rules fire that do not count yet or ask for the unknown."""
    rules = join([rule.id for rule in seen.passed_over], words.and_)
    value = _figure(words, seen.value)
    text = words.by_default_although.format(output=seen.output, value=value, rules=rules)
    unknown = [
        words.asks_unknown.format(rule=rule.id, text=rule.asks_text)
        for rule in seen.passed_over
        if rule.asks is None
    ]
    return "; ".join([text, *unknown])


def _forced(words: Words, seen: Explanation) -> str:
    template = {
        Cause.INTERLOCK: words.by_interlock,
        Cause.LATCH: words.by_latch,
        Cause.TRIP: words.by_trip,
    }[seen.cause]
    text = template.format(output=seen.output, value=_figure(words, seen.value), id=seen.by)
    last = next((s for s in reversed(seen.restraints) if s.kind in _FORCED), None)
    if last is not None and last.evidence is not None and seen.cause is Cause.LATCH:
        gone = reason(words, "", last.evidence)
        text = f"{text}; {words.cause_gone.format(facts=gone)}" if gone else text
    elif last is not None and last.evidence is not None:
        why = reason(words, last.because, last.evidence)
        text = f"{text}: {why}" if why else text
    if seen.wanted.base != seen.value.base:
        return f"{text}, {words.although.format(asker=tell_asker(words, seen))}"
    return text


def tell_asker(words: Words, seen: Explanation) -> str:
    """Return who asks for what was wanted."""
    wanted = _figure(words, seen.wanted)
    if seen.override is not None:
        return words.wanted_by_override.format(by=seen.override.by, wanted=wanted)
    if seen.deciding:
        return words.wanted_by_rule.format(rule=seen.deciding[0].id, wanted=wanted)
    return words.wanted_by_default


def reason(words: Words, because: str, evidence: Evidence) -> str:
    """Return the operator's reason with the facts that decide: `the sun … (surplus 3.8 kW > …)`."""
    if evidence.truth is None:
        lack = shortfall(evidence)
        facts = [] if lack is None else [tell_lack(words, lack)]
    else:
        facts = highlights(words, evidence, truth=evidence.truth)
    text = soften(words, because)
    if text and facts:
        return f"{text} ({', '.join(facts)})"
    return text or ", ".join(facts)


def soften(words: Words, text: str) -> str:
    """Return a reason as it stands inside a sentence: no full stop, a small first letter."""
    text = " ".join(text.split()).rstrip(".")
    is_word = len(text) > 1 and (text[1].islower() or text.startswith("A "))
    return text[0].lower() + text[1:] if words.lowers_reason and is_word else text


def tell_restraint(words: Words, step: Restraint) -> str:
    """Return what one step did: `min on time holds it for another 7 min`."""
    limit, per, count = "", "", 0
    if isinstance(step.limit, Rate):
        per, count = duration(step.limit.per_s, words.notation), step.limit.count
    elif step.limit is not None:
        limit = _figure(words, step.limit)
    text = _template(words, step.kind).format(
        id=step.by,
        limit=limit,
        per=per,
        count=count,
        before=_figure(words, step.before),
        after=_figure(words, step.after),
    )
    if step.remaining_s is not None:
        remaining = duration(step.remaining_s, words.notation)
        text = f"{text} {words.remaining.format(remaining=remaining)}"
    if step.kind is RestrictionKind.PERMISSIVE and step.lack is not None:
        text = f"{text}: {tell_lack(words, step.lack)}"
    return text


def tell_countdown(words: Words, timer: Countdown) -> str:
    """Return a timer that still runs: `min off time runs for another 3 min`."""
    remaining = words.remaining.format(remaining=duration(timer.remaining_s, words.notation))
    templates = {
        RestrictionKind.MIN_ON: words.running_min_on,
        RestrictionKind.MIN_OFF: words.running_min_off,
        RestrictionKind.SETTLE: words.running_settle,
    }
    return f"{templates[timer.kind]} {remaining}"


def _template(words: Words, kind: RestrictionKind) -> str:
    return {
        RestrictionKind.RANGE: words.range,
        RestrictionKind.OFF_BELOW: words.off_below,
        RestrictionKind.STEP: words.step,
        RestrictionKind.NEW_DEMAND: words.new_demand,
        RestrictionKind.PERMISSIVE: words.permissive,
        RestrictionKind.MIN_OFF: words.min_off,
        RestrictionKind.MAX_STARTS: words.max_starts,
        RestrictionKind.MIN_ON: words.min_on,
        RestrictionKind.SETTLE: words.settle,
        RestrictionKind.MAX_CHANGES: words.max_changes,
        RestrictionKind.RAMP: words.ramp,
        RestrictionKind.INTERLOCK: words.interlock,
        RestrictionKind.LATCH: words.latch,
        RestrictionKind.TRIP: words.trip,
    }[kind]


def tell_why_not(words: Words, seen: WhyNot) -> str:
    """Return why a rule does not fire, or what became of it, in one sentence."""
    rule = seen.rule
    if rule.lack is not None:
        clauses = [words.does_not_fire.format(rule=rule.id, lack=tell_lack(words, rule.lack))]
        for outcome in seen.outcomes:
            clauses += [
                words.even_then.format(output=outcome.explanation.output, what=each)
                for each in _above(words, outcome)
            ]
            clauses += [_barrier(words, b, outcome.explanation.output) for b in outcome.barriers]
        return _sentence(clauses)
    clauses = []
    for outcome in seen.outcomes:
        clauses += _tell_outcome(words, rule, outcome)
    if seen.asserts:
        clauses.append(words.asserts.format(facts=join(seen.asserts, words.and_)))
    return words.fires.format(rule=rule.id, what=_sentence(clauses))


def _tell_outcome(words: Words, rule: RuleReason, outcome: Outcome) -> list[str]:
    seen = outcome.explanation
    value = _figure(words, seen.value)
    if outcome.effective:
        return [words.as_asked.format(output=seen.output, value=value)]
    if outcome.asks is None:
        told = words.asks_unknown.format(rule=rule.id, text=outcome.asks_text)
        return [words.is_value.format(name=seen.output, value=value), told]
    asked = _figure(words, outcome.asks)
    text = words.in_vain.format(asked=asked, output=seen.output, value=value)
    above = _above(words, outcome)
    if above:
        return [text, *above]
    return [text, *(tell_restraint(words, step) for step in seen.restraints)]


def _above(words: Words, outcome: Outcome) -> list[str]:
    seen = outcome.explanation
    if seen.override is not None:
        return [tell_asker(words, seen)]
    if seen.cause is Cause.CONFLICT:
        return [_opening(words, seen)]
    return [
        words.above_by.format(
            rule=rule.id,
            value=rule.asks_text if rule.asks is None else _figure(words, rule.asks),
            salience=rule.salience,
        )
        for rule in outcome.above
    ]


def tell_why_not_value(words: Words, seen: WhyNotValue) -> str:
    """Return why an output does not have a value, in one sentence."""
    is_so = seen.explanation
    value, output = _figure(words, is_so.value), is_so.output
    asked = words.notation.on if seen.asked is None else _figure(words, seen.asked)
    if seen.reached:
        return _sentence(
            [words.has_value.format(output=output, value=value), *_decided(words, is_so)]
        )
    if not seen.rules:
        text = words.nobody_asks.format(output=output, value=value, asked=asked)
        return _sentence([text, *_other_wishes(words, is_so)])
    nearest = seen.rules[0]
    if nearest.lack is None:
        return tell_why(words, is_so)
    lack = tell_lack(words, nearest.lack)
    text = words.nearest.format(output=output, value=value, asked=asked, rule=nearest.id, lack=lack)
    return _sentence([text, *(_barrier(words, each, output) for each in seen.barriers)])


def _other_wishes(words: Words, seen: Explanation) -> list[str]:
    """Return what the rules of an output would ask for instead."""
    rules = (*seen.deciding, *seen.overruled, *seen.silent)[:_MOST_WISHES]
    return [
        (words.asked if rule.truth else words.would_ask).format(
            rule=rule.id, value=rule.asks_text if rule.asks is None else _figure(words, rule.asks)
        )
        for rule in rules
    ]


def _decided(words: Words, seen: Explanation) -> list[str]:
    return [tell_asker(words, seen)] if seen.deciding or seen.override else []


def _barrier(words: Words, barrier: Restraint, output: str) -> str:
    text = words.barrier.format(id=barrier.by, output=output)
    return text if barrier.lack is None else f"{text}: {tell_lack(words, barrier.lack)}"


def tell_time(moment: Moment) -> str:
    """Return a moment in the site's time: `2024-06-12 14:10:00`."""
    return _local(moment).isoformat(sep=" ", timespec="seconds")


def tell_moment(words: Words, moment: Moment) -> str:
    """Return a moment in the site's time as the language writes it: `12.06.2024 14:10:00`."""
    return _local(moment).strftime(words.time) if words.time else tell_time(moment)


def _local(moment: Moment) -> datetime:
    zone = timezone(timedelta(seconds=moment.utc_offset_s)) if moment.utc_offset_s else UTC
    return datetime.fromtimestamp(moment.wall_s, zone)


def _worth_telling(seen: Explanation) -> list[Restraint]:
    """Return the restraints for the sentence: those that matter in the end."""
    if seen.cause in (Cause.INTERLOCK, Cause.LATCH, Cause.TRIP):
        return []
    always = (RestrictionKind.NEW_DEMAND, RestrictionKind.PERMISSIVE)
    return [
        step
        for step in seen.restraints
        if step.changed or step.remaining_s is not None or step.kind in always
    ]


def _worth_waiting(seen: Explanation) -> list[Countdown]:
    """Return the timers for the sentence: minimum times that nothing has told of yet."""
    if seen.cause in (Cause.INTERLOCK, Cause.LATCH, Cause.TRIP):
        return []
    told = {step.kind for step in seen.restraints}
    minimum = (RestrictionKind.MIN_ON, RestrictionKind.MIN_OFF)
    return [timer for timer in seen.countdowns if timer.kind in minimum and not told & {timer.kind}]


def _rough(seen: Explanation) -> bool:
    """Tell whether more than rounding lies between what was wanted and what was decided."""
    rounding = (RestrictionKind.STEP, RestrictionKind.RANGE)
    return any(step.changed and step.kind not in rounding for step in seen.restraints)


def _nearest(seen: Explanation) -> RuleReason | None:
    """Return the rule that would soonest ask for another value."""
    waiting = [
        (distance(rule.lack), rule)
        for rule in seen.silent
        if rule.lack is not None and (rule.asks is None or rule.asks.base != seen.value.base)
    ]
    return min(waiting, key=lambda pair: pair[0])[1] if waiting else None


def _figure(words: Words, quantity: Quantity) -> str:
    return figure(quantity, words.notation)


def _sentence(clauses: list[str]) -> str:
    text = "; ".join(clause for clause in clauses if clause)
    return f"{text}." if text else ""
