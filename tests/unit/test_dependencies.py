"""Which derived facts a condition needs, and which of them not."""

import pytest

from engine.language.dependencies import by_fact, dependencies, derived_reads, way_back
from engine.language.rulebook import Rule
from tests.unit.feasible_plant import read


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("summer and top > 50 °C", [("summer", False)]),
        ("not summer", [("summer", True)]),
        ("not (pump or not summer)", [("summer", False)]),
        ("summer or not winter", [("summer", False), ("winter", True)]),
        ("summer == false", [("summer", True)]),
    ],
)
def test_reads_carry_their_sign(text: str, found: list[tuple[str, bool]]) -> None:
    assert [(name.name, negated) for name, negated in derived_reads(read(text))] == found


def test_the_way_back_is_the_shortest_chain() -> None:
    rules = [
        Rule("r1", read("not winter"), (), ("summer",), 0, "", ""),
        Rule("r2", read("summer"), (), ("winter",), 0, "", ""),
    ]
    found = dependencies(rules)
    chain = way_back(found[0], by_fact(found))
    assert chain is not None
    assert [each.rule for each in chain] == ["r2"]
    assert way_back(found[0], {}) is None
