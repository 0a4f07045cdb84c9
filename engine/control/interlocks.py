"""Interlocks: the last word on values that are about to be decided (law 4).

An interlock whose condition is TRUE or UNKNOWN forces values and applies limits. That may break
another interlock, so all are looked at again until nothing moves. Where two force different values,
and where a `never` stays violated, the outputs concerned go to failsafe and an alarm says so.
"""

from dataclasses import dataclass, field

from engine.control.decision import Alarm, AlarmKind, AlarmText
from engine.control.shaping import lowest_on, step_down
from engine.inference.chain import Picker, reader
from engine.inference.conditions import SlotValues
from engine.inference.inline import outputs_concerned
from engine.inference.network import Network
from engine.language.plant import Output
from engine.language.rulebook import Bound, Interlock, Rulebook
from engine.values.fact import Value
from engine.values.truth import Truth


@dataclass(frozen=True, slots=True)
class Interlocks:
    """The interlocks of a rulebook, with outputs by their index in the plant."""

    network: Network
    outputs: tuple[Output, ...]
    entries: tuple[Interlock, ...]
    index: dict[str, int]
    reads: tuple[tuple[int, ...], ...]
    """For each interlock the outputs that its condition is about."""
    pick: Picker
    """Picks the truths of all interlocks out of the slots."""
    satisfied: tuple[Truth, ...]
    """Those truths when no interlock has anything to say."""
    movable: tuple[int, ...]
    """The outputs that some interlock forces or limits."""


def interlocks_of(rulebook: Rulebook, network: Network) -> Interlocks:
    """Return the interlocks ready to run."""
    outputs = rulebook.plant.outputs
    index = {output.name: place for place, output in enumerate(outputs)}
    reads = tuple(
        tuple(index[name] for name in outputs_concerned(rulebook, lock.condition))
        for lock in rulebook.interlocks
    )
    pick = reader(network.interlocks)
    moved = {name for lock in rulebook.interlocks for name, _ in lock.force}
    moved |= {limit.output for lock in rulebook.interlocks for limit in lock.limits}
    movable = tuple(index[output.name] for output in outputs if output.name in moved)
    satisfied = (False,) * len(rulebook.interlocks)
    return Interlocks(network, outputs, rulebook.interlocks, index, reads, pick, satisfied, movable)


def hear(
    interlocks: Interlocks, slots: SlotValues, decided: list[Value], fixed: frozenset[int]
) -> "Hearing | None":
    """Hold the values within every interlock; None if none of them has anything to say.

    `decided` and `slots` are changed in place. `fixed` are outputs that a trip holds already: no
    interlock moves those.
    """
    if not interlocks.entries:
        return None
    for slot, value in zip(interlocks.network.deciding, decided, strict=True):
        slots[slot] = value
    evaluate(interlocks, slots)
    if interlocks.pick(slots) == interlocks.satisfied:
        return None
    hearing = Hearing(interlocks, slots, decided, fixed)
    hearing.restrict()
    return hearing


def evaluate(interlocks: Interlocks, slots: SlotValues) -> None:
    """Compute the conditions and limits that read what is being decided."""
    block = interlocks.network.conditions.deciding
    if block is not None:  # without one, interlocks only read what was known before
        block(slots, 0)


