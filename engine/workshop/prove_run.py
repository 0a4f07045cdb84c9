"""The proof of one property: the solver is asked for a violation; a violation must be real.

A violation is looked for in one scan after any memory at all. Where there is none, the property
holds in every scan for ever. Otherwise more scans are put in front (up to `Limits.scans`), because
a memory that no plant can have is forgotten after a while: then the property is proved if it also
holds in the first scans from the very beginning.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import z3

from engine.control.program import Program, compile_program
from engine.language.expression import Expression, NameKind, names
from engine.language.rulebook import Condition, Rulebook, Signal
from engine.workshop.encode_memory import Memory, start
from engine.workshop.encode_scan import Book, Encoded, book_of, encode
from engine.workshop.encode_values import all_of, any_of, constant, negated, real
from engine.workshop.prove_effort import allow
from engine.workshop.prove_example import Example, examples
from engine.workshop.prove_plan import plan
from engine.workshop.prove_property import Kind, Property, Seen, Verdict
from engine.workshop.prove_steady import chases, cycle, moves, windows_of_facts
from engine.workshop.prove_tidy import clear_times, lasting, still_windows, tidy, usual_sun
from engine.workshop.scenario import MomentAt

_NEVER_S = -1e9
"""So long ago that nothing waits for it any more."""


_PLAIN_SIMPLEX = 2
"""z3's older way with numbers, measured twice as fast on the cycles of asp1."""
_ROUNDS = 20
"""How often a cycle is run before it is believed."""
_NOT_CONFIRMED = "not confirmed: the solver has an example that the real scan does not follow"


@dataclass(frozen=True, slots=True)
class Limits:
    """How hard to try: seconds of a core for each question to the solver, and scans in a row."""

    timeout_s: float = 20.0
    scans: int = 3
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Proof:
    """What came of one property. `example` shows a refutation; `note` says more in words."""

    property: Property
    verdict: Verdict
    example: Example | None = None
    note: str = ""
    scans: int = 1
    """After how many scans from any memory the property holds, or is violated."""


@dataclass(frozen=True, slots=True)
class Cycle:
    """Scans that repeat, and what makes them do so."""

    scans: list[Encoded]
    terms: list[z3.BoolRef]


@dataclass(slots=True)
class Prover:
    """A rulebook encoded, and a solver that has heard of it."""

    book: Book
    program: Program
    limits: Limits
    moment_at: MomentAt
    facts: list[z3.BoolRef]
    scans: list[Encoded] = field(default_factory=list)
    solvers: dict[int, z3.Solver] = field(default_factory=dict)
    cycles: dict[int, Cycle] = field(default_factory=dict)
    still: dict[int, bool] = field(default_factory=dict)
    """Of cycles of so many scans whether no output moves in them; what stands here is not asked."""
    likely: dict[int, list[z3.BoolRef]] = field(default_factory=dict)
    seen: list[tuple[Seen, Example]] = field(default_factory=list)
    """Real scans of earlier examples: what one of them shows needs no solver."""

    def encoded(self, count: int) -> list[Encoded]:
        """Return so many scans in a row, each following the one before."""
        while len(self.scans) < count:
            memory = self.scans[-1].after if self.scans else self._start
            self.scans.append(encode(self.book, memory, len(self.scans) + 1))
        return self.scans[:count]

    @property
    def _start(self) -> Memory:
        return start(self.book.rulebook, self.book.expressions, self.book.states)[0]

    def solver(self, count: int) -> z3.Solver:
        """Return a solver that knows what is true of so many scans, and remembers what it found.

        What is asked of it is put between `push` and `pop`.
        """
        if count not in self.solvers:
            solver = self.solvers[count] = z3.Solver()
            solver.set("random_seed", self.limits.seed)
            solver.add(*self.facts)
            for scan in self.encoded(count):
                solver.add(*scan.facts)
        solver = self.solvers[count]
        allow(solver, self.limits.timeout_s)
        return solver

    @property
    def longest_cycle(self) -> int:
        """Return of how many scans the longest cycle is that is looked at."""
        return max(self.limits.scans, 2)

    def cycle(self, count: int) -> Cycle:
        """Return a cycle of so many scans."""
        if count not in self.cycles:
            self.cycles[count] = Cycle(*cycle(self.book, count))
        return self.cycles[count]

    def stands_still(self, count: int) -> bool:
        """Tell whether no output at all moves in a cycle of so many scans; it is asked once."""
        if count not in self.still:
            found, outputs = self.cycle(count), self.book.rulebook.plant.outputs
            any_moves = any_of(moves(output, found.scans) for output in outputs)
            self.still[count] = self.alone(*found.terms, any_moves).check() == z3.unsat
        return self.still[count]

    def ordinary(self, count: int) -> list[z3.BoolRef]:
        """Return what an example should be like: the first is a must, the others are wishes."""
        if count not in self.likely:
            scans, book = self.encoded(count), self.book
            self.likely[count] = [
                z3.And(*lasting(scans)),
                usual_sun(scans[0], book.states, self.moment_at),
                z3.And(*clear_times(book.rulebook, book.timed, scans)),
            ]
        return self.likely[count]

    def alone(self, *terms: z3.BoolRef) -> z3.Solver:
        """Return a solver for one hard question, which it may simplify as a whole."""
        solver = z3.Solver()
        solver.set("random_seed", self.limits.seed)
        allow(solver, self.limits.timeout_s)
        solver.set("arith.solver", _PLAIN_SIMPLEX)
        solver.add(*terms)
        return solver


