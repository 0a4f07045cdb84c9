"""The site file: which devices there are, how they are reached, and which point each field is.

    scan_period: 500 ms
    state: state                     # folder of retained state and recordings, beside the file
    devices:
      inverter:
        driver: deye
        host: inverter.lan
        facts: {pv.power: pv_power, battery.soc: battery_soc}      # point: field of the device
        outputs: {inverter.battery_mode: battery_mode}             # output: field of the device
    mqtt: {host: localhost}

Everything beside `driver`, `facts` and `outputs` is the driver's own, and so is a line of these two
that holds settings instead of a name: a PLC describes its terminals so. A plain word that reads as
a number, `true` or `false` becomes one; quotes keep it a text.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from engine.language.document import Mapping as MappingNode
from engine.language.document import Node, Scalar
from engine.language.document import Sequence as SequenceNode
from engine.language.parse_yaml import parse_yaml
from engine.language.position import NOWHERE, Position
from engine.language.problem import Problem, Severity
from engine.language.suggest import advise

Options = Mapping[str, object]
"""Plain values as YAML says them: text, number, bool, list or mapping."""

SECRET = re.compile(r"password|passwd|secret|token|credential|api_?key|private_?key", re.IGNORECASE)
_ELSEWHERE = re.compile(r"(file|env)$")
"""How a name ends that says where a secret is, instead of the secret."""
_SHOWN = re.compile(
    rf"((?:{SECRET.pattern})[^:,{{}}\n]*(?<!file)(?<!env)[\"']?:)[ \t]*[^ \t\n].*", re.IGNORECASE
)
_IN_ADDRESS = re.compile(r"//[^/@\s]*:[^/@\s]+@")
_ADVICE = "put it into a file that only the daemon's user can read, and name that: `password_file`"
_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)")
_NUMBER_LETTERS_MAX = 40
"""What is longer is no number that a device could mean, and stays a text."""
_PERIOD = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s)")
SECTIONS = ("mqtt", "control", "recorder", "rules", "not_off", "proof_tests")
SITE_KEYS = ("about", "scan_period", "state", "devices", *SECTIONS)
SHORTEST_PERIOD_S, LONGEST_PERIOD_S = 0.01, 60.0


@dataclass(frozen=True, slots=True)
class Link:
    """One line of `facts:` or `outputs:`: the plant's name, the device's field, and the place."""

    name: str
    field: str
    position: Position = NOWHERE


@dataclass(frozen=True, slots=True)
class DeviceEntry:
    """One device of the site, before its driver has looked at `options`."""

    name: str
    driver: str
    options: Options
    facts: tuple[Link, ...] = ()
    outputs: tuple[Link, ...] = ()
    position: Position = NOWHERE


@dataclass(frozen=True, slots=True)
class SiteFile:
    """A site: its devices, the scan period in seconds, and the sections others read."""

    devices: tuple[DeviceEntry, ...] = ()
    scan_period_s: float = 0.5
    state: str = "state"
    sections: Mapping[str, Options] = field(default_factory=dict)


def load_site(file: str, text: str) -> tuple[SiteFile, tuple[Problem, ...]]:
    """Read a site file. What is wrong comes back as problems, and the rest as read."""
    problems: list[Problem] = []
    document = parse_yaml(file, text, problems)
    if document is None:
        return SiteFile(), tuple(problems)
    fields = {key.text: (key, node) for key, node in document.items}
    problems.extend(_refused_secrets(document))
    for name, (key, _) in fields.items():
        if name not in SITE_KEYS:
            problems.append(
                _problem(key.position, f"a site has no `{name}`", advise(name, SITE_KEYS))
            )
    devices = []
    if "devices" in fields:
        devices = _devices(fields["devices"][1], problems)
    sections: dict[str, Options] = {}
    for name in SECTIONS:
        if name not in fields:
            continue
        found = plain(fields[name][1])
        if isinstance(found, dict):
            sections[name] = found
        else:
            message = f"`{name}` holds settings, a line each"
            problems.append(_problem(fields[name][1].position, message))
    period_s = _period_s(fields["scan_period"][1], problems) if "scan_period" in fields else 0.5
    state = plain(fields["state"][1]) if "state" in fields else "state"
    return SiteFile(tuple(devices), period_s, str(state), sections), tuple(problems)


def _devices(node: Node, problems: list[Problem]) -> list[DeviceEntry]:
    if not isinstance(node, MappingNode):
        problems.append(_problem(node.position, "`devices` holds a name and settings for each"))
        return []
    found = []
    for key, value in node.items:
        if isinstance(value, MappingNode):
            found.append(_device(key, value, problems))
        else:
            problems.append(_problem(key.position, f"the device `{key.text}` has no settings"))
    return found


def _device(name: Scalar, node: MappingNode, problems: list[Problem]) -> DeviceEntry:
    options: dict[str, object] = {}
    links: dict[str, tuple[Link, ...]] = {"facts": (), "outputs": ()}
    driver = ""
    for key, value in node.items:
        if key.text in links:
            links[key.text] = _links(key, value, problems)
            own = _own_lines(value)
            options |= {key.text: own} if own else {}
        elif key.text == "driver" and isinstance(value, Scalar):
            driver = value.text
        else:
            options[key.text] = plain(value)
    if not driver:
        problems.append(_problem(name.position, f"the device `{name.text}` names no driver"))
    return DeviceEntry(name.text, driver, options, links["facts"], links["outputs"], name.position)


def _links(key: Scalar, node: Node, problems: list[Problem]) -> tuple[Link, ...]:
    if not isinstance(node, MappingNode):
        message = f"`{key.text}` holds lines of `name in the plant: field of the device`"
        problems.append(_problem(node.position, message))
        return ()
    return tuple(
        Link(name.text, value.text, name.position)
        for name, value in node.items
        if isinstance(value, Scalar)
    )


def _own_lines(node: Node) -> dict[str, object]:
    """Return the lines that hold settings: they describe fields, and the driver reads them."""
    lines = node.items if isinstance(node, MappingNode) else ()
    return {name.text: plain(value) for name, value in lines if not isinstance(value, Scalar)}


def _period_s(node: Node, problems: list[Problem]) -> float:
    match = _PERIOD.fullmatch(node.text) if isinstance(node, Scalar) else None
    if match is not None:
        period_s = float(match[1]) * (0.001 if match[2] == "ms" else 1.0)
        if SHORTEST_PERIOD_S <= period_s <= LONGEST_PERIOD_S:
            return period_s
    problems.append(_problem(node.position, "a scan period is `10 ms` to `60 s`"))
    return 0.5


def _refused_secrets(node: Node, *, named: bool = False) -> Iterator[Problem]:
    """Yield what stands in the file in the clear and must not."""
    match node:
        case MappingNode():
            for key, value in node.items:
                secret = (named or SECRET.search(key.text)) and not _ELSEWHERE.search(key.text)
                if secret and isinstance(value, Scalar) and value.text:
                    yield _problem(key.position, f"`{key.text}` must not stand here", _ADVICE)
                else:
                    yield from _refused_secrets(value, named=bool(secret))
        case SequenceNode():
            for item in node.items:
                yield from _refused_secrets(item, named=named)
        case Scalar() if named and node.text:
            yield _problem(node.position, "a secret must not stand here", _ADVICE)
        case Scalar() if _IN_ADDRESS.search(node.text):
            yield _problem(node.position, "a password must not stand in an address", _ADVICE)
        case _:
            pass


def without_secrets(text: str) -> str:
    """Return a site file's text as it may be shown: what follows the name of a secret is struck."""
    lines = text.splitlines(keepends=True)
    return "".join(_IN_ADDRESS.sub("//***@", _SHOWN.sub(r"\1 ***", line)) for line in lines)


def plain(node: Node) -> object:
    """Return a part of the file as plain values."""
    match node:
        case MappingNode():
            return {key.text: plain(value) for key, value in node.items}
        case SequenceNode():
            return [plain(item) for item in node.items]
        case Scalar():
            return _scalar(node)


def _scalar(node: Scalar) -> object:
    if node.style:
        return node.text
    if node.text in ("true", "false"):
        return node.text == "true"
    if len(node.text) <= _NUMBER_LETTERS_MAX and _NUMBER.fullmatch(node.text):
        return float(node.text) if "." in node.text else int(node.text)
    return node.text


def _problem(position: Position, message: str, advice: str = "") -> Problem:
    return Problem("site", Severity.ERROR, message, position, advice)
