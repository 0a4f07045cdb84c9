"""How wide a text is on a terminal, and how to show what a terminal must not interpret."""

import unicodedata

_CONTROL_PICTURES = 0x2400
_DELETE, _DELETE_PICTURE = "\x7f", "␡"
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def visible(text: str) -> str:
    """Return the text with every control and format character replaced by a picture; tabs stay."""
    if text.isprintable():
        return text
    return "".join(map(_visible, text))


def _visible(glyph: str) -> str:
    if glyph == "\t" or unicodedata.category(glyph) not in _HIDDEN:
        return glyph
    if glyph < " ":
        return chr(_CONTROL_PICTURES + ord(glyph))
    return _DELETE_PICTURE if glyph == _DELETE else "\N{REPLACEMENT CHARACTER}"


def width(glyph: str) -> int:
    """Return how many columns a character takes: 0 if it is combined with the one before."""
    if unicodedata.category(glyph) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(glyph) in {"W", "F"} else 1


def blank(text: str) -> str:
    """Return white space as wide as the text; a tab stays a tab, so that it ends alike."""
    return "".join("\t" if glyph == "\t" else " " * width(glyph) for glyph in text)
