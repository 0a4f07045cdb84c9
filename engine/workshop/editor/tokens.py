"""The visible signs of a YAML file, and where blocks begin and end: what a layout is made from."""

from collections.abc import Iterator
from dataclasses import dataclass

from ruamel.yaml import YAML
from ruamel.yaml.tokens import (
    BlockEndToken,
    BlockEntryToken,
    BlockMappingStartToken,
    BlockSequenceStartToken,
    DocumentEndToken,
    DocumentStartToken,
    FlowEntryToken,
    FlowMappingEndToken,
    FlowMappingStartToken,
    FlowSequenceEndToken,
    FlowSequenceStartToken,
    KeyToken,
    ScalarToken,
    ValueToken,
)

OPEN_BLOCK, OPEN_LIST, CLOSE_BLOCK, KEY = "open block", "open list", "close block", "key"
INVISIBLE = frozenset({OPEN_BLOCK, OPEN_LIST, CLOSE_BLOCK, KEY})
SCALAR, END = "scalar", "end"
_KINDS = {
    BlockMappingStartToken: OPEN_BLOCK,
    BlockSequenceStartToken: OPEN_LIST,
    BlockEndToken: CLOSE_BLOCK,
    KeyToken: KEY,
    ScalarToken: SCALAR,
    BlockEntryToken: "-",
    ValueToken: ":",
    FlowEntryToken: ",",
    FlowMappingStartToken: "{",
    FlowMappingEndToken: "}",
    FlowSequenceStartToken: "[",
    FlowSequenceEndToken: "]",
    DocumentStartToken: "---",
    DocumentEndToken: "...",
}


class UnusualError(ValueError):
    """Something that rule files do not have, and that no layout is given for."""


@dataclass(frozen=True, slots=True)
class Token:
    """One sign; `line` and `column` count from 0, `end_line` is that of its last character."""

    kind: str
    text: str
    start: int
    end: int
    line: int
    column: int
    end_line: int

    @property
    def is_block_scalar(self) -> bool:
        """Tell whether it is a text after `|` or `>`, which reaches to the end of a line."""
        return self.kind == SCALAR and self.text[:1] in ("|", ">") and "\n" in self.text


def tokens(source: str) -> Iterator[Token]:
    """Yield the tokens of a file that parses. Raises UnusualError."""
    for each in YAML(typ="safe", pure=True).scan(source):
        kind = _KINDS.get(type(each))
        start, end = each.start_mark, each.end_mark
        text = source[start.index : end.index]
        if kind is None:
            if text.strip():
                raise UnusualError(f"`{text.strip()}` is not formatted")
            continue
        if kind == KEY and text:
            raise UnusualError("a key that begins with `?` is not formatted")
        end_line = end.line - 1 if text.endswith("\n") else end.line
        yield Token(kind, text, start.index, end.index, start.line, start.column, end_line)
    yield Token(END, "", len(source), len(source), source.count("\n"), 0, source.count("\n"))


def comments(source: str) -> list[str]:
    """Return every comment of a file that parses, in order. Raises UnusualError."""
    found: list[str] = []
    end = 0
    for token in tokens(source):
        if token.kind in INVISIBLE:
            continue
        gap = source[end : token.start]
        found += [line.strip() for line in gap.split("\n") if line.strip()]
        if token.is_block_scalar:
            _, mark, comment = token.text.partition("\n")[0].partition("#")
            found += [f"{mark}{comment}".rstrip()] if mark else []
        end = token.end
    return found
