"""The schema of files of rules, made from the plant: its outputs are the keys under `then`."""

from engine.language.conditions import MAX_LIST, TIMING_KEYS
from engine.language.expression import NameKind
from engine.language.load import RULE_FILE_KEYS
from engine.language.load_interlocks import INTERLOCK_KEYS, PERMISSIVE_KEYS, TRIP_KEYS
from engine.language.load_rules import ASSERT, RULE_KEYS
from engine.workshop.editor.role import Role
from engine.workshop.editor.schema_parts import (
    Schema,
    document,
    form,
    listed,
    named,
    one_of,
    picked,
    reference,
    text,
)
from engine.workshop.editor.sheet import Entry, Sheet

_TRUTHS = (NameKind.CONDITION, NameKind.DERIVED)
_BECAUSE = text("The reason in your words; it is told whenever this decides.", Role.PROSE)
_ABOUT = text("What it is about; nothing reads it.", Role.PROSE)
_TIMING: dict[str, Schema] = {
    "until": reference("condition") | {"description": "Once true it stays so until this is true."},
    "for": text("How long it has to hold before it counts.", examples=("3 min",)),
    "hold": text("How long it then stays true at least.", examples=("10 min",)),
    "rest": text("How long it stays false at least afterwards.", examples=("5 min",)),
}
_LATCHES = {
    "true": "Stays until a person resets it.",
    "false": "Ends with its cause.",
    "on_true": "Stays only if its cause was really seen, not merely unknown.",
}


def rules_schema(sheet: Sheet) -> Schema:
    """Return the schema of every file of rules of this plant.

    An empty sheet means that the plant is not known: then any output may stand under `then`.
    """
    sections = {
        "ruleset": text("The name of this file's rules; the file's own unless told.", Role.RULESET),
        "about": _ABOUT,
        "let": named(
            "Signals: numbers computed anew in every scan.",
            Role.SIGNAL,
            text("An expression, such as `pv.power - house.load`.", Role.NUMBER),
        ),
        "conditions": named(
            "Named conditions, for rules and other conditions.",
            Role.CONDITION,
            reference("named_condition"),
        ),
        "rules": listed("Rules: the highest salience wins.", reference("rule")),
        "trips": listed("What forces outputs at once.", reference("trip")),
        "interlocks": listed("What holds outputs within limits.", reference("interlock")),
        "permissives": listed("What must hold before an output starts.", reference("permissive")),
    }
    body = form("", picked(sections, RULE_FILE_KEYS))
    about = "Rules, conditions, trips and interlocks of a plant."
    return document("ThermIQ rules", about, body | {"description": about}, _definitions(sheet))


def _definitions(sheet: Sheet) -> Schema:
    return {
        "condition": _condition(sheet),
        "named_condition": _condition(sheet, ("when", "about")),
        "rule": _rule(sheet),
        "trip": _trip(),
        "interlock": _interlock(sheet),
        "permissive": _permissive(sheet),
        "forced": _per_output(sheet, "The values that hold instead.", Role.CONSTANT),
    }


def _condition(sheet: Sheet, more: tuple[str, ...] = ()) -> Schema:
    """Return a condition: an expression, a list that means all, or a mapping."""
    deeper = reference("condition")
    several = listed("All of them.", deeper, at_most=MAX_LIST)
    keys: dict[str, Schema] = {
        "any": several | {"description": "True when one of them is."},
        "all": several | {"description": "True when all of them are."},
        "not": deeper | {"description": "True when it is false; unknown stays unknown."},
        "when": deeper | {"description": "What makes it true."},
        "condition": deeper | {"description": "What makes it true; times stand beside it."},
        "about": _ABOUT,
        **_TIMING,
    }
    known = ("any", "all", "not", *(more or ("condition",)), *TIMING_KEYS)
    named_truths = sorted(name for name, each in sheet.items() if each.kind in _TRUTHS)
    shape = form("A condition.", picked(keys, known))
    return shape | {
        "type": ["string", "boolean", "array", "object"],
        "$comment": Role.TRUTH.value,
        "items": deeper,
        "maxItems": MAX_LIST,
    } | ({"examples": list(named_truths)} if named_truths else {})  # fmt: skip


