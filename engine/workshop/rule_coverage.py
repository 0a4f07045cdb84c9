"""Rule coverage: which branches of the rules a set of scans has shown. A reading of the trace.

Nearly nothing changes from one scan to the next, so a scan costs little more than looking whether
it did. docs/coverage.md says what is seen and what counts.
"""

from typing import Protocol

from engine.control.decision import Trace
from engine.control.program import Program
from engine.workshop.coverage_hearing import HearingWatch
from engine.workshop.coverage_ledger import Ledger, Stretch
from engine.workshop.coverage_outcomes import OutcomeWatch
from engine.workshop.coverage_plan import Plan, Planned, PlannedEntry, plan_of
from engine.workshop.coverage_possible import Possible
from engine.workshop.coverage_probe import Inputs, Probe, Seen, probes_of
from engine.workshop.coverage_report import Branch, CoverageReport, Entry, Mark
from engine.workshop.coverage_timers import TimersWatch


class Coverage:
    """Collects what the scans of one program show."""

    def __init__(self, program: Program) -> None:
        """Begin with nothing seen."""
        self._program = program
        self._plan: Plan = plan_of(program)
        ledger = self._ledger = Ledger(self._plan.count)
        probes = probes_of(self._plan.trees, program.slots)
        self._probes = tuple(_ProbeWatch(probe, ledger) for probe in probes)
        steps = program.network.conditions.timers
        self._timers = TimersWatch(steps, self._plan.timers, ledger)
        self._outcomes = OutcomeWatch(program, self._plan.numbers, ledger)
        self._hearing = HearingWatch(program, self._plan.interlock_trees, ledger)
        self._runs: dict[str, int] = {}
        self._run: str | None = None
        self._scan = 0
        self._since = 0

    def see(self, trace: Trace, where: str) -> None:
        """Take in one scan; `where` names the run, whose scans follow one another."""
        if where != self._run:
            self._start(where)
        slots, scan = trace.slots, self._scan
        for probe in self._probes:
            inputs = probe.pick(slots)
            if inputs != probe.inputs:
                probe.look(inputs, scan)
        self._timers.look(slots, trace.moment.monotonic_s, scan)
        self._outcomes.look(trace, scan)
        self._hearing.look(trace, scan)
        self._scan += 1

    def report(self) -> CoverageReport:
        """Return what was seen so far."""
        self._start(None)
        possible = Possible(self._program.rulebook)
        entries = tuple(self._entry(planned, possible) for planned in self._plan.entries)
        return CoverageReport(entries, tuple(self._runs.items()))

    def _start(self, where: str | None) -> None:
        """Enter what the last run showed, and begin another."""
        watches: tuple[_Watching, ...] = (
            *self._probes, self._timers, self._outcomes, self._hearing,
        )  # fmt: skip
        for watch in watches:
            watch.start(self._scan)
        if self._run is not None:
            self._runs[self._run] = self._runs.get(self._run, 0) + self._scan - self._since
        self._run, self._since = where, self._scan
        self._ledger.run = where or ""

    def _entry(self, planned: PlannedEntry, possible: Possible) -> Entry:
        branches = tuple(self._branch(planned, branch, possible) for branch in planned.branches)
        return Entry(planned.kind, planned.name, planned.position, branches)

    def _branch(self, entry: PlannedEntry, planned: Planned, possible: Possible) -> Branch:
        marks = []
        for place, outcome in enumerate(planned.outcomes):
            seen = self._ledger.seen(planned.first + place)
            never = "" if seen else possible.never(entry, planned, outcome)
            marks.append(Mark(outcome, seen, never))
        return Branch(planned.role, planned.text, planned.position, planned.depth, tuple(marks))


class _Watching(Protocol):
    """Whatever follows a run."""

    def start(self, scan: int) -> None: ...


class _ProbeWatch:
    """A probe, and what stands in it."""

    def __init__(self, probe: Probe, ledger: Ledger) -> None:
        self.pick = probe.pick
        self.inputs: Inputs | None = None
        self._run = probe.run
        self._stretch: Stretch[Seen] = Stretch(ledger, probe.marks)

    def look(self, inputs: Inputs, scan: int) -> None:
        """Evaluate the watches anew."""
        self.inputs = inputs
        self._stretch.stand(self._run(inputs), scan)

    def start(self, scan: int) -> None:
        """Enter what was seen before this scan, and begin anew."""
        self._stretch.end(scan)
        self.inputs = None
