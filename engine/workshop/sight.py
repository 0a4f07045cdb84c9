"""What one scan saw, looked up by name: values, truths, qualities, timers, decisions."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from engine.control.decision import Decision, RestrictionKind, Trace
from engine.control.program import Program
from engine.control.scan import Scan
from engine.control.shaping import OutputState
from engine.control.state import Retained
from engine.inference.evaluate import evaluate
from engine.inference.timing import TimerState
from engine.language.expression import Expression, Name, NameKind
from engine.language.plant import Output
from engine.language.rulebook import Rule, Rulebook
from engine.values.fact import Quality, Value
from engine.values.moment import Moment
from engine.values.truth import Truth
from engine.workshop.quantity import Quantity

_FINAL = frozenset({RestrictionKind.INTERLOCK, RestrictionKind.LATCH, RestrictionKind.TRIP})


@dataclass(frozen=True)
class Sight:
    """A program, one scan of it, and the slots to read: those of the trace unless told otherwise.

    `deciding` tells whether names of outputs mean the values being decided, as in interlocks.
    """

    program: Program
    trace: Trace
    retained: Retained
    slots: Sequence[Value | None]
    deciding: bool = False

    @property
    def rulebook(self) -> Rulebook:
        """The rules that the scan ran."""
        return self.program.rulebook

    @property
    def moment(self) -> Moment:
        """When the scan was."""
        return self.trace.moment

    def value(self, expression: Expression) -> Value | None:
        """Return a value, in base units if a number; None if it is UNKNOWN."""
        return evaluate(expression, self.program.slots, self.slots, deciding=self.deciding)

    def truth(self, condition: Expression) -> Truth:
        """Return a condition's truth."""
        value = self.value(condition)
        return value if isinstance(value, bool) else None

    def quality(self, point: str) -> tuple[Quality, float | None]:
        """Return a point's quality, and its age in seconds unless it was never heard."""
        image, place = self.trace.image, self._points[point]
        age_s = self.moment.monotonic_s - image.measured_at_s[place]
        return image.qualities[place], age_s if age_s < float("inf") else None

    def timer(self, key: str) -> TimerState:
        """Return the state of a condition with memory."""
        return self._timers[key]

    def meaning(self, name: Name) -> Expression | None:
        """Return the expression behind a signal or condition, None for other names."""
        return self._meanings.get((name.kind, name.name))

    def asserting(self, fact: str) -> list[tuple[Rule, Truth]]:
        """Return the rules that can assert a derived fact, each with its truth."""
        rules = self.rulebook.rules
        return [(rule, self.rule_truth(rule.id)) for rule in rules if fact in rule.asserts]

    def rule(self, rule_id: str) -> Rule:
        """Return a rule. Raises KeyError."""
        return self.rulebook.rules[self._rules[rule_id]]

    def rule_truth(self, rule_id: str) -> Truth:
        """Return the truth of a rule's condition."""
        return self.trace.rule_truths[self._rules[rule_id]]

    def asks(self, rule: Rule, output: str) -> Quantity | None:
        """Return what a rule proposes for an output, fires or not; None if that is UNKNOWN."""
        value = next((self.value(p.value) for p in rule.proposals if p.output == output), None)
        return None if value is None else Quantity(value, self.output(output).unit)

    def output(self, name: str) -> Output:
        """Return an output. Raises KeyError."""
        return self.rulebook.plant.outputs[self._outputs[name]]

    def decision(self, output: str) -> Decision:
        """Return the decision on an output."""
        return self.trace.decisions[self._outputs[output]]

    def shaping(self, output: str) -> OutputState:
        """Return what an output remembers after the scan."""
        return self.retained.outputs[self._outputs[output]]

    def before_interlocks(self) -> "Sight":
        """Return the same scan as the interlocks met it: what they then changed is undone."""
        slots = list(self.slots)
        for decision in self.trace.decisions:
            earlier = [step.value for step in decision.restrictions if step.kind not in _FINAL]
            slot = self.program.slots.deciding[decision.output]
            slots[slot] = earlier[-1] if earlier else decision.wanted
        return replace(self, slots=tuple(slots), deciding=True)

    @cached_property
    def _points(self) -> dict[str, int]:
        return {point.name: place for place, point in enumerate(self.rulebook.plant.points)}

    @cached_property
    def _outputs(self) -> dict[str, int]:
        return {output.name: place for place, output in enumerate(self.rulebook.plant.outputs)}

    @cached_property
    def _rules(self) -> dict[str, int]:
        return {rule.id: place for place, rule in enumerate(self.rulebook.rules)}

    @cached_property
    def _meanings(self) -> dict[tuple[NameKind, str], Expression]:
        signals = {(NameKind.SIGNAL, s.name): s.expression for s in self.rulebook.signals}
        conditions = {(NameKind.CONDITION, c.name): c.expression for c in self.rulebook.conditions}
        return signals | conditions

    @cached_property
    def _timers(self) -> dict[str, TimerState]:
        steps = self.program.network.conditions.timers
        states = self.retained.timers
        return {step.timed.key: state for step, state in zip(steps, states, strict=True)}


def sight_of(program: Program, scan: Scan) -> Sight:
    """Return what a scan of the program saw."""
    return Sight(program, scan.trace, scan.retained, scan.trace.slots)
