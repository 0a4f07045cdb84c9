"""What the terminal can show."""

import os
from typing import IO


def is_colourful(stream: IO[str]) -> bool:
    """Tell whether colours are wanted: on a terminal, unless NO_COLOR is set (no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
