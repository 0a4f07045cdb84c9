"""All checks of the finished rulebook, in one call."""

from collections.abc import Iterator

from engine.language.check import (
    conflicting_salience,
    contradicting_interlocks,
    contradicting_times,
    duplicate_rule,
    fact_never_read,
    feedback_loop,
    hysteresis_without_gap,
    negation_cycle,
    output_never_set,
    rule_never_fires,
    rule_shadowed,
    too_connected,
    trip_not_failsafe,
)
from engine.language.feasible import Feasibility
from engine.language.problem import Problem, by_place
from engine.language.rulebook import Rulebook


def check_rulebook(rulebook: Rulebook, *, complete: bool) -> tuple[Problem, ...]:
    """Return what is wrong with a rulebook, sorted by place.

    `complete` False: loading found errors, so rules may be missing. What nothing sets or reads is
    then not reported, for it may be set or read by what is missing.
    """
    feasibility = Feasibility(rulebook, complete=complete)
    found = list(_always(rulebook, feasibility))
    if complete:
        found += output_never_set.check(rulebook)
        found += fact_never_read.check(rulebook)
        found += feedback_loop.check(rulebook)
    return tuple(sorted(found, key=by_place))


def _always(rulebook: Rulebook, feasibility: Feasibility) -> Iterator[Problem]:
    yield from contradicting_times.check(rulebook)
    yield from negation_cycle.check(rulebook)
    yield from too_connected.check(rulebook)
    yield from trip_not_failsafe.check(rulebook)
    yield from hysteresis_without_gap.check(rulebook, feasibility)
    yield from rule_never_fires.check(rulebook, feasibility)
    yield from duplicate_rule.check(rulebook, feasibility)
    yield from rule_shadowed.check(rulebook, feasibility)
    yield from conflicting_salience.check(rulebook, feasibility)
    yield from contradicting_interlocks.check(rulebook, feasibility)
