"""What the memory of each condition does, followed by the table that the engine itself follows."""

import math
from collections.abc import Iterable, Mapping, Sequence

from engine.inference import timing
from engine.inference.chain import reader
from engine.inference.conditions import TimerStep
from engine.inference.timing import AT_START, Advanced, Phase, TimerState
from engine.values.fact import Value
from engine.values.truth import Truth
from engine.workshop.coverage_ledger import Ledger, Stretch
from engine.workshop.coverage_report import Outcome

_Marks = tuple[int, ...]


class TimersWatch:
    """All conditions with memory; most scans move none of them."""

    def __init__(
        self,
        steps: Iterable[TimerStep],
        numbers: Mapping[str, Mapping[Outcome, int]],
        ledger: Ledger,
    ) -> None:
        """Take up the timers that have numbers, by their keys."""
        planned = [step for step in steps if step.timed.key in numbers]
        self._timers = [TimerWatch(step, numbers[step.timed.key], ledger) for step in planned]
        self._pick = reader(tuple(slot for timer in self._timers for slot in timer.reads))
        self.start(0)

    def start(self, scan: int) -> None:
        """Enter what was seen before this scan, and begin anew."""
        for timer in self._timers:
            timer.start(scan)
        self._inputs: tuple[Truth, ...] | None = None
        self._due_s = math.inf

    def look(self, slots: Sequence[Value | None], now_s: float, scan: int) -> None:
        """Follow one scan."""
        inputs = self._pick(slots)
        if inputs == self._inputs and now_s < self._due_s:
            return
        self._inputs = inputs
        for timer in self._timers:
            timer.look(slots, now_s, scan)
        self._due_s = min((timer.due_s for timer in self._timers), default=math.inf)


class TimerWatch:
    """One condition with memory. `due_s` is when it moves by itself, monotonic."""

    def __init__(self, step: TimerStep, numbers: Mapping[Outcome, int], ledger: Ledger) -> None:
        """Begin with a condition that was never TRUE."""
        self._step = step
        self._numbers = numbers
        self._ledger = ledger
        self._stretch: Stretch[_Marks] = Stretch(ledger, lambda marks: marks)
        self.reads = (step.when, step.result, step.when if step.until is None else step.until)
        self._pick = reader(self.reads)
        self.start(0)

    def start(self, scan: int) -> None:
        """Enter what was seen before this scan, and begin anew."""
        self._stretch.end(scan)
        self._state: TimerState = AT_START
        self.due_s = -math.inf
        self._inputs: tuple[Truth, ...] | None = None
        self._before: Truth = None

    def look(self, slots: Sequence[Value | None], now_s: float, scan: int) -> None:
        """Follow one scan."""
        inputs = self._pick(slots)
        if inputs == self._inputs and now_s < self.due_s:
            return
        self._inputs = inputs
        when, result = inputs[0], inputs[1]
        until = None if self._step.until is None else inputs[2]
        advanced = timing.advance(self._step.timed, self._state, when, until, now_s)
        if advanced.truth is not result:
            side = when if self._step.until is None else result
            advanced = _as_found(result, side, now_s)
        self._state, self.due_s = advanced.state, advanced.due_s
        if self._before is True and result is False:
            self._ledger.enter((self._numbers[Outcome.RELEASED],), 1)
        self._before = result
        outcome = self._outcome(when, result)
        number = None if outcome is None else self._numbers.get(outcome)
        self._stretch.stand(() if number is None else (number,), scan)

    def _outcome(self, when: Truth, result: Truth) -> Outcome | None:
        side, phase = self._state.side, self._state.phase
        if result is None:
            return None
        if phase is Phase.PENDING:
            return Outcome.WAITING
        if phase is Phase.RESTING and side:
            return Outcome.RESTING
        if phase is Phase.ON and not side:
            return Outcome.HELD
        if phase is Phase.ON and when is not True:
            return Outcome.KEPT
        return None


def _as_found(result: Truth, side: Truth, now_s: float) -> Advanced:
    """Return the state that the result speaks for, where a run began with retained timers."""
    phase = Phase.ON if result else Phase.OFF
    return Advanced(TimerState(bool(side), phase, now_s), result, math.inf)
