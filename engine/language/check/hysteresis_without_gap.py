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
    if all(_has_gap(leaf, when, feasibility) for leaf in _leaves(until)):
        return
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


def _has_gap(leaf: Expression, when: Expression, feasibility: Feasibility) -> bool:
    """Tell whether `when` says, with a gap, when the value that `leaf` compares is far enough.

    Another part of an `any:` may still be TRUE together with the leaf. Nothing is said about that:
    where `top < 50 °C or bottom < 42 °C` starts and `bottom > 56 °C` ends, the operator has thought
    of a gap, and that water is not colder above than below is beyond intervals.
    """
    quantity = feasibility.footprints.of(leaf)
    return any(
        quantity == feasibility.footprints.of(part)
        and not feasibility.possible((_closed(part), IS_TRUE), (_closed(leaf), IS_TRUE))
        for part in _leaves(when)
    )


def _leaves(condition: Expression) -> list[Expression]:
    if isinstance(condition, All | Any):
        return [leaf for operand in condition.operands for leaf in _leaves(operand)]
    return [condition]


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
