"""The properties of interlocks: what each promises is so in what was decided.

A trip comes before an interlock, and an output that fails safe may do what it forbids: both are
the law, and neither counts against it.
"""

from collections.abc import Iterator

import z3

from engine.control.decision import Cause
from engine.control.interlocks import limited
from engine.inference.evaluate import evaluate
from engine.inference.inline import inlined_interlocks, outputs_concerned
from engine.language.plant import Output
from engine.language.rulebook import Bound, Interlock, Rulebook
from engine.values.fact import Value
from engine.workshop.encode_demand import in_unit
from engine.workshop.encode_scan import Book, Encoded
from engine.workshop.encode_values import (
    added,
    all_of,
    any_of,
    both,
    compared,
    constant,
    either,
    equal,
    negated,
    real,
)
from engine.workshop.prove_property import Hope, Kind, Property, Seen

_ROUNDED = 1e-6
"""In the output's unit. A step counts as reached a billionth early, so that floats land on it."""


def interlock_properties(rulebook: Rulebook) -> Iterator[Property]:
    """Yield the properties of all interlocks, in their order."""
    outputs = {each.name: each for each in rulebook.plant.outputs}
    for lock in inlined_interlocks(rulebook):
        if lock.never:
            reads = [outputs[name] for name in outputs_concerned(rulebook, lock.condition)]
            yield _never(lock, reads)
            continue
        for name, value in lock.force:
            yield _force(lock, outputs[name], value)
        for place, limit in enumerate(lock.limits):
            yield _limit(lock, place, outputs[limit.output])


def _never(lock: Interlock, reads: list[Output]) -> Property:
    def wrong(book: Book, scan: Encoded) -> z3.BoolRef:
        loose = any_of(_loose(book, scan, output) for output in reads)
        return both(negated(scan.locks[lock.id].is_false), loose)

    def shows(seen: Seen) -> bool:
        return _broken(lock, seen) and any(_is_loose(seen, output) for output in reads)

    def hope(seen: Seen) -> Hope:
        loose = [output for output in reads if _is_loose(seen, output)]
        return Hope(tuple((output.name, output.failsafe) for output in loose))

    names = " and ".join(f"`{output.name}`" for output in reads)
    return Property(
        Kind.INTERLOCK, lock.id, f"is never violated, or {names} at failsafe", wrong, shows, hope,
        position=lock.position,
    )  # fmt: skip


def _force(lock: Interlock, output: Output, value: Value) -> Property:
    def wrong(book: Book, scan: Encoded) -> z3.BoolRef:
        other = negated(equal(scan.decided[output.name], constant(value, book.states)))
        return all_of((negated(scan.locks[lock.id].is_false), other, _loose(book, scan, output)))

    def shows(seen: Seen) -> bool:
        return (
            _broken(lock, seen) and seen.decided(output.name) != value and _is_loose(seen, output)
        )

    def hope(_: Seen) -> Hope:
        return Hope(((output.name, value),))

    text = f"holds `{output.name}` at {value}, or at failsafe"
    return Property(Kind.INTERLOCK, lock.id, text, wrong, shows, hope, position=lock.position)


def _limit(lock: Interlock, place: int, output: Output) -> Property:
    limit = lock.limits[place]
    most = limit.bound is Bound.AT_MOST
    end = output.low if most else output.high

    def wrong(book: Book, scan: Encoded) -> z3.BoolRef:
        border, value = scan.limits[lock.id][place], scan.decided[output.name]
        edge = added(in_unit(output, border.value), real(_ROUNDED if most else -_ROUNDED))
        beyond = compared(">" if most else "<", value, edge)
        if end is not None:
            beyond = both(beyond, negated(equal(value, real(end))))
        broken = negated(scan.locks[lock.id].is_false)
        lost = either(negated(border.known), beyond)
        return all_of((broken, lost, _loose(book, scan, output)))

    def shows(seen: Seen) -> bool:
        value, slots = seen.decided(output.name), seen.program.slots
        border = evaluate(limit.value, slots, seen.slots(), deciding=True)
        if not _broken(lock, seen) or not _is_loose(seen, output):
            return False
        if not isinstance(border, float) or isinstance(value, bool | str):
            return border is None
        factor = 1.0 if output.unit is None else output.unit.factor
        over = (value - border / factor) * (1 if most else -1)
        return over > _ROUNDED and value != end

    def hope(seen: Seen) -> Hope:
        border = evaluate(limit.value, seen.program.slots, seen.slots(), deciding=True)
        within = limited(output, limit.bound, border, seen.decided(output.name))
        return Hope(((output.name, within),))

    text = f"keeps `{output.name}` {limit.bound.value.replace('_', ' ')} its limit, or at failsafe"
    return Property(Kind.LIMIT, lock.id, text, wrong, shows, hope, position=limit.position)


def _loose(book: Book, scan: Encoded, output: Output) -> z3.BoolRef:
    """Return whether no trip holds an output and it is not at failsafe."""
    safe = equal(scan.decided[output.name], constant(output.failsafe, book.states))
    return negated(either(scan.fixed[output.name], safe))


def _is_loose(seen: Seen, output: Output) -> bool:
    decision = next(each for each in seen.scan.decisions if each.output == output.name)
    tripped = decision.cause in (Cause.TRIP, Cause.LATCH)
    return not tripped and decision.value != output.failsafe


def _broken(lock: Interlock, seen: Seen) -> bool:
    found = evaluate(lock.condition, seen.program.slots, seen.slots(), deciding=True)
    return found is not False
