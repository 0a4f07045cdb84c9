"""Signals and conditions in an order in which each comes after what it reads."""

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.language.expression import NameKind, names
from tests.unit.language_samples import rules


@settings(max_examples=40, deadline=None)
@given(st.permutations(range(6)), st.lists(st.integers(0, 5), min_size=6, max_size=6))
def test_each_signal_comes_after_those_it_reads(order: list[int], reads: list[int]) -> None:
    lines = [
        f"  s{n}: s{reads[n]} + 1 W\n" if reads[n] < n else f"  s{n}: pv.power\n" for n in order
    ]
    loaded = rules("let:\n" + "".join(lines))
    assert loaded.ok, loaded.problems
    seen: set[str] = set()
    for signal in loaded.rulebook.signals:
        assert set(names(signal.expression, NameKind.SIGNAL)) <= seen
        seen.add(signal.name)
    assert len(seen) == 6


def test_every_circle_is_reported_once_and_the_rest_stays() -> None:
    loaded = rules("let:\n  a: b\n  b: a\n  c: d\n  d: c\n  e: a\n  f: pv.power\n")
    assert [problem.code for problem in loaded.problems] == ["signal-cycle", "signal-cycle"]
    assert [signal.name for signal in loaded.rulebook.signals] == ["f"]


def test_a_long_chain_is_no_trouble() -> None:
    chain = "".join(f"  s{n}: s{n + 1} + 1 W\n" for n in range(1500))
    loaded = rules(f"let:\n{chain}  s1500: pv.power\n")
    assert loaded.ok
    assert loaded.rulebook.signals[0].name == "s1500"


def test_a_signal_of_a_percentage_is_one() -> None:
    loaded = rules("let:\n  soc: battery.soc - 5 %\nconditions:\n  full: soc > 90\n")
    assert [problem.help for problem in loaded.problems] == ["write `90 %`"]


def test_a_condition_may_not_be_read_by_a_signal_even_with_a_problem_in_it() -> None:
    loaded = rules("let:\n  a: c\nconditions:\n  c: p3.runing\n")
    assert [problem.code for problem in loaded.problems] == ["not-allowed-here", "unknown-fact"]


def test_after_many_circles_the_search_ends() -> None:
    lines = "".join(f"  a{n}: b{n}\n  b{n}: a{n}\n" for n in range(40))
    loaded = rules(f"let:\n{lines}  c: pv.power\n")
    assert {problem.code for problem in loaded.problems} == {"signal-cycle"}
    assert len(loaded.problems) == 20
    assert not loaded.rulebook.signals
