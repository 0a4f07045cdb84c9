"""Signals and conditions: read, put in order so that each comes after what it reads, resolved."""

from collections.abc import Callable
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from engine.language.check import signal_cycle
from engine.language.expression import Expression, Name, NameKind, walk
from engine.language.numbers import Numbers
from engine.language.placement import CONDITION, SIGNAL, is_placed
from engine.language.position import Position
from engine.language.problem import Problem
from engine.language.reader import Reader
from engine.language.resolve import resolve
from engine.language.rulebook import Condition, Signal
from engine.language.scope import Entry
from engine.language.types import BOOL

_MOST_CYCLES = 20
"""With more cycles than this none of the definitions is used, and the first ones are reported."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A signal or a condition as it was read; no tree if it has a problem."""

    name: str
    tree: Expression | None
    ruleset: str
    position: Position


def load_signals(drafts: list[Draft], reader: Reader) -> tuple[Signal, ...]:
    """Return the sound signals, each after those that it reads."""
    found: list[Signal] = []

    def finish(draft: Draft, tree: Expression) -> None:
        resolved = resolve(tree, reader.scope, reader.problems)
        if resolved is None or not is_placed(resolved, SIGNAL, reader.problems):
            return
        shown = Numbers(reader.scope, reader.problems).shown_unit(resolved)
        entry = Entry(NameKind.SIGNAL, resolved.type, draft.position, shown=shown)
        reader.scope.entries[draft.name] = entry
        found.append(Signal(draft.name, resolved, draft.ruleset, draft.position))

    _in_order(drafts, NameKind.SIGNAL, reader, finish)
    return tuple(found)


def load_conditions(drafts: list[Draft], reader: Reader) -> tuple[Condition, ...]:
    """Return the sound conditions, each after those that it reads."""
    found: list[Condition] = []

    def finish(draft: Draft, tree: Expression) -> None:
        owner = f"condition:{draft.name}"
        resolved = reader.finish_condition(tree, owner, CONDITION)
        if resolved is None:
            return
        entry = Entry(NameKind.CONDITION, BOOL, draft.position)
        reader.scope.entries[draft.name] = entry
        found.append(Condition(draft.name, resolved, draft.ruleset, draft.position))

    _in_order(drafts, NameKind.CONDITION, reader, finish)
    return tuple(found)


def _in_order(
    drafts: list[Draft],
    kind: NameKind,
    reader: Reader,
    finish: Callable[[Draft, Expression], None],
) -> None:
    """Call `finish` for each draft after those that it reads; what stays untyped is broken."""
    by_name = {draft.name: draft for draft in drafts}
    for draft in drafts:
        reader.scope.entries[draft.name] = Entry(kind, None, draft.position)
    for name in _order(by_name, reader.problems):
        tree = by_name[name].tree
        if tree is not None and not reader.is_full:
            finish(by_name[name], tree)


def _order(drafts: dict[str, Draft], problems: list[Problem]) -> list[str]:
    """Return the names in order; a cycle is reported and left out."""
    reads = {
        name: () if draft.tree is None else tuple(
            node.name for node in walk(draft.tree) if isinstance(node, Name) and node.name in drafts
        )
        for name, draft in drafts.items()
    }  # fmt: skip
    for _ in range(_MOST_CYCLES):
        try:
            TopologicalSorter(reads).prepare()
        except CycleError as error:
            cycle: list[str] = error.args[1][:0:-1]  # each reads the next
            first = min(range(len(cycle)), key=lambda index: drafts[cycle[index]].position)
            path = cycle[first:] + cycle[:first]
            problems.append(signal_cycle.problem(tuple((n, drafts[n].position) for n in path)))
            reads = {
                name: tuple(read for read in read_by if read not in cycle)
                for name, read_by in reads.items()
                if name not in cycle
            }
        else:
            return _after_what_they_read(reads)
    return []


def _after_what_they_read(reads: dict[str, tuple[str, ...]]) -> list[str]:
    """Return the names in the order of the file, but each after those that it reads."""
    order: dict[str, None] = {}
    for name in reads:
        waiting = [name]
        while waiting:
            missing = [read for read in reads[waiting[-1]] if read not in order]
            if missing:
                waiting += reversed(missing)
            else:
                order.setdefault(waiting.pop())
    return list(order)
