"""Colours for a terminal; the text stays the same to the letter."""

from collections.abc import Iterable

from rich.style import Style as Colour

from engine.language.render.as_text import Piece, Style

_COLOURS = {
    Style.PLAIN: Colour(),
    Style.PLACE: Colour(bold=True),
    Style.ERROR: Colour(bold=True, color="red"),
    Style.WARNING: Colour(bold=True, color="yellow"),
    Style.MARGIN: Colour(color="blue"),
    Style.CARET: Colour(bold=True, color="blue"),
    Style.HELP: Colour(bold=True, color="green"),
}


def coloured(pieces: Iterable[Piece]) -> str:
    """Return the pieces as one text with the terminal's codes for the colour of each style."""
    return "".join(_COLOURS[style].render(text) for text, style in pieces)
