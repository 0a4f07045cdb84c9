"""Targets: the files that people write. Rules, plant, scenarios, claims, site, imports."""

import math
from collections.abc import Iterable
from functools import cache

from adapters.claims import claims_alone
from adapters.clock import SiteClock
from adapters.control.settings import ControlSettings
from adapters.messaging.settings import settings_from
from adapters.recordings.importing import Imported, import_contents
from adapters.recordings.mapping import Mapping
from adapters.recordings.mapping_file import read_mapping
from adapters.runtime.demands import Demands
from adapters.runtime.drivers import DRIVERS
from adapters.runtime.recorder_files import RecorderSettings
from adapters.runtime.site import load_site, without_secrets
from adapters.scenarios import unix_ms_of
from engine.control.program import Program
from engine.language.checked import check_files
from engine.language.problem import Problem
from engine.language.source import read_text
from engine.workshop.scenario_file import load_scenarios
from tests.adapters.manual_clock import ManualClock
from tests.adapters.mqtt_bench import INTERLOCKS, PLANT, RULES, program_of
from tests.house.source import ROOT
from tests.making.daemons import PLANT as LARGER_PLANT
from tests.making.daemons import RULES as LARGER_RULES
from tests.reliability.fuzz_target import Target, first

_WORDS = (
    *(b"when: ", b"then: ", b"{any: [", b"not ", b" and ", b" or ", b"average(tank.top, 5 min)"),
    *(b" > 1e308 W", b"for: 3 min", b"until: ", b"let:\n", b"salience: 9", b"\n  - id: x\n"),
    b": |\n",
    *(b"((((((((((", b"- - - - - ", b"? ", b"tank.top", b"rate(", b"age(", b"min(", b" \xc2\xb0C"),
)  # fmt: skip


def problems_law(found: object) -> str:
    """Say which problem has no place or no words."""
    assert isinstance(found, Iterable)
    return first(_problem(each) for each in found)


def _problem(each: Problem) -> str:
    place = each.position
    if not each.message or "\n" in each.message:
        return f"{each.code}: `{each.message}`"
    return "" if place.line >= 0 and place.column >= 0 else f"{each.code} stands at {place}"


def _rules(data: bytes) -> object:
    files = {"plant.yaml": PLANT.encode(), "interlocks.yaml": INTERLOCKS.encode(), "r.yaml": data}
    return check_files(files).problems


YAML_RULES = Target(
    "yaml-rules",
    _rules,
    problems_law,
    (RULES.encode(), LARGER_RULES.encode(), INTERLOCKS.encode()),
    words=_WORDS,
    cost=400,
)

YAML_PLANT = Target(
    "yaml-plant",
    lambda data: check_files({"plant.yaml": data, "r.yaml": RULES.encode()}).problems,
    problems_law,
    (PLANT.encode(), LARGER_PLANT.encode()),
    words=(b"range: [0, 1e999]", b"unit: W", b"max_age: 0 s", b"values: []", *_WORDS),
    cost=150,
)

_TEST = """\
given: {tank.top: 40 degC, relay.closed: on}
never:
  - {id: both, when: pump.run and tank.top > 90}
scenarios:
  - name: cold
    lasts: 10 min
    every: 10 s
    given:
      tank.top: 20 °C x3, 20 °C -> 70 °C for 5 min, missing
      relay.closed: on
    expect:
      - at: 1 min
        pump.run: on
        rule: warm_up
""".encode()


@cache
def _program() -> Program:
    return program_of()


def _scenarios(data: bytes) -> object:
    clock = SiteClock(_program().rulebook.plant.site)
    return load_scenarios({"t.test.yaml": data}, _program(), unix_ms_of(clock)).problems


SCENARIOS = Target(
    "yaml-scenarios",
    _scenarios,
    problems_law,
    (_TEST, (ROOT / "rules/asp1/miners.test.yaml").read_bytes()[:4000]),
    words=(b"0 _ _ stale", b"x100000000", b"1+1x20", b"lasts: 1e9 d", b"at: -1 s", *_WORDS),
    cost=250,
)

CLAIMS = Target(
    "yaml-claims",
    lambda data: _scenarios(claims_alone(data)),
    problems_law,
    (_TEST, b"never:\n  - {id: a, when: tank.top > 3 K}\n"),
    words=(b"\nnever:", b"\n#", *_WORDS),
    cost=30,
)


def _site(data: bytes) -> list[Problem]:
    """Read a site file and make its devices and sections; each says in words what it refuses."""
    text, problems = read_text("site.yaml", data)
    site, more = load_site("site.yaml", text)
    without_secrets(text)
    for entry in site.devices:
        if entry.driver in DRIVERS:
            _made(DRIVERS[entry.driver].load(), entry.name, entry.options, ManualClock())
    for name, section in site.sections.items():
        match name:
            case "mqtt":
                _made(settings_from, "site", section)
            case "control":
                _made(ControlSettings.of, section, ROOT)
            case "recorder":
                _made(RecorderSettings.of, section)
            case "rules":
                _made(Demands.of, section)
    return [*problems, *more]


