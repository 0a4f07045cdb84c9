"""Coverage and engine see the same: on random rulebooks every truth is what the scan found."""

from collections.abc import Iterable

from hypothesis import given

from engine.workshop.coverage_hearing import HearingWatch
from engine.workshop.coverage_ledger import Ledger
from engine.workshop.coverage_plan import plan_of
from engine.workshop.coverage_possible import Possible
from engine.workshop.coverage_probe import probe_of
from engine.workshop.coverage_report import Branch, CoverageReport, Entry, Kind, Outcome, Role
from engine.workshop.rule_coverage import Coverage
from tests.strategies import Case, Seen, cases, lawful, run

Counts = dict[str, dict[bool | None, int]]
_TRUTHS: dict[Outcome, bool | None] = {
    Outcome.TRUE: True,
    Outcome.FALSE: False,
    Outcome.UNKNOWN: None,
}


def _report(case: Case, scans: Iterable[Seen]) -> CoverageReport:
    coverage = Coverage(case.program)
    for seen in scans:
        coverage.see(seen.result.trace, "all")
    return coverage.report()


def _whole(entry: Entry) -> dict[bool | None, int]:
    marks = entry.branches[0].marks
    return {_TRUTHS[mark.outcome]: mark.scans for mark in marks if mark.seen}


def _counted(scans: Iterable[Seen], slots: dict[str, int]) -> Counts:
    """Return how often the engine found each truth, by the slots of the scans."""
    found: Counts = {}
    for seen in scans:
        for name, slot in slots.items():
            truth = seen.result.trace.slots[slot]
            assert truth is None or isinstance(truth, bool)
            counts = found.setdefault(name, {})
            counts[truth] = counts.get(truth, 0) + 1
    return found


@lawful
@given(cases())
def test_a_whole_condition_is_what_the_engine_found_it_to_be(case: Case) -> None:
    scans = list(run(case))
    report = _report(case, scans)
    book, network = case.book, case.program.network
    rules = zip((rule.id for rule in book.rules), network.rule_slots, strict=True)
    trips = zip((trip.id for trip in book.trips), network.trips, strict=True)
    needs = zip((each.id for each in book.permissives), network.permissives, strict=True)
    for kind, slots in ((Kind.RULE, rules), (Kind.TRIP, trips), (Kind.PERMISSIVE, needs)):
        told = {entry.name: _whole(entry) for entry in report.entries if entry.kind is kind}
        assert told == _counted(scans, dict(slots))


@lawful
@given(cases())
def test_a_hearing_held_again_ends_as_the_engine_ended_it(case: Case) -> None:
    plan = plan_of(case.program)
    watch = HearingWatch(case.program, plan.interlock_trees, Ledger(plan.count))
    for seen in run(case):
        assert watch.hear_again(seen.result.trace) == seen.result.trace.slots


@lawful
@given(cases())
def test_a_part_alone_is_what_it_was_within_its_probe(case: Case) -> None:
    plan, scans = plan_of(case.program), list(run(case))
    for tree in plan.trees:
        together = probe_of(tree, case.program.slots)
        alone = [probe_of((watch,), case.program.slots) for watch in tree]
        for seen in scans:
            slots = seen.result.trace.slots
            one_by_one = [probe.run(probe.pick(slots))[0] for probe in alone]
            assert list(together.run(together.pick(slots))) == one_by_one


def _branches(report: CoverageReport) -> list[Branch]:
    return [branch for entry in report.entries for branch in entry.branches]


@lawful
@given(cases())
def test_a_truth_is_seen_in_every_scan_and_in_one_way(case: Case) -> None:
    report = _report(case, run(case))
    for entry in report.entries:
        if entry.kind is Kind.INTERLOCK:
            continue  # an interlock looks more than once in a scan
        for branch in entry.branches:
            if branch.role is Role.TRUTH:
                assert sum(mark.scans for mark in branch.marks) == report.scans


@lawful
@given(cases(scans=40))
def test_what_was_seen_is_never_said_to_be_impossible(case: Case) -> None:
    # What can be seen is what stories can show, and their clock is trusted.
    coverage = Coverage(case.program)
    for seen in run(case):
        if not seen.result.trace.moment.wall_trusted:
            return
        coverage.see(seen.result.trace, "all")
    report = coverage.report()
    possible = Possible(case.book)
    planned = plan_of(case.program).entries
    for entry, told in zip(planned, report.entries, strict=True):
        for branch, done in zip(entry.branches, told.branches, strict=True):
            if branch.role is Role.PROPOSAL:
                continue  # an override overrules every rule, and a reset can block the highest
            for mark in done.marks:
                reason = possible.never(entry, branch, mark.outcome) if mark.seen else ""
                assert not reason, (entry.name, branch.text, mark.outcome)
