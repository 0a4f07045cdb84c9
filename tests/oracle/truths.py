"""The oracle's lower half: what is true in a scan, computed the slow and obvious way.

Written from DESIGN §5 and the tables in docstrings, not from code: where it and the engine differ,
one of them is wrong. Every scan walks the trees anew, and nothing but time is remembered.
"""

import math
import operator
from itertools import pairwise
from typing import Any

from engine.inference.image import ProcessImage
from engine.language import expression as x
from engine.language.contents import expressions
from engine.language.rulebook import Rule, Rulebook
from engine.values.fact import Quality, Value
from engine.values.moment import Moment
from engine.values.truth import all_, any_, not_

COMPUTE = {"+": operator.add, "-": operator.sub, "*": operator.mul, "min": min, "max": max,
    "/": lambda a, b: None if b == 0 else a / b, "abs": abs, "negative": operator.neg,
    "clamp": lambda a, low, high: min(max(a, low), high), "<": operator.lt, "<=": operator.le,
    ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne}  # fmt: skip


class Truths:
    """The truths of one rulebook, scan by scan; afterwards `rules` and `value` tell them."""

    def __init__(self, book: Rulebook) -> None:
        self.book, self.timers, self.samples = book, {}, {}
        self.defined = {d.name: d.expression for d in (*book.signals, *book.conditions)}
        nodes = (node for tree in expressions(book) for node in reversed(x.walk(tree)))
        self.remembering = {e: None for e in nodes if isinstance(e, x.Timed | x.Window)}
        self.strata = strata(book.rules)

    def see(self, image: ProcessImage, moment: Moment, last: dict[str, Value]) -> None:
        """Take in what one scan is given; `last` are the values that were decided before."""
        self.moment, self.now, self.last = moment, moment.monotonic_s, last
        rows = zip(image.values, image.qualities, image.measured_at_s, strict=True)
        self.facts = dict(zip((p.name for p in self.book.plant.points), rows, strict=True))
        self.seen, self.derived = {}, {}
        for node in self.remembering:  # what has memory moves once a scan
            move = self.timed if isinstance(node, x.Timed) else self.window
            self.seen[node] = move(node)
        self.chain()
        self.rules = {rule.id: self.value(rule.when) for rule in self.book.rules}

    def value(self, e: Any, deciding: dict[str, Value] | None = None) -> Any:  # noqa: C901, PLR0911, PLR0912 - one case a node
        """Return what `e` is, None for UNKNOWN; interlocks read the outputs being decided."""
        match e:
            case x.Number():
                return e.value * e.unit.factor
            case x.State() | x.Boolean():
                return e.value
            case x.Timed() | x.Window():
                return self.seen[e]
            case x.Name(kind=x.NameKind.DERIVED):
                return self.derived.get(e.name, False)
            case x.Name(kind=x.NameKind.CALENDAR):
                return getattr(self.moment, e.name) if self.moment.wall_trusted else None
            case x.Name(kind=x.NameKind.SIGNAL | x.NameKind.CONDITION):
                return self.value(self.defined[e.name], deciding)
            case x.Name():
                known = (deciding or self.last) if e.kind is x.NameKind.OUTPUT else None
                value = known[e.name] if known else self.facts[e.name][0]
                return value if value is None or e.unit is None else value * e.unit.factor
            case x.Age():
                _, quality, measured = self.facts[e.point.name]
                return None if quality is Quality.MISSING else self.now - measured
            case x.Known():
                return self.value(e.operand, deciding) is not None
            case x.Not():
                return not_(self.value(e.operand, deciding))
            case x.All() | x.Any():
                join = all_ if isinstance(e, x.All) else any_
                return join([self.value(each, deciding) for each in e.operands])
            case x.Between() if not self.moment.wall_trusted:
                return None
            case x.Between():
                start, end, day = *map(self.clock, (e.start, e.end)), self.moment.time_of_day_s
                if None in (start, end):
                    return None
                return start <= day < end if start < end else day >= start or day < end
        known = [self.value(each, deciding) for each in x.children(e)]
        named = getattr(e, "operator", None) or getattr(e, "function", "negative")
        return None if None in known else COMPUTE[named](*known)

    def clock(self, e: x.ClockTime) -> float | None:
        at = {"sunrise": self.moment.sunrise_s, "sunset": self.moment.sunset_s}.get(e.anchor, 0.0)
        return None if at is None else (at + e.offset_s) % 86_400

    def timed(self, e: x.Timed) -> bool | None:
        side, phase, since = self.timers.get(e.key, (False, "off", -math.inf))
        when, until = self.value(e.when), None if e.until is None else self.value(e.until)
        given = when
        if e.until is not None:
            given = not_(until) if side else all_((when, not_(until)))
            side = side if given is None else given
        if phase == "resting" and self.now >= since + e.rest_s:
            phase, since = "off", self.now
        if phase == "off" and given:
            phase, since = "pending", self.now
        if phase == "pending" and not given:
            phase, since = "off", self.now
        if phase == "pending" and self.now >= since + e.for_s:
            phase, since = "on", self.now
        if phase == "on" and (given is None or (given is False and self.now >= since + e.hold_s)):
            phase, since = "off" if e.rest_s == 0 else "resting", self.now
        self.timers[e.key] = side, phase, since
        return None if given is None else phase == "on"

    def window(self, e: x.Window) -> float | None:
        value, length = self.value(e.operand), e.window_s
        kept = [] if value is None else [*self.samples.get(e, []), (self.now, value)]
        self.samples[e] = kept
        if not kept or self.now - kept[0][0] < length:
            return None
        firsts = {int(t * 60 // length): t for t, _ in reversed(kept)}  # one for each sixtieth
        begin = max(t for t in firsts.values() if t <= self.now - length)
        inside = [each for each in kept if each[0] >= begin]
        if e.function == "rate":
            return (value - inside[0][1]) / (self.now - begin)
        return sum(a * (u - t) for (t, a), (u, _) in pairwise(inside)) / (self.now - begin)

    def chain(self) -> None:
        """Derive stratum by stratum: first what is certain, then what is possible."""
        for rules in self.strata:
            for truth, enough in ((True, (True,)), (None, (True, None))):
                while found := [
                    fact
                    for rule, fact in rules
                    if fact not in self.derived and self.value(rule.when) in enough
                ]:
                    self.derived |= dict.fromkeys(found, truth)


def strata(rules: tuple[Rule, ...]) -> list[list[tuple[Rule, str]]]:
    """Return who asserts what, stratum by stratum: a negation reads what is finished (law 9)."""
    pairs = [(rule, fact) for rule in rules for fact in rule.asserts]
    height = {fact: 0 for _, fact in pairs}
    for _ in height:
        for rule, fact in pairs:
            for read, negated in reads(rule.when, False):
                height[fact] = max(height[fact], height.get(read, 0) + negated)
    return [[p for p in pairs if height[p[1]] == n] for n in sorted(set(height.values()))]


def reads(e: Any, negated: bool) -> list[tuple[str, bool]]:
    """Return the derived facts in a condition, each with whether it is negated."""
    if isinstance(e, x.Name):
        return [(e.name, negated)] if e.kind is x.NameKind.DERIVED else []
    inside = negated ^ isinstance(e, x.Not)
    return [found for child in x.children(e) for found in reads(child, inside)]