def _made(make: object, *arguments: object) -> None:
    assert callable(make)
    try:
        make(*arguments)
    except ValueError as error:
        if not str(error):
            raise AssertionError("refused without a word") from error


_SITE = b"""\
scan_period: 500 ms
devices:
  setpoints:
    driver: setpoints
    setpoints: {limit: {unit: K, range: [35, 70], otherwise: 50, lasts_s: 900}}
    facts: {a.b: limit}
  weather:
    driver: mqtt_values
    host: localhost
    values: {out: {topic: w/now, path: o.t, unit: K, range: [-40, 50], factor: 1.5}}
  tariff: {driver: tariff, host: localhost, topic: prices, unit: ct/kWh}
mqtt: {host: localhost, port: 1883, topics: {p3/relay: pump.run}}
control: {socket: c.sock, users: {anna: operator}}
recorder: {keep: 400 d, budget: 50 MB}
rules: {proof: required}
"""

SITE = Target(
    "yaml-site",
    _site,
    problems_law,
    (_SITE, (ROOT / "rules/asp1/site.yaml").read_bytes()),
    words=(b"port: 99999", b"range: [1, 2, 3]", b"setpoints: []", b"poll_s: -1", b"host: []",
           b"driver: deye", b"driver: braiins", b"unit: 300", b"password: x", *_WORDS),
    cost=270,
)  # fmt: skip

_CSV_MAPPING = b"""\
hold: 10 min
delimiter: ";"
decimal: ","
time: {column: time, zone: Europe/Berlin, format: "%d.%m.%Y %H:%M:%S"}
columns:
  Power: {point: pv.power, unit: W, range: [0, 20000]}
  Total: {point: grid.power, unit: kWh, counter: true}
"""
_HOME_MAPPING = b"""\
time: {zone: Europe/Berlin}
entities:
  sensor.pv: {point: pv.power, unit: W}
  switch.p: {point: p.on}
"""


def _read(file: str, content: bytes) -> Mapping:
    mapping, problems = read_mapping(file, content)
    assert mapping is not None, problems
    return mapping


def import_law(found: object) -> str:
    """Say what is not finite or not in order of time."""
    assert isinstance(found, Imported)
    numbers = (each for each in found.samples if isinstance(each[2], float | int))
    odd = (
        f"{name}: {value}" for _, name, value, _ in numbers if not math.isfinite(float(value or 0))
    )
    order = [each[:2] for each in found.samples]
    return first(odd) or problems_law(found.problems) or "not in order" * (order != sorted(order))


CSV = Target(
    "import-csv",
    lambda data: import_contents([("a.csv", data)], _read("m.yaml", _CSV_MAPPING)),
    import_law,
    (
        b"time;Power;Total\n01.03.2026 10:00:00;1,5;100,1\n01.03.2026 10:05:00;2,5;100,4\n",
        b'time;Power;Total\n29.03.2026 02:30:00;--;"1.000,5"\n25.10.2026 02:30:00;0;0\n',
    ),
    words=(b"\n01.01.0001 00:00:00;1;1", b"31.12.9999 23:59:59", b'"', b";;;", b"\xef\xbb\xbf"),
    cost=30,
)

HOME_ASSISTANT = Target(
    "import-homeassistant",
    lambda data: import_contents([("a.json", data)], _read("m.yaml", _HOME_MAPPING)),
    import_law,
    (
        (
            b'[[{"entity_id": "sensor.pv", "state": "12.5", "attributes": '
            b'{"unit_of_measurement": "W"}, "last_changed": "2026-03-01T10:00:00+00:00"}, '
            b'{"state": "unavailable", "last_changed": "2026-03-01T10:05:00+00:00"}], '
            b'[{"entity_id": "switch.p", "state": "on", '
            b'"last_updated": "2026-03-01T10:00:00+00:00"}]]'
        ),
    ),
    words=(b'"state": NaN', b'"last_changed": "9999-12-31T23:59:59-23:59"', b"[[", b'"kW"'),
    cost=20,
)

MAPPING = Target(
    "yaml-mapping",
    lambda data: read_mapping("m.yaml", data)[1],
    problems_law,
    (_CSV_MAPPING, _HOME_MAPPING),
    words=(b"zone: Mars", b"format: '%'", b"hold: 1e99 d", b"delimiter: xx", *_WORDS),
    cost=150,
)

TARGETS = (YAML_RULES, YAML_PLANT, SCENARIOS, CLAIMS, SITE, CSV, HOME_ASSISTANT, MAPPING)
