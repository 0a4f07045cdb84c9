"""Two rules of one salience that can ask different values of one output."""

from collections.abc import Iterator

from engine.language.contents import proposals_by_output
from engine.language.feasible import Feasibility
from engine.language.identity import identity
from engine.language.problem import Problem, Related, Severity
from engine.language.rulebook import Proposal, Rule, Rulebook

CODE = "conflicting-salience"
SUMMARY = "Two rules of equal salience can propose different values for one output."

_Asking = tuple[Rule, Proposal, str]


def check(rulebook: Rulebook, feasibility: Feasibility) -> Iterator[Problem]:
    """Yield for each rule the first one before it that it can conflict with, output by output."""
    for output, asking in proposals_by_output(rulebook).items():
        by_salience: dict[int, list[_Asking]] = {}
        for rule, proposal in asking:
            earlier = by_salience.setdefault(rule.salience, [])
            this = (rule, proposal, identity(proposal.value))
            rival = _first_rival(this, earlier, feasibility)
            if rival is not None:
                yield _problem(output, this, rival)
            earlier.append(this)


def _first_rival(this: _Asking, earlier: list[_Asking], feasibility: Feasibility) -> _Asking | None:
    rule, _, value = this
    for other in earlier:
        if other[2] != value and not feasibility.exclusive(rule.when, other[0].when):
            return other
    return None


def _problem(output: str, this: _Asking, other: _Asking) -> Problem:
    rule, proposal, _ = this
    return Problem(
        CODE,
        Severity.ERROR,
        f"rules `{other[0].id}` and `{rule.id}` can both fire with salience {rule.salience}"
        f" and ask different values of `{output}`",
        proposal.position,
        "give the rule that should win a higher `salience`, or make their conditions exclude"
        " each other",
        (Related(other[1].position, f"rule `{other[0].id}` asks for another value"),),
    )