def prover(rulebook: Rulebook, limits: Limits, moment_at: MomentAt) -> Prover:
    """Return a prover for a checked rulebook."""
    book = book_of(rulebook, plan(rulebook))
    _, facts = start(rulebook, book.expressions, book.states)
    return Prover(book, compile_program(rulebook), limits, moment_at, facts)


def prove(prover: Prover, wanted: Property) -> Proof:
    """Return what can be proved of one property, and a real counterexample where it fails."""
    if wanted.somewhere:
        return _somewhere(prover, wanted)
    if wanted.kind is Kind.STEADY:
        return _steady(prover, wanted)
    found: Proof | None = None
    for count in range(1, prover.limits.scans + 1):
        scans = prover.encoded(count)
        terms = [wanted.wrong(prover.book, scan) for scan in scans]
        asked = all_of((*(negated(term) for term in terms[:-1]), terms[-1]))
        attempt = _ask(prover, wanted, scans, asked)
        if attempt.verdict is Verdict.PROVED:
            return attempt if count == 1 else _from_the_start(prover, wanted, count, found)
        if found is None or found.verdict is not Verdict.REFUTED:
            found = attempt
        if attempt.verdict is Verdict.UNKNOWN:
            break
    assert found is not None  # noqa: S101 - there is at least one scan
    return found


def _somewhere(prover: Prover, wanted: Property) -> Proof:
    """Prove that something can happen: by showing it."""
    for seen, example in prover.seen:
        if wanted.shows(seen):
            return Proof(wanted, Verdict.PROVED, example)
    scans = prover.encoded(1)
    shown = _ask(prover, wanted, scans, wanted.wrong(prover.book, scans[0]))
    match shown.verdict:
        case Verdict.REFUTED:
            return Proof(wanted, Verdict.PROVED, shown.example)
        case Verdict.PROVED:
            note = "no facts, values or memories make it so"
            return Proof(wanted, Verdict.REFUTED, note=note)
        case _:
            return shown


def _steady(prover: Prover, wanted: Property) -> Proof:
    """Prove that an output does not go back and forth in so few scans."""
    outputs = prover.book.rulebook.plant.outputs
    output = next(each for each in outputs if each.name == wanted.subject)
    for count in range(2, prover.longest_cycle + 1):
        if prover.stands_still(count):
            continue
        found = prover.cycle(count)
        scans, solver = found.scans, prover.alone(*found.terms, moves(output, found.scans))
        answer = solver.check()
        if answer == z3.unknown:
            note = too_hard(prover, scans)
            return Proof(wanted, Verdict.UNKNOWN, note=note, scans=count)
        if answer == z3.sat:
            model = tidy(solver, prover.book.rulebook, scans, prover.book.states)
            for one in examples(prover.book, prover.program, model, scans, prover.moment_at):
                example = one.repeated(_ROUNDS, prover.moment_at)
                seen = example.run()
                if chases([each.decided(output.name) for each in seen], count):
                    moved = [place for place, each in enumerate(seen, 1) if wanted.shows(each)]
                    shown = replace(example, told=example.told[: moved[-1]])
                    return Proof(wanted, Verdict.REFUTED, shown, scans=count)
            return Proof(wanted, Verdict.UNKNOWN, note=_NOT_CONFIRMED, scans=count)
    return Proof(wanted, Verdict.PROVED, scans=prover.longest_cycle)


def _from_the_start(prover: Prover, wanted: Property, count: int, found: Proof | None) -> Proof:
    """Prove the first scans that the rules ever run, before any memory is forgotten."""
    scans = prover.encoded(count - 1)
    violated = any_of(wanted.wrong(prover.book, scan) for scan in scans)
    first = [violated, *beginning(prover.book, scans[0])]
    attempt = _ask(prover, wanted, scans, all_of(first))
    if attempt.verdict is Verdict.PROVED:
        return Proof(wanted, Verdict.PROVED, scans=count)
    return attempt if found is None or attempt.verdict is Verdict.REFUTED else found


