"""A file in the house's format, or why it is left alone.

What comes out otherwise is read again and compared with what went in, text by text and comment by
comment: if anything but white space differs, the file is left alone too.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from engine.language.check import not_yaml
from engine.language.document import Mapping, Node, Scalar, Sequence
from engine.language.parse_yaml import parse_yaml
from engine.language.position import Position
from engine.language.problem import Problem, Severity
from engine.language.source import read_text
from engine.workshop.editor.layout import laid_out
from engine.workshop.editor.pieces import pieces, words
from engine.workshop.editor.role import EXPRESSIONS, Role
from engine.workshop.editor.schema_parts import Schema
from engine.workshop.editor.spacing import spaced_scalar
from engine.workshop.editor.tokens import UnusualError, comments

_SPACED = EXPRESSIONS | {Role.CONSTANT}


@dataclass(frozen=True, slots=True)
class Formatted:
    """The text as it was, as it should be, and what keeps it from being formatted."""

    before: str
    after: str
    problems: tuple[Problem, ...] = ()

    @property
    def changes(self) -> bool:
        """Tell whether the file is not in the house's format yet."""
        return self.before != self.after


def formatted(file: str, content: bytes, schema: Schema) -> Formatted:
    """Return a file in the house's format.

    The schema, of a plant that is not known, says which texts are expressions and which keys words.
    """
    text, unreadable = read_text(file, content)
    problems = list(unreadable)
    document = None if problems else parse_yaml(file, text, problems)
    errors = tuple(each for each in problems if each.severity is Severity.ERROR)
    raw = text if problems else content.decode("utf-8")
    if document is None or errors:
        return Formatted(raw, raw, errors)
    texts = {
        each.scalar.start: spaced_scalar(each.scalar, is_constant=each.role is Role.CONSTANT)
        for each in pieces(schema, document)
        if each.role in _SPACED and not each.is_key
    }
    start = Position(file, 1, 1, 2)
    try:
        after = laid_out(text, texts, frozenset(words(schema, document)))
    except UnusualError as unusual:
        return Formatted(raw, raw, (not_yaml.problem(str(unusual), start),))
    if after == text and not problems:
        return Formatted(raw, after)
    again: list[Problem] = []
    found = parse_yaml(file, after, again)
    spaced = frozenset(
        each.start for each in _scalars(document) if texts.get(each.start) != each.raw
    )
    same = found is not None and not again and _same(document, found, spaced & texts.keys())
    if not same or comments(text) != comments(after):
        what = "the file cannot be formatted without changing what it says"
        return Formatted(raw, raw, (not_yaml.problem(what, start, "please report it"),))
    return Formatted(raw, after)


def _scalars(node: Node) -> Iterator[Scalar]:
    match node:
        case Scalar():
            yield node
        case Sequence():
            for item in node.items:
                yield from _scalars(item)
        case Mapping():
            for _, value in node.items:
                yield from _scalars(value)


def _same(one: Node, other: Node, spaced: frozenset[int]) -> bool:
    """Tell whether two trees say the same; `spaced` are texts whose white space may differ."""
    match one, other:
        case Scalar(), Scalar():
            if one.start in spaced:
                return "".join(one.text.split()) == "".join(other.text.split())
            return one.text == other.text and one.style == other.style
        case Sequence(), Sequence():
            return len(one.items) == len(other.items) and all(
                _same(mine, its, spaced) for mine, its in zip(one.items, other.items, strict=True)
            )
        case Mapping(), Mapping():
            return len(one.items) == len(other.items) and all(
                mine[0].text == its[0].text and _same(mine[1], its[1], spaced)
                for mine, its in zip(one.items, other.items, strict=True)
            )
        case _:
            return False
