"""The interlocks as terms: the passes of `engine/control/interlocks.py` over what is decided.

How often all are looked at, and how many go to failsafe one after the other, depends on the plant;
a `Plan` says how many passes are needed (see `prove_plan`). Within its plan this is exact.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import z3

from engine.control.shaping import lowest_on
from engine.inference.inline import outputs_concerned
from engine.language.interval import Interval
from engine.language.plant import Output
from engine.language.rulebook import Bound, Interlock, Limit, Rulebook
from engine.workshop.encode_demand import in_unit
from engine.workshop.encode_expression import Sight
from engine.workshop.encode_fit import ZERO, step_down
from engine.workshop.encode_values import (
    FALSE,
    TRUE,
    Cell,
    States,
    all_of,
    any_of,
    both,
    choose,
    compared,
    constant,
    either,
    equal,
    larger,
    negated,
    real,
    smaller,
    times,
)


@dataclass(frozen=True, slots=True)
class Plan:
    """How many passes the interlocks need until nothing moves, before and after each failsafe."""

    passes: tuple[int, ...]


@dataclass(slots=True)
class Hearing:
    """The values of one scan, held within the interlocks step by step.

    `fixed` are outputs that a trip holds, `held` those that some interlock has moved, `safe` those
    that stay at failsafe, `forced` what was forced first, known once something was.
    """

    rulebook: Rulebook
    locks: tuple[Interlock, ...]
    sight: Sight
    states: States
    decided: dict[str, z3.ExprRef]
    fixed: Mapping[str, z3.BoolRef]
    held: dict[str, z3.BoolRef] = field(default_factory=dict)
    safe: dict[str, z3.BoolRef] = field(default_factory=dict)
    forced: dict[str, Cell] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with nothing held and nothing safe."""
        for output in self.rulebook.plant.outputs:
            self.held[output.name] = self.safe[output.name] = FALSE
            self.forced[output.name] = Cell(constant(output.failsafe, self.states), FALSE)

    def restrict(self, plan: Plan) -> None:
        """Run all passes of a plan."""
        for number, passes in enumerate(plan.passes):
            if number:
                self.fail_first()
            unrest = FALSE
            for _ in range(passes):
                unrest = self.look_once()
            if passes == self.most:  # what never rests
                self.fail_safe(dict.fromkeys(self.movable(), unrest))

    @property
    def most(self) -> int:
        """After so many passes what still moves goes to failsafe."""
        return len(self.locks) + 2

    def deciding(self) -> dict[str, Cell]:
        """Return what the interlocks see of the outputs."""
        return {name: seen(self._output(name), value) for name, value in self.decided.items()}

    def truths(self) -> list[Cell]:
        """Return the conditions of the interlocks, given what is decided so far."""
        deciding = self.deciding()
        return [self.sight.value(lock.condition, deciding) for lock in self.locks]

    def look_once(self) -> z3.BoolRef:
        """Apply every interlock that is not satisfied; return whether a value moved."""
        truths, deciding = self.truths(), self.deciding()
        limits = [
            [self.sight.root(limit.value, deciding) for limit in lock.limits] for lock in self.locks
        ]
        moved = [FALSE]
        for lock, truth, borders in zip(self.locks, truths, limits, strict=True):
            active = negated(truth.is_false)
            for name, value in lock.force:
                moved.append(self._force(name, constant(value, self.states), active))
            for limit, border in zip(lock.limits, borders, strict=True):
                output = self._output(limit.output)
                now = self.decided[limit.output]
                within = limited(output, limit, border, now, self.states)
                moved.append(self._hold(limit.output, within, active))
        return any_of(moved)

    def _output(self, name: str) -> Output:
        return next(each for each in self.rulebook.plant.outputs if each.name == name)

    def _force(self, name: str, value: z3.ExprRef, active: z3.BoolRef) -> z3.BoolRef:
        before = self.forced[name]
        differs = both(before.known, negated(equal(before.value, value)))
        failsafe = constant(self._output(name).failsafe, self.states)
        taken = choose(differs, failsafe, value)
        self.forced[name] = Cell(choose(active, taken, before.value), either(before.known, active))
        return self._hold(name, taken, active)

    def _hold(self, name: str, value: z3.ExprRef, active: z3.BoolRef) -> z3.BoolRef:
        """Give an output a value where it may still move; return whether it did."""
        now = self.decided[name]
        free = negated(either(self.fixed[name], self.safe[name]))
        moves = all_of((active, free, negated(equal(now, value))))
        self.decided[name] = choose(both(active, free), value, now)
        self.held[name] = either(self.held[name], moves)
        return moves

    def violated(self) -> list[tuple[Interlock, z3.BoolRef]]:
        """Return each `never`, and whether it stays broken with an output that can fail safe."""
        found = []
        for lock, truth in zip(self.locks, self.truths(), strict=True):
            movable = any_of(negated(self.safe[name]) for name in self.reads(lock))
            if lock.never:
                found.append((lock, both(negated(truth.is_false), movable)))
        return found

    def movable(self) -> set[str]:
        """Return the outputs that some interlock forces or limits."""
        forced = {name for lock in self.locks for name, _ in lock.force}
        return forced | {limit.output for lock in self.locks for limit in lock.limits}

    def reads(self, lock: Interlock) -> tuple[str, ...]:
        """Return the outputs that an interlock is about."""
        return outputs_concerned(self.rulebook, lock.condition)

    def fail_first(self) -> None:
        """Bring the outputs of the first broken `never` to failsafe, where they stay."""
        earlier = FALSE
        goes: dict[str, z3.BoolRef] = {}
        for lock, broken in self.violated():
            first = both(broken, negated(earlier))
            for name in self.reads(lock):
                goes[name] = either(goes.get(name, FALSE), first)
            earlier = either(earlier, broken)
        self.fail_safe(goes)

    def fail_safe(self, goes: Mapping[str, z3.BoolRef]) -> None:
        """Bring outputs to failsafe where their condition holds, and keep them there."""
        for name, condition in goes.items():
            failsafe = constant(self._output(name).failsafe, self.states)
            self._hold(name, failsafe, condition)
            self.safe[name] = either(self.safe[name], condition)


