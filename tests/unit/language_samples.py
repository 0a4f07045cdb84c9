"""What the tests of the language share: a plant, expressions by text, and trees without places."""

import re
from pathlib import Path

from engine.language.document import Scalar
from engine.language.expression import Expression
from engine.language.grammar import parse
from engine.language.load import Loaded, load
from engine.language.position import Position
from engine.language.problem import Problem

CASES = Path(__file__).parent.parent / "cases" / "language"
PLANT = (CASES / "plant" / "plant.yaml").read_bytes()
START = Position("rules.yaml", 1, 1, 2)


def scalar(text: str) -> Scalar:
    """Return a plain scalar at the start of a file."""
    return Scalar(text, "", Position("rules.yaml", 1, 1, len(text) + 1), text, 0)


def tree(text: str) -> Expression:
    """Return the tree of an expression that can be read."""
    problems: list[Problem] = []
    found = parse(scalar(text), problems)
    assert found is not None, problems
    assert not problems
    return found


def shape(expression: Expression) -> str:
    """Return a tree as text without its places."""
    return re.sub(r"position=Position\([^)]*\)", "", repr(expression))


def rules(text: str) -> Loaded:
    """Load the plant of the cases and one file of rules."""
    return load({"plant.yaml": PLANT, "rules.yaml": text.encode()})


def when(text: str) -> Loaded:
    """Load one rule with one condition."""
    return rules(
        f"rules:\n  - id: r\n    when: {text}\n    then: {{pump.run_target: on}}\n    because: b\n"
    )


def resolved(text: str) -> Expression:
    """Return a condition, resolved against the plant of the cases."""
    loaded = when(text)
    assert loaded.ok, loaded.problems
    return loaded.rulebook.rules[0].when
