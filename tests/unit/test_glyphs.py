"""Nothing in an operator's file can move the cursor, hide text or shift the caret."""

import pytest

from engine.language.render.glyphs import blank, visible, width


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("buffer.top < 60 °C", "buffer.top < 60 °C"),
        ("a\tb", "a\tb"),
        ("a\x00b\x1b", "a␀b␛"),
        ("\x7f\x9b", "␡�"),
        ("\u200b\u2028\ufeff", "���"),
        ("\udc80", "�"),
    ],
)
def test_what_a_terminal_would_obey_is_shown_instead(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_blanks_are_as_wide_as_the_text() -> None:
    assert [width(glyph) for glyph in "a°温\u0301"] == [1, 1, 2, 0]
    assert blank("a温\te\u0301") == "   \t "
