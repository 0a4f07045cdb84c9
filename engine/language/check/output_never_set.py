"""An output that no rule ever moves from its default."""

from collections.abc import Iterator

from engine.language.contents import proposals_by_output
from engine.language.problem import Problem, Severity
from engine.language.rulebook import Rulebook

CODE = "output-never-set"
SUMMARY = "No rule proposes a value for an output."


def check(rulebook: Rulebook) -> Iterator[Problem]:
    """Yield every output that stays at its default unless an interlock or a trip moves it."""
    asked = proposals_by_output(rulebook)
    for output in rulebook.plant.outputs:
        if output.name not in asked:
            yield Problem(
                CODE,
                Severity.WARNING,
                f"no rule sets `{output.name}`: it stays at its default",
                output.position,
                "write a rule that proposes a value for it, or remove the output",
            )
