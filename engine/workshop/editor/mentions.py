"""Where names are given and used in a file: what references, definitions and renaming go by."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engine.language.document import Node, Ruler
from engine.language.grammar import lexemes
from engine.language.position import Position
from engine.workshop.editor.pieces import Piece, pieces
from engine.workshop.editor.role import EXPRESSIONS, GIVEN, Role
from engine.workshop.editor.schema_parts import Schema
from engine.workshop.editor.sheet import Sheet

_IDS = frozenset({
    Role.RULE, Role.TRIP, Role.INTERLOCK, Role.PERMISSIVE, Role.RULE_USED, Role.EXPECTED,
})  # fmt: skip
_NAMES = frozenset({
    Role.FACT, Role.OUTPUT, Role.SIGNAL, Role.CONDITION, Role.DERIVED, Role.OUTPUT_USED,
    Role.POINT_USED, Role.NAME_USED,
})  # fmt: skip
_BY = re.compile(r"(?:^|\s)by\s")
_ID = re.compile(r"[A-Za-z][\w.]*")


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a file; `left` is what it is compared with, if it may be a state of that."""

    name: str
    is_id: bool
    is_given: bool
    position: Position
    owner: str = ""
    left: str = ""

    def is_of(self, sheet: Sheet) -> bool:
        """Tell whether it is a name rather than a state of what it is compared with."""
        entry = sheet.get(self.left) if self.left else None
        return entry is None or self.name not in entry.states


def mentions(schema: Schema, document: Node) -> tuple[Mention, ...]:
    """Return every name in a file; the schema is that of a plant that is not known."""
    return tuple(each for piece in pieces(schema, document) for each in _in(piece))


def under(found: Iterable[Mention], line: int, column: int) -> Mention | None:
    """Return the name under a place, counted from 1."""
    for each in found:
        place = each.position
        if place.line == line and place.column <= column <= place.end_column:
            return each
    return None


def _in(piece: Piece) -> Iterator[Mention]:
    text, ruler = piece.scalar.text, Ruler(piece.scalar)
    if piece.role is Role.EXPECTED:
        by = _BY.search(text)
        for word in _ID.finditer(text, by.end()) if by else ():
            if word[0] != "and":
                place = ruler.at(word.start(), word.end())
                yield Mention(word[0], True, False, place, piece.owner)
    elif piece.role in EXPRESSIONS:
        yield from _read(piece, ruler)
    elif piece.role in _IDS or piece.role in _NAMES:
        place = ruler.at(0, len(text))
        is_given = piece.role in GIVEN
        yield Mention(text, piece.role in _IDS, is_given, place, piece.owner)


def _read(piece: Piece, ruler: Ruler) -> Iterator[Mention]:
    tokens = lexemes(piece.scalar.text).tokens
    left = ""
    for index, (kind, word, start) in enumerate(tokens):
        before = tokens[index - 1][0] if index else ""
        if kind in ("AND", "OR", "RPAR", "RSQB"):
            left = ""
        if kind != "NAME":
            continue
        is_call = index + 1 < len(tokens) and tokens[index + 1][0] == "LPAR"
        compared = before in ("IS", "NOT", "LSQB", "COMMA", "COMPARE")
        if not is_call:
            place = ruler.at(start, start + len(word))
            yield Mention(word, False, False, place, piece.owner, left if compared else "")
        if not compared:
            left = word
