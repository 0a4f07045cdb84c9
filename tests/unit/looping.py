"""A rulebook of the plant of `tests/cases/loops`, for what loops are found with."""

from pathlib import Path

from engine.language.checked import check_files
from engine.language.expression import Expression
from engine.language.plant import Output
from engine.language.rulebook import Rulebook

PLANT = Path(__file__).parents[1] / "cases" / "loops" / "plant" / "plant.yaml"


def rulebook(rules: str) -> Rulebook:
    """Return sound rules."""
    checked = check_files({"plant.yaml": PLANT.read_bytes(), "rules.yaml": rules.encode()})
    assert checked.ok, checked.problems
    return checked.rulebook


def signals(**meanings: str) -> dict[str, Expression]:
    """Return signals by name."""
    lines = "".join(f"  {name}: {text}\n" for name, text in meanings.items())
    return {each.name: each.expression for each in rulebook(f"let:\n{lines}").signals}


def heater() -> Output:
    """Return the heater of the plant."""
    return rulebook("ruleset: empty\n").plant.outputs[0]