def seen(output: Output, value: z3.ExprRef) -> Cell:
    """Return the value of an output as expressions see it: always known, never out of range."""
    low = -math.inf if output.low is None else output.low
    high = math.inf if output.high is None else output.high
    return Cell(value, TRUE, Interval(low, high))


def limited(
    output: Output, limit: Limit, border: Cell, value: z3.ArithRef, states: States
) -> z3.ArithRef:
    """Return a value within a limit; an UNKNOWN limit means failsafe.

    What is at least 5 is, mirrored, at most -5.
    """
    side = Fraction(1 if limit.bound is Bound.AT_MOST else -1)
    at, now = times(in_unit(output, border.value), side), times(value, side)
    low, high = (output.low, output.high) if side > 0 else (output.high, output.low)
    held = choose(compared("<", at, ZERO), _beyond(output, at), _inside(output, at))
    if low is not None:
        held = larger(held, real(float(side) * low))
    if high is not None:
        held = smaller(held, real(float(side) * high))
    found = choose(compared("<=", now, at), value, times(held, side))
    return choose(border.known, found, constant(output.failsafe, states))


def _beyond(output: Output, border: z3.ArithRef) -> z3.ArithRef:
    """Return the value out of the off gap that is nearest below `border` < 0."""
    return smaller(border, real(-lowest_on(output))) if output.off_below else border


def _inside(output: Output, border: z3.ArithRef) -> z3.ArithRef:
    """Return the value on the step, out of the off gap, that is nearest below `border` >= 0."""
    lowered = step_down(output, border)
    return choose(compared("<", lowered, real(output.off_below)), ZERO, lowered)
