"""An explanation as a tree of short lines, ready for a terminal, a page or a program."""

from dataclasses import dataclass
from enum import Enum
from typing import assert_never

from engine.inference.timing import Phase
from engine.language.expression import NameKind
from engine.values.truth import Truth
from engine.workshop.alarm_wording import tell_alarm
from engine.workshop.evidence import (
    Assertion,
    Checked,
    Compared,
    Derived,
    Evidence,
    Held,
    Joined,
    Named,
    Negated,
    Reading,
    Span,
    Stated,
)
from engine.workshop.explanation import (
    Explanation,
    Outcome,
    Restraint,
    RuleReason,
    WhyNot,
    WhyNotValue,
)
from engine.workshop.figures import amount, duration, figure, pair
from engine.workshop.highlight import told_span
from engine.workshop.lack_wording import tell_lack, tell_unknown
from engine.workshop.quantity import Quantity
from engine.workshop.wording import soften, tell_countdown, tell_moment, tell_restraint
from engine.workshop.words import Words


class Mark(Enum):
    """How a line is marked: a truth, a heading without one, or something that restricts."""

    YES = "true"
    NO = "false"
    UNKNOWN = "unknown"
    NONE = ""
    RESTRICTED = "restricted"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the tree and what hangs below it."""

    text: str
    mark: Mark = Mark.NONE
    below: tuple["Line", ...] = ()


def outline_why(words: Words, seen: Explanation) -> Line:
    """Return everything behind an output's value."""
    return _Outliner(words).explanation(seen)


def outline_why_not(words: Words, seen: WhyNot) -> Line:
    """Return what a rule saw and what became of its proposals."""
    maker = _Outliner(words)
    grounds = maker.grounds(seen.rule)
    outcomes = tuple(maker.outcome(seen.rule, outcome) for outcome in seen.outcomes)
    text = f"{seen.rule.id}, {tell_moment(words, seen.at)}"
    return Line(text, _mark(seen.rule.truth), (*grounds, *outcomes))


def outline_why_not_value(words: Words, seen: WhyNotValue) -> Line:
    """Return the rules that would ask for a value, and why the output has another."""
    maker = _Outliner(words)
    whole = maker.explanation(seen.explanation)
    barriers = tuple(maker.restraint(each) for each in seen.barriers)
    return Line(whole.text, whole.mark, (*whole.below, *barriers))


def outline_evidence(words: Words, evidence: Evidence) -> Line:
    """Return one condition with what each part saw."""
    return _Outliner(words).evidence(evidence)


def _mark(truth: Truth) -> Mark:
    return {True: Mark.YES, False: Mark.NO, None: Mark.UNKNOWN}[truth]


