"""How many passes the interlocks of a plant need: found out once, by the solver.

The interlocks run over values that may be anything the outputs can take, with any trip active. When
no value can move any more, further passes change nothing, and leaving them out is exact. Where the
solver cannot tell in time, one more pass is encoded; at their own limit the interlocks end anyway.
"""

import z3

from engine.inference.slots import content_of
from engine.language.expression import Window, walk
from engine.language.rulebook import Rulebook
from engine.workshop.encode_inputs import given, variable
from engine.workshop.encode_interlocks import Hearing, Plan
from engine.workshop.encode_memory import start
from engine.workshop.encode_scan import Book, book_of, forced_by, look, window
from engine.workshop.encode_values import Cell, any_of, choose, real
from engine.workshop.prove_effort import allow

_EACH_S = 2.0
_SEED = 1


def plan(rulebook: Rulebook) -> Plan:
    """Return the plan of a checked rulebook."""
    if not rulebook.interlocks:
        return Plan((0,))
    book = book_of(rulebook, Plan((0,)))
    solver = z3.Solver()
    allow(solver, _EACH_S)
    solver.set("random_seed", _SEED)
    hearing = _anything(book, solver)
    passes = [_settle(hearing, solver)]
    while len(passes) <= len(rulebook.plant.outputs):
        if not _possible(solver, any_of(broken for _, broken in hearing.violated())):
            break
        hearing.fail_first()
        passes.append(_settle(hearing, solver))
    return Plan(tuple(passes))


def _settle(hearing: Hearing, solver: z3.Solver) -> int:
    """Run passes until none can move anything; return how many could."""
    for count in range(hearing.most):
        moved = hearing.look_once()
        if not _possible(solver, moved):
            return count
    hearing.fail_safe(hearing.held)
    return hearing.most


def _possible(solver: z3.Solver, term: z3.BoolRef) -> bool:
    return not z3.is_false(term) and bool(solver.check(term) != z3.unsat)


def _anything(book: Book, solver: z3.Solver) -> Hearing:
    """Return a hearing over any values, with any facts, timers and trips."""
    rulebook, states = book.rulebook, book.states
    told = given(rulebook, book.expressions, states, 0, real(0.0))
    memory, facts = start(rulebook, book.expressions, states)
    sight = look(book, told, memory, 0)
    for timed in book.timed:
        sight.timers[timed.key] = Cell(z3.Bool(f"{timed.key}"), z3.Bool(f"{timed.key}?"))
    for tree in book.expressions:
        for node in reversed(walk(tree)):
            if isinstance(node, Window) and content_of(node) not in sight.windows:
                sight.windows[content_of(node)] = window(node, sight)
    tripping = {trip.id: z3.Bool(f"trips {trip.id}") for trip in rulebook.trips}
    fixed, forced = forced_by(rulebook, tripping, states)
    decided: dict[str, z3.ExprRef] = {}
    for output in rulebook.plant.outputs:
        value, limits = variable(f"shaped {output.name}", output, states)
        facts += limits
        decided[output.name] = choose(fixed[output.name], forced[output.name], value.value)
    solver.add(*told.facts, *facts)
    hearing = Hearing(rulebook, book.locks, sight, states, decided, fixed)
    hearing.truths()  # names whatever is read of fresh variables
    solver.add(*sight.facts)
    return hearing
