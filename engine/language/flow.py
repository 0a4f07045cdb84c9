"""YAML's own trap: between braces and brackets a comma ends a value, also inside parentheses.

`{miner1.power_target: min(surplus, 3.3 kW)}` is read as the key `miner1.power_target` with the
value `min(surplus` and a second key `3.3 kW)`. The pieces are recognised by their open parenthesis,
reported, and put together again, so that everything else in the file can be checked.
"""

from engine.language.check import flow_comma
from engine.language.document import Node, Scalar
from engine.language.problem import Problem

Item = tuple[Scalar, Node]

_MOST_PIECES = 20
"""A list is not searched further for the end of an expression; that keeps bad files cheap."""


def join_mapping(items: list[Item], source: str, problems: list[Problem]) -> list[Item]:
    """Return the items of a `{…}` with values put together again.

    A key without a colon is a piece of the value before it, also in plain sentences.
    """
    joined: list[Item] = []
    index = 0
    while index < len(items):
        key, value = items[index]
        index += 1
        pieces = []
        while index < len(items) and _is_piece(items[index], source):
            pieces.append(items[index][0])
            index += 1
        if pieces and isinstance(value, Scalar) and not value.style and not value.is_empty:
            value = _whole(value, pieces, source, problems)
        else:
            joined += [(piece, Scalar("", "", piece.position)) for piece in pieces]
        joined.append((key, value))
    return joined


def _is_piece(item: Item, source: str) -> bool:
    key, value = item
    after = source[key.start + len(key.raw) :].lstrip(" \n")
    empty = isinstance(value, Scalar) and value.is_empty
    return empty and not key.style and not after.startswith(":")


def join_sequence(items: list[Node], source: str, problems: list[Problem]) -> list[Node]:
    """Return the items of a `[…]` with values put together again."""
    joined: list[Node] = []
    index = 0
    while index < len(items):
        rest = items[index + 1 : index + 1 + _MOST_PIECES] if _opens(items[index]) else []
        count, whole = _join(items[index], rest, source, problems)
        joined.append(whole)
        index += 1 + count
    return joined


def _opens(node: Node) -> bool:
    return isinstance(node, Scalar) and not node.style and _open_parentheses(node.text) > 0


def _open_parentheses(text: str) -> int:
    return text.count("(") - text.count(")")


def _join(first: Node, rest: list[Node], source: str, problems: list[Problem]) -> tuple[int, Node]:
    """Return how many of `rest` belong to `first`, and all of them as one scalar."""
    if not isinstance(first, Scalar):
        return 0, first
    open_parentheses = _open_parentheses(first.text)
    pieces: list[Scalar] = []
    for piece in rest:
        if not isinstance(piece, Scalar) or piece.style:
            break
        pieces.append(piece)
        open_parentheses += _open_parentheses(piece.text)
        if open_parentheses <= 0:
            return len(pieces), _whole(first, pieces, source, problems)
    return 0, first


def _whole(first: Scalar, pieces: list[Scalar], source: str, problems: list[Problem]) -> Scalar:
    """Report the pieces and return what they were meant to be."""
    last = pieces[-1]
    raw = source[first.start : last.start + len(last.raw)]
    text = " ".join(raw.split())
    places = (first.position, *(piece.position for piece in pieces))
    problems.append(flow_comma.problem(text, places))
    return Scalar(text, "", first.position, raw, first.start)
