"""The table of phrases: every phrase is used, so that no language translates in vain."""

from dataclasses import fields

from engine.workshop.words import Words
from tests.house.source import files


def test_every_phrase_is_used() -> None:
    sources = [s.text for s in files("engine/workshop") if not s.path.endswith("words.py")]
    told = "\n".join(sources)
    assert [each.name for each in fields(Words) if f"words.{each.name}" not in told] == []
