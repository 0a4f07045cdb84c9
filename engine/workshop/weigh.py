"""From a condition and what a scan saw to evidence: each part with its truth, values and margin."""

from dataclasses import dataclass, replace
from typing import assert_never

from engine.inference.timing import Phase
from engine.language.expression import (
    Age,
    All,
    Any,
    Arithmetic,
    Between,
    Boolean,
    Call,
    ClockTime,
    Comparison,
    Expression,
    Known,
    Name,
    NameKind,
    Negative,
    Not,
    Number,
    State,
    Timed,
    Window,
    walk,
)
from engine.language.text import to_text
from engine.values.moment import DAY_S
from engine.values.truth import Truth
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
from engine.workshop.quantity import Quantity, common_unit, difference, unit_of
from engine.workshop.sight import Sight

_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_NOTHING_SHOWN: frozenset[str] = frozenset()


def weigh(sight: Sight, condition: Expression, shown: frozenset[str] = _NOTHING_SHOWN) -> Evidence:
    """Return the evidence for a condition; names in `shown` are not unfolded again."""
    return _Weigher(sight, shown).evidence(condition)


@dataclass(frozen=True, slots=True)
class _Weigher:
    sight: Sight
    shown: frozenset[str]

    def evidence(self, node: Expression) -> Evidence:  # noqa: PLR0911 - one case for each kind
        truth = self.sight.truth(node)
        match node:
            case Comparison():
                return self._comparison(node, truth)
            case Known():
                return Checked(to_text(node), truth, self.readings(node.operand))
            case Between():
                return self._span(node, truth)
            case Not():
                return Negated(truth, self.evidence(node.operand))
            case All() | Any():
                parts = tuple(self.evidence(operand) for operand in node.operands)
                return Joined(isinstance(node, All), truth, parts)
            case Timed():
                return self.held(node, truth)
            case Name():
                return self._name(node, truth)
            case (
                Number() | State() | Boolean() | Arithmetic() | Negative() | Call() | Age()
                | Window()
            ):  # fmt: skip
                return Stated(to_text(node), truth, self.readings(node))
            case _:
                assert_never(node)

    def _comparison(self, node: Comparison, truth: Truth) -> Compared:
        left, operator, right = node.left, node.operator, node.right
        if not _varies(left) and _varies(right):
            left, operator, right = right, _TURNED[operator], left
        unit = common_unit(left, right)
        seen = [
            None if (value := self.sight.value(side)) is None else Quantity(value, unit)
            for side in (left, right)
        ]
        known = seen[0] is not None and seen[1] is not None
        return Compared(
            text=to_text(node),
            truth=truth,
            left_text=to_text(left),
            operator=operator,
            right_text=to_text(right),
            left=seen[0],
            right=seen[1],
            margin=difference(seen[0], seen[1]) if known and seen[0] and seen[1] else None,
            right_varies=_varies(right),
            readings=tuple(dict.fromkeys((*self.readings(left), *self.readings(right)))),
        )

    def _name(self, node: Name, truth: Truth) -> Evidence:
        if node.kind is NameKind.DERIVED:
            return self._derived(node.name, truth)
        meaning = self.sight.meaning(node)
        if meaning is None:
            return Stated(node.name, truth, self.readings(node))
        inside = _Weigher(self.sight, self.shown | {node.name})
        if isinstance(meaning, Timed):
            return Named(node.name, truth, inside.held(meaning, truth, node.name))
        return Named(node.name, truth, inside.evidence(meaning))

    def _derived(self, name: str, truth: Truth) -> Derived:
        assertions = []
        for rule, fired in self.sight.asserting(name):
            unfold = name not in self.shown
            evidence = weigh(self.sight, rule.when, self.shown | {name}) if unfold else None
            assertions.append(Assertion(rule.id, fired, evidence))
        return Derived(name, truth, tuple(assertions))

    def _span(self, node: Between, truth: Truth) -> Span:
        if not self.sight.moment.wall_trusted:
            return Span(to_text(node), truth, None, None, None)
        start_s, end_s = self._clock_time(node.start), self._clock_time(node.end)
        now_s = self.sight.moment.time_of_day_s
        return Span(to_text(node), truth, start_s, end_s, now_s)

    def _clock_time(self, time: ClockTime) -> float | None:
        moment = self.sight.moment
        anchors = {"sunrise": moment.sunrise_s, "sunset": moment.sunset_s, "midnight": 0.0}
        anchor_s = anchors[time.anchor]
        return None if anchor_s is None else (anchor_s + time.offset_s) % DAY_S

    def held(self, node: Timed, truth: Truth, name: str = "") -> Held:
        """Return the evidence of a condition with memory; `name` is what it goes by, if it does."""
        state = self.sight.timer(node.key)
        now_s = self.sight.moment.monotonic_s
        waits = {Phase.PENDING: node.for_s, Phase.ON: node.hold_s, Phase.RESTING: node.rest_s}
        started = state.since_s > float("-inf")
        since_s = max(0.0, now_s - state.since_s) if started else None
        remaining_s = waits.get(state.phase, 0.0) - (since_s or 0.0)
        return Held(
            label=name or to_text(node),
            subject=name or to_text(node.when),
            truth=truth,
            when=self.evidence(node.when),
            until=None if node.until is None else self.evidence(node.until),
            until_text="" if node.until is None else to_text(node.until),
            side=state.side,
            phase=state.phase,
            since_s=since_s,
            remaining_s=max(0.0, remaining_s),
            for_s=node.for_s,
            hold_s=node.hold_s,
            rest_s=node.rest_s,
        )

    def readings(self, node: Expression) -> tuple[Reading, ...]:
        """Return what stands behind each name in a number or state, each once."""
        found: list[Reading] = []
        covered: set[Expression] = set()
        for part in walk(node):
            if part in covered:
                continue
            if isinstance(part, Window):
                covered.update(walk(part))
                found.append(self._window(part))
            elif isinstance(part, Name):
                found.append(self._reading(part))
        return tuple(dict.fromkeys(found))

    def _window(self, node: Window) -> Reading:
        value = self.sight.value(node)
        seen = None if value is None else Quantity(value, unit_of(node))
        parts = self.readings(node.operand)
        return Reading(to_text(node), NameKind.SIGNAL, seen, window_s=node.window_s, parts=parts)

    def _reading(self, node: Name) -> Reading:
        value = self.sight.value(node)
        seen = None if value is None else Quantity(value, unit_of(node))
        if node.kind is NameKind.POINT:
            quality, age_s = self.sight.quality(node.name)
            return Reading(node.name, node.kind, seen, quality, age_s)
        meaning = self.sight.meaning(node)
        if meaning is None or node.name in self.shown:
            return Reading(node.name, node.kind, seen)
        if seen is not None:
            seen = replace(seen, unit=unit_of(meaning))
        inner = _Weigher(self.sight, self.shown | {node.name})
        return Reading(
            node.name, node.kind, seen, formula=to_text(meaning), parts=inner.readings(meaning)
        )


def _varies(node: Expression) -> bool:
    return any(isinstance(part, Name | Window | Age) for part in walk(node))
