import re

from adapters.cli.colours import coloured
from engine.language.render.as_text import Style


def test_colours_change_nothing_but_the_colour() -> None:
    pieces = [(f"{style.value} [bold] :smile: \t°\n", style) for style in Style]
    text = coloured(pieces)
    assert re.sub(r"\x1b\[[0-9;]*m", "", text) == "".join(piece for piece, _ in pieces)
    assert "\x1b[1;31merror" in text
