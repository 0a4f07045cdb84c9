"""The layout of a YAML file: two spaces a level, one blank line at most, columns where lines agree.

No line is broken and none is joined: where a line ends is the writer's choice. Comments keep their
words and their place between the lines.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field

from engine.workshop.editor.columns import paddings
from engine.workshop.editor.lines import Lines
from engine.workshop.editor.tokens import (
    CLOSE_BLOCK,
    END,
    INVISIBLE,
    KEY,
    OPEN_BLOCK,
    OPEN_LIST,
    SCALAR,
    Token,
    tokens,
)

STEP = 2
_OPENING = ("{", "[")
_CLOSING = ("}", "]")


def laid_out(source: str, texts: Mapping[int, str], words: Container[int] = ()) -> str:
    """Return the file in its layout.

    `texts` are scalars to be written otherwise, by their index; `words` are keys of the format,
    which stand in no column. The file must parse.
    Raises UnusualError for what rule files do not have.
    """
    return _Layout(source, texts, tuple(tokens(source)), words).written()


@dataclass(slots=True)
class _Frame:
    """A block or a `{` whose end was not seen yet: where it stood, and where it stands now."""

    old: int
    new: int
    is_flow: bool = False
    is_list: bool = False
    is_implied: bool = False
    """A list whose dashes stand right under its key: neither its begin nor its end has a token."""
    hangs: bool = False


@dataclass(slots=True)
class _Layout:
    source: str
    texts: Mapping[int, str]
    found: tuple[Token, ...]
    words: Container[int]
    frames: list[_Frame] = field(default_factory=list)
    left: list[_Frame] = field(default_factory=list)
    lines: Lines = field(default_factory=Lines)

    def written(self) -> str:
        padding = paddings(self.found, self.words)
        before: Token | None = None
        after_key = False
        for index, token in enumerate(self.found):
            if token.kind in INVISIBLE:
                self._enter_or_leave(token)
                after_key = token.kind == KEY
                continue
            if self._begins_implied_list(token):
                implied = _Frame(token.column, self._deeper(), is_list=True, is_implied=True)
                self.frames.append(implied)
            self._place(before, token, padding, after_key=after_key)
            if token.kind in _OPENING:
                hangs = self._ends_line(index)
                inside = self._inside(hangs=hangs)
                self.frames.append(_Frame(token.column, inside, is_flow=True, hangs=hangs))
            elif token.kind in _CLOSING:
                self.frames.pop()
            before, after_key = token, False
        return self.lines.written()

    def _enter_or_leave(self, token: Token) -> None:
        if token.kind in (OPEN_BLOCK, OPEN_LIST):
            is_list = token.kind == OPEN_LIST
            self.frames.append(_Frame(token.column, self._deeper(), is_list=is_list))
            return
        if self.frames and self.frames[-1].is_implied:
            self.left.append(self.frames.pop())
        if token.kind == CLOSE_BLOCK:
            self.left.append(self.frames.pop())

    def _deeper(self) -> int:
        return self.frames[-1].new + STEP if self.frames else 0

    def _begins_implied_list(self, token: Token) -> bool:
        return token.kind == "-" and not (self.frames and self.frames[-1].is_list)

    def _inside(self, *, hangs: bool) -> int:
        """Return where lines inside the bracket just written begin."""
        return self.lines.indentation + STEP if hangs else self.lines.width

    def _ends_line(self, index: int) -> bool:
        """Tell whether a bracket is the last on its line."""
        token = self.found[index]
        after = next(each for each in self.found[index + 1 :] if each.kind not in INVISIBLE)
        return after.line > token.line

    def _place(
        self, before: Token | None, token: Token, padding: Mapping[int, int], *, after_key: bool
    ) -> None:
        gap = self.source[before.end if before else 0 : token.start]
        if before is None or before.is_block_scalar or "\n" in gap or token.kind == END:
            self._new_line(before, gap, token, after_key=after_key)
        elif _is_spaced(before, token):
            self.lines.add(" " + " " * padding.get(token.start, 0))
        self.left.clear()
        if token.kind == SCALAR and "\n" in token.text:
            self._long(token)
        elif token.kind != END:
            self.lines.add(self.texts.get(token.start, token.text))

    def _new_line(self, before: Token | None, gap: str, token: Token, *, after_key: bool) -> None:
        """End the line, write comments and blank lines of the gap, and begin the token's line."""
        segments = gap.split("\n")
        if before is not None and not before.is_block_scalar:
            rest = segments.pop(0)
            column = before.column + len(before.text) + len(rest) - len(rest.lstrip())
            self.lines.end(rest.strip(), column)
        elif before is not None and _trails_blank(before):
            self.lines.blank()
        new = self._start(token, after_key=after_key)
        if segments and token.kind != END:
            segments.pop()  # the indentation of the token itself
        for segment in segments:
            comment = segment.strip()
            if comment:
                column = len(segment) - len(segment.lstrip())
                self.lines.comment(comment, self._comment_column(column, token, new), column)
            else:
                self.lines.blank()
        self.lines.begin(new)

    def _start(self, token: Token, *, after_key: bool) -> int:
        """Return where a token that begins a line stands."""
        if not self.frames or token.kind in ("---", "...", END):
            return 0
        top = self.frames[-1]
        if top.is_flow:
            closes = token.kind in _CLOSING
            return top.new - STEP if closes and top.hangs else top.new - (closes and not top.hangs)
        return top.new if token.kind == "-" or after_key else top.new + STEP

    def _comment_column(self, column: int, token: Token, new: int) -> int:
        """Return where a comment of its own stands: with what it was aligned with."""
        if column <= token.column and token.kind != END:
            return new
        blocks = [each for each in reversed(self.left) if not each.is_flow]
        fitting = [each.new for each in (*self.frames, *blocks) if each.old <= column]
        return max(fitting, default=0) if blocks else new

    def _long(self, token: Token) -> None:
        """Write a text of several lines."""
        if not token.is_block_scalar:
            first, *more = token.text.split("\n")
            self.lines.add(first.rstrip())
            indentation = self.frames[-1].new + STEP if self.frames else 0
            for line in more:
                self.lines.end()
                self.lines.begin(indentation if line.strip() else 0)
                self.lines.add(line.strip())
            return
        header, *body = token.text.split("\n")
        self.lines.add(header.rstrip())
        self.lines.end()
        keeps = "+" in header.partition("#")[0]
        while body and not body[-1].strip(" "):
            if keeps and len(body) > 1:
                break
            body.pop()
        digit = next((each for each in header.partition("#")[0] if each.isdigit()), "")
        parent = self.frames[-1]
        written_at = [len(line) - len(line.lstrip(" ")) for line in body if line.strip(" ")]
        old = parent.old + int(digit) if digit else min(written_at, default=0)
        new = parent.new + (int(digit) if digit else STEP)
        for line in body[:-1] if keeps and body and not body[-1] else body:
            self.lines.verbatim(" " * new + line[old:] if line[old:] else "")


def _trails_blank(token: Token) -> bool:
    """Tell whether an empty line follows the text of a block scalar."""
    return token.text.endswith("\n\n") and "+" not in token.text.split("\n", 1)[0]


def _is_spaced(before: Token, token: Token) -> bool:
    if before.kind == ":":
        return True
    return before.kind not in _OPENING and token.kind not in (":", ",", *_CLOSING)
