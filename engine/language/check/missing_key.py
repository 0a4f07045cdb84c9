"""Something that must be said is not said."""

from engine.language.position import Position
from engine.language.problem import Problem, Severity

CODE = "missing-key"
SUMMARY = "Something that must be said is not said."


def problem(key: str, where: str, position: Position, advice: str = "") -> Problem:
    """Report that `where` (`the rule `x``) needs `key`."""
    return Problem(CODE, Severity.ERROR, f"{where} needs `{key}`", position, advice)


def reason(where: str, position: Position) -> Problem:
    """Warn about a rule that sets an output and does not say why."""
    advice = "add `because:` with one sentence; every decision shows it as its reason"
    return Problem(CODE, Severity.WARNING, f"{where} does not say why", position, advice)


def plant(position: Position) -> Problem:
    """Report a folder of rules without a plant."""
    advice = "it lists what is measured under `facts:` and what is commanded under `outputs:`"
    return Problem(CODE, Severity.ERROR, "there is no `plant.yaml`", position, advice)