def _rule(sheet: Sheet) -> Schema:
    names = text("A derived fact that other rules may build on.", Role.DERIVED)
    asserted = names | {"type": ["string", "array"], "items": names}
    about = "What the rule asks for, output by output."
    keys: dict[str, Schema] = {
        "id": text("Its name; timers and reasons are kept by it.", Role.RULE),
        "when": reference("condition") | {"description": "When it fires: on true alone."},
        "then": _per_output(sheet, about, Role.VALUE, {ASSERT: asserted}),
        "salience": {
            "type": "integer",
            "description": "Where rules ask for the same output, the higher one wins; 0 if absent.",
            "$comment": Role.CONSTANT.value,
        },
        "because": _BECAUSE,
        "about": _ABOUT,
    }
    return form("A rule.", picked(keys, RULE_KEYS), ("id", "when", "then"))


def _trip() -> Schema:
    keys: dict[str, Schema] = {
        "id": text("Its name.", Role.TRIP),
        "when": reference("condition")
        | {"description": "Acts in the scan that sees it, also while it is unknown."},
        "latch": _latch(),
        "force": reference("forced")
        | {"description": "The values it forces; every output's failsafe if absent."},
        "because": _BECAUSE,
        "about": _ABOUT,
    }
    return form("A trip.", picked(keys, TRIP_KEYS), ("id", "when"))


def _latch() -> Schema:
    latch = one_of("Whether it stays until a person resets it; true if absent.", _LATCHES)
    return latch | {"enum": [True, False, "on_true", "yes", "no", "on", "off"]}


def _interlock(sheet: Sheet) -> Schema:
    keys: dict[str, Schema] = {
        "id": text("Its name.", Role.INTERLOCK),
        "never": reference("condition") | {"description": "What must not come out."},
        "else": reference("forced") | {"description": "The values that hold instead."},
        "while": reference("condition") | {"description": "While this is true or unknown …"},
        "limit": _limits(sheet),
        "force": reference("forced") | {"description": "The values that hold meanwhile."},
        "because": _BECAUSE,
        "about": _ABOUT,
    }
    return form("An interlock.", picked(keys, INTERLOCK_KEYS), ("id",))


def _permissive(sheet: Sheet) -> Schema:
    output = text("The output that it keeps from starting.", Role.OUTPUT_USED)
    outputs = _outputs(sheet)
    if outputs:
        words = {entry.name: entry.text for entry in outputs}
        output = one_of("The output that it keeps from starting.", words, Role.OUTPUT_USED)
    keys: dict[str, Schema] = {
        "id": text("Its name.", Role.PERMISSIVE),
        "output": output,
        "needs": reference("condition") | {"description": "Must be true for the output to start."},
        "because": _BECAUSE,
        "about": _ABOUT,
    }
    needed = ("id", "output", "needs")
    return form("A permissive.", picked(keys, PERMISSIVE_KEYS), needed)


def _limits(sheet: Sheet) -> Schema:
    bounds = form(
        "The limits of one output.",
        {
            "at_most": text("The highest value meanwhile.", Role.VALUE),
            "at_least": text("The lowest value meanwhile.", Role.VALUE),
        },
    )
    numbers = {each.name: bounds | {"description": each.text} for each in _numbers(sheet)}
    return _keyed("The limits meanwhile, output by output.", numbers, bounds)


def _per_output(
    sheet: Sheet, about: str, role: Role, more: dict[str, Schema] | None = None
) -> Schema:
    values = {
        each.name: text(each.text, role, examples=each.states) for each in _outputs(sheet)
    }  # fmt: skip
    return _keyed(about, values, text("A value of the output.", role), more)


def _keyed(
    about: str, entries: dict[str, Schema], unknown: Schema, more: dict[str, Schema] | None = None
) -> Schema:
    """Return a mapping whose keys are outputs: these, or any if there are none."""
    found = form(about, {**(more or {}), **entries}) | {"$comment": Role.OUTPUT_USED.value}
    return found if entries else found | {"additionalProperties": unknown}


def _outputs(sheet: Sheet) -> list[Entry]:
    return [each for each in sheet.values() if each.kind is NameKind.OUTPUT]


def _numbers(sheet: Sheet) -> list[Entry]:
    return [each for each in _outputs(sheet) if each.is_number]
