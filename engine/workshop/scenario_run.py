"""Runs scenarios: plays each and holds its claims against every scan. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.control.decision import Decision
from engine.control.program import Program
from engine.control.scan import Scan
from engine.inference.evaluate import evaluator
from engine.language.expression import Expression
from engine.values.fact import Value
from engine.values.truth import Truth
from engine.workshop.scenario import (
    AlarmClaim,
    Claim,
    MomentAt,
    Never,
    OutputClaim,
    RuleClaim,
    Scenario,
    TruthClaim,
)
from engine.workshop.scenario_play import play

Observe = Callable[[int, Scan], None]
"""Is told of every scan: milliseconds after the scenario's first one, and the scan."""

SAME = 1e-6
"""Two numbers closer than this part of themselves are the same value."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A claim that does not hold: first at `at_ms`, last at `last_ms`, in `count` scans."""

    claim: Claim | Never
    at_ms: int
    scan: Scan
    last_ms: int
    count: int


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a scenario; it passed if nothing failed."""

    scenario: Scenario
    scans: int
    failures: tuple[Failure, ...]

    @property
    def passed(self) -> bool:
        """Tell whether every claim held."""
        return not self.failures


def run(
    program: Program, scenario: Scenario, moment_at: MomentAt, observe: Observe | None = None
) -> Result:
    """Play a scenario and return which of its claims do not hold."""
    watches = _watches(program, scenario)
    scans = 0
    for at_ms, done in play(program, scenario, moment_at):
        scans += 1
        if observe is not None:
            observe(at_ms, done)
        slots = decided_slots(program, done)
        for watch in watches:
            if watch.from_ms <= at_ms <= watch.to_ms and not watch.holds(done, slots):
                watch.note(at_ms, done)
    found = (watch.failure() for watch in watches)
    return Result(scenario, scans, tuple(each for each in found if each is not None))


Slots = Sequence[Value | None]
Holds = Callable[[Scan, Slots], bool]
"""Whether a claim holds in a scan, whose slots are those of `decided_slots`."""


def decided_slots(program: Program, done: Scan) -> Slots:
    """Return the slots of a scan with its decisions where interlocks read them.

    A program without interlocks leaves those slots empty.
    """
    slots = list(done.trace.slots)
    for slot, decision in zip(program.network.deciding, done.decisions, strict=True):
        slots[slot] = decision.value
    return slots


@dataclass(slots=True)
class _Watch:
    """A claim, the scans that it is about, and where it did not hold."""

    claim: Claim | Never
    from_ms: int
    to_ms: int
    holds: Holds
    first: tuple[int, Scan] | None = None
    last_ms: int = 0
    count: int = 0

    def note(self, at_ms: int, done: Scan) -> None:
        """Remember a scan in which the claim does not hold."""
        self.first = self.first or (at_ms, done)
        self.last_ms = at_ms
        self.count += 1

    def failure(self) -> Failure | None:
        """Return what was noted, if anything was."""
        if self.first is None:
            return None
        return Failure(self.claim, *self.first, self.last_ms, self.count)


def _watches(program: Program, scenario: Scenario) -> list[_Watch]:
    """Return every claim with the scans that count; between two scans the last one does."""
    every_ms = scenario.every_ms
    found = [
        _Watch(claim, each.from_ms // every_ms * every_ms, each.to_ms, holding(program, claim))
        for each in scenario.expectations
        for claim in each.claims
    ]
    nevers = (
        _Watch(never, 0, scenario.lasts_ms, _never(program, never.when)) for never in scenario.never
    )
    return [*found, *nevers]


def holding(program: Program, claim: Claim) -> Holds:
    """Return the function that tells whether a claim holds in a scan."""
    match claim:
        case OutputClaim():
            return _output(program, claim)
        case TruthClaim():
            wanted: Truth = None if claim.unknown else True
            value_of = evaluator(claim.expression, program.slots, deciding=True)
            return lambda _, slots: value_of(slots) is wanted
        case RuleClaim():
            ids = [rule.id for rule in program.rulebook.rules]
            place, fires = ids.index(claim.rule), claim.fires
            return lambda done, _: (done.trace.rule_truths[place] is True) == fires
        case AlarmClaim():
            subjects = set(claim.subjects)
            return lambda done, _: alarmed(done) == subjects


def _never(program: Program, when: Expression) -> Holds:
    value_of = evaluator(when, program.slots, deciding=True)
    return lambda _, slots: value_of(slots) is not True


def _output(program: Program, claim: OutputClaim) -> Holds:
    outputs = program.rulebook.plant.outputs
    place = next(i for i, output in enumerate(outputs) if output.name == claim.output)
    output, wanted, by = outputs[place], claim.value, set(claim.by)

    def holds(done: Scan, _: Slots) -> bool:
        decision = done.decisions[place]
        if wanted is not None and not same(decision.value, wanted):
            return False
        if claim.on is not None and output.is_on(decision.value) != claim.on:
            return False
        return not by or by <= hands_in(decision)

    return holds


def same(one: Value, other: Value) -> bool:
    """Tell whether two values of an output are the same, but for rounding."""
    if isinstance(one, bool | str) or isinstance(other, bool | str):
        return one == other
    return abs(one - other) <= SAME * max(1.0, abs(other))


def hands_in(decision: Decision) -> set[str]:
    """Return everything that made a decision what it is: cause, ids, kinds of restriction."""
    found = {decision.cause.value, *decision.by.split(", ")}
    for step in decision.restrictions:
        found.update((step.kind.value, *step.by.split(", ")))
    return found - {""}


def alarmed(done: Scan) -> set[str]:
    """Return what the alarms of a scan are about."""
    return {part for alarm in done.trace.alarms for part in alarm.subject.split(", ")}