class _Outliner:
    """Makes one tree.

    Signals, conditions and derived facts are unfolded where they come first, and only where they
    decide: a part that holds in a rule that fails is one line.
    """

    def __init__(self, words: Words) -> None:
        self.words = words
        self.told: set[str] = set()

    def explanation(self, seen: Explanation) -> Line:
        words = self.words
        lines = [self.rule(rule, "{what}") for rule in seen.deciding]
        lines += self.override(seen)
        lines += [self.restraint(step) for step in seen.restraints]
        lines += [self.rule(rule, words.overruled) for rule in seen.overruled]
        lines += [self.rule(rule, words.passed_over) for rule in seen.passed_over]
        timed = {step.kind for step in seen.restraints}
        lines += [
            Line(words.countdown.format(what=tell_countdown(words, timer)))
            for timer in seen.countdowns
            if timer.kind not in timed
        ]
        lines += [self.rule(rule, words.silent) for rule in seen.silent]
        lines += self.alarms(seen)
        time, value = tell_moment(words, seen.at), self.figure(seen.value)
        text = words.root.format(output=seen.output, value=value, time=time)
        return Line(text, below=tuple(lines))

    def outcome(self, own: RuleReason, outcome: Outcome) -> Line:
        """Return what became of one proposal: who stands above it, and what holds it back."""
        seen = outcome.explanation
        lines = [self.rule(rule, "{what}") for rule in outcome.above]
        lines += self.override(seen)
        lines += [self.restraint(step) for step in (*seen.restraints, *outcome.barriers)]
        lines += self.alarms(seen)
        value = outcome.asks_text if outcome.asks is None else self.figure(outcome.asks)
        asks = self.words.asked if own.truth else self.words.would_ask
        text = self.words.is_value.format(name=seen.output, value=self.figure(seen.value))
        heading = f"{text}; {asks.format(rule=own.id, value=value)}"
        return Line(heading, Mark.YES if outcome.effective else Mark.NONE, tuple(lines))

    def override(self, seen: Explanation) -> list[Line]:
        if seen.override is None:
            return []
        text = self.words.override_heading.format(
            id=seen.override.id,
            by=seen.override.by,
            value=self.figure(seen.override.value),
            remaining=self.duration(seen.override.remaining_s),
        )
        return [Line(text, Mark.YES)]

    def alarms(self, seen: Explanation) -> list[Line]:
        return [Line(tell_alarm(self.words, each), Mark.RESTRICTED) for each in seen.alarms]

    def rule(self, rule: RuleReason, heading: str) -> Line:
        words = self.words
        if rule.asks is None:
            template = words.asked_nothing if rule.truth else words.would_ask_nothing
        else:
            template = words.asked if rule.truth else words.would_ask
        value = rule.asks_text if rule.asks is None else self.figure(rule.asks)
        what = template.format(rule=rule.id, value=value, text=rule.asks_text)
        if rule.asks is not None and any(letter in rule.asks_text for letter in "+-*/(."):
            what = f"{what} = {rule.asks_text}" if rule.asks_text != value else what
        salience = words.salience.format(salience=rule.salience)
        text = heading.format(what=f"{what} ({salience})")
        return Line(text, _mark(rule.truth), self.grounds(rule))

    def grounds(self, rule: RuleReason) -> tuple[Line, ...]:
        """Return a rule's reason, what it lacks, and its condition; a list under `when` is flat."""
        lines = [Line(soften(self.words, rule.because))] if rule.because else []
        if rule.lack is not None:
            lack = tell_lack(self.words, rule.lack)
            lines.append(Line(self.words.missing_heading.format(lack=lack)))
        return (*lines, *self._flat(rule.evidence))

    def _flat(self, evidence: Evidence) -> tuple[Line, ...]:
        if isinstance(evidence, Joined) and evidence.every:
            return self._parts(evidence)
        return (self.evidence(evidence),)

    def _parts(self, joined: Joined) -> tuple[Line, ...]:
        return tuple(
            self.evidence(part) if part.truth is joined.truth else self.closed(part)
            for part in joined.parts
        )

    def closed(self, evidence: Evidence) -> Line:
        """Return one line for a part that decides nothing; what it hides counts as untold."""
        before = set(self.told)
        line = self.evidence(evidence)
        self.told = before
        return Line(line.text, line.mark)

    def restraint(self, step: Restraint) -> Line:
        lines = [Line(soften(self.words, step.because))] if step.because else []
        if step.evidence is not None:
            lines += self._flat(step.evidence)
        return Line(tell_restraint(self.words, step), Mark.RESTRICTED, tuple(lines))

    def evidence(self, evidence: Evidence) -> Line:  # noqa: PLR0911 - one case for each kind
        words, mark = self.words, _mark(evidence.truth)
        match evidence:
            case Compared():
                return Line(self._compared(evidence), mark, self._readings(evidence.readings))
            case Stated() | Checked():
                text = evidence.text
                if isinstance(evidence, Stated) and evidence.truth is not None:
                    text = f"{text}: {self.figure(Quantity(evidence.truth))}"
                return Line(text, mark, self._readings(evidence.readings))
            case Span():
                return Line(told_span(words, evidence), mark)
            case Named():
                return self._named(evidence, mark)
            case Derived():
                return self._derived(evidence, mark)
            case Joined():
                text = words.all_of if evidence.every else words.any_of
                return Line(text, mark, self._parts(evidence))
            case Negated():
                part = self.evidence(evidence.part)
                return Line(f"{words.not_} {part.text}", mark, part.below)
            case Held():
                return self._held(evidence, mark)
            case _:
                assert_never(evidence)

    def _named(self, named: Named, mark: Mark) -> Line:
        """Return a condition by its name, unfolded where it comes first."""
        if named.inner is None or named.name in self.told:
            return Line(named.name, mark)
        self.told.add(named.name)
        if isinstance(named.inner, Held):
            return self._held(named.inner, mark)
        return Line(named.name, mark, self._flat(named.inner))

    def _derived(self, fact: Derived, mark: Mark) -> Line:
        """Return a derived fact with the rules that assert it, unfolded where it comes first."""
        text = self.words.derived.format(name=fact.name)
        if fact.name in self.told:
            return Line(text, mark)
        self.told.add(fact.name)
        below = tuple(self._assertion(each, fact) for each in fact.assertions)
        return Line(text, mark, below or (Line(self.words.asserted_by_nobody),))

    def _compared(self, seen: Compared) -> str:
        """Return `surplus > 3.6 kW: 3.18 kW, 420 W too low`."""
        if seen.left is None or seen.right is None:
            return seen.text
        left, right = pair(seen.left, seen.right, self.words.notation)
        text = f"{seen.text}: {left}"
        if seen.right_varies:
            text = f"{text}, {right}"
        if seen.margin is None or isinstance(seen.margin.base, bool | str):
            return text
        if seen.operator in ("==", "!="):
            return text
        if seen.truth:
            template = self.words.to_spare
        else:
            template = self.words.too_low if seen.operator in (">", ">=") else self.words.too_high
        margin = Quantity(abs(seen.margin.base), seen.margin.unit)
        size = amount(margin, self.words.notation) if not seen.truth else self.figure(margin)
        return f"{text}, {template.format(amount=size)}" if margin.base else text

    def _readings(self, readings: tuple[Reading, ...]) -> tuple[Line, ...]:
        """Return what stands behind the names; a known point is told in the line above already."""
        if len(readings) == 1 and readings[0].value is not None and not readings[0].parts:
            return ()
        return tuple(self._reading(each) for each in readings if each.name not in self.told)

    def _reading(self, reading: Reading) -> Line:
        parts = () if reading.name in self.told else reading.parts
        if reading.parts:
            self.told.add(reading.name)
        if len(parts) == 1 and parts[0].name == reading.formula:
            parts = parts[0].parts
        below = tuple(self._reading(part) for part in parts)
        if reading.value is None:
            return Line(tell_unknown(self.words, reading), Mark.UNKNOWN, below)
        value = self.figure(reading.value)
        template = self.words.formula if reading.parts else self.words.is_value
        text = template.format(name=reading.name, value=value, formula=reading.formula)
        return Line(text, below=below if reading.kind is NameKind.SIGNAL else ())

    def _assertion(self, each: Assertion, fact: Derived) -> Line:
        decides = each.evidence is not None and each.truth is fact.truth
        below = self._flat(each.evidence) if decides and each.evidence is not None else ()
        return Line(self.words.asserted_by.format(rule=each.rule), _mark(each.truth), below)

    def _held(self, held: Held, mark: Mark) -> Line:
        words = self.words
        since = "" if held.since_s is None else self.duration(held.since_s)
        remaining = self.duration(held.remaining_s)
        match held.phase:
            case Phase.ON:
                text = words.on_since.format(since=since) if since else words.on_always
                if held.remaining_s:
                    text = f"{text}, {words.held.format(remaining=remaining)}"
                elif held.until_text:
                    text = f"{text}, {words.on_until.format(until=held.until_text)}"
            case Phase.PENDING:
                text = words.pending.format(since=since, remaining=remaining)
            case Phase.RESTING:
                text = words.resting.format(remaining=remaining)
            case Phase.OFF:
                for_time = self.duration(held.for_s)
                text = words.off_for.format(for_time=for_time) if held.for_s else words.off
            case _:
                assert_never(held.phase)
        below = [self.evidence(held.when)]
        if held.until is not None:
            until = self.closed(held.until)
            below.append(Line(words.until.format(text=until.text), until.mark))
        return Line(f"{held.label}: {text}", mark, tuple(below))

    def figure(self, quantity: Quantity) -> str:
        return figure(quantity, self.words.notation)

    def duration(self, seconds: float) -> str:
        return duration(seconds, self.words.notation)
