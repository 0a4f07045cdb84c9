"""Can these conditions be TRUE together? Answered only where the answer is certain.

An assumption is an expression with the truths it may have. Assumptions are split along `and`,
`or` and `not`; what is left, comparisons and names, goes into a `Box`. `possible` is False only if
the box proves it; True means "not disproved".

What may be concluded from an operator's words (and nothing more):
- every comparison that is TRUE or FALSE has all its facts known;
- `x for 5 min` TRUE: x is TRUE now. With `hold`, TRUE says nothing about x;
- a hysteresis that is TRUE: its `until` is FALSE now, but its `when` may be anything;
- a named condition or signal is what its expression is; a derived fact that is TRUE has a rule
  that asserts it, whose `when` is TRUE.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import assert_never

from engine.language.box import Box, Contradiction, Vocabulary, is_number
from engine.language.expression import (
    Age,
    All,
    Any,
    Arithmetic,
    Between,
    Boolean,
    Call,
    Comparison,
    Expression,
    Known,
    Name,
    NameKind,
    Negative,
    Not,
    Number,
    State,
    Timed,
    Window,
    children,
    walk,
)
from engine.language.footprint import Footprints
from engine.language.interval import Interval
from engine.language.plant import Output, Point
from engine.language.rulebook import Rulebook
from engine.language.types import EnumType, NumberType
from engine.values.fact import Value
from engine.values.truth import Truth, not_

Wanted = frozenset[Truth]
"""The truths that an assumption leaves to an expression."""

IS_TRUE: Wanted = frozenset({True})
IS_FALSE: Wanted = frozenset({False})
NOT_TRUE: Wanted = frozenset({False, None})
NOT_FALSE: Wanted = frozenset({True, None})

Assumption = tuple[Expression, Wanted]

_MOST_BRANCHES = 300
"""How many combinations of alternatives are tried before the answer is "not disproved"."""

_FEW = range(1, 3)
"""With so many alternatives left it is quicker to try them than to draw conclusions before."""

OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


class Feasibility:
    """Answers about one rulebook; `complete` False: rules may be missing that assert facts."""

    def __init__(self, rulebook: Rulebook, *, complete: bool = True) -> None:
        """Note the ranges of the plant and the meaning of the names."""
        ranges = {f"fact:{each.name}": _declared(each) for each in rulebook.plant.points}
        ranges |= {f"output:{each.name}": _commanded(each) for each in rulebook.plant.outputs}
        signals = {each.name: each.expression for each in rulebook.signals}
        self.vocabulary = Vocabulary(ranges, signals)
        self.footprints = Footprints(rulebook)
        self.conditions = {each.name: each.expression for each in rulebook.conditions}
        asserting: defaultdict[str, list[Expression]] = defaultdict(list)
        for rule in rulebook.rules:
            for name in rule.asserts:
                asserting[name].append(rule.when)
        self.asserting = dict(asserting) if complete else {}

    def possible(self, *assumptions: Assumption) -> bool:
        """Tell whether the assumptions can hold together; False is certain."""
        search = _Search(self)
        return search.run(_Case(Box(self.vocabulary), list(assumptions), [], [], set()))

    def never(self, condition: Expression) -> bool:
        """Tell whether a condition can certainly never be TRUE."""
        return not self.possible((condition, IS_TRUE))

    def always(self, condition: Expression) -> bool:
        """Tell whether a condition is certainly TRUE, or would be if all its facts were known."""
        return not self.possible((condition, IS_FALSE)) and self.possible((condition, IS_TRUE))

    def exclusive(self, one: Expression, other: Expression) -> bool:
        """Tell whether two conditions are certainly never TRUE together."""
        return not self.possible((one, IS_TRUE), (other, IS_TRUE))

    def implies(self, one: Expression, other: Expression) -> bool:
        """Tell whether `other` is certainly TRUE whenever `one` is."""
        return not self.possible((one, IS_TRUE), (other, NOT_TRUE))


@dataclass(slots=True)
class _Case:
    """One branch of the search: its box, and the assumptions that are not yet in it."""

    box: Box
    agenda: list[Assumption]
    alternatives: list[tuple[Assumption, ...]]
    deferred: list[Assumption]
    expanded: set[str]

    def branch(self, chosen: Assumption) -> "_Case":
        return _Case(
            self.box.copy(),
            [chosen],
            self.alternatives[1:],
            list(self.deferred),
            set(self.expanded),
        )


class _Search:
    """Splits assumptions until the box contradicts them or nothing is left to split."""

    def __init__(self, feasibility: Feasibility) -> None:
        self.words = feasibility
        self.branches = 0

    def run(self, case: _Case) -> bool:
        self.branches += 1
        if self.branches > _MOST_BRANCHES:
            return True
        try:
            while case.agenda:
                self._assume(case, *case.agenda.pop())
                if not case.agenda:
                    self._take_up_deferred(case)
            if len(case.alternatives) not in _FEW:
                case.box.settle()
        except Contradiction:
            return False
        if not case.alternatives:
            return True
        case.alternatives.sort(key=len)
        return any(self.run(case.branch(chosen)) for chosen in case.alternatives[0])

    def _take_up_deferred(self, case: _Case) -> None:
        """Turn "not TRUE" into "FALSE" where everything it reads turned out to be known."""
        waiting, case.deferred = case.deferred, []
        for leaf, wanted in waiting:
            if self._surely_known(leaf, case.box):
                case.agenda.append((leaf, wanted - {None}))
            else:
                case.deferred.append((leaf, wanted))

    def _assume(  # noqa: C901, PLR0912 - one case for each kind of node
        self, case: _Case, expression: Expression, wanted: Wanted
    ) -> None:
        match expression:
            case Not():
                case.agenda.append((expression.operand, frozenset(map(not_, wanted))))
            case All():
                self._assume_list(case, expression.operands, wanted, together=True)
            case Any():
                self._assume_list(case, expression.operands, wanted, together=False)
            case Timed():
                self._assume_timed(case, expression, wanted)
            case Name():
                self._assume_name(case, expression, wanted)
            case Boolean():
                if expression.value not in wanted:
                    raise Contradiction
            case Known():
                self._assume_known(case, expression, wanted)
            case Comparison():
                if None in wanted:
                    case.deferred.append((expression, wanted))
                else:
                    self._assume_comparison(case, expression, True in wanted)
            case Between():
                self._assume_between(case.box, expression, wanted)
            case Number() | State() | Arithmetic() | Negative() | Call() | Age() | Window():
                pass  # has no truth
            case _:
                assert_never(expression)

    def _assume_list(
        self, case: _Case, operands: tuple[Expression, ...], wanted: Wanted, *, together: bool
    ) -> None:
        """`together`: a list of which all must be TRUE; else one of which any suffices."""
        each_must = together in wanted
        if each_must and (not together) in wanted:
            return
        assumptions = tuple((operand, wanted) for operand in operands)
        if each_must:
            case.agenda.extend(assumptions)
        else:
            case.alternatives.append(assumptions)

    def _assume_timed(self, case: _Case, timed: Timed, wanted: Wanted) -> None:
        case.box.choose(self.words.vocabulary.identity_of(timed), frozenset[Value | None](wanted))
        if wanted == IS_TRUE and timed.hold_s == 0:
            if timed.until is None:
                case.agenda.append((timed.when, IS_TRUE))
            else:
                case.agenda.append((timed.until, IS_FALSE))
        elif wanted <= NOT_TRUE and timed.until is None and timed.for_s == timed.rest_s == 0:
            case.agenda.append((timed.when, NOT_TRUE))

    def _assume_name(self, case: _Case, name: Name, wanted: Wanted) -> None:
        place = _place(name)
        match name.kind:
            case NameKind.CONDITION:
                case.box.choose(place, frozenset[Value | None](wanted))
                self._expand(case, place, self.words.conditions.get(name.name), wanted)
            case NameKind.DERIVED:
                case.box.choose(place, frozenset[Value | None](wanted))
                if wanted == IS_TRUE and place not in case.expanded:
                    case.expanded.add(place)
                    causes = self.words.asserting.get(name.name)
                    if causes is not None:
                        case.alternatives.append(tuple((each, IS_TRUE) for each in causes))
            case NameKind.POINT | NameKind.OUTPUT | NameKind.SIGNAL:
                if name.kind is NameKind.SIGNAL:
                    signal = self.words.vocabulary.signals.get(name.name)
                    self._expand(case, place, signal, wanted)
                if None in wanted:
                    case.deferred.append((name, wanted))
                else:
                    case.box.choose(place, frozenset[Value | None](wanted))
                    self._know_all(case.box, name)
            case NameKind.CALENDAR | NameKind.UNRESOLVED:
                pass
            case _:
                assert_never(name.kind)

    def _expand(self, case: _Case, place: str, meaning: Expression | None, wanted: Wanted) -> None:
        if meaning is None:
            return
        mark = f"{place}={sorted(map(str, wanted))}"
        if mark not in case.expanded:
            case.expanded.add(mark)
            case.agenda.append((meaning, wanted))

    def _assume_known(self, case: _Case, known: Known, wanted: Wanted) -> None:
        operand, sure = known.operand, True in wanted
        if sure and False in wanted:
            return
        if sure:
            self._know_all(case.box, operand)
        elif isinstance(operand, Name):
            case.box.know(_place(operand), known=False)

    def _assume_comparison(self, case: _Case, comparison: Comparison, true: bool) -> None:
        left, right = comparison.left, comparison.right
        operator = comparison.operator if true else OPPOSITE[comparison.operator]
        self._know_all(case.box, left)
        self._know_all(case.box, right)
        if is_number(left) or is_number(right):
            case.box.compare(left, operator, right)
            return
        if isinstance(left, State | Boolean):
            left, right = right, left
        if isinstance(right, Boolean):
            case.agenda.append((left, frozenset({right.value is (operator == "==")})))
        elif isinstance(left, State) and isinstance(right, State):
            if (left.value == right.value) is not (operator == "=="):
                raise Contradiction
        elif isinstance(right, State) and isinstance(left, Name) and _states(left):
            equal = frozenset[Value | None]({right.value})
            case.box.choose(_place(left), equal if operator == "==" else _states(left) - equal)

    def _assume_between(self, box: Box, between: Between, wanted: Wanted) -> None:
        if not _by_clock(between):
            place = self.words.vocabulary.identity_of(between)
            box.choose(place, frozenset[Value | None](wanted))
        elif not (True in wanted and False in wanted):
            box.keep_span(between, True in wanted)

    def _know_all(self, box: Box, expression: Expression) -> None:
        """Assume what follows from an expression having a value: its facts have one too.

        Not so for an age, which a stale fact has as well, nor for `and` and `or`, which one
        operand can decide alone.
        """
        if isinstance(expression, Age | All | Any | Timed | Known):
            return
        if isinstance(expression, Name) and expression.kind is not NameKind.CALENDAR:
            if box.known.get(_place(expression)):
                return
            box.know(_place(expression), known=True)
            signal = self.words.vocabulary.signals.get(expression.name)
            if expression.kind is NameKind.SIGNAL and signal is not None and is_number(signal):
                self._know_all(box, signal)
        for child in children(expression):
            self._know_all(box, child)

    def _surely_known(self, expression: Expression, box: Box) -> bool:
        return all(_is_plain(node, box) for node in walk(expression))


def _is_plain(node: Expression, box: Box) -> bool:
    """Tell whether a node has a value as soon as its operands have."""
    match node:
        case Name():
            return node.kind is NameKind.CALENDAR or box.known.get(_place(node), False)
        case Arithmetic():
            return node.operator != "/"
        case Between():
            return _by_clock(node)
        case Age() | Window() | Timed():
            return False
        case _:
            return True


def _states(name: Name) -> frozenset[Value | None]:
    return frozenset(name.type.values) if isinstance(name.type, EnumType) else frozenset()


def _place(name: Name) -> str:
    return f"{name.kind.value}:{name.name}"


def _by_clock(between: Between) -> bool:
    return between.start.anchor == between.end.anchor == "midnight"


def _declared(each: Point | Output) -> Interval:
    """Return the declared range in base units; a fact outside it is BAD, thus never compared."""
    if not isinstance(each.type, NumberType):
        return Interval()
    factor = 1.0 if each.unit is None else each.unit.factor
    everything = Interval()
    return Interval(
        everything.low if each.low is None else each.low * factor,
        everything.high if each.high is None else each.high * factor,
    )


def _commanded(output: Output) -> Interval:
    """Return what an output can be: its range, and the values it falls back to."""
    declared = _declared(output)
    factor = 1.0 if output.unit is None else output.unit.factor
    rests = [value * factor for value in _numbers(output.default, output.failsafe)]
    if output.off_below > 0:
        rests.append(0.0)
    return Interval(min([declared.low, *rests]), max([declared.high, *rests]))


def _numbers(*values: Value) -> Iterable[float]:
    return (value for value in values if isinstance(value, int | float))
