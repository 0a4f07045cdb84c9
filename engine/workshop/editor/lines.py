"""Lines as they are put together: code, and a comment behind it in a column with its neighbours."""

from dataclasses import dataclass, field

_GAP = "  "


@dataclass(slots=True)
class _Line:
    code: str
    comment: str = ""
    hangs: bool = False
    """A comment of its own that goes on below the one behind the code of the line before."""
    is_fixed: bool = False


@dataclass(slots=True)
class Lines:
    """The lines so far, and the one that is being written."""

    done: list[_Line] = field(default_factory=list)
    code: str = ""
    is_open: bool = False
    last_column: int = -1

    @property
    def indentation(self) -> int:
        """Return how far the line being written is indented."""
        return len(self.code) - len(self.code.lstrip(" "))

    @property
    def width(self) -> int:
        """Return how long the line being written is."""
        return len(self.code)

    def begin(self, column: int) -> None:
        """Begin a line."""
        self.code = " " * column
        self.is_open = True

    def add(self, text: str) -> None:
        """Go on with the line."""
        self.code += text

    def end(self, comment: str = "", column: int = -1) -> None:
        """End the line, perhaps with a comment, which stood in `column`."""
        if self.is_open:
            self.done.append(_Line(self.code.rstrip(" "), comment))
            self.last_column = column if comment else -1
        self.is_open = False

    def comment(self, comment: str, column: int, stood_in: int) -> None:
        """Write a comment of its own; below the one of the line before if it stood there."""
        if stood_in == self.last_column:
            self.done.append(_Line("", comment, hangs=True))
        else:
            self.done.append(_Line(" " * column + comment))
            self.last_column = -1

    def blank(self) -> None:
        """Leave a line blank, unless the one before is."""
        if self.done and (self.done[-1].code or self.done[-1].comment):
            self.done.append(_Line(""))
        self.last_column = -1

    def verbatim(self, text: str) -> None:
        """Write a line that must stay as it is."""
        self.done.append(_Line(text, is_fixed=True))

    def written(self) -> str:
        """Return the whole text; it ends with one line end."""
        while self.done and not (self.done[-1].code or self.done[-1].comment):
            if self.done[-1].is_fixed:
                break
            self.done.pop()
        return "".join(f"{line}\n" for line in self._with_comments())

    def _with_comments(self) -> list[str]:
        """Return the lines; comments behind neighbouring lines stand in one column."""
        found: list[str] = []
        run: list[_Line] = []
        for line in [*self.done, _Line("")]:
            if line.comment:
                run.append(line)
                continue
            column = max((len(each.code) for each in run if not each.hangs), default=0)
            found += [f"{each.code:<{column}}{_GAP}{each.comment}" for each in run]
            run = []
            found.append(line.code)
        return found[:-1]
