"""Where something stands in an operator's file."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A span on one line: `line` and `column` count from 1, `end_column` is one past the last."""

    file: str
    line: int
    column: int
    end_column: int = 0

    def shifted(self, columns: int, length: int) -> "Position":
        """Return the span of `length` columns that starts `columns` after this one."""
        start = self.column + columns
        return Position(self.file, self.line, start, start + length)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


NOWHERE = Position("", 0, 0)
"""For rules that were built by a program rather than read from a file."""
