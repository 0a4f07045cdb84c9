"""A small set of rules for the plant of asp1: enough to move everything once a day."""

from pathlib import Path

from engine.control.program import Program, compile_program
from engine.language.load import load

ROOT = Path(__file__).resolve().parents[2]
WEATHER = ROOT / "rules/asp1/recordings/sample_4weeks_30min.csv"

RULES = """\
ruleset: small
about: Sun to miners, heat to rooms.
let:
  surplus: pv.power - house.load + miner1.power
conditions:
  sunny:
    when: surplus > 1.8 kW
    until: surplus < 1 kW
    for: 3 min
  steady: average(surplus, 10 min) > 500 W
rules:
  - id: mine_on_surplus
    when: [sunny, buffer.top < 70 °C]
    then: {miner1.power_target: 2.5 kW, p3.run_target: on}
    salience: 40
    because: The sun gives more than the house needs.
  - id: cheap_night
    when: [price.buy < 8 ct/kWh, between 22:00 and 06:00]
    then: {miner1.power_target: 1.7 kW, p3.run_target: on, inverter.battery_mode: hold}
    salience: 10
  - id: heat_pump_on_surplus
    when: [sunny, steady]
    then: {heatpump.sg_ready: recommended}
  - id: heat_the_rooms
    when: outside.temperature < 15 °C
    then: {p4.run_target: on}
  - id: hot_water
    when: {condition: hotwater.top < 45 °C, until: hotwater.top > 48 °C}
    then: {p5.run_target: on}
"""

INTERLOCKS = """\
trips:
  - id: safety_relay
    when: not (safety.channel_a and safety.channel_b)
    latch: true
    force: {miner1.power_target: 0 W, miner2.power_target: 0 W}
permissives:
  - id: miner1_has_a_heat_sink
    output: miner1.power_target
    needs: [p3.running, buffer.top < 75 °C]
"""


def files() -> dict[str, bytes]:
    """Return the rule files by name."""
    return {
        "plant.yaml": (ROOT / "rules/asp1/plant.yaml").read_bytes(),
        "small.yaml": RULES.encode(),
        "interlocks.yaml": INTERLOCKS.encode(),
    }


def program() -> Program:
    """Return the rules, compiled."""
    loaded = load(files())
    assert loaded.ok, loaded.problems
    return compile_program(loaded.rulebook)
