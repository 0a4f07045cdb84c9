"""libyaml is believed only where ruamel.yaml sees the same, event by event and place by place."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import Event, MappingStartEvent, ScalarEvent, SequenceStartEvent

from engine.language import yaml_events
from engine.language.parse_yaml import parse_yaml
from engine.language.problem import Problem

ROOT = Path(__file__).parents[2]
FILES = sorted(
    path for folder in ("rules", "adapters", "tests") for path in (ROOT / folder).rglob("*.yaml")
)
_PIECES = (
    " ", "\n", "\n  ", "\n- ", "\n  - ", ": ", ":", "- ", "[", "]", "{", "}", ", ", ",", "a",
    "b c", "'", '"', "x", "#", " # c", "|", "|\n  t\n", ">", "&a ", "*a", "!t ", "? ", "%",
    "---\n", "...\n", "\t", "12:00", "a:b", "\\n", "\\x41", "\\/", "''", '""', "\r\n", "\r", "°",
    "-", "--", "?", "@", "`", "0x1", "~", "null", "<<", "=", "http://a", "{a: b}", "[a, b]",
    "\u2028", "\u0085", "\ufeff", "\U0001f600", "%YAML 1.2\n", "%TAG ! x\n", "!<x>", "!!str ",
    "|2", ">-", "|+", "k" * 1025 + ": ",
)  # fmt: skip


def seen(event: Event) -> tuple[object, ...]:
    """Return all that is read of an event."""
    name = type(event).__name__
    if not isinstance(event, ScalarEvent | MappingStartEvent | SequenceStartEvent):
        return (name,)
    start, end = event.start_mark, event.end_mark
    marks = [(mark.index, mark.line, mark.column) for mark in (start, end)]
    if isinstance(event, ScalarEvent):
        return (name, *marks, event.value, event.style or "")
    return (name, *marks, bool(event.flow_style))


def both(source: str) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]] | None] | None:
    """Return what the two see; None if libyaml is not asked or does not answer."""
    fast = yaml_events._by_libyaml(source)
    if fast is None:
        return None
    try:
        slow = [seen(event) for event in yaml_events.by_ruamel(source)]
    except (YAMLError, ValueError, OverflowError):
        slow = None
    return [seen(event) for event in fast], slow


def test_libyaml_is_there() -> None:
    assert yaml_events.CParser is not None


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_of_ours_is_read_alike(path: Path) -> None:
    found = both(path.read_text("utf-8"))
    if found is not None:
        assert found[0] == found[1]


def test_without_libyaml_everything_is_read_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    some = FILES[::4]  # events are compared for each of them

    def read() -> list[object]:
        problems: list[Problem] = []
        return [parse_yaml(path.name, path.read_text("utf-8"), problems) for path in some] + [
            *problems
        ]

    with_it = read()
    monkeypatch.setattr(yaml_events, "CParser", None)
    assert read() == with_it


def test_the_rules_of_asp1_are_read_fast() -> None:
    for path in (ROOT / "rules/asp1").glob("*.yaml"):
        text = path.read_text("utf-8")
        assert yaml_events._by_libyaml(text) is not None, path.name
        assert yaml_events._by_libyaml(text.rstrip()) is not None, path.name


@given(st.lists(st.sampled_from(_PIECES), max_size=25).map("".join))
@example(">#-!!str |+@")
@example("a: |\n \n   b: c")
@example("a: ")
@example("a: !\n  b: c")
@example("- &a x\n- *a")
@example("---\na: b\n---\nc: d")
@example("k" * 1025 + ": v")
def test_texts_made_of_the_marks_of_yaml_are_read_alike(text: str) -> None:
    for ended in (text, text + "\n"):
        found = both(ended)
        assert found is None or found[0] == found[1]


@given(st.sampled_from(FILES), st.randoms(use_true_random=False))
def test_damaged_rules_are_read_alike(path: Path, dice: Random) -> None:
    found = both(damaged(path.read_text("utf-8"), dice))
    assert found is None or found[0] == found[1]


def damaged(text: str, dice: Random) -> str:
    """Return some lines of a text with a few slips in them."""
    lines = text.splitlines()
    first = dice.randrange(len(lines))
    letters = list("\n".join(lines[first : first + 14]))
    for _ in range(dice.randint(1, 3)):
        place = dice.randrange(len(letters) + 1)
        letters[place : place + dice.randint(0, 3)] = dice.choice(("", dice.choice(_PIECES)))
    return "".join(letters) + dice.choice(("\n", ""))
