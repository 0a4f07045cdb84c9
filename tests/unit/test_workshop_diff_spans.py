"""How turns become spans."""

import pytest

from engine.control.decision import Cause, Decision
from engine.values.fact import Value
from engine.workshop import diff_spans
from engine.workshop.diff_spans import PAUSE, SpanBook, Told, Turn, Watch, same


def turn(at_ms: int, value: Value, by: str = "sun", place: int = 0) -> Turn:
    return Turn(at_ms, place, Told(value, Cause.RULE, by))


def test_a_number_that_moves_under_the_same_deciders_is_one_span_with_a_range() -> None:
    book = SpanBook(1)
    new = [turn(0, 500.0, "rain"), turn(20, 300.0, "rain"), Turn(50, PAUSE, None)]
    old = [turn(0, 1_000.0), turn(10, 2_000.0), turn(30, 800.0), Turn(50, PAUSE, None)]
    assert [each.at_ms for each in book.take(old, new)] == [0]
    (span,) = book.spans()
    assert (span.start_ms, span.end_ms, span.seconds) == (0, 50, 0.05)
    assert (span.old.value, span.old.low, span.old.high) == (1_000.0, 800.0, 2_000.0)
    assert (span.new.value, span.new.low, span.new.high) == (500.0, 300.0, 500.0)


def test_another_decider_and_another_state_begin_another_span() -> None:
    book = SpanBook(1)
    old = [turn(0, "a"), turn(10, "b"), turn(20, "b", "moon"), turn(30, "c"), Turn(40, PAUSE, None)]
    book.take(old, [turn(0, "c"), Turn(40, PAUSE, None)])
    assert [(s.start_ms, s.end_ms, s.old.value, s.old.by) for s in book.spans()] == [
        (0, 10, "a", "sun"), (10, 20, "b", "sun"), (20, 30, "b", "moon"),
    ]  # fmt: skip


def test_a_gap_ends_a_span_and_the_same_difference_after_it_is_another() -> None:
    book = SpanBook(1)
    old = [turn(0, True), Turn(10, PAUSE, None), turn(10, True), Turn(20, PAUSE, None)]
    new = [turn(0, False), Turn(10, PAUSE, None), turn(10, False), Turn(20, PAUSE, None)]
    book.take(old, new)
    assert [(span.start_ms, span.end_ms) for span in book.spans()] == [(0, 10), (10, 20)]


def test_a_span_goes_on_over_the_border_of_two_chunks() -> None:
    book = SpanBook(1)
    assert len(book.take([turn(0, True)], [turn(0, False)])) == 1
    assert book.take([], []) == []
    assert book.take([turn(30, False)], []) == []
    assert [(span.start_ms, span.end_ms) for span in book.spans()] == [(0, 30)]


def test_more_spans_than_are_kept_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diff_spans, "MOST_SPANS", 2)
    book = SpanBook(1)
    book.take([turn(at, bool(at % 2)) for at in range(9)], [turn(0, False)])
    assert (book.count, len(book.spans())) == (4, 2)


@pytest.mark.parametrize(
    ("old", "new", "equal"),
    [
        (0.1 + 0.2, 0.3, True),
        (3.3, 3.3000001, False),
        (0.0, 1e-12, False),
        (True, 1.0, False),
        ("a", "a", True),
        (False, False, True),
    ],
)
def test_numbers_are_the_same_apart_from_the_dust_of_floating_point(
    old: Value, new: Value, equal: bool
) -> None:
    assert same(old, new) is same(new, old) is equal


def test_a_watch_notes_values_in_the_common_unit_and_only_what_turned() -> None:
    def decision(value: Value, wanted: Value) -> Decision:
        return Decision("m", value, Cause.RULE, "sun", wanted, "sun", (), ())

    watch = Watch((0,), (1000.0,))
    watch.see(0, (decision(1.5, 1.51),))
    watch.see(1, (decision(1.5, 1.52),))
    watch.see(2, (decision(2.0, 2.0),))
    watch.pause(3)
    told = [Told(value, Cause.RULE, "sun") for value in (1_500.0, 2_000.0)]
    assert watch.turns() == [Turn(0, 0, told[0]), Turn(2, 0, told[1]), Turn(3, PAUSE, None)]
    assert watch.turns() == []
    watch.see(4, (decision(2.0, 2.0),))
    assert watch.turns() == [Turn(4, 0, told[1])]
