"""A house for measuring how fast: asp1's devices and wiring, and rules that start and stop at once.

asp1's own plant lets a miner rest for minutes between two starts; here everything that damps is
taken off, so that trip follows trip. What is measured, the way to the stop, is never damped.

`heatpump.running` (MQTT) is the demand: while it is on, both miners and P5 shall run. Off, it stops
them, and so does `grid.connected` (Modbus, a bit of the inverter). `safety_relay` is asp1's own
trip with P5 added, latched until a person resets it.
"""

from pathlib import Path

from ruamel.yaml import YAML

from benchmarks.measure import RULES

TRIP = "safety_relay"
TARGET_W = 2400
_DAMPING = ("step", "settle", "max_changes", "min_on", "min_off", "max_starts")
_RULES = f"""\
ruleset: latency
rules:
  - id: run
    when: heatpump.running
    then:
      miner1.power_target: {TARGET_W} W
      miner2.power_target: {TARGET_W} W
      p5.run_target: on
    because: It is asked for.
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
  - id: switched_off
    when: not (heatpump.running and grid.connected)
    latch: false
    force: {{miner1.power_target: 0 W, miner2.power_target: 0 W, p5.run_target: off}}
    because: It is not asked for, or the grid is gone.
"""


def write_rules(folder: Path) -> None:
    """Write plant, site and rules into `folder`."""
    yaml = YAML()
    yaml.width = 4096
    plant = yaml.load((RULES / "plant.yaml").read_text("utf-8"))
    plant["facts"]["grid.connected"] = {"type": "bool", "max_age": "60 s"}
    for output in plant["outputs"].values():
        for key in _DAMPING:
            output.pop(key, None)
    site = yaml.load((RULES / "site.yaml").read_text("utf-8"))
    site["devices"]["inverter"]["facts"]["grid.connected"] = "grid_connected"
    site.pop("proof_tests", None)  # of trips that these rules do not have
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in (("plant.yaml", plant), ("site.yaml", site)):
        with (folder / name).open("w", encoding="utf-8") as file:
            yaml.dump(content, file)
    (folder / "latency.yaml").write_text(_RULES, "utf-8")
