import threading
from random import Random

import pytest

from engine.inference import matcher
from engine.inference.matcher import MAX_READERS, Matcher, MatcherError, Pattern


def naive(patterns: list[Pattern], symbols: set[str]) -> set[int]:
    known, fired = set(symbols), set()
    while True:
        more = {n for n, p in enumerate(patterns) if set(p.needs) <= known} - fired
        if not more:
            return fired
        fired |= more
        known |= {patterns[n].asserts for n in more} - {""}


def test_nothing_asserted_fires_nothing() -> None:
    assert Matcher("m", [Pattern(("a",))]).fired([]) == frozenset()
    assert Matcher("m", [Pattern(("a",))]).fired(["unread"]) == frozenset()


def test_what_a_rule_asserts_is_read_by_the_next() -> None:
    found = Matcher("m", [Pattern(("b",)), Pattern(("a",), "b"), Pattern(("b", "c"))])
    assert found.fired(["a"]) == {0, 1}
    assert found.fired(["a", "c"]) == {0, 1, 2}
    assert found.fired(["c"]) == frozenset()


def test_a_symbol_that_more_rules_read_than_durable_rules_can_match() -> None:
    count = 3 * MAX_READERS + 1
    found = Matcher("m", [Pattern(("a",), "b" if n == 7 else "") for n in range(count)])
    assert found.fired(["a"]) == frozenset(range(count))


@pytest.mark.parametrize("seed", range(30))
def test_fired_is_a_function_and_agrees_with_the_naive_way(seed: int) -> None:
    """Also a test against memory that is not ours: retracting used to end in a broken heap."""
    random = Random(seed)  # noqa: S311
    symbols = [f"{n}+" for n in range(random.randint(1, 8))]
    patterns = [
        Pattern(
            tuple(random.sample(symbols, random.randint(1, len(symbols)))),
            random.choice(["", *symbols]),
        )
        for _ in range(random.randint(1, 8))
    ]
    found = Matcher("m", patterns)
    asked = [set(random.sample(symbols, random.randint(0, len(symbols)))) for _ in range(20)]
    first = [found.fired(each) for each in asked]
    assert first == [naive(patterns, each) for each in asked]
    assert [found.fired(each) for each in asked] == first


def test_no_thread_is_started() -> None:
    before = threading.active_count()
    Matcher("m", [Pattern(("a",), "b"), Pattern(("b",))]).fired(["a"])
    assert threading.active_count() == before


def test_a_refused_fact_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Matcher("m", [Pattern(("a",))])
    monkeypatch.setattr(matcher.durable, "assert_facts", lambda handle, _: (1, handle))
    with pytest.raises(MatcherError, match="answered 1"):
        found.fired(["a"])
