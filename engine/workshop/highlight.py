"""The few facts that decide a condition, as short texts for a sentence."""

from typing import assert_never

from engine.inference.timing import Phase
from engine.workshop.evidence import (
    Checked,
    Compared,
    Derived,
    Evidence,
    Held,
    Joined,
    Named,
    Negated,
    Span,
    Stated,
)
from engine.workshop.figures import duration, figure, pair, time_of_day
from engine.workshop.lack_wording import SYMBOLS
from engine.workshop.quantity import Quantity
from engine.workshop.shortfall import OPPOSITE
from engine.workshop.words import Words

MOST_HIGHLIGHTS = 3


def highlights(words: Words, evidence: Evidence, *, truth: bool = True) -> list[str]:
    """Return what makes the evidence `truth`, at most three texts; nothing if it is otherwise."""
    found = _Highlighter(words).of(evidence, truth)
    return list(dict.fromkeys(found))[:MOST_HIGHLIGHTS]


class _Highlighter:
    def __init__(self, words: Words) -> None:
        self.words = words

    def of(  # noqa: C901, PLR0911 - one case for each kind
        self, evidence: Evidence, truth: bool
    ) -> list[str]:
        if evidence.truth is not truth:
            return []
        match evidence:
            case Compared():
                return [compared(self.words, evidence, truth=truth)]
            case Stated():
                now = figure(Quantity(truth), self.words.notation)
                return [self.words.is_value.format(name=evidence.text, value=now)]
            case Checked():
                return [evidence.text if truth else f"{self.words.not_} {evidence.text}"]
            case Span():
                return [told_span(self.words, evidence)]
            case Named():
                inner = [] if evidence.inner is None else self.of(evidence.inner, truth)
                return inner or [self._name(evidence.name, truth)]
            case Derived():
                rules = [a.evidence for a in evidence.assertions if truth and a.truth is True]
                inner = self.of(rules[0], truth) if rules and rules[0] is not None else []
                return inner or [self._name(evidence.name, truth)]
            case Joined():
                parts = [self.of(p, truth) for p in evidence.parts if p.truth is truth]
                decisive = parts if evidence.every is truth else parts[:1]
                return [text for part in decisive for text in part]
            case Negated():
                return self.of(evidence.part, not truth)
            case Held():
                return self._held(evidence, truth)
            case _:
                assert_never(evidence)

    def _name(self, name: str, truth: bool) -> str:
        value = self.words.true if truth else self.words.false
        return self.words.is_value.format(name=name, value=value)

    def _held(self, held: Held, truth: bool) -> list[str]:
        """Return the side of the hysteresis that counts, else the timer that outweighs it."""
        if truth is not held.side and held.when.truth is not truth:
            return self._timer(held)
        ended = held.until is not None and held.until.truth is True
        if held.until is not None and (held.when.truth is not truth or (ended and not truth)):
            return self.of(held.until, not truth)
        return self.of(held.when, truth)

    def _timer(self, held: Held) -> list[str]:
        notation = self.words.notation
        remaining = duration(held.remaining_s, notation)
        match held.phase:
            case Phase.ON:
                return [self.words.held.format(remaining=remaining)]
            case Phase.PENDING:
                since = duration(held.since_s or 0.0, notation)
                return [self.words.pending.format(since=since, remaining=remaining)]
            case Phase.RESTING:
                return [self.words.resting.format(remaining=remaining)]
            case Phase.OFF:
                return []
            case _:
                assert_never(held.phase)


def compared(words: Words, seen: Compared, *, truth: bool) -> str:
    """Return `surplus 3.8 kW > 3.6 kW`, with the operator that holds; states as `mode is idle`."""
    if seen.left is None or seen.right is None:
        return seen.text
    left, right = pair(seen.left, seen.right, words.notation)
    if isinstance(seen.left.base, bool | str):
        return words.is_value.format(name=seen.left_text, value=figure(seen.left, words.notation))
    operator = SYMBOLS[seen.operator if truth else OPPOSITE[seen.operator]]
    right = f"{seen.right_text} {right}" if seen.right_varies else right
    return f"{seen.left_text} {left} {operator} {right}"


def told_span(words: Words, span: Span) -> str:
    """Return a daily span with the time that it is, as far as the clock is trusted."""
    if span.now_s is None:
        return words.no_clock.format(text=span.text)
    return words.now_is.format(text=span.text, now=time_of_day(span.now_s))
