"""Languages are found by their code or by a locale."""

import pytest

from engine.workshop.english import ENGLISH
from engine.workshop.german import GERMAN
from engine.workshop.languages import LANGUAGES, language_of
from engine.workshop.words import Words


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("de", GERMAN),
        ("de_DE.UTF-8", GERMAN),
        ("de-AT", GERMAN),
        ("DE", GERMAN),
        ("en_GB", ENGLISH),
        ("C", None),
        ("POSIX", None),
        ("", None),
        ("nds_DE", None),
    ],
)
def test_a_locale_names_a_language(code: str, language: Words | None) -> None:
    assert language_of(code) is language


def test_each_language_stands_under_its_own_code() -> None:
    assert {code: words.code for code, words in LANGUAGES.items()} == {"en": "en", "de": "de"}
