"""No output goes back and forth while no fact changes: a cycle is looked for, scan by scan.

Rules may read what was decided in the last scan, so decisions can chase each other. A cycle is a
row of scans at equal distances, with the same facts and nobody intervening, after which everything
that is remembered is as it was before: then it goes on for ever. What waits without taking part has
to have waited long enough already, so a `hold` that runs out is no cycle.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import z3

from engine.inference.slots import content_of
from engine.language.expression import Expression, NameKind, Timed, Window, names, walk
from engine.language.plant import Output
from engine.language.rulebook import Condition, Rulebook, Signal
from engine.workshop.encode_inputs import Given, given
from engine.workshop.encode_memory import (
    Memory,
    OutputMemory,
    TimerMemory,
    start,
)
from engine.workshop.encode_scan import Book, Encoded, Same, encode
from engine.workshop.encode_values import (
    FALSE,
    Cell,
    all_of,
    any_of,
    choose,
    either,
    equal,
    negated,
    real,
)
from engine.workshop.prove_property import Hope, Kind, Property, Seen

SLOWEST_S = 60.0
"""The longest time between two scans that is looked at."""


def steady_properties(rulebook: Rulebook) -> Iterator[Property]:
    """Yield for each output that it stands still when everything else does."""
    for output in rulebook.plant.outputs:
        yield _steady(output)


def _steady(output: Output) -> Property:
    """Return the property of one output; in a single scan a change shows, a cycle does not yet."""
    name = output.name

    def wrong(_: Book, scan: Encoded) -> z3.BoolRef:
        return negated(equal(scan.decided[name], scan.before.outputs[name].value))

    def shows(seen: Seen) -> bool:
        return seen.decided(name) != seen.last(name)

    def hope(seen: Seen) -> Hope:
        return Hope(((name, seen.last(name)),))

    text = "stands still while no fact changes"
    return Property(Kind.STEADY, name, text, wrong, shows, hope, position=output.position)


def moves(output: Output, scans: list[Encoded]) -> z3.BoolRef:
    """Return that an output has another value in the first of these scans than in the last."""
    first, last = (scan.decided[output.name] for scan in (scans[0], scans[-1]))
    return negated(equal(first, last))


def cycle(book: Book, count: int) -> tuple[list[Encoded], list[z3.BoolRef]]:
    """Return so many scans, and that they can follow each other for ever with nothing new to see.

    The same facts are the same terms in all of them, so that little is left to think about.
    """
    memory, facts = start(book.rulebook, book.expressions, book.states)
    step_s = z3.Real("step")
    told = _undisturbed(given(book.rulebook, book.expressions, book.states, 1, memory.at_s))
    scans: list[Encoded] = []
    windows: dict[object, Cell] = {}
    for place in range(1, count + 1):
        now = replace(told, now_s=step_s * place)
        scans.append(encode(book, memory, place, Same(now, windows)))
        memory = scans[-1].after
        if not windows:
            windows = {key: scans[0].sight.windows[key] for key in windows_of_facts(book)}
    first, last = scans[0], scans[-1]
    terms = [*facts, step_s > 0, step_s <= real(SLOWEST_S)]
    terms += [term for term in told.facts if "now@" not in term.sexpr()]
    terms += [fact for scan in scans for fact in scan.sight.facts]
    row = [first.before, *(scan.after for scan in scans)]
    for output in book.rulebook.plant.outputs:
        terms += _returns(output, [each.outputs[output.name] for each in row], last)
    for timed in book.timed:
        terms += _resumes(timed, [each.timers[timed.key] for each in row], last)
    return scans, [*terms, *_same_latches(first.before, last.after)]


def _undisturbed(told: Given) -> Given:
    """Return inputs without overrides and resets."""
    overrides = {name: replace(cell, known=FALSE) for name, cell in told.overrides.items()}
    return replace(told, overrides=overrides, resets=dict.fromkeys(told.resets, FALSE))


def windows_of_facts(book: Book) -> dict[object, Window]:
    """Return the averages and rates that read facts alone, by content; those of outputs move."""
    return {
        content_of(node): node
        for tree in book.expressions
        for node in walk(tree)
        if isinstance(node, Window) and not reads_outputs(node, book.rulebook)
    }


def _same_latches(before: Memory, after: Memory) -> Iterator[z3.BoolRef]:
    return (equal(latched, after.latched[name]) for name, latched in before.latched.items())


def reads_outputs(expression: Expression, rulebook: Rulebook) -> bool:
    """Tell whether an expression reads what was decided, through signals and conditions too."""
    if names(expression, NameKind.OUTPUT):
        return True
    defined: tuple[Signal | Condition, ...] = (*rulebook.signals, *rulebook.conditions)
    meaning = {each.name: each.expression for each in defined}
    return any(
        reads_outputs(meaning[name], rulebook)
        for kind in (NameKind.SIGNAL, NameKind.CONDITION)
        for name in names(expression, kind)
    )


def _returns(output: Output, row: list[OutputMemory], last: Encoded) -> Iterator[z3.BoolRef]:
    """Yield that an output remembers the same in the end, each time as long ago."""
    before, after, now_s = row[0], row[-1], last.given.now_s
    yield equal(before.value, after.value)
    yield equal(before.target, after.target)
    for rule, blocked in before.blocked.items():
        yield equal(blocked, after.blocked[rule])
    waits = (
        (max(output.min_on_s, output.min_off_s), "switched_at_s"),
        (output.settle_s, "changed_at_s"),
    )
    for wait_s, name in waits:
        if wait_s:
            yield _as_long((getattr(before, name),), (getattr(after, name),), wait_s, now_s)
    rates = ((output.max_starts, "starts_s"), (output.max_changes, "changes_s"))
    for rate, name in rates:
        if rate is not None:
            yield _as_long(getattr(before, name), getattr(after, name), rate.per_s, now_s)


def _as_long(
    before: tuple[z3.ArithRef, ...],
    after: tuple[z3.ArithRef, ...],
    wait_s: float,
    now_s: z3.ArithRef,
) -> z3.BoolRef:
    """Return that times, the oldest first, are as long ago as before the cycle.

    Or they are the same times still, and so old that nothing waits for them any more.
    """
    repeats = all_of(new - now_s == old for old, new in zip(before, after, strict=True))
    return choose(equal(before[-1], after[-1]), before[-1] + real(wait_s) <= 0, repeats)


def _resumes(timed: Timed, row: list[TimerMemory], last: Encoded) -> Iterator[z3.BoolRef]:
    """Yield that a condition stands where it stood; if it waits, then as long."""
    before, after = row[0], row[-1]
    for name in ("side", "pending", "on", "resting"):
        yield equal(getattr(before, name), getattr(after, name))
    longest_s = max(timed.for_s, timed.hold_s, timed.rest_s)
    is_off = negated(any_of((before.pending, before.on, before.resting)))
    as_long = _as_long((before.since_s,), (after.since_s,), longest_s, last.given.now_s)
    yield either(is_off, as_long)


def chases(values: Iterable[object], count: int) -> bool:
    """Tell whether values go round in so many scans without standing still."""
    row = list(values)
    again = all(one == other for one, other in zip(row, row[count:], strict=False))
    return again and len(set(row)) > 1
