"""The schema of `plant.yaml`."""

from engine.language.load_output import OUTPUT_KEYS
from engine.language.load_plant import PLANT_KEYS, POINT_KEYS, SITE_KEYS
from engine.values.units import EVERYDAY_UNITS
from engine.workshop.editor.role import Role
from engine.workshop.editor.schema_parts import (
    Schema,
    document,
    form,
    listed,
    named,
    one_of,
    picked,
    text,
)

_TYPES = {"number": "A number, without a unit unless `unit` says one.", "bool": "On or off."}
_TIMES_PER_TIME = ("12 per 1 h", "3 per 1 h")
_RANGE: Schema = {
    "type": "array",
    "items": text("An end of the range, in the unit of the point or with its own."),
    "minItems": 2,
    "maxItems": 2,
}


def plant_schema() -> Schema:
    """Return the schema of the plant file."""
    site = form("Where the plant stands.", picked(_SITE, SITE_KEYS))
    point = form("A measured quantity.", picked(_POINT, POINT_KEYS))
    output = form(
        "A commanded quantity and its limits.",
        picked(_OUTPUT, OUTPUT_KEYS),
        needed=("default", "failsafe"),
    )
    sections = {
        "site": site,
        "facts": named("What is measured: each point by its name.", Role.FACT, point),
        "outputs": named("What is commanded: each output by its name.", Role.OUTPUT, output),
    }
    body = form("", picked(sections, PLANT_KEYS))
    return document("ThermIQ plant", "The points of a plant.", body | {"description": ""}, {})


_ABOUT = text("What it means, in your words; shown in reasons and by editors.", Role.PROSE)
_SITE: dict[str, Schema] = {
    "name": text("The short name of the site, part of every MQTT topic.", Role.PROSE),
    "about": _ABOUT,
    "time_zone": text(
        "The zone of `between`, `weekday` and `month`.", examples=("Europe/Berlin", "UTC")
    ),
    "latitude": text("Degrees north, for sunrise and sunset."),
    "longitude": text("Degrees east, for sunrise and sunset."),
}
_MEASURE: dict[str, Schema] = {
    "type": one_of("What kind of value it is, where `unit` and `values` do not say it.", _TYPES),
    "unit": text("The unit of its numbers.", examples=EVERYDAY_UNITS),
    "values": listed("The states that it can be in.", text("A state.")),
    "range": _RANGE | {"description": "The lowest and the highest value; beyond it is unknown."},
}
_POINT: dict[str, Schema] = _MEASURE | {
    "max_age": text("An older fact is unknown; 60 s unless told.", examples=("60 s", "10 s")),
    "max_rate": text("A faster change makes it unknown.", examples=("2 K/s",)),
    "about": _ABOUT,
}
_BY_STATE = named(
    "How far the fact stands above rest in each state, such as `{charge: 5 kW}`.",
    Role.CONSTANT,
    text("How much, beside the default state."),
)
_OUTPUT: dict[str, Schema] = _MEASURE | {
    "range": _RANGE | {"description": "What the output never leaves; needed for numbers."},
    "default": text("Its value while no rule asks for another."),
    "failsafe": text("Its value when nothing valid is known, or a trip is active."),
    "off_below": text("Smaller values become 0.", examples=("1.7 kW",)),
    "step": text("The grid of its values.", examples=("100 W",)),
    "ramp": text("The most that it changes in a second.", examples=("50 W/s",)),
    "settle": text("The time between two changes at least.", examples=("3 min",)),
    "max_changes": text("How many changes in a time.", examples=_TIMES_PER_TIME),
    "min_on": text("How long it stays on at least.", examples=("20 min",)),
    "min_off": text("How long it stays off at least.", examples=("10 min",)),
    "max_starts": text("How often it starts in a time.", examples=_TIMES_PER_TIME),
    "on": listed("Which states count as on; all but the default unless told.", text("A state.")),
    "acts_on": named(
        "The facts that it moves, and by how much, such as `{house.load: 3.3 kW}`.",
        Role.POINT_USED,
        {"anyOf": [text("How much the fact moves."), _BY_STATE]},
    ),
    "about": _ABOUT,
}
