"""What the page of the library says of names, ranks, numbers and points is what its rules say."""

import re
from collections import defaultdict

import pytest

from adapters.library.choice import PLANT, choose, footprints, known_topics, texts
from engine.language.checked import check_files
from engine.language.expression import Number
from engine.language.rulebook import Rulebook
from tests.house.source import ROOT

PAGE = (ROOT / "rules" / "library" / "README.md").read_text("utf-8")


def _book() -> Rulebook:
    rules = {name: text for name, text in texts().items() if not name.endswith(".test.yaml")}
    return check_files({n: text.encode() for n, text in rules.items() if "/" not in n}).rulebook


BOOK = _book()


def _section(title: str) -> str:
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, title
    return found[1]


def _quoted(text: str) -> set[str]:
    return set(re.findall(r"`([^`]+)`", text))


def test_every_topic_has_its_section_and_no_section_is_of_something_else() -> None:
    titles = re.findall(r"^## (.*)$", PAGE, re.MULTILINE)
    assert sorted(titles) == sorted(["The names", "The ladder", *known_topics()])


@pytest.mark.parametrize("topic", known_topics())
def test_a_section_names_the_points_the_numbers_and_what_comes_along(topic: str) -> None:
    told, _, points = _section(topic).partition("**Points.**")
    assert _quoted(points) == footprints()[topic].points
    numbers = {
        each.name
        for each in BOOK.signals
        if each.position.file == f"{topic}.yaml" and isinstance(each.expression, Number)
    }
    assert numbers <= _quoted(told)
    brought = re.search(r"Brings\s([^.;]*)", told)
    assert _quoted(brought[1] if brought else "") == set(choose([topic]).brought)


def test_the_names_are_those_of_the_plant() -> None:
    names = {each.name for each in (*BOOK.plant.points, *BOOK.plant.outputs)}
    rows = "\n".join(
        line.split("|")[1] for line in _section("The names").splitlines() if "|" in line
    )
    assert _quoted(rows) == names
    assert PLANT in texts()


def test_the_ladder_is_that_of_the_rules() -> None:
    ranks: defaultdict[str, set[tuple[int, str]]] = defaultdict(set)
    for rule in BOOK.rules:
        for proposal in rule.proposals:
            topic = rule.position.file.removesuffix(".yaml")
            ranks[proposal.output].add((rule.salience, topic))
    ladder = {
        output: " · ".join(f"{rank} {topic}" for rank, topic in sorted(found, reverse=True))
        for output, found in ranks.items()
    }
    rows = re.findall(r"^\| `([^`]+)` \| (.*) \|$", _section("The ladder"), re.MULTILINE)
    assert dict(rows) == ladder


def test_no_two_topics_share_a_rank_on_one_output() -> None:
    holders: defaultdict[tuple[str, int], set[str]] = defaultdict(set)
    for rule in BOOK.rules:
        for proposal in rule.proposals:
            holders[proposal.output, rule.salience].add(rule.position.file)
    assert all(len(files) == 1 for files in holders.values())
