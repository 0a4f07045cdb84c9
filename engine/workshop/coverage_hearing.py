"""What the interlocks met: every state of the decisions in which they were looked at.

An interlock that acts makes its own condition FALSE again, and may make another one TRUE in
between. A trace has the last state alone, so where something was held back the hearing is held
once more, with somebody listening.
"""

from collections.abc import Sequence
from dataclasses import replace

from engine.control.decision import Cause, Decision, RestrictionKind, Trace
from engine.control.interlocks import hear
from engine.control.program import Program
from engine.inference.conditions import SlotValues
from engine.values.fact import Value
from engine.workshop.coverage_ledger import Ledger, Stretch
from engine.workshop.coverage_plan import Tree
from engine.workshop.coverage_probe import Inputs, Seen, probe_of

_FORCED = (Cause.TRIP, Cause.LATCH)


class HearingWatch:
    """The conditions and limits of all interlocks."""

    def __init__(self, program: Program, trees: Sequence[Tree], ledger: Ledger) -> None:
        """Prepare to listen."""
        watches = tuple(watch for tree in trees for watch in tree)
        self._probe = probe_of(watches, program.slots, deciding=True)
        self._stretch: Stretch[frozenset[Seen]] = Stretch(ledger, self._marks)
        self._block = program.network.conditions.deciding
        self._heard: set[Seen] = set()
        conditions = replace(program.network.conditions, deciding=self._listen)
        network = replace(program.network, conditions=conditions)
        self._interlocks = replace(program.interlocks, network=network)
        self.start(0)

    def start(self, scan: int) -> None:
        """Enter what was seen before this scan, and begin anew."""
        self._stretch.end(scan)
        self._inputs: Inputs | None = None
        self._decisions: tuple[Decision, ...] = ()

    def look(self, trace: Trace, scan: int) -> None:
        """Follow one scan."""
        inputs = self._probe.pick(trace.slots)
        if inputs == self._inputs and trace.decisions == self._decisions:
            return
        self._inputs, self._decisions = inputs, trace.decisions
        if any(_held(decision) for decision in trace.decisions):
            self.hear_again(trace)
        else:
            self._heard = {self._probe.run(inputs)}
        self._stretch.stand(frozenset(self._heard), scan)

    def hear_again(self, trace: Trace) -> SlotValues:
        """Hold the hearing once more, from what was wanted; return the slots as it leaves them."""
        self._heard = set()
        values = [value_before(decision) for decision in trace.decisions]
        fixed = frozenset(
            place for place, each in enumerate(trace.decisions) if each.cause in _FORCED
        )
        slots = list(trace.slots)
        hear(self._interlocks, slots, values, fixed)
        return slots

    def _listen(self, slots: SlotValues, mask: int) -> int:
        """Compute as the interlocks do, and remember what came out."""
        mask = mask if self._block is None else self._block(slots, mask)
        self._heard.add(self._probe.run(self._probe.pick(slots)))
        return mask

    def _marks(self, states: frozenset[Seen]) -> set[int]:
        return {mark for seen in states for mark in self._probe.marks(seen)}


def value_before(decision: Decision) -> Value:
    """Return the value that the interlocks met; one that a trip forces is not theirs to move."""
    if not _held(decision):
        return decision.value
    earlier = [step.value for step in decision.restrictions[:-1]]
    return earlier[-1] if earlier else decision.wanted


def _held(decision: Decision) -> bool:
    return bool(decision.restrictions) and (
        decision.restrictions[-1].kind is RestrictionKind.INTERLOCK
    )
