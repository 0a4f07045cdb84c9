"""Trees as plain text and in colour."""

import io
import sys

import pytest

from adapters.cli.tree import plain_lines, show
from engine.workshop.outline import Line, Mark

TREE = Line(
    "output is on",
    below=(
        Line("rule asks", Mark.YES, (Line("too low", Mark.NO), Line("stale", Mark.UNKNOWN))),
        Line("held", Mark.RESTRICTED),
    ),
)


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_tree_is_drawn_with_its_marks() -> None:
    assert list(plain_lines(TREE)) == [
        "output is on",
        "├─ ✓ rule asks",
        "│  ├─ ✗ too low",
        "│  └─ ? stale",
        "└─ ! held",
    ]


def test_what_is_piped_has_no_colour(capsys: pytest.CaptureFixture[str]) -> None:
    show("A sentence.", TREE)
    told = capsys.readouterr().out
    assert told.startswith("A sentence.\n\noutput is on\n├─ ✓ rule asks\n")
    assert "\x1b" not in told


@pytest.mark.parametrize("colour", [True, False])
def test_a_terminal_gets_colours_unless_they_are_unwanted(
    monkeypatch: pytest.MonkeyPatch, colour: bool
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    show("A sentence with [brackets].", TREE, colour=colour)
    told = terminal.getvalue()
    assert "[brackets]" in told
    assert "too low" in told
    assert ("\x1b[" in told) is colour
