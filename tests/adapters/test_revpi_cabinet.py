"""The cabinet's page, the site file and a process image with those names belong together."""

import re
from pathlib import Path

from adapters.codec.revpi_layout import fingerprint, parse_layout
from adapters.devices.revpi import build
from adapters.runtime.site import DeviceEntry, load_site
from adapters.simulated.revpi_config import config_rsc
from adapters.simulated.revpi_image import SimulatedRevPi
from tests.adapters.manual_clock import ManualClock
from tests.adapters.revpi_bench import bad, by_field
from tests.house.source import ROOT

ROW = re.compile(r"^\| X.*?\| (?:DIO|AIO).*?\| `(\w+)` \| `(\w+)` \|.*\| (?:`([\w.]+)`|\w+) \|$")
ROWS = [
    match.groups(default="")
    for line in (ROOT / "docs/CABINET.md").read_text("utf-8").splitlines()
    if (match := ROW.match(line))
]
PAGE = (ROOT / "docs/CABINET.md").read_text("utf-8")
COUNTERS = dict(re.findall(r"^\| of input \d+ \| `(\w+)` \| `(\w+)` \|$", PAGE, re.MULTILINE))
NAMES = {own: given for own, given, _ in ROWS} | COUNTERS
HEARTBEAT = {"loop_in", "loop_out"}


def plc_of_asp1() -> DeviceEntry:
    path = ROOT / "rules/asp1/site.yaml"
    site, problems = load_site("site.yaml", path.read_text("utf-8"))
    assert not problems
    return next(each for each in site.devices if each.driver == "revpi")


def test_every_terminal_of_the_site_file_is_on_the_page_with_its_point() -> None:
    entry = plc_of_asp1()
    wired = {}
    for options, links in (("inputs", entry.facts), ("outputs", entry.outputs)):
        lines = entry.options[options]
        assert isinstance(lines, dict)
        for link in links:
            told = lines[link.field]["io"]
            for io in told if isinstance(told, list) else [told]:
                wired[io] = link.name
    on_the_page = {given: point for _, given, point in ROWS}
    assert {io: point for io, point in on_the_page.items() if io not in HEARTBEAT} == wired
    assert on_the_page.keys() >= HEARTBEAT
    inputs = entry.options["inputs"]
    assert isinstance(inputs, dict)
    counted = {each["pulses"] for each in inputs.values() if "pulses" in each}
    assert counted == set(COUNTERS.values())


def test_the_site_file_drives_a_plc_with_the_names_of_the_page(tmp_path: Path) -> None:
    config = config_rsc(NAMES, aio_modules=2)
    house = SimulatedRevPi(tmp_path, config, {"loop_out": "loop_in"})
    for name in ("buffer_middle", "buffer_bottom", "hotwater_bottom"):
        house.set(name, 12_000)
    for name in ("safety_a", "safety_b"):
        house.set(name, 1)
    house.exchange()
    plc = build(
        "plc",
        {
            **plc_of_asp1().options,
            "image": str(house.image_path),
            "config": str(house.config_path),
            "layout": fingerprint(parse_layout(config)),
        },
        ManualClock(),
    )
    plc.write_safe()
    house.exchange()
    broken = by_field(plc.read(0.0))
    assert bad(broken) == {"rv1_position", "rv2_position"}, "0 V is a broken wire, not a way open"
    for name in ("rv1_feedback", "rv2_feedback"):
        house.set(name, 5_250)
    house.exchange()
    readings = by_field(plc.read(0.0))
    assert not bad(readings)
    assert (readings["rv1_position"].value, readings["rv2_position"].value) == (50.0, 50.0)
    assert readings["buffer_middle"].value == 60.0
    assert readings["safety_a"].value is True
    at_zero = {
        name: readings[f"{name}_accepted"].value
        for name in ("p3_run", "p4_run", "p5_run", "rv1_target", "rv2_target", "sg_ready")
    }
    assert at_zero == {
        "p3_run": True,
        "p4_run": False,
        "p5_run": False,
        "rv1_target": 100.0,
        "rv2_target": 0.0,
        "sg_ready": "normal",
    }
    plc.close()
