"""The site of the black box: asp1's plant and wiring with three rules, each device by its proxy."""

from collections.abc import Mapping
from functools import cache
from io import StringIO
from pathlib import Path

from ruamel.yaml import YAML

from tests.house.source import ROOT
from tests.reliability.blackbox_judge import MINERS
from tests.reliability.links import BROKER, BUS
from tests.reliability.tcp_proxy import Proxy

TRIP = "safety_relay"
_ASP1 = ROOT / "rules" / "asp1"
_DAMPING = ("step", "settle", "max_changes", "min_on", "min_off", "max_starts")
_SECTIONS = {"about", "scan_period", "state", "devices", "mqtt", "control"}
_RULES = f"""\
ruleset: blackbox
rules:
  - id: one
    when: heatpump.running
    then: {{miner1.power_target: 2.4 kW}}
    because: It is asked for over the broker.
  - id: two
    when: grid.connected
    then: {{miner2.power_target: 2.4 kW, p5.run_target: on, inverter.battery_mode: hold}}
    because: It is asked for over the bus.
trips:
  - id: {TRIP}
    when: not (safety.channel_a and safety.channel_b)
    latch: on_true
    force:
      miner1.power_target: 0 W
      miner2.power_target: 0 W
      p3.run_target: on
      p5.run_target: off
    because: The safety relay is open.
"""


def site(proxies: dict[str, Proxy]) -> tuple[dict[str, object], dict[str, dict[str, object]]]:
    """Return sections and options that lead every device through its proxy."""
    broker: dict[str, object] = {"host": "127.0.0.1", "port": proxies[BROKER].port}
    bus: dict[str, object] = {"port": proxies[BUS].port, "period_s": 0.5, "worst_reply_s": 1.0}
    sections: dict[str, object] = {
        "scan_period": "100 ms",
        "mqtt": broker,
        "recorder": {"free": "1 kB"},
    }
    options: dict[str, dict[str, object]] = {
        "plc": {"watchdog_s": 0},
        **{name: {"port": proxies[name].port, "poll_s": 1.0} for name in MINERS},
        **dict.fromkeys(("inverter", "meter_grid", "meter_miners"), bus),
        **dict.fromkeys(("tariff", "weather"), broker),
        "heatpump": {**broker, "ttl_s": 5},
    }
    return sections, options


def write_rules(folder: Path) -> None:
    """Write asp1's plant without what damps it, its wiring, and three rules."""
    folder.mkdir(parents=True)
    for name, content in _files().items():
        (folder / name).write_text(content, "utf-8")


@cache
def _files() -> Mapping[str, str]:
    yaml = YAML()
    yaml.width = 4096
    plant = yaml.load((_ASP1 / "plant.yaml").read_text("utf-8"))
    plant["facts"]["grid.connected"] = {"type": "bool", "max_age": "5 s"}
    plant["facts"]["heatpump.running"]["max_age"] = "5 s"
    for output in plant["outputs"].values():
        for key in _DAMPING:
            output.pop(key, None)
    site = yaml.load((_ASP1 / "site.yaml").read_text("utf-8"))
    site["devices"]["inverter"]["facts"]["grid.connected"] = "grid_connected"
    for section in set(site) - _SECTIONS:
        del site[section]  # it speaks of rules that are not here
    files = {"blackbox.yaml": _RULES}
    for name, content in (("plant.yaml", plant), ("site.yaml", site)):
        text = StringIO()
        yaml.dump(content, text)
        files[name] = text.getvalue()
    return files
