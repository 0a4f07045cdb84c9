"""Formatting: white space alone, once and for all, and every comment where it was."""

import random
import re
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.editor.schemas import kind_of, schemas
from adapters.files import read_rules
from engine.language.load import load
from engine.language.position import Position
from engine.workshop.editor.formatted import Formatted, formatted
from engine.workshop.editor.tokens import comments
from tests.making.files import as_files
from tests.making.plants import Style, make_rulebook

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = sorted(
    each
    for folder in ("rules", "tests/reasons", "tests/transcripts", "adapters/recordings/mappings")
    for each in (ROOT / folder).rglob("*.yaml")
)
SCHEMAS = schemas({})


def _formatted(text: str, name: str = "rules.yaml") -> Formatted:
    return formatted(name, text.encode(), SCHEMAS[kind_of(name)])


@cache
def _clean(text: str, name: str = "rules.yaml") -> str:
    found = _formatted(text, name)
    assert not found.problems, found.problems
    again = _formatted(found.after, name)
    assert again.after == found.after
    return found.after


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_a_formatted_file_stays_and_every_comment_survives(path: Path) -> None:
    text = path.read_text("utf-8")
    after = _clean(text, path.name)
    assert comments(after) == comments(text)


def test_the_rules_of_asp1_mean_the_same() -> None:
    files = read_rules(ROOT / "rules" / "asp1").files
    after = {name: _clean(content.decode(), name).encode() for name, content in files.items()}
    assert _meaning(load(after).rulebook) == _meaning(load(files).rulebook)


@pytest.mark.no_cover
@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**48))
def test_whatever_is_loaded_means_the_same_afterwards(seed: int) -> None:
    files = as_files(make_rulebook(random.Random(seed), Style()))  # noqa: S311 - tests repeat
    after = {name: _clean(content.decode(), name).encode() for name, content in files.items()}
    assert _meaning(load(after).rulebook) == _meaning(load(files).rulebook)


def _meaning(thing: object) -> object:
    """Return everything that a rulebook says, without where it stands."""
    if isinstance(thing, Position):
        return None
    if isinstance(thing, tuple):
        return [_meaning(each) for each in thing]
    if is_dataclass(thing):
        return {each.name: _meaning(getattr(thing, each.name)) for each in fields(thing)}
    return thing


# Stories and site files hold texts of several lines, and white space within a text is its own.
RULE_FILES = [path for path in SAMPLES if not path.name.endswith(("test.yaml", "site.yaml"))]


@pytest.mark.no_cover
@settings(max_examples=40, deadline=None)
@given(st.sampled_from(RULE_FILES), st.randoms(use_true_random=False))
def test_other_white_space_makes_no_difference(path: Path, chance: random.Random) -> None:
    text = path.read_text("utf-8")
    assert _clean(_disturbed(text, chance), path.name) == _clean(text, path.name)


def _disturbed(text: str, chance: random.Random) -> str:
    """Return the same file with white space added where it means nothing."""
    lines = []
    for line in text.split("\n"):
        code = re.sub(
            r"(?<=[a-z_0-9]): (?=[{\[])", lambda _: ":" + " " * chance.randint(1, 4), line
        )
        lines.append(code + " " * chance.randint(0, 2))
        if not line.strip():
            lines += [""] * chance.randint(0, 2)
    return "\n".join(lines) + "\n" * chance.randint(0, 3)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("rules:\n- id: a\n  # why\n  when:   b>3kW\n",
         "rules:\n  - id: a\n    # why\n    when: b > 3 kW\n"),
        ("let:\n    a:   b+c   # sum\n    bb: c # more\n",
         "let:\n  a: b + c  # sum\n  bb: c     # more\n"),
        ("let: # all\n  # one\n\n\n\n  a: b\n# end\n", "let:  # all\n  # one\n\n  a: b\n# end\n"),
        ("let:\n  a: b  # one\n        # two\n", "let:\n  a: b  # one\n        # two\n"),
        ("rules:\n  - id: a\n    # last of a\n  # before b\n  - id: b\n",) * 2,
        ("rules:\n- id: a\n# before b\n- id: b\n", "rules:\n  - id: a\n  # before b\n  - id: b\n"),
        ("conditions:\n  a: {when: b>c,for: 3min}\n  long: {when: c}\n",
         "conditions:\n  a:    {when: b > c, for: 3 min}\n  long: {when: c}\n"),
        ("conditions:\n  a: {\n      when: b,\n   for: 3 min\n  }\n",
         "conditions:\n  a: {\n    when: b,\n    for: 3 min\n  }\n"),
        ("conditions:\n  a: {when: b, # x\n   for: 3 min}\n",
         "conditions:\n  a: {when: b,  # x\n      for: 3 min}\n"),
        ("about: one\n      two\n\n      three\n", "about: one\n  two\n\n  three\n"),
        ("about: |\n      one\n        two\n\nlet: {}\n", "about: |\n  one\n    two\n\nlet: {}\n"),
        ("about: >2 # note\n   one\n\n\n", "about: >2 # note\n   one\n"),
        ("about: |+\n   one\n\n\n", "about: |+\n  one\n\n\n"),
        ("rules:\n  - id: a\n    because: 'it''s:  so'\n",
         "rules:\n  - id: a\n    because: 'it''s:  so'\n"),
        ('rules:\n  - {id: a, then: {b: "min(c,3 W)"}}\n',
         'rules:\n  - {id: a, then: {b: "min(c, 3 W)"}}\n'),
        ("rules:\n  -\n    id: a\n    when:\n    - b\n    - not  c\n",
         "rules:\n  -\n    id: a\n    when:\n      - b\n      - not c\n"),
        ("trips:\n  - id: a\n    force: {b: 3kW, c: Europe/Berlin, d: 2026-1-5, f: -5%}\n",
         "trips:\n  - id: a\n    force: {b: 3 kW, c: Europe/Berlin, d: 2026-1-5, f: -5 %}\n"),
        ("rules:\n  - id: a\n    when: {condition: b}\n    then:   {c: d}\n",
         "rules:\n  - id: a\n    when: {condition: b}\n    then: {c: d}\n"),
        ("---\nlet:\n    a: b", "---\nlet:\n  a: b\n"),
        ("let:\r\n  a: b\r\n", "let:\n  a: b\n"),
        ("\ufefflet:\n  a: b\n", "let:\n  a: b\n"),
        ("rules:\n  - id: a\n    when: not (b)and c in[d,e]\n",
         "rules:\n  - id: a\n    when: not (b) and c in [d, e]\n"),
    ],
)  # fmt: skip
def test_how_it_looks(before: str, after: str) -> None:
    assert _clean(before) == after


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rules: [\n", "not-yaml"),
        ("rules: &a b\n", "yaml-feature"),
        ("rules:\n\t- id: a\n", "not-yaml"),
        ("- a\n", "wrong-shape"),
        ("", "not-yaml"),
        ("? about\n: b\n", "not-yaml"),
        ("rules:\n  - {id: a, then: {b: min(c, 3 W)}}\n", "flow-comma"),
    ],
)
def test_what_does_not_parse_is_left_alone(text: str, said: str) -> None:
    found = _formatted(text)
    assert not found.changes
    assert [each.code for each in found.problems] == [said]


def test_plain_sentences_keep_their_words() -> None:
    text = "rules:\n  - id: a\n    because: More  than   b>c.\n"
    assert _clean(text) == text
