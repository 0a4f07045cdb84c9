"""The properties of trips, permissives and ranges."""

from collections.abc import Iterator

import z3

from engine.control.decision import Cause
from engine.inference.evaluate import evaluate
from engine.language.plant import Output
from engine.language.rulebook import Permissive, Rulebook, Trip
from engine.values.fact import Value
from engine.workshop.encode_fit import holds, is_on
from engine.workshop.encode_scan import Book, Encoded
from engine.workshop.encode_values import (
    FALSE,
    all_of,
    any_of,
    both,
    constant,
    equal,
    negated,
)
from engine.workshop.prove_property import Hope, Kind, Property, Seen


def trip_properties(rulebook: Rulebook) -> Iterator[Property]:
    """Yield that every trip acts at once, and that a latched one stays."""
    for trip in rulebook.trips:
        yield _acts(trip, rulebook)
        if trip.latch.value != "no":
            yield _stays(trip, rulebook)


def permissive_properties(rulebook: Rulebook) -> Iterator[Property]:
    """Yield that nothing starts without its permissives; a trip may still force it."""
    outputs = {each.name: each for each in rulebook.plant.outputs}
    for permissive in rulebook.permissives:
        yield _starts(permissive, outputs[permissive.output])


def range_properties(rulebook: Rulebook) -> Iterator[Property]:
    """Yield that every output stays in its range, overrides and trips included."""
    for output in rulebook.plant.outputs:
        yield _in_range(output)


def _acts(trip: Trip, rulebook: Rulebook) -> Property:
    def wrong(book: Book, scan: Encoded) -> z3.BoolRef:
        return both(negated(scan.causes[trip.id].is_false), _misses(trip, rulebook, book, scan))

    def shows(seen: Seen) -> bool:
        truth = evaluate(trip.when, seen.program.slots, seen.scan.trace.slots)
        return truth is not False and _is_missed(trip, rulebook, seen)

    def hope(_: Seen) -> Hope:
        return Hope(trip.force)

    text = f"forces {_forces(trip)} in the scan that sees it, also while it is unknown"
    return Property(Kind.TRIP, trip.id, text, wrong, shows, hope, position=trip.position)


def _stays(trip: Trip, rulebook: Rulebook) -> Property:
    def wrong(book: Book, scan: Encoded) -> z3.BoolRef:
        stuck = both(scan.before.latched[trip.id], negated(scan.given.resets[trip.id]))
        return both(stuck, _misses(trip, rulebook, book, scan))

    def shows(seen: Seen) -> bool:
        states = zip(rulebook.trips, seen.before.trips, strict=True)
        latched = next(state.latched for each, state in states if each.id == trip.id)
        asked = any(reset.trip == trip.id for reset in seen.scan.trace.image.resets)
        return latched and not asked and _is_missed(trip, rulebook, seen)

    def hope(_: Seen) -> Hope:
        return Hope(trip.force)

    text = f"once latched, forces {_forces(trip)} until a reset"
    return Property(Kind.LATCH, trip.id, text, wrong, shows, hope, position=trip.position)


def _forces(trip: Trip) -> str:
    return ", ".join(f"`{name}`" for name, _ in trip.force)


def _misses(trip: Trip, rulebook: Rulebook, book: Book, scan: Encoded) -> z3.BoolRef:
    """Return whether an output has another value than forced, and no second trip disputes it."""
    terms = []
    for name, value in trip.force:
        wanted, decided = constant(value, book.states), scan.decided[name]
        failsafe = constant(_output(rulebook, name).failsafe, book.states)
        disputed = any_of(scan.tripping[other] for other in _disputing(trip, rulebook, name, value))
        excused = both(disputed, equal(decided, failsafe))
        terms.append(both(negated(equal(decided, wanted)), negated(excused)))
    return any_of(terms)


def _is_missed(trip: Trip, rulebook: Rulebook, seen: Seen) -> bool:
    acting = {
        each.id
        for each, state in zip(rulebook.trips, seen.scan.retained.trips, strict=True)
        if state.latched
        or evaluate(each.when, seen.program.slots, seen.scan.trace.slots) is not False
    }
    for name, value in trip.force:
        decided, failsafe = seen.decided(name), _output(rulebook, name).failsafe
        disputed = acting.intersection(_disputing(trip, rulebook, name, value))
        if decided != value and not (disputed and decided == failsafe):
            return True
    return False


def _disputing(trip: Trip, rulebook: Rulebook, name: str, value: Value) -> list[str]:
    """Return the trips that force another value on the same output."""
    return [
        each.id
        for each in rulebook.trips
        if each.id != trip.id and any(n == name and v != value for n, v in each.force)
    ]


def _output(rulebook: Rulebook, name: str) -> Output:
    return next(each for each in rulebook.plant.outputs if each.name == name)


def _starts(permissive: Permissive, output: Output) -> Property:
    def wrong(book: Book, scan: Encoded) -> z3.BoolRef:
        was_on = is_on(output, scan.before.outputs[output.name].value, book.states)
        on = is_on(output, scan.decided[output.name], book.states)
        allowed = scan.permitted[output.name].get(permissive.id, FALSE)
        return all_of((on, negated(was_on), negated(allowed), negated(scan.fixed[output.name])))

    def shows(seen: Seen) -> bool:
        decision = next(each for each in seen.scan.decisions if each.output == output.name)
        truth = evaluate(permissive.needs, seen.program.slots, seen.scan.trace.slots)
        started = output.is_on(decision.value) and not output.is_on(seen.last(output.name))
        tripped = decision.cause in (Cause.TRIP, Cause.LATCH)
        return started and truth is not True and not tripped

    def hope(seen: Seen) -> Hope:
        return Hope(((output.name, seen.last(output.name)),))

    text = f"`{output.name}` never starts unless what it needs is true"
    return Property(Kind.PERMISSIVE, permissive.id, text, wrong, shows, hope,
                    position=permissive.position)  # fmt: skip


def _in_range(output: Output) -> Property:
    def wrong(book: Book, scan: Encoded) -> z3.BoolRef:
        return negated(holds(output, scan.decided[output.name], book.states))

    def shows(seen: Seen) -> bool:
        return not output.holds(seen.decided(output.name))

    def hope(_: Seen) -> Hope:
        return Hope(((output.name, output.failsafe),))

    text = "is always a value that the output may have"
    return Property(Kind.RANGE, output.name, text, wrong, shows, hope, position=output.position)
