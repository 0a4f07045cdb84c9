"""What can never be seen of a rulebook, and why: it does not count as untested.

Only what is certain is left out: what the declared ranges exclude (as `check` reasons), what no
unknown fact makes UNKNOWN, and what no other rule can do to a rule.
"""

from typing import assert_never

from engine.language.contents import proposals_by_output
from engine.language.expression import Any, Call, Comparison, Expression, Timed
from engine.language.feasible import IS_FALSE, IS_TRUE, Assumption, Feasibility
from engine.language.rulebook import Latch, Rule, Rulebook
from engine.language.types import BOOL
from engine.values.truth import Truth
from engine.workshop.coverage_plan import Planned, PlannedEntry
from engine.workshop.coverage_report import Kind, Outcome, Role
from engine.workshop.coverage_unknown import Unknowns

NEVER_TRUE = "the declared ranges never allow it"
NEVER_FALSE = "the declared ranges always have it so"
NEVER_UNKNOWN = "no unknown fact makes it unknown"
NEVER_OVERRULED = "no rule of higher salience asks for this output together with it"
NEVER_DECIDED = "a rule of higher salience asks whenever it does"
NEVER_CHOSEN = "the declared ranges never let it be the one"
NEVER_KEPT = "`until` is true whenever `when` is not"


class Possible:
    """Answers about one rulebook."""

    def __init__(self, rulebook: Rulebook) -> None:
        """Note what the answers are found in."""
        self._rules = {rule.id: rule for rule in rulebook.rules}
        self._trips = {trip.id: trip for trip in rulebook.trips}
        self._asking = proposals_by_output(rulebook)
        self._feasibility = Feasibility(rulebook)
        self._unknowns = Unknowns(rulebook, self._feasibility)

    def never(self, entry: PlannedEntry, branch: Planned, outcome: Outcome) -> str:
        """Return why an outcome of a branch can certainly not be seen, "" if it may be."""
        match branch.role:
            case Role.TRUTH:
                return "" if branch.node is None else self._never_truth(branch.node, outcome)
            case Role.TIMES:
                assert isinstance(branch.node, Timed)  # noqa: S101 - planned so
                return self._never_timed(branch.node, outcome)
            case Role.ARM:
                return self._never_chosen(entry, branch)
            case Role.PROPOSAL:
                return self._never_proposed(self._rules[entry.name], branch.about, outcome)
            case Role.LIMIT | Role.FORCE | Role.START:
                return self._never_needed(entry, outcome)
            case Role.LATCH:
                return self._never_latched(entry)
            case _:
                assert_never(branch.role)

    def _can(self, condition: Expression, truth: Truth) -> bool:
        if truth is None:
            return self._unknowns.possible(condition)
        return self._feasibility.possible((condition, frozenset({truth})))

    def _never_truth(self, condition: Expression, outcome: Outcome) -> str:
        match outcome:
            case Outcome.TRUE:
                return "" if self._can(condition, True) else NEVER_TRUE
            case Outcome.FALSE:
                return "" if self._can(condition, False) else NEVER_FALSE
            case _:
                return "" if self._can(condition, None) else NEVER_UNKNOWN

    def _never_timed(self, timed: Timed, outcome: Outcome) -> str:
        if not self._can(timed.when, True):
            return NEVER_TRUE
        until = timed.until
        if outcome is Outcome.KEPT and until is not None:
            between = self._feasibility.possible((timed.when, IS_FALSE), (until, IS_FALSE))
            unheard = self._can(timed.when, None)
            return "" if between or unheard else NEVER_KEPT
        ends = self._can(timed.when, False) if until is None else self._can(until, True)
        if outcome is Outcome.RESTING:  # an unknown fact ends it, too
            ends = ends or any(self._can(each, None) for each in (timed.when, until or timed.when))
        return "" if ends or outcome in (Outcome.WAITING, Outcome.KEPT) else NEVER_FALSE

    def _never_chosen(self, entry: PlannedEntry, branch: Planned) -> str:
        """Tell whether the ranges decide between the arms of a call."""
        assert isinstance(branch.node, Call)  # noqa: S101 - planned so
        assumed = _choosing(branch.node, branch.arm)
        if entry.kind is Kind.RULE:
            assumed.append((self._rules[entry.name].when, IS_TRUE))
        return "" if self._feasibility.possible(*assumed) else NEVER_CHOSEN

    def _never_proposed(self, rule: Rule, output: str, outcome: Outcome) -> str:
        if self._feasibility.never(rule.when):
            return NEVER_TRUE
        above = [each for each in self._asking[output] if each[0].salience > rule.salience]
        if outcome is Outcome.OVERRULED:
            met = any(not self._feasibility.exclusive(rule.when, other.when) for other, _ in above)
            return "" if met else NEVER_OVERRULED
        hidden = any(
            self._unknowns.certain(asked.value) and self._feasibility.implies(rule.when, other.when)
            for other, asked in above
        )
        return NEVER_DECIDED if hidden else ""

    def _never_needed(self, entry: PlannedEntry, outcome: Outcome) -> str:
        """Tell whether the condition rules out that anything is held back, refused or granted."""
        condition = entry.branches[0].node
        assert condition is not None  # noqa: S101 - the first branch is the condition
        wanted = outcome is not Outcome.REFUSED
        if self._can(condition, wanted) or (
            outcome is not Outcome.GRANTED and self._can(condition, None)
        ):
            return ""
        return NEVER_TRUE if wanted else NEVER_FALSE

    def _never_latched(self, entry: PlannedEntry) -> str:
        trip = self._trips[entry.name]
        if not self._can(trip.when, False):
            return NEVER_FALSE
        unknown = trip.latch is Latch.YES and self._can(trip.when, None)
        return "" if unknown or self._can(trip.when, True) else NEVER_TRUE


def _choosing(call: Call, arm: int) -> list[Assumption]:
    """Return what holds when a call yields the argument of that place."""
    if call.function == "clamp":
        value, low, high = call.arguments
        above, crossed = _holds(value, ">", high)[0], _holds(low, ">", high)[0]
        by_arm: tuple[list[Assumption], ...] = (
            [_holds(value, ">=", low), _holds(value, "<=", high)],
            [_holds(value, "<", low), _holds(low, "<=", high)],
            [(Any((above, crossed), call.position, BOOL), IS_TRUE)],
        )
        return by_arm[arm]
    operator = "<" if call.function == "min" else ">"
    chosen = call.arguments[arm]
    return [
        _holds(chosen, operator if place < arm else f"{operator}=", other)
        for place, other in enumerate(call.arguments)
        if place != arm
    ]


def _holds(left: Expression, operator: str, right: Expression) -> Assumption:
    return Comparison(operator, left, right, left.position, BOOL), IS_TRUE
