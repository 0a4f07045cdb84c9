"""Every topic of ThermIQ: who publishes it, who reads it, how surely, and whether it is kept. Pure.

Quality of service and *retained* are chosen here and nowhere else; the table in
docs/COMMUNICATION.md is this one (a test compares them).
"""

import re
from dataclasses import dataclass
from enum import Enum

BASE = "thermiq"
DISCOVERY = "homeassistant"

_LEVEL = re.compile(r"[^/+#\s\x00-\x1f\x7f]{1,100}")
NAME = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
"""What an id or a name in a command may look like: it may become part of a topic."""


class Kind(Enum):
    """What a topic says; the value is its row's name in `TABLE`."""

    STATUS = "status"
    FACT = "fact"
    DECISION = "decision"
    ALARM = "alarm"
    MODE = "mode"
    OVERRIDE = "override"
    READING = "reading"
    EXTRA = "extra"
    SETPOINT = "setpoint"
    SET = "set"
    COMMAND = "command"
    REPLY = "reply"
    DISCOVERED = "discovered"
    BIRTH = "birth"


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of topic. `qos` is 0 (may be lost) or 1 (comes at least once)."""

    topic: str
    payload: str
    qos: int
    retained: bool
    publisher: str
    readers: str


_VALUE = "`value`, `unit`, `quality`, `time`, `reason`"
_ASKED = "`id`, `by`, `expires_at` or `ttl_s`"
_PEOPLE = "panels, Home Assistant, operators"

TABLE: dict[Kind, Row] = {
    Kind.STATUS: Row(
        "thermiq/SITE/status",
        "`state` online or offline, `time`, `scans`, `overruns`; every 10 s, and the will",
        *(1, True, "ThermIQ; the broker, when it is lost", "everybody who trusts another topic"),
    ),
    Kind.FACT: Row("thermiq/SITE/facts/POINT", _VALUE, 0, True, "ThermIQ", _PEOPLE),
    Kind.DECISION: Row(
        "thermiq/SITE/decisions/OUTPUT",
        f"{_VALUE}, `cause`, `by`, `wanted`, `restricted_by`",
        *(1, True, "ThermIQ", _PEOPLE),
    ),
    Kind.ALARM: Row(
        "thermiq/SITE/alarms/ID",
        "`active`, `kinds`, `text`, `time`",
        *(1, True, "ThermIQ", _PEOPLE),
    ),
    Kind.MODE: Row("thermiq/SITE/mode", "`mode`, `modes`, `time`", 1, True, "ThermIQ", _PEOPLE),
    Kind.OVERRIDE: Row(
        "thermiq/SITE/overrides/OUTPUT",
        "`value` (null: none), `unit`, `by`, `until`",
        *(1, True, "ThermIQ", _PEOPLE),
    ),
    Kind.READING: Row(
        "thermiq/SITE/DEVICE/FIELD",
        _VALUE,
        *(0, True, "ThermIQ, for each device it reads", _PEOPLE),
    ),
    Kind.EXTRA: Row(
        "thermiq/SITE/TOPIC",
        f"{_VALUE}; a second name that the site file gives a point or an output",
        *(1, True, "ThermIQ", _PEOPLE),
    ),
    Kind.SETPOINT: Row(
        "thermiq/SITE/setpoints/NAME",
        "`value`, `unit`, `quality`, `by`, `until`, `state` accepted, expired or unset",
        *(1, True, "ThermIQ", _PEOPLE),
    ),
    Kind.SET: Row(
        "thermiq/SITE/setpoints/NAME/set",
        f"{_ASKED}, `value`, `unit`",
        *(1, False, _PEOPLE, "ThermIQ"),
    ),
    Kind.COMMAND: Row(
        "thermiq/SITE/commands/NAME",
        f"{_ASKED}; override: `output`, `value` (null: release), `unit`; reset: `trip`; "
        "confirm: `trip`, `nonce`; ack: `alarm`; mode: `mode`",
        *(1, False, "operators; Home Assistant, but for reset and confirm", "ThermIQ"),
    ),
    Kind.REPLY: Row(
        "…/reply, below the topic of the command",
        "`id`, `accepted`, `reason`, `time`; of a reset that may be confirmed `nonce`, `cause`",
        *(1, False, "ThermIQ", "who sent the command"),
    ),
    Kind.DISCOVERED: Row(
        "homeassistant/device/thermiq_SITE/config",
        "Home Assistant's device discovery",
        *(1, True, "ThermIQ", "Home Assistant"),
    ),
    Kind.BIRTH: Row(
        "homeassistant/status", "`online` or `offline`", 1, False, "Home Assistant", "ThermIQ"
    ),
}

COMMANDS = ("override", "reset", "confirm", "ack", "mode")
_RESERVED = frozenset(
    {"status", "facts", "decisions", "alarms", "mode", "overrides", "setpoints", "commands"}
)


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics of one site. `discovery` is Home Assistant's own prefix."""

    site: str
    base: str = BASE
    discovery: str = DISCOVERY

    def __post_init__(self) -> None:
        """Raise ValueError for names that cannot stand in a topic."""
        for level in (self.site, *self.base.split("/"), *self.discovery.split("/")):
            if not _LEVEL.fullmatch(level):
                raise ValueError(f"`{level}` cannot be part of a topic")

    @property
    def root(self) -> str:
        """What all topics of the site begin with."""
        return f"{self.base}/{self.site}"

    @property
    def status(self) -> str:
        """Whether the controller is there."""
        return f"{self.root}/status"

    @property
    def mode(self) -> str:
        """Which mode counts."""
        return f"{self.root}/mode"

    @property
    def birth(self) -> str:
        """Where Home Assistant says that it has started."""
        return f"{self.discovery}/status"

    @property
    def device_id(self) -> str:
        """The id of the whole controller in Home Assistant."""
        return "thermiq_" + re.sub(r"[^A-Za-z0-9_-]", "_", self.site)

    @property
    def config(self) -> str:
        """Where Home Assistant is told what there is."""
        return f"{self.discovery}/device/{self.device_id}/config"

    def fact(self, point: str) -> str:
        """Return the topic of a point."""
        return f"{self.root}/facts/{point}"

    def decision(self, output: str) -> str:
        """Return the topic of an output's decision."""
        return f"{self.root}/decisions/{output}"

    def alarm(self, alarm: str) -> str:
        """Return the topic of what can be wrong."""
        return f"{self.root}/alarms/{level(alarm)}"

    def override(self, output: str) -> str:
        """Return the topic of an output's override."""
        return f"{self.root}/overrides/{output}"

    def reading(self, device: str, field: str) -> str:
        """Return the topic of a device's field. Raises ValueError for a name that is taken."""
        return self.own(f"{device}/{field}")

    def own(self, path: str) -> str:
        """Return a topic of the site file's own. Raises ValueError for one that is taken."""
        levels = path.split("/")
        if levels[0] in _RESERVED or not all(map(_LEVEL.fullmatch, levels)):
            raise ValueError(f"`{path}` cannot be a topic of its own")
        return f"{self.root}/{path}"

    def setpoint(self, name: str) -> str:
        """Return the topic of a setpoint that counts."""
        return f"{self.root}/setpoints/{name}"

    def set(self, name: str) -> str:
        """Return the topic on which a setpoint is asked for."""
        return f"{self.root}/setpoints/{name}/set"

    def command(self, name: str) -> str:
        """Return the topic of a command."""
        return f"{self.root}/commands/{name}"

    def requests(self) -> tuple[str, ...]:
        """Return what to subscribe to for setpoints and commands."""
        return (self.set("+"), *map(self.command, COMMANDS))

    def kept(self) -> tuple[str, ...]:
        """Return where topics of ours may linger whose reason is gone."""
        return tuple(
            f"{self.root}/{kind}/+"
            for kind in ("facts", "decisions", "alarms", "overrides", "setpoints")
        )

    def asked(self, topic: str) -> tuple[Kind, str] | None:
        """Return what a topic asks for: (SET, setpoint) or (COMMAND, command), else None."""
        rest = topic.removeprefix(f"{self.root}/").split("/")
        match rest:
            case ["setpoints", name, "set"]:
                return Kind.SET, name
            case ["commands", name] if name in COMMANDS:
                return Kind.COMMAND, name
            case _:
                return None


def level(name: str) -> str:
    """Return a name as one level of a topic; what cannot stand there becomes `_`."""
    return re.sub(r"[/+#\s\x00-\x1f\x7f]", "_", name)[:100] or "_"


def table() -> str:
    """Return the table of topics as it stands in docs/COMMUNICATION.md."""
    head = "| topic | payload | QoS | retained | published by | read by |\n"
    lines = [
        f"| `{row.topic}` | {row.payload} | {row.qos} | {'yes' if row.retained else 'no'} "
        f"| {row.publisher} | {row.readers} |"
        for row in TABLE.values()
    ]
    return head + "| --- | --- | --- | --- | --- | --- |\n" + "\n".join(lines) + "\n"
