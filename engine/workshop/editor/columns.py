"""Which values stand in a column: those of neighbouring lines `name: {…}`."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from engine.workshop.editor.tokens import CLOSE_BLOCK, END, KEY, OPEN_BLOCK, OPEN_LIST, Token

_OPENING, _CLOSING = ("{", "["), ("}", "]")


@dataclass(slots=True)
class _Entry:
    key: Token
    value: Token | None = None
    last: Token | None = None

    @property
    def is_form(self) -> bool:
        """Tell whether it is `name: {` on one line."""
        return (
            self.value is not None and self.value.kind == "{" and self.value.line == self.key.line
        )


def paddings(found: Sequence[Token], words: Container[int] = ()) -> Mapping[int, int]:
    """Return how many more spaces than one stand before a token, by its index.

    `words` are keys, by their index, that are words of the format: those stand in no column.
    """
    result: dict[int, int] = {}
    blocks: list[list[_Entry]] = []
    depth = 0
    expects_key = False
    for token in found:
        if token.kind in (OPEN_BLOCK, OPEN_LIST):
            blocks.append([])
        elif token.kind == CLOSE_BLOCK:
            result |= _of([each for each in blocks.pop() if each.key.start not in words])
        elif token.kind == KEY:
            expects_key = depth == 0
        else:
            depth += (token.kind in _OPENING) - (token.kind in _CLOSING)
            _note(blocks, token, is_key=expects_key)
            expects_key = False
    return result


def _note(blocks: list[list[_Entry]], token: Token, *, is_key: bool) -> None:
    """Note a visible token as the key, the value or the newest part of the open entries."""
    if not blocks:
        return
    if is_key:
        blocks[-1].append(_Entry(token))
    elif blocks[-1] and blocks[-1][-1].value is None and token.kind != ":":
        blocks[-1][-1].value = token
    if token.kind != END:
        for block in blocks:
            if block:
                block[-1].last = token


def _of(entries: Sequence[_Entry]) -> dict[int, int]:
    result: dict[int, int] = {}
    run: list[_Entry] = []
    for entry in (*entries, None):
        if run and (entry is None or not entry.is_form or not _is_next(run[-1], entry)):
            widest = max(len(each.key.text) for each in run)
            result |= {
                each.value.start: widest - len(each.key.text)
                for each in run
                if each.value is not None
            }
            run = []
        if entry is not None and entry.is_form:
            run.append(entry)
    return result


def _is_next(before: _Entry, entry: _Entry) -> bool:
    return before.last is not None and entry.key.line == before.last.end_line + 1
