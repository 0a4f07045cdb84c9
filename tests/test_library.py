"""Any topics of the library make a site that checks clean, passes its tests and leaves little out.

Every topic alone, every two, all, and some that Hypothesis picks are checked. Scenarios are played,
and the format is looked at, for each topic alone, for all, and for few mixed sets that hold every
two topics each way: together, one without the other, and neither. Sets that come to the same files,
for topics bring others along, are tried once.
"""

from itertools import chain, combinations
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.cli.main import run
from adapters.library.choice import choose, known_topics

TOPICS = known_topics()
LEAST_PERCENT = "95"
Topics = tuple[str, ...]
Way = tuple[tuple[str, bool], tuple[str, bool]]
"""Two topics, and whether each of them is there."""


def _distinct(sets: list[Topics]) -> list[Topics]:
    """Return the smallest set of topics for each set of files that they come to."""
    found: dict[Topics, Topics] = {}
    for each in sets:
        found.setdefault(choose(each).topics, each)
    return list(found.values())


def _ways(topics: Topics) -> frozenset[Way]:
    """Return for every two topics which of them a choice holds, with those it brings along."""
    held = choose(topics).topics
    return frozenset(combinations(((topic, topic in held) for topic in TOPICS), 2))


def _mixed() -> list[Topics]:
    """Return few sets that hold every two topics in every way that there is, the best first."""
    sizes = range(1, len(TOPICS))
    sets = chain.from_iterable(combinations(TOPICS, size) for size in sizes)
    held = {topics: _ways(topics) for topics in _distinct(list(sets))}
    wanted = frozenset().union(*held.values())
    found: list[Topics] = []
    while wanted:
        found.append(max(held, key=lambda topics: len(held[topics] & wanted)))
        wanted -= held[found[-1]]
    return found


ALONE = _distinct(list(combinations(TOPICS, 1)))
MIXED = _mixed()
PLAYED = _distinct([*ALONE, TOPICS, *MIXED])
CHECKED = [each for each in _distinct([*PLAYED, *combinations(TOPICS, 2)]) if each not in PLAYED]


def _begin(folder: Path, topics: Topics) -> str:
    words = [word for topic in topics for word in ("--with", topic)]
    assert run(["new", "site", str(folder), *words]) == 0
    return str(folder)


@pytest.mark.parametrize("topics", PLAYED, ids="+".join)
def test_topics_check_clean_and_their_tests_pass_and_reach_what_they_should(
    tmp_path: Path, topics: Topics
) -> None:
    folder = _begin(tmp_path / "site", topics)
    assert run(["check", "--strict", folder]) == 0
    assert run(["fmt", "--check", folder]) == 0
    assert run(["test", folder, "--threshold", LEAST_PERCENT]) == 0


@pytest.mark.parametrize("topics", CHECKED, ids="+".join)
def test_every_two_topics_check_clean(tmp_path: Path, topics: Topics) -> None:
    assert run(["check", "--strict", _begin(tmp_path / "site", topics)]) == 0


@settings(max_examples=6, deadline=None)
@given(topics=st.lists(st.sampled_from(TOPICS), min_size=3, unique=True))
def test_any_topics_check_clean(topics: list[str]) -> None:
    with TemporaryDirectory() as name:
        assert run(["check", "--strict", _begin(Path(name) / "site", tuple(topics))]) == 0


def test_every_two_topics_are_played_together_and_either_without_the_other() -> None:
    played = [set(choose(topics).topics) for topics in MIXED]
    assert len(played) < len(TOPICS) + 2
    for one, other in combinations(TOPICS, 2):
        assert any({one, other} <= held for held in played), (one, other)
        assert any(not {one, other} & held for held in played), (one, other)
        for here, gone in ((one, other), (other, one)):
            if gone not in choose([here]).topics:
                assert any(here in held and gone not in held for held in played), (here, gone)


def test_everything_about_the_whole_library_is_proved(tmp_path: Path) -> None:
    """Interlocks, trips, claims; that rules can fire, outputs stand still."""
    assert run(["prove", _begin(tmp_path / "site", TOPICS), "--timeout", "120"]) == 0


def test_the_library_itself_is_a_site_of_all_its_topics() -> None:
    folder = str(Path(__file__).resolve().parents[1] / "rules" / "library")
    assert run(["check", "--strict", folder]) == 0
    assert run(["fmt", "--check", folder]) == 0