def beginning(book: Book, scan: Encoded) -> list[z3.BoolRef]:
    """Return that nothing is remembered: the memory before the first scan ever."""
    memory, terms = scan.before, list[z3.BoolRef]()
    for output in book.rulebook.plant.outputs:
        cell, failsafe = memory.outputs[output.name], constant(output.failsafe, book.states)
        terms += [cell.value == failsafe, cell.target == failsafe]
        terms += [negated(blocked) for blocked in cell.blocked.values()]
        times_s = (cell.switched_at_s, cell.changed_at_s, *cell.starts_s, *cell.changes_s)
        terms += [time_s == real(_NEVER_S) for time_s in times_s]
    for timer in memory.timers.values():
        terms += [negated(each) for each in (timer.side, timer.pending, timer.on, timer.resting)]
    terms += [negated(latched) for latched in memory.latched.values()]
    terms += [negated(cell.known) for cell in scan.sight.windows.values()]
    return terms


def _ask(prover: Prover, wanted: Property, scans: list[Encoded], asked: z3.BoolRef) -> Proof:
    """Look for a model and try it on the real scan; PROVED says that there is none."""
    solver = prover.solver(len(scans))
    solver.push()
    depth = solver.num_scopes()
    try:
        for scan in scans:
            solver.add(*scan.sight.facts)  # those of a claim came after the scan
        solver.add(asked)
        return _answer(prover, wanted, scans, solver)
    finally:
        solver.pop(solver.num_scopes() - depth + 1)


def _answer(prover: Prover, wanted: Property, scans: list[Encoded], solver: z3.Solver) -> Proof:
    answer = solver.check()
    if answer == z3.unsat:
        return Proof(wanted, Verdict.PROVED, scans=len(scans))
    if answer == z3.unknown:
        return Proof(wanted, Verdict.UNKNOWN, note=too_hard(prover, scans), scans=len(scans))
    hard, *soft = prover.ordinary(len(scans))
    if not wanted.somewhere:  # what can happen at all is shown soon enough without
        soft.insert(0, z3.And(*still_windows(windows_of_facts(prover.book), scans)))
    solver.add(hard)
    for plain in soft:
        solver.push()
        solver.add(plain)
        if solver.check() != z3.sat:
            solver.pop()
    if solver.check() == z3.sat:
        for model in _models(prover, wanted, scans, solver):
            for example in examples(prover.book, prover.program, model, scans, prover.moment_at):
                seen = example.run()[-1]
                if wanted.shows(seen):
                    prover.seen.append((seen, example))
                    return Proof(wanted, Verdict.REFUTED, example, scans=len(scans))
    return Proof(wanted, Verdict.UNKNOWN, note=_NOT_CONFIRMED, scans=len(scans))


def _models(
    prover: Prover, wanted: Property, scans: list[Encoded], solver: z3.Solver
) -> Iterator[z3.ModelRef]:
    """Yield models to try; only what is shown to people has to be plain at once."""
    model = solver.model()
    if wanted.somewhere:
        yield model
    yield tidy(solver, prover.book.rulebook, scans, prover.book.states)
    yield model


def too_hard(prover: Prover, scans: list[Encoded]) -> str:
    """Say which facts make the question hard: those of products that have no range."""
    read = {
        name
        for scan in scans
        for product in scan.sight.products
        for name in points_read(product, prover.book.rulebook)
    }
    loose = [
        point.name
        for point in prover.book.rulebook.plant.points
        if point.name in read and (point.low is None or point.high is None)
    ]
    if loose:
        return "too hard; give a `range` to " + ", ".join(f"`{name}`" for name in loose)
    if read:
        names = ", ".join(f"`{name}`" for name in sorted(read))
        return f"too hard in the time; a product or quotient of {names} is in the way"
    return "too hard in the time; try a longer --timeout"


def points_read(expression: Expression, rulebook: Rulebook) -> set[str]:
    """Return the facts that an expression reads, through signals and conditions too."""
    defined: tuple[Signal | Condition, ...] = (*rulebook.signals, *rulebook.conditions)
    meaning = {each.name: each.expression for each in defined}
    found = set(names(expression, NameKind.POINT))
    for kind in (NameKind.SIGNAL, NameKind.CONDITION):
        for name in names(expression, kind):
            found |= points_read(meaning[name], rulebook)
    return found
