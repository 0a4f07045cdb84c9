"""What holds of every comparison, on random rules and facts."""

from collections.abc import Iterator
from dataclasses import replace

from hypothesis import given

from engine.control.decision import Decision
from engine.language.rulebook import Rulebook
from engine.values.fact import Value
from engine.workshop.diff import pair_outputs
from engine.workshop.diff_rules import edits
from engine.workshop.diff_spans import SideOfSpan, Span, SpanBook, Turn, Watch, same
from tests.making.plants import Style
from tests.strategies import Case, cases, lawful, run

STEP_MS = 1_000
SCANS = 25


def edited(case: Case) -> Case:
    """Return the case under its rules without one rule and with every salience turned round."""
    rules = list(case.book.rules)
    if len(rules) > 1:
        dropped = rules.pop(case.random.randrange(len(rules)))
        if dropped.asserts:  # others may read what it says
            rules.append(dropped)
    book: Rulebook = replace(
        case.book,
        rules=tuple(replace(rule, salience=-rule.salience) for rule in rules),
        interlocks=case.book.interlocks[1:],
    )
    return case.under(book)


def decided(case: Case) -> list[tuple[Decision, ...]]:
    return [seen.result.decisions for seen in run(case)]


def turns(scans: list[tuple[Decision, ...]], gap_after: int | None = None) -> Iterator[Turn]:
    watch = Watch(range(len(scans[0])), (1.0,) * len(scans[0]))
    for number, decisions in enumerate(scans):
        watch.see(number * STEP_MS, decisions)
        if number == gap_after:
            watch.pause((number + 1) * STEP_MS)
    watch.pause(len(scans) * STEP_MS)
    yield from watch.turns()


def spans(
    old: list[tuple[Decision, ...]], new: list[tuple[Decision, ...]], gap_after: int | None = None
) -> tuple[Span, ...]:
    book = SpanBook(len(old[0]))
    opened = book.take(turns(old, gap_after), turns(new, gap_after))
    found = book.spans()
    assert book.count == len(found) == len(opened)
    assert [(o.number, o.at_ms, o.place) for o in opened] == [
        (span.number, span.start_ms, span.place) for span in found
    ]
    return found


@given(cases(scans=SCANS))
@lawful
def test_rules_beside_themselves_decide_nothing_otherwise(case: Case) -> None:
    assert spans(decided(case), decided(case)) == ()
    assert edits(case.book, case.book) == ()
    pairing = pair_outputs(case.book.plant, case.book.plant)
    assert (pairing.only_old, pairing.only_new, pairing.unlike) == ((), (), ())


@given(cases(style=Style(distinct_salience=True), scans=SCANS))
@lawful
def test_old_and_new_change_places_with_their_sides(case: Case) -> None:
    old, new = decided(case), decided(edited(case))
    turned = [replace(each, old=each.new, new=each.old) for each in spans(new, old)]
    assert list(spans(old, new)) == turned


@given(cases(style=Style(distinct_salience=True), scans=SCANS))
@lawful
def test_every_claim_of_a_span_holds_in_both_runs_and_nothing_is_left_out(case: Case) -> None:
    old, new = decided(case), decided(edited(case))
    gap_after = case.random.randrange(SCANS)
    found = spans(old, new, gap_after)
    for number, (before, after) in enumerate(zip(old, new, strict=True)):
        at_ms = number * STEP_MS
        for place, (one, other) in enumerate(zip(before, after, strict=True)):
            within = [s for s in found if s.place == place and s.start_ms <= at_ms < s.end_ms]
            assert len(within) == (not same(one.value, other.value))
            for span in within:
                assert_told(span.old, one)
                assert_told(span.new, other)
    end_ms = (gap_after + 1) * STEP_MS
    assert not [span for span in found if span.start_ms < end_ms < span.end_ms], "over the gap"


def assert_told(side: SideOfSpan, decision: Decision) -> None:
    assert (side.cause, side.by) == (decision.cause, decision.by)
    assert holds(side, decision.value)


def holds(side: SideOfSpan, value: Value) -> bool:
    if isinstance(value, bool | str):
        return side.value == value
    assert isinstance(side.low, float)
    assert isinstance(side.high, float)
    return side.low <= value <= side.high
