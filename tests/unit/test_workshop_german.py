"""German phrases: none is left in English, and what a case tells in German holds no English."""

import re
from dataclasses import fields

import pytest

from engine.workshop.english import ENGLISH
from engine.workshop.german import GERMAN
from engine.workshop.words import Words

ALIKE = {"alarm", "hand", "in", "person", "start", "starts"}
"""Words that German has too."""


def words_of(language: Words, name: str) -> set[str]:
    text = getattr(language, name)
    if not isinstance(text, str):
        return {language.notation.on, language.notation.off}
    return set(re.findall(r"[a-zäöüß]+", re.sub(r"\{\w+\}", " ", text).lower()))


PHRASES = [each.name for each in fields(Words) if each.name not in ("code", "time")]
SPOKEN = set().union(*(words_of(ENGLISH, name) for name in PHRASES)) - ALIKE


@pytest.mark.parametrize("name", PHRASES)
def test_no_word_of_the_english_phrases_is_in_a_german_one(name: str) -> None:
    assert words_of(GERMAN, name) & SPOKEN == set()


@pytest.mark.parametrize("name", PHRASES)
def test_every_phrase_with_words_is_translated(name: str) -> None:
    if words_of(ENGLISH, name) - ALIKE:
        assert getattr(GERMAN, name) != getattr(ENGLISH, name)


def test_every_figure_of_a_phrase_is_told_in_both() -> None:
    def braces(language: Words, name: str) -> set[str]:
        return set(re.findall(r"\{(\w+)\}", str(getattr(language, name))))

    told = {name: braces(GERMAN, name) for name in PHRASES}
    assert told == {name: braces(ENGLISH, name) for name in PHRASES}
