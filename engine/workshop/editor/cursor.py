"""What may stand where the cursor is, also in a file that does not parse at the moment.

The way there is read from the indentation of the lines above, so that it costs the same in a file
of any size and survives whatever else is unfinished.
"""

import re
from dataclasses import dataclass

from engine.language.grammar import lexemes
from engine.workshop.editor.pieces import Steps, role_of
from engine.workshop.editor.role import EXPRESSIONS, Role
from engine.workshop.editor.schema_parts import Schema
from engine.workshop.editor.sheet import Sheet

_LINE = re.compile(r"(?P<lead> *(?:- +)*-? *)(?P<rest>.*)")
_KEY = re.compile(r"""\s*["']?(?P<key>[\w.]+)["']?\s*:(?:\s+|$)""")
_WORD = re.compile(r"[\w.]+$")
_ITEM = "-"
_WORDS = {
    "AND": "and", "OR": "or", "NOT": "not", "IS": "is", "IN": "in", "BETWEEN": "between",
    "UNTIL": "until",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that may stand at the cursor."""

    label: str
    detail: str = ""
    about: str = ""
    is_key: bool = False


@dataclass(frozen=True, slots=True)
class _Here:
    path: tuple[str, ...]
    text: str
    is_value: bool


def offers(text: str, line: int, column: int, schema: Schema, sheet: Sheet) -> list[Offer]:
    """Return what may stand at a place, counted from 0."""
    here = _here(text.split("\n"), line, column)
    steps = Steps(schema)
    found = steps.whole(schema)
    for step in here.path:
        found = steps.item(found) if step == _ITEM else steps.under(found, step)
    result: list[Offer] = []
    if not here.is_value:
        result += _keys(found)
    if role_of(found) in EXPRESSIONS and (here.is_value or role_of(found) is Role.TRUTH):
        result += _in_expression(here.text, sheet)
    if here.is_value:
        result += _words(found)
    return list({each.label: each for each in reversed(result)}.values())[::-1]


def _keys(schema: Schema) -> list[Offer]:
    properties = schema.get("properties")
    if not isinstance(properties, dict):
        return []
    result = []
    for key, each in properties.items():
        about = each.get("description") if isinstance(each, dict) else ""
        result.append(Offer(key, *_halves(str(about or "")), is_key=True))
    return result


def _halves(about: str) -> tuple[str, str]:
    first, _, rest = about.partition("\n\n")
    return first, rest


def _words(schema: Schema) -> list[Offer]:
    words = schema.get("enum") or schema.get("examples")
    if not isinstance(words, list):
        return []
    return [Offer(str(each).lower() if each in (True, False) else str(each)) for each in words]


def _in_expression(text: str, sheet: Sheet) -> list[Offer]:
    found = lexemes(_WORD.sub("", text))
    states = _states(found.tokens, sheet)
    if states:
        return [Offer(each, "state") for each in states]
    result = []
    if "NAME" in found.may_follow:
        result = [Offer(each.name, each.summary, each.about) for each in sheet.values()]
    return result + [Offer(word) for kind, word in _WORDS.items() if kind in found.may_follow]


def _states(tokens: tuple[tuple[str, str, int], ...], sheet: Sheet) -> tuple[str, ...]:
    """Return the states that may follow `name is`, `name is not` or `name in [`."""
    kinds = [kind for kind, _, _ in tokens]
    for tail in (["IS"], ["IS", "NOT"], ["IN", "LSQB"], ["NOT", "IN", "LSQB"]):
        if kinds[-len(tail) :] == tail and kinds[-len(tail) - 1 : -len(tail)] == ["NAME"]:
            entry = sheet.get(tokens[-len(tail) - 1][1])
            return entry.states if entry else ()
    return ()


def _here(lines: list[str], line: int, column: int) -> _Here:
    """Return the way to the cursor and the text before it."""
    now = lines[line][:column] if line < len(lines) else ""
    path, indentation = _split(now)
    *inner, last = _inside(path[-1])
    way = _above(lines[:line], indentation, dashes=len(path) - 1)
    return _Here((*way, *path[:-1], *inner), last.removeprefix("\0"), not last.startswith("\0"))


def _split(line: str) -> tuple[list[str], int]:
    """Return a line as its dashes and the rest, and how far it is indented."""
    match = _LINE.fullmatch(line)
    lead, rest = (match["lead"], match["rest"]) if match else ("", line)
    return [*([_ITEM] * lead.count("-")), rest], len(lead) - len(lead.lstrip(" "))


def _inside(text: str) -> list[str]:  # noqa: C901 - one case for each sign
    """Return the keys and brackets that the cursor is in, and the text since.

    The text begins with a null character where a key is expected.
    """
    way: list[str] = []
    opened: list[tuple[str, int]] = []
    match = _KEY.match(text)
    if match is None and text.lstrip()[:1] not in ("{", "["):
        return ["\0" + text.lstrip()]
    at = match.end() if match else 0
    if match:
        way.append(match["key"])
    begin = at
    quote = ""
    while at < len(text):
        sign = text[at]
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'" and not text[begin:at].strip():
            quote, begin = sign, at + 1
        elif sign in "{[" and not text[begin:at].strip():
            opened.append((sign, len(way)))
            way += [_ITEM] if sign == "[" else []
            begin = at + 1
        elif sign in "}]" and opened:
            _, depth = opened.pop()
            del way[depth:]
            begin = at + 1
        elif sign == "," and opened and text.count("(", begin, at) <= text.count(")", begin, at):
            kind, depth = opened[-1]
            del way[depth + (kind == "[") :]
            begin = at + 1
        elif opened and opened[-1][0] == "{" and len(way) == opened[-1][1]:
            key = _KEY.match(text, at)
            if key and not text[begin:at].strip():
                way.append(key["key"])
                at = begin = key.end()
                continue
        at += 1
    in_form = bool(opened) and opened[-1][0] == "{" and len(way) == opened[-1][1]
    return [*way, ("\0" if in_form else "") + text[begin:].lstrip()]


def _above(lines: list[str], indentation: int, *, dashes: int) -> list[str]:
    """Return the keys and dashes of the lines above that the line stands under."""
    way: list[str] = []
    inside = indentation
    is_item = dashes > 0
    for line in reversed(lines):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        parts, own = _split(line)
        match = _KEY.match(parts[-1])
        width = len(line) - len(parts[-1])
        if match is None and len(parts) == 1:
            continue
        if match and (width < inside or (is_item and width == inside and len(parts) == 1)):
            way = [match["key"], *way]
            inside = width
            is_item = False
        if len(parts) > 1 and own < inside:
            way = [*parts[:-1], *way] if width <= inside or match else way
            inside = own
            is_item = True
        if inside == 0 and not is_item:
            break
    return way
