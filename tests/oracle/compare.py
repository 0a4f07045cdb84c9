"""Engine and oracle side by side over one rulebook and one series."""

from collections.abc import Sequence

from engine.control.program import compile_program
from engine.control.scan import Scan, initial, scan
from engine.control.state import without_memory
from engine.language.rulebook import Rulebook
from tests.making.series import Step
from tests.oracle.decide import Oracle

_NEAR = 1e-6


def disagreement(book: Rulebook, steps: Sequence[Step]) -> str:
    """Return where engine and oracle first differ, in words, or "".

    The engine runs twice: with what it remembers to save work, and from nothing in every scan.
    """
    program, oracle = compile_program(book), Oracle(book)
    quick = bare = initial(program)
    for number, step in enumerate(steps):
        expected = oracle.scan(step.image, step.moment)
        first = scan(program, quick, step.image, step.moment)
        second = scan(program, without_memory(bare), step.image, step.moment)
        quick, bare = first.retained, second.retained
        for one, other in zip(_all_of(first), _all_of(second), strict=True):
            if one != other:
                return f"scan {number}: with memory {one}, from nothing {other}"
        for decision in first.decisions:
            found = (decision.value, decision.cause, decision.by, decision.wanted)
            if not _same(found, expected[decision.output]):
                what = f"scan {number}, {decision.output}"
                return f"{what}: engine {found}, oracle {expected[decision.output]}"
        truths = dict(zip((rule.id for rule in book.rules), first.trace.rule_truths, strict=True))
        if truths != oracle.truths.rules:
            return f"scan {number}: engine {truths}, oracle {oracle.truths.rules}"
        latched = {t.id for t, s in zip(book.trips, quick.trips, strict=True) if s.latched}
        if latched != oracle.latched:
            return f"scan {number}: engine latched {latched}, oracle {oracle.latched}"
    return ""


def _all_of(result: Scan) -> tuple[object, ...]:
    kept = result.retained
    parts = (kept.timers, kept.windows, kept.outputs, kept.trips)
    return (*result.decisions, result.trace.rule_truths, result.trace.alarms, *parts)


def _same(found: Sequence[object], expected: Sequence[object]) -> bool:
    return all(
        abs(a - b) < _NEAR
        if isinstance(a, float) and isinstance(b, float)
        else a == b and type(a) is type(b)
        for a, b in zip(found, expected, strict=True)
    )
