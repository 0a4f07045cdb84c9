"""The schema of `site.yaml`: devices, and which point or output each of their fields is."""

from adapters.messaging.broker import BROKER_OPTIONS
from adapters.runtime.drivers import DRIVERS
from adapters.runtime.site import SITE_KEYS
from engine.language.expression import NameKind
from engine.workshop.editor.role import Role
from engine.workshop.editor.schema_parts import Schema, document, form, named, picked, text
from engine.workshop.editor.sheet import Sheet

_OPEN: Schema = {"additionalProperties": True}
"""Drivers and sections have settings of their own, which they check themselves."""


def site_schema(sheet: Sheet) -> Schema:
    """Return the schema of the site file of this plant."""
    drivers: Schema = {"enum": [*sorted(DRIVERS)], "description": "Who speaks with it."}
    device = form(
        "One device: its driver, the driver's own settings, and what its fields are.",
        {
            "driver": drivers,
            "read_only": {"type": "boolean", "description": "Never write to it."},
            "facts": _links(sheet, NameKind.POINT, Role.POINT_USED),
            "outputs": _links(sheet, NameKind.OUTPUT, Role.OUTPUT_USED),
        },
        ("driver",),
    )
    broker: dict[str, Schema] = {
        key: {"description": f"The broker's `{key}`."} for key in BROKER_OPTIONS
    }
    sections: dict[str, Schema] = {
        "about": text("What this site is.", Role.PROSE),
        "scan_period": text("From scan to scan, 10 ms to 60 s.", examples=("500 ms",)),
        "state": text("The folder of retained state and recordings, beside this file."),
        "devices": named("Every device by its name.", Role.PROSE, device | _OPEN),
        "mqtt": form("Where the site is told of, and heard.", broker) | _OPEN,
        "control": form("Where `thermiq status` and the others find the daemon.", {}) | _OPEN,
        "recorder": form("What is recorded, and how long it is kept.", {}) | _OPEN,
        "shadow": form("Rules beside the live ones that cannot write.", {}) | _OPEN,
    }
    about = "The devices of a site."
    body = form(about, picked(sections, SITE_KEYS))
    return document("ThermIQ site", about, body, {})


def _links(sheet: Sheet, kind: NameKind, role: Role) -> Schema:
    """Return lines of `name in the plant: field`; a line with settings is the driver's own."""
    field = text("The field of the device.")
    entries: dict[str, Schema] = {
        each.name: field | {"description": each.text}
        for each in sheet.values()
        if each.kind is kind
    }
    found = form(f"Which {kind.value} each field is.", entries) | {"$comment": role.value}
    return found | {"additionalProperties": {"type": "object"} if entries else True}
