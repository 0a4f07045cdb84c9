"""The fields of a miner: what it can tell, in which unit, and the one thing it can be told."""

from adapters.codec.miner_power import Phase
from adapters.port import ONLINE, Field

POWER_TARGET = "power_target"
"""Wanted: the one field that can be commanded."""

STATUSES = {
    1: "not_started",
    2: "normal",
    3: "paused",
    4: "suspended",
    5: "restricted",
}
"""MinerStatus by its number on the wire; any other number is BAD."""

TUNER_STATES = {
    1: "disabled",
    2: "stable",
    3: "tuning",
    4: "error",
    5: "continuous",
    6: "preheat",
}
"""TunerState by its number on the wire."""

_ALWAYS = (
    Field(ONLINE, about="It answers and is the miner that the site names"),
    Field(POWER_TARGET, "W", writable=True, about="Wanted: the command in force, 0 when expired"),
    Field("power_accepted", "W", about="Accepted: what its configuration holds, 0 while paused"),
    Field("power_measured", "W", about="Drawn, by the firmware's estimate: 5 % low to 15 % high"),
    Field("power_stored", "W", about="The target in its configuration, paused or not"),
    Field("power_effective", "W", about="What it works towards; below the stored while it tires"),
    Field("power_min", "W", about="The lowest target that its firmware takes"),
    Field("power_max", "W", about="The highest target that its firmware takes"),
    Field("control", values=tuple(each.value for each in Phase), about="What power control does"),
    Field("not_off", about="Alarm: told off, and it runs or draws power"),
    Field("not_following", about="Alarm: its power is far from its target, after due time"),
    Field("status", values=tuple(STATUSES.values()), about="MinerStatus"),
    Field("tuner_state", values=tuple(TUNER_STATES.values()), about="TunerState"),
    Field("uptime", "s", about="Of the mining process; 0 while it does not run"),
    Field("system_uptime", "s", about="Of the control board"),
    Field("chip_temperature", "°C", about="The hottest chip"),
    Field("board_temperature", "°C", about="The hottest board"),
    Field("inlet_temperature", "°C", about="The coolest inlet of a board"),
    Field("outlet_temperature", "°C", about="The hottest outlet of a board"),
    Field("highest_temperature", "°C", about="What its own protection looks at"),
)
_HASH_RATE = Field("hashrate", "TH/s", about="Mean of a minute")


def fields(*, has_hash_rate: bool) -> tuple[Field, ...]:
    """Return the fields of a miner, with or without the hash rate."""
    return (*_ALWAYS, _HASH_RATE) if has_hash_rate else _ALWAYS
