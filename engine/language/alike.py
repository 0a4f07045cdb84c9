"""When two rules fire together, and when they ask the same."""

from engine.language.feasible import Feasibility
from engine.language.identity import identity
from engine.language.rulebook import Rule


def outcome(rule: Rule) -> tuple[str, ...]:
    """Return what a rule asks and asserts, as texts that are equal for equal outcomes."""
    asked = (f"{each.output}={identity(each.value)}" for each in rule.proposals)
    return (*sorted(asked), *sorted(rule.asserts))


def always_with(one: Rule, other: Rule, feasibility: Feasibility) -> bool:
    """Tell whether `other` certainly fires whenever `one` does, and `one` may fire at all."""
    if says_the_same(one, other):
        return True
    if not feasibility.footprints.of(other.when) <= feasibility.footprints.of(one.when):
        return False  # `other` reads something that `one` leaves open
    # A rule that never fires implies everything; that is another finding.
    return feasibility.implies(one.when, other.when) and not feasibility.never(one.when)


def says_the_same(one: Rule, other: Rule) -> bool:
    """Tell whether two conditions read the same; timed parts count by what they say."""
    return identity(one.when, shared_memory=False) == identity(other.when, shared_memory=False)
