"""A derived fact is read where only facts, signals and conditions exist."""

from engine.language.position import Position
from engine.language.problem import Problem, Severity

CODE = "derived-fact-outside-rule"
SUMMARY = "A derived fact is read elsewhere than directly in a rule's `when`."


def problem(name: str, position: Position) -> Problem:
    """Report the derived fact `name`, which rules assert after all conditions are computed."""
    message = f"`{name}` is asserted by rules and can be read in the `when` of rules only"
    advice = "join it with `and`, `or`, `not`, `any:` there, or repeat the condition behind it"
    return Problem(CODE, Severity.ERROR, message, position, advice)
