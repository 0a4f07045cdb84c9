"""The oracle: what a scan decides, computed the slow and obvious way, to be read at one sitting.

Written from DESIGN §5 and the tables in docstrings, not from code: where it and the engine differ,
one of them is wrong. What only explains a decision (restrictions, alarms) is left out.
"""

import math
from typing import Any

from engine.control.decision import Cause
from engine.inference.image import ProcessImage
from engine.language.plant import Output
from engine.language.rulebook import Latch, Rulebook
from engine.values.moment import Moment
from tests.oracle.interlocks import Locks
from tests.oracle.limits import Memory, in_unit, remember, shape
from tests.oracle.truths import Truths

Outcome = tuple[Any, Cause, str, Any]
"""Value, cause, by whom, and what was wanted."""


class Oracle:
    """One plant under one rulebook, from the first scan on."""

    def __init__(self, book: Rulebook) -> None:
        self.book, self.truths, self.at = book, Truths(book), -math.inf
        self.memory = {o.name: Memory(o.failsafe, o.failsafe) for o in book.plant.outputs}
        self.latched: set[str] = set()

    def scan(self, image: ProcessImage, moment: Moment) -> dict[str, Outcome]:
        self.image, self.now, outputs = image, moment.monotonic_s, self.book.plant.outputs
        self.truths.see(image, moment, {name: m.value for name, m in self.memory.items()})
        forced, released = self.trips()
        asked = {o.name: self.demand(o, o.name in released) for o in outputs}
        shaped = {o.name: self.shaped(o, asked[o.name][0]) for o in outputs}
        final = {o.name: forced.get(o.name, shaped[o.name])[0] for o in outputs}
        held = Locks(self.book, self.truths, final, set(forced)).held
        decided = {}
        for o in outputs:
            wanted, *why = asked[o.name]
            why = [Cause.INTERLOCK, held[o.name]] if o.name in held else why
            why = forced[o.name][1:] if o.name in forced else why
            decided[o.name] = (final[o.name], *why, wanted)
            remember(o, self.memory[o.name], final[o.name], *shaped[o.name], self.now)
        self.at = self.now
        return decided

    def trips(self) -> tuple[dict[str, tuple[Any, Cause, str]], set[str]]:
        """Return what trips force, and the outputs that a reset released."""
        forced: dict[str, tuple[Any, Cause, str]] = {}
        released: set[str] = set()
        for trip in self.book.trips:
            truth = self.truths.value(trip.when)
            if truth is not False and trip.latch in (Latch.YES, truth and Latch.ON_TRUE):
                self.latched.add(trip.id)
            if truth is False and trip.id in self.latched & {r.trip for r in self.image.resets}:
                self.latched.remove(trip.id)
                released |= {name for name, _ in trip.force}
            if truth is False and trip.id not in self.latched:
                continue
            cause = Cause.LATCH if truth is False else Cause.TRIP
            for name, value in trip.force:
                first = forced.setdefault(name, (value, cause, trip.id))
                if first[0] != value:
                    failsafe = next(o.failsafe for o in self.book.plant.outputs if o.name == name)
                    forced[name] = (failsafe, *first[1:])
        return forced, released

    def demand(self, o: Output, released: bool) -> tuple[Any, Cause, str]:
        """Override before rules, higher salience first, else rest; what was reset must go first."""
        asking = [(r, p.value) for r in self.book.rules for p in r.proposals if p.output == o.name]
        overrides = [v for v in self.image.overrides if v.output == o.name and o.holds(v.value)]
        standing = {r.id for r, _ in asking if self.truths.rules[r.id] is not False}
        standing |= {v.id for v in overrides}
        memory = self.memory[o.name]
        blocked = memory.blocked = standing if released else memory.blocked & standing
        for override in reversed(overrides):
            if override.id not in blocked:
                return override.value, Cause.OVERRIDE, override.id
        heard = [(r, self.truths.value(v)) for r, v in asking
                 if self.truths.rules[r.id] is True and r.id not in blocked]  # fmt: skip
        heard = [(r, v) for r, v in heard if v is not None]
        if not heard:
            return o.default, Cause.DEFAULT, ""
        best = max(r.salience for r, _ in heard)
        (first, value), *equals = [(r, v) for r, v in heard if r.salience == best]
        disputing = [r.id for r, v in equals if v != value]
        if disputing:
            return o.failsafe, Cause.CONFLICT, ", ".join([first.id, *disputing])
        return in_unit(o, value), Cause.RULE, first.id

    def shaped(self, o: Output, wanted: Any) -> tuple[Any, Any]:
        """Return the value that the output may take now, and the target behind it."""
        needs = [p.needs for p in self.book.permissives if p.output == o.name]
        permitted = all(self.truths.value(each) is True for each in needs)
        return shape(o, self.memory[o.name], wanted, permitted, self.now, self.now - self.at)
