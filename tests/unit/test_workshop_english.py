"""English phrases. A second language is held to the same braces by the same test."""

import re
from dataclasses import fields

import pytest

from engine.workshop.english import ENGLISH
from engine.workshop.languages import LANGUAGES
from engine.workshop.words import Words

BRACES = re.compile(r"\{(\w+)\}")


@pytest.mark.parametrize("language", LANGUAGES.values())
def test_every_language_fills_in_the_same(language: Words) -> None:
    for field in fields(Words):
        ours, english = getattr(language, field.name), getattr(ENGLISH, field.name)
        if isinstance(english, str) and field.name != "time":  # English time is ISO 8601
            assert ours, field.name
            assert set(BRACES.findall(ours)) <= set(BRACES.findall(english)), field.name
            assert ours == ours.strip() or field.name == "lasting", field.name
