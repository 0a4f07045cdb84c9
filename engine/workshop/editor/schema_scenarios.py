"""The schema of `*.test.yaml`: scenarios, with the plant's facts and outputs as keys."""

from engine.language.expression import NameKind
from engine.workshop.editor.role import Role
from engine.workshop.editor.schema_parts import (
    Schema,
    document,
    form,
    listed,
    named,
    reference,
    text,
    truth,
)
from engine.workshop.editor.sheet import Sheet

_ABOUT = text("What it is about; nothing reads it.", Role.PROSE)
_VALUE: Schema = {"$comment": Role.PROSE.value}
_TIMES: dict[str, Schema] = {
    "at": text("Wall time of the first scan.", examples=("2026-01-15 12:00",)),
    "every": text("From scan to scan, and one step of a series.", examples=("10 s",)),
    "before": text("So long beforehand the facts stood as at the first scan, and all ran."),
}


def scenarios_schema(sheet: Sheet) -> Schema:
    """Return the schema of the files of scenarios of this plant."""
    facts = _keyed(sheet, NameKind.POINT, Role.POINT_USED, "Facts, each with its series.")
    keys: dict[str, Schema] = {
        "about": _ABOUT,
        **_TIMES,
        "state": reference("state"),
        "given": facts | {"description": "Facts of every scenario; its own come first."},
        "never": listed("Claims for every scan of every scenario.", reference("never")),
        "scenarios": listed(
            "The stories, and what the rules should decide.", reference("scenario")
        ),
    }
    about = "Scenarios: tests of rules."
    definitions: Schema = {
        "condition": _condition(),
        "never": _never(),
        "scenario": _scenario(facts),
        "state": _state(sheet),
        "action": _action(sheet),
        "expectation": _expectation(sheet),
    }
    body = form(about, keys)
    return document("ThermIQ scenarios", about, body, definitions)


def _condition() -> Schema:
    deeper = reference("condition")
    return {
        "type": ["string", "boolean", "array", "object"],
        "$comment": Role.TRUTH.value,
        "items": deeper,
        "properties": {"any": listed("One of them.", deeper), "all": listed("All.", deeper)},
    }


def _never() -> Schema:
    keys: dict[str, Schema] = {
        "id": text("Its name.", Role.PROSE),
        "when": reference("condition") | {"description": "What must never be true."},
        "because": text("The reason in your words.", Role.PROSE),
        "about": _ABOUT,
    }
    return form("A claim that holds in every scan.", keys, ("id", "when"))


def _state(sheet: Sheet) -> Schema:
    return form(
        "What the controller remembers at the first scan.",
        {
            "outputs": _keyed(sheet, NameKind.OUTPUT, Role.OUTPUT_USED, "What outputs remember."),
            "latched": listed("Trips that are latched.", text("A trip.", Role.RULE_USED)),
            "conditions": _keyed(
                sheet, NameKind.CONDITION, Role.NAME_USED, "Where conditions stand."
            ),
            "timers": named("Conditions without a name, by their key.", Role.PROSE, {})
            | {"propertyNames": {}},
            "windows": named("Full windows and their values.", Role.PROSE, {})
            | {"propertyNames": {}},
        },
    )


def _scenario(facts: Schema) -> Schema:
    keys: dict[str, Schema] = {
        "name": text("One line, once in a folder.", Role.PROSE),
        "about": _ABOUT,
        "like": text("Begin as that other scenario of this file.", Role.PROSE),
        **_TIMES,
        "lasts": text("Until the last scan; up to the last thing written unless told."),
        "facts": facts,
        "state": reference("state"),
        "do": listed("What people do meanwhile.", reference("action")),
        "expect": listed("What must come out.", reference("expectation")),
        "never": listed("Claims for this scenario alone.", reference("never")),
    }
    return form("A scenario.", keys, ("name",))


def _action(sheet: Sheet) -> Schema:
    keys: dict[str, Schema] = {
        "at": text("When: so long after the first scan, or a time of day."),
        "reset": text("The trip that is reset.", Role.RULE_USED),
        "override": _keyed(sheet, NameKind.OUTPUT, Role.OUTPUT_USED, "Outputs with a value."),
        "lasts": text("How long the override stands."),
        "restart": truth("A power cut: it goes on with what was saved."),
    }
    return form("What a person does.", keys, ("at",))


def _expectation(sheet: Sheet) -> Schema:
    outputs = _entries(sheet, NameKind.OUTPUT)
    rules = text("A rule, or a list of rules.", Role.RULE_USED)
    rules = rules | {"type": ["string", "array"], "items": text("A rule.", Role.RULE_USED)}
    alarms: Schema = {
        "type": ["string", "array"],
        "items": text("A trip or the like.", Role.RULE_USED),
    }
    keys: dict[str, Schema] = {
        "at": text("A moment: `3 min` after the first scan, a time of day, or `end`."),
        "from": text("The first moment of a span in which all must hold."),
        "to": text("The last moment of that span."),
        "fires": rules | {"description": "Rules that are true."},
        "silent": rules | {"description": "Rules that are not true."},
        "holds": reference("condition") | {"description": "Conditions that are true."},
        "unknown": reference("condition") | {"description": "Conditions that are unknown."},
        "alarms": alarms | {"description": "Exactly these alarms; `[]` for none."},
        "about": _ABOUT,
    }
    found = form("What must come out.", keys) | {"$comment": Role.OUTPUT_USED.value}
    if not outputs:
        return found | {"additionalProperties": {"$comment": Role.EXPECTED.value}}
    return found | {"properties": {**keys, **outputs}}


def _entries(sheet: Sheet, kind: NameKind) -> dict[str, Schema]:
    return {
        each.name: _VALUE | {"description": each.text, "examples": list(each.states)}
        for each in sheet.values()
        if each.kind is kind
    }


def _keyed(sheet: Sheet, kind: NameKind, role: Role, about: str) -> Schema:
    """Return a mapping whose keys are the names of one kind, or any if there are none."""
    entries = _entries(sheet, kind)
    found = form(about, entries) | {"$comment": role.value}
    return found if entries else found | {"additionalProperties": _VALUE}
