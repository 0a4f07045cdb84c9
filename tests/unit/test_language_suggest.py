"""Did you mean, and letters of another script."""

import pytest

from engine.language.suggest import advise, foreign_letter

KNOWN = ("buffer.top", "buffer.bottom", "p3.running", "outside.temperature")


@pytest.mark.parametrize(
    ("word", "advice"),
    [
        ("bufer.top", "did you mean `buffer.top` or `buffer.bottom`?"),
        ("Buffer.Top", "did you mean `buffer.top` or `buffer.bottom`?"),
        ("temperature", "did you mean `outside.temperature`?"),
        ("running", "did you mean `p3.running`?"),
        ("zzz", ""),
        ("", ""),
        ("x" * 500, ""),
    ],
)
def test_the_nearest_word_is_suggested(word: str, advice: str) -> None:
    assert advise(word, KNOWN) == advice


def test_a_look_alike_is_named_and_its_word_suggested() -> None:
    cyrillic = "buff\u0435r.top"
    expected = "its letter `\u0435` is Cyrillic, not Latin; did you mean `buffer.top`?"
    assert advise(cyrillic, KNOWN) == expected
    assert "Greek" in foreign_letter("\u03bfutside")
    assert "Cyrillic" in advise("\u0436", KNOWN)


def test_letters_with_accents_are_latin() -> None:
    assert foreign_letter("größe") == ""
    assert foreign_letter("5 °C µ") == "its letter `µ` is Micro, not Latin"