@dataclass(slots=True)
class Hearing:
    """The values of one scan in which some interlock is not satisfied, see `hear`.

    `held` says which interlock gave an output its value.
    """

    all: Interlocks
    slots: SlotValues
    decided: list[Value]
    fixed: frozenset[int]
    held: dict[int, str] = field(default_factory=dict)
    forced: dict[int, tuple[Value, str]] = field(default_factory=dict)
    """What each output is forced to, and by which interlock first."""
    safe: set[int] = field(default_factory=set)
    """Outputs that an interlock brought to failsafe: nothing moves those any more."""
    alarms: list[Alarm] = field(default_factory=list)

    def restrict(self) -> None:
        """Hold the values within every interlock; `slots` hold them, and what follows of them."""
        self._settle()
        for lock, outputs in iter(self._violated, None):
            self._alarm(lock.id, AlarmText.UNCURED)
            self._fail_safe(outputs, lock.id)
            self._settle()
        self._report()

    def _settle(self) -> None:
        """Look at all interlocks until nothing moves.

        If they never rest, all that any of them moves goes to failsafe: the failsafe of one output
        may be what another interlock acts on.
        """
        for _ in range(len(self.all.entries) + 2):
            if not self._look_once():
                return
            evaluate(self.all, self.slots)
        self._alarm(", ".join(sorted(set(self.held.values()))), AlarmText.RESTLESS)
        self._fail_safe(self.all.movable, next(iter(self.held.values())))

    def _look_once(self) -> bool:
        """Apply every interlock that is not satisfied; tell whether a value moved."""
        moved = False
        truths = self.all.pick(self.slots)
        for lock, truth, slots in zip(
            self.all.entries, truths, self.all.network.limits, strict=True
        ):
            if truth is False:
                continue
            for name, value in lock.force:
                moved |= self._force(self.all.index[name], value, lock)
            for limit, slot in zip(lock.limits, slots, strict=True):
                index = self.all.index[limit.output]
                now = self.decided[index]
                within = limited(self.all.outputs[index], limit.bound, self.slots[slot], now)
                moved |= within != now and self._hold(index, within, lock.id)
        return moved

    def _force(self, index: int, value: Value, lock: Interlock) -> bool:
        known, first = self.forced.setdefault(index, (value, lock.id))
        if known != value:
            value = self.all.outputs[index].failsafe
            self.forced[index] = value, first
            if lock.id != first:
                text = f"force {self.all.outputs[index].name} apart: failsafe"
                self._alarm(f"{first}, {lock.id}", text)
        return self.decided[index] != value and self._hold(index, value, lock.id)

    def _hold(self, index: int, value: Value, by: str) -> bool:
        """Give an output a value; tell whether it took it."""
        if index in self.fixed or index in self.safe:
            return False
        self.held[index] = by
        self.decided[index] = value
        self.slots[self.all.network.deciding[index]] = value
        return True

    def _violated(self) -> tuple[Interlock, tuple[int, ...]] | None:
        """Return a `never` that its force does not cure, with outputs that can still fail safe."""
        truths = self.all.pick(self.slots)
        for lock, truth, reads in zip(self.all.entries, truths, self.all.reads, strict=True):
            if truth is False or not lock.never:
                continue
            outputs = tuple(index for index in reads if index not in self.safe)
            if outputs:
                return lock, outputs
        return None

    def _report(self) -> None:
        """Alarm about what cannot be evaluated."""
        truths = self.all.pick(self.slots)
        if None in truths:
            for lock, truth in zip(self.all.entries, truths, strict=True):
                if truth is None:
                    self._alarm(lock.id, AlarmText.UNKNOWN)

    def _fail_safe(self, outputs: tuple[int, ...], by: str) -> None:
        """Bring outputs to failsafe, where they stay whatever another interlock says."""
        for index in outputs:
            failsafe = self.all.outputs[index].failsafe
            if self.decided[index] != failsafe:
                self._hold(index, failsafe, by)
            self.safe.add(index)
        evaluate(self.all, self.slots)

    def _alarm(self, subject: str, text: str) -> None:
        alarm = Alarm(AlarmKind.INTERLOCK, subject, text)
        if alarm not in self.alarms:
            self.alarms.append(alarm)


def limited(output: Output, bound: Bound, limit: Value | None, value: Value) -> Value:
    """Return `value` (output's unit) within a limit (base unit); UNKNOWN means failsafe."""
    if limit is None or isinstance(limit, bool | str) or isinstance(value, bool | str):
        return output.failsafe
    factor = 1.0 if output.unit is None else output.unit.factor
    border = limit if factor == 1.0 else round(limit / factor, 9)
    if bound is Bound.AT_MOST:
        if value <= border:
            return value
        held = -_beyond(output, -border) if border < 0 else _inside(output, border)
    else:
        if value >= border:
            return value
        held = _beyond(output, border) if border > 0 else 0.0 - _inside(output, -border)
    if output.low is not None and held < output.low:
        return output.low
    return held if output.high is None or held <= output.high else output.high


def _inside(output: Output, border: float) -> float:
    """Return the value on the step, out of the off gap, that is nearest below `border` ≥ 0."""
    lowered = step_down(output, border)
    return 0.0 if lowered < output.off_below else lowered


def _beyond(output: Output, border: float) -> float:
    """Return the value out of the off gap that is nearest above `border` > 0."""
    return max(border, lowest_on(output))
