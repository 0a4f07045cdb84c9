"""Pieces of JSON Schema (draft 7) that the schemas of all files are made of.

A scalar of our files is a text, whatever YAML makes of it: `60 s`, `0`, `true`. Its role stands in
`$comment`, the keyword of draft 7 for notes that change nothing; ThermIQ's own editor reads it.
"""

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from engine.workshop.editor.role import Role

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json]"
Schema: TypeAlias = dict[str, "Json"]

DRAFT = "http://json-schema.org/draft-07/schema#"
NAME_PATTERN = r"^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)*$"
_SCALAR: tuple[Json, ...] = ("string", "number", "boolean")


def document(title: str, about: str, body: Schema, definitions: Schema) -> Schema:
    """Return the schema of a whole file."""
    head: Schema = {"$schema": DRAFT, "title": title, "description": about}
    return head | body | ({"definitions": definitions} if definitions else {})


def text(about: str, role: Role = Role.CONSTANT, *, examples: Iterable[str] = ()) -> Schema:
    """Return the schema of a scalar."""
    shown: list[Json] = list(examples)
    found: Schema = {"type": list(_SCALAR), "$comment": role.value, "description": about}
    return found | ({"examples": shown} if shown else {})


def one_of(about: str, words: Mapping[str, str], role: Role = Role.CONSTANT) -> Schema:
    """Return the schema of a scalar that is one of some words, each with its meaning."""
    return {
        "description": about,
        "$comment": role.value,
        "enum": list(words),
        "markdownEnumDescriptions": list(words.values()),
    }


def truth(about: str) -> Schema:
    """Return the schema of `true` or `false`, as YAML or as a word of ours."""
    words: list[Json] = [True, False, "on", "off", "yes", "no"]
    return {"enum": words, "description": about, "$comment": Role.CONSTANT.value}


def listed(about: str, items: Schema, *, at_most: int = 0) -> Schema:
    """Return the schema of a list."""
    found: Schema = {"type": "array", "items": items, "description": about}
    return found | ({"maxItems": at_most} if at_most else {})


def form(about: str, keys: Mapping[str, Schema], needed: Iterable[str] = ()) -> Schema:
    """Return the schema of a mapping whose keys are all known."""
    required: list[Json] = list(needed)
    found: Schema = {
        "type": "object",
        "description": about,
        "properties": dict(keys),
        "additionalProperties": False,
    }
    return found | ({"required": required} if required else {})


def picked(table: Mapping[str, Schema], keys: Iterable[str]) -> dict[str, Schema]:
    """Return the schemas of the keys that the language knows; anything for one without."""
    return {key: table.get(key, {}) for key in keys}


def named(about: str, role: Role, entry: Schema) -> Schema:
    """Return the schema of a mapping in which the operator chooses the keys."""
    return {
        "type": "object",
        "description": about,
        "$comment": role.value,
        "propertyNames": {"pattern": NAME_PATTERN, "maxLength": 80},
        "additionalProperties": entry,
    }


def reference(name: str) -> Schema:
    """Return a reference to a definition of the same file."""
    return {"$ref": f"#/definitions/{name}"}


def with_about(about: str, schema: Schema) -> Schema:
    """Return a schema with another description."""
    return schema | {"description": about}
