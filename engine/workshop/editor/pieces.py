"""Every key and text of a file with its role: the file and its schema, walked side by side."""

from collections.abc import Iterator
from dataclasses import dataclass

from engine.language.document import Mapping, Node, Scalar, Sequence
from engine.workshop.editor.role import Role
from engine.workshop.editor.schema_parts import Json, Schema

_ROLES = {role.value: role for role in Role}


@dataclass(frozen=True, slots=True)
class Piece:
    """A key or a text; `owner` is the key, or the id of the entry, in which it stands."""

    scalar: Scalar
    role: Role
    is_key: bool
    owner: str = ""


def pieces(schema: Schema, document: Node) -> Iterator[Piece]:
    """Yield what has a role, in the order of the file."""
    yield from _walk(Steps(schema), schema, document, "")


def _walk(steps: "Steps", schema: Schema, node: Node, owner: str) -> Iterator[Piece]:
    match node:
        case Scalar():
            role = role_of(schema)
            if role is not None and not node.is_empty:
                yield Piece(node, role, False, owner)
        case Sequence():
            inner = steps.item(schema)
            for item in node.items:
                yield from _walk(steps, inner, item, owner)
        case Mapping():
            role = role_of(schema)
            identity = _identity(node)
            for key, value in node.items:
                is_name = role is not None and not steps.is_fixed(schema, key.text)
                if role is not None and is_name:
                    yield Piece(key, role, True, owner)
                inner = steps.under(schema, key.text)
                entry = identity or owner or (key.text if is_name else "")
                yield from _walk(steps, inner, value, entry)


def words(schema: Schema, document: Node) -> Iterator[int]:
    """Yield where keys stand that are words of the format, by their index in the file."""
    yield from _words(Steps(schema), schema, document)


def _words(steps: "Steps", schema: Schema, node: Node) -> Iterator[int]:
    match node:
        case Sequence():
            inner = steps.item(schema)
            for item in node.items:
                yield from _words(steps, inner, item)
        case Mapping():
            for key, value in node.items:
                if steps.is_fixed(schema, key.text):
                    yield key.start
                yield from _words(steps, steps.under(schema, key.text), value)


def _identity(node: Mapping) -> str:
    """Return the id of an entry, if it has one."""
    for key, value in node.items:
        if key.text == "id" and isinstance(value, Scalar):
            return value.text
    return ""


def role_of(schema: Schema) -> Role | None:
    """Return the role that a schema gives."""
    note = schema.get("$comment")
    return _ROLES.get(note) if isinstance(note, str) else None


class Steps:
    """Goes from a schema to that of a key or an item, through references."""

    def __init__(self, top: Schema) -> None:
        """Begin at the schema of a whole file."""
        definitions = top.get("definitions", {})
        self._definitions = definitions if isinstance(definitions, dict) else {}

    def whole(self, schema: "Json | None") -> Schema:
        """Return a schema with what it refers to; a description beside the reference wins."""
        if not isinstance(schema, dict):
            return {}
        reference = schema.get("$ref")
        if not isinstance(reference, str):
            return schema
        target = self._definitions.get(reference.removeprefix("#/definitions/"), {})
        return (target if isinstance(target, dict) else {}) | {
            key: value for key, value in schema.items() if key != "$ref"
        }

    def under(self, schema: Schema, key: str) -> Schema:
        """Return the schema of what stands under a key; empty if nothing is known of it."""
        fixed = schema.get("properties")
        if isinstance(fixed, dict) and key in fixed:
            return self.whole(fixed[key])
        return self.whole(schema.get("additionalProperties"))

    def item(self, schema: Schema) -> Schema:
        """Return the schema of an entry of a list."""
        return self.whole(schema.get("items"))

    def is_fixed(self, schema: Schema, key: str) -> bool:
        """Tell whether a key is a word of the format; in a schema of no plant, others are names."""
        fixed = schema.get("properties")
        return isinstance(fixed, dict) and key in fixed
