"""Any topics of the library make a site that checks clean, passes its tests and leaves little out.

Every topic alone, every two, and all are tried; of larger sets some that Hypothesis picks. Sets
that come to the same files, for topics bring others along, are tried once.
"""

from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.cli.main import run
from adapters.library.choice import choose, known_topics

TOPICS = known_topics()
LEAST_PERCENT = "95"


def _distinct(sets: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return the smallest set of topics for each set of files that they come to."""
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for each in sets:
        found.setdefault(choose(each).topics, each)
    return list(found.values())


SETS = _distinct([each for n in (1, 2, len(TOPICS)) for each in combinations(TOPICS, n)])


def _begin(folder: Path, topics: tuple[str, ...]) -> str:
    words = [word for topic in topics for word in ("--with", topic)]
    assert run(["new", "site", str(folder), *words]) == 0
    return str(folder)


@pytest.mark.parametrize("topics", SETS, ids="+".join)
def test_topics_check_clean_and_their_tests_pass_and_reach_what_they_should(
    tmp_path: Path, topics: tuple[str, ...]
) -> None:
    folder = _begin(tmp_path / "site", topics)
    assert run(["check", "--strict", folder]) == 0
    assert run(["fmt", "--check", folder]) == 0
    assert run(["test", folder, "--threshold", LEAST_PERCENT]) == 0


@settings(max_examples=6, deadline=None)
@given(topics=st.lists(st.sampled_from(TOPICS), min_size=3, unique=True))
def test_any_topics_go_together(topics: list[str]) -> None:
    with TemporaryDirectory() as name:
        folder = _begin(Path(name) / "site", tuple(topics))
        assert run(["check", "--strict", folder]) == 0
        assert run(["test", folder, "--threshold", LEAST_PERCENT]) == 0


def test_everything_about_the_whole_library_is_proved(tmp_path: Path) -> None:
    """Interlocks, trips, claims; that rules can fire, outputs stand still."""
    assert run(["prove", _begin(tmp_path / "site", TOPICS), "--timeout", "120"]) == 0


def test_the_library_itself_is_a_site_of_all_its_topics() -> None:
    folder = str(Path(__file__).resolve().parents[1] / "rules" / "library")
    assert run(["check", "--strict", folder]) == 0
    assert run(["fmt", "--check", folder]) == 0
