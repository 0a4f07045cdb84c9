"""A hysteresis whose two sides meet: it switches to and fro on noise."""

from collections.abc import Iterator

from engine.language.contents import expressions
from engine.language.expression import All, Any, Comparison, Expression, Not, Timed, walk
from engine.language.feasible import IS_TRUE, OPPOSITE, Feasibility
from engine.language.problem import Problem, Related, Severity
from engine.language.rulebook import Rulebook

CODE = "hysteresis-without-gap"
SUMMARY = "The `until` of a condition begins where, or before, its `when` ends."

_RELAXED = {"<": "<=", ">": ">="}


def check(rulebook: Rulebook, feasibility: Feasibility) -> Iterator[Problem]:
    """Yield every hysteresis whose sides touch or overlap, where that is certain."""
    for expression in expressions(rulebook):
        for node in walk(expression):
            if isinstance(node, Timed) and node.until is not None:
                yield from _check_one(node.when, node.until, feasibility)


def _check_one(when: Expression, until: Expression, feasibility: Feasibility) -> Iterator[Problem]:
    if not feasibility.footprints.are_precise(when, until):
        return
    if not feasibility.possible((_closed(when), IS_TRUE), (_closed(until), IS_TRUE)):
        return
    one_quantity = (
        isinstance(when, Comparison)
        and isinstance(until, Comparison)
        and feasibility.footprints.of(when) == feasibility.footprints.of(until)
    )
    related = (Related(when.position, "`when` stands here"),)
    if one_quantity:
        yield Problem(
            CODE,
            Severity.ERROR,
            "`until` leaves no gap to `when`, so the condition follows every flutter of the value",
            until.position,
            "move `until` away from `when`, by more than the value flutters",
            related,
        )
    else:
        yield Problem(
            CODE,
            Severity.WARNING,
            "`until` can be TRUE together with `when`; the condition then follows every flutter",
            until.position,
            "say in `when`, with a gap, that what `until` names is not so",
            related,
        )


def _closed(condition: Expression) -> Expression:
    """Return the condition with the limits of its comparisons counted in."""
    match condition:
        case Comparison(operator, left, right, position, kind):
            return Comparison(_RELAXED.get(operator, operator), left, right, position, kind)
        case Not(Comparison(operator, left, right, position, kind)):
            return _closed(Comparison(OPPOSITE[operator], left, right, position, kind))
        case All():
            return All(tuple(map(_closed, condition.operands)), condition.position, condition.type)
        case Any():
            return Any(tuple(map(_closed, condition.operands)), condition.position, condition.type)
        case _:
            return condition
