"""The languages in which an explanation can be told."""

from engine.workshop.english import ENGLISH
from engine.workshop.german import GERMAN
from engine.workshop.words import Words

LANGUAGES: dict[str, Words] = {words.code: words for words in (ENGLISH, GERMAN)}
"""By their codes; English is what is told where nothing was asked for."""


def language_of(code: str) -> Words | None:
    """Return the language of a code as `de` or of a locale as `de_DE.UTF-8`; None if unknown."""
    return LANGUAGES.get(code.strip().partition(".")[0].partition("_")[0].partition("-")[0].lower())
