"""Both sides in step: their turns become spans, and each span gets both reasons."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from adapters.compared.runner import AHEAD, Chunk, Outcome
from engine.workshop.diff import Common, Reasons
from engine.workshop.diff_spans import Opened, Span, SpanBook
from engine.workshop.diff_tell import MOST_TOLD, Question, Telling, questions

_MOST_KINDS = 2_000
"""Kinds of difference that get their reasons even when many spans have theirs already."""


class Worker(Protocol):
    """Whoever runs one side, here or in another process.

    Chunks may be begun ahead, up to `AHEAD` more than are taken.
    """

    def begin(self) -> None:
        """Begin the next chunk."""
        ...

    def end(self) -> Chunk:
        """Return the first chunk that was begun and not taken."""
        ...

    def tell(self, asked: Iterable[Question]) -> list[Telling]:
        """Answer questions about moments of the last chunk that was taken."""
        ...

    def outcome(self) -> Outcome:
        """Return what it all amounts to."""
        ...


class Advance(Protocol):
    """Whoever is told how many scans are done."""

    def __call__(self, scans: int) -> None:
        """Hear how many scans both sides have done."""
        ...


@dataclass(frozen=True, slots=True)
class Compared:
    """What came of both sides."""

    spans: tuple[Span, ...]
    count: int
    reasons: dict[int, Reasons]
    old: Outcome
    new: Outcome


def compare(old: Worker, new: Worker, outputs: Sequence[Common], advance: Advance) -> Compared:
    """Run both sides to their end. Raises RecordingError, LostError."""
    book = SpanBook(len(outputs))
    reasons: dict[int, Reasons] = {}
    kinds: set[object] = set()
    scans = 0
    for _ in range(AHEAD):
        new.begin()
    while True:
        new.begin()
        old.begin()
        ours, theirs = old.end(), new.end()
        if not ours.scans and not ours.turns and not theirs.scans and not theirs.turns:
            break
        wanted = [
            each
            for each in book.take(ours.turns, theirs.turns)
            if _is_worth_telling(each, len(reasons), kinds)
        ]
        if wanted:
            asked = [questions(each, outputs[each.place].name) for each in wanted]
            told_old = old.tell(pair[0] for pair in asked)
            told_new = new.tell(pair[1] for pair in asked)
            for each, *told in zip(wanted, told_old, told_new, strict=True):
                reasons[each.number] = (told[0], told[1])
        scans += ours.scans
        advance(scans)
    for _ in range(AHEAD):
        new.end()
    return Compared(book.spans(), book.count, reasons, old.outcome(), new.outcome())


def _is_worth_telling(opened: Opened, told: int, kinds: set[object]) -> bool:
    kind = (opened.place, opened.old.cause, opened.old.by, opened.new.cause, opened.new.by)
    is_new = kind not in kinds and len(kinds) < _MOST_KINDS
    kinds.add(kind)
    return is_new or told < MOST_TOLD
