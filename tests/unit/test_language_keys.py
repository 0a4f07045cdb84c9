"""The keys of time state: they change with the content and with nothing else (law 13)."""

import re

from engine.language.expression import Timed, walk
from tests.unit.language_samples import resolved, rules


def _keys(text: str) -> list[str]:
    return [node.key for node in walk(resolved(text)) if isinstance(node, Timed)]


def test_a_key_is_its_owner_and_a_digest() -> None:
    (key,) = _keys("p3.running for 3 s")
    assert re.fullmatch(r"rule:r/[0-9a-f]{16}", key)


def test_writing_the_same_differently_keeps_the_key() -> None:
    assert _keys("pv.power > 3.6 kW for 3 min") == _keys("(pv.power  >  3600 W) for 180 s")
    assert _keys("pv.power > 3 W for 3 s") == _keys("{condition: pv.power > 3 W, for: 3 s}")


def test_every_part_of_the_content_counts() -> None:
    texts = (
        "p3.running for 3 s", "p3.running for 4 s", "p3.running hold 3 s", "p3.running rest 3 s",
        "p4.running for 3 s", "p3.running until p4.running for 3 s", "not p3.running for 3 s",
    )  # fmt: skip
    assert len({key for text in texts for key in _keys(text)}) == len(texts)


def test_the_same_twice_in_one_owner_shares_a_key_and_nested_ones_have_their_own() -> None:
    one, other = _keys("[p3.running for 3 s, any: [p3.running for 3 s, p4.running]]")
    assert one == other
    outer, inner = _keys("(p3.running for 3 s) and p4.running for 5 s")
    assert outer != inner
    assert inner in _keys("p3.running for 3 s")


def test_owners_of_every_kind_have_a_prefix() -> None:
    loaded = rules(
        "conditions:\n  c: p3.running for 3 s\n"
        "trips:\n  - {id: t, when: p3.running for 3 s}\n"
        "interlocks:\n  - {id: i, never: [p3.running for 3 s], else: {pump.run_target: off}}\n"
        "permissives:\n  - {id: p, output: pump.run_target, needs: [p3.running for 3 s]}\n"
    )
    assert loaded.ok, loaded.problems
    book = loaded.rulebook
    found = (
        book.conditions[0].expression, book.trips[0].when,
        book.interlocks[0].condition, book.permissives[0].needs,
    )  # fmt: skip
    keys = [each.key for each in found if isinstance(each, Timed)]
    prefixes = [key.partition("/")[0] for key in keys]
    assert prefixes == ["condition:c", "trip:t", "interlock:i", "permissive:p"]
    assert len({key.partition("/")[2] for key in keys}) == 1
