"""A small plant with rules, and scenarios for it, read from text."""

from datetime import UTC, datetime
from functools import cache

from engine.control.program import Program, compile_program
from engine.language.checked import check_files
from engine.values.moment import Moment
from engine.workshop.scenario import Scenario
from engine.workshop.scenario_file import Scenarios, load_scenarios
from engine.workshop.scenario_run import Result, run

PLANT = """
facts:
  pv.power: {unit: W, range: [0, 20 kW], max_age: 60 s}
  grid.power: {unit: W, range: [-20 kW, 20 kW], max_age: 60 s}
  buffer.top: {unit: °C, range: [-20, 120], max_age: 60 s, max_rate: 2 K/s}
  p3.running: {type: bool, max_age: 10 s}
  safety.channel: {type: bool, max_age: 2 s}
  battery.mode: {values: [normal, hold, charge]}
outputs:
  miner.power_target: {unit: W, range: [0, 3.3 kW], off_below: 1.7 kW, default: 0 W, failsafe: 0 W,
                       min_on: 10 min}
  p3.run_target: {type: bool, default: off, failsafe: on}
  heatpump.sg_ready: {values: [locked, normal, forced], default: normal, failsafe: normal}
"""
RULES = """
let: {drift: "rate(buffer.top, 5 min)"}
conditions:
  sunny: {when: pv.power > 3.6 kW, until: pv.power < 2.9 kW, for: 3 min}
  cold: average(buffer.top, 10 min) < 30 °C
  both_run: [miner.power_target > 0 W, p3.run_target is on]
rules:
  - id: mine_on_sun
    when: sunny
    then: {miner.power_target: 3 kW, p3.run_target: on}
    because: Sun.
  - id: force
    when: [cold, not drift > 1 K/min]
    then: {heatpump.sg_ready: forced}
    because: Cold.
  - id: summer
    when: buffer.top > 50 °C
    then: {assert: season.summer}
  - id: rest
    when: [season.summer, p3.running, grid.power > 0 W, battery.mode is hold, age(pv.power) < 1 h]
    then: {heatpump.sg_ready: locked}
    because: Warm.
    salience: 5
trips:
  - id: relay
    when: not safety.channel
    latch: on_true
    force: {miner.power_target: 0 W}
    because: The relay is open.
interlocks:
  - id: no_heat_without_water
    never: [miner.power_target > 0 W, p3.run_target is off]
    else: {p3.run_target: on}
permissives:
  - id: has_sink
    output: miner.power_target
    needs: buffer.top < 75 °C
    because: Heat must go somewhere.
"""
CALM = "given: {pv.power: 0 W, grid.power: 0 W, buffer.top: 45 °C, safety.channel: on}\n"


@cache
def program() -> Program:
    """Return the rules, compiled."""
    checked = check_files({"plant.yaml": PLANT.encode(), "rules.yaml": RULES.encode()})
    assert checked.ok, checked.problems
    return compile_program(checked.rulebook)


def to_unix_ms(local: datetime) -> int:
    """Take local time as UTC."""
    return round(local.replace(tzinfo=UTC).timestamp() * 1000)


def moment_at(at_ms: int) -> Moment:
    """Return the moment of a Unix time, both clocks alike."""
    return Moment(at_ms / 1000, at_ms / 1000)


def load(text: str, **others: str) -> Scenarios:
    """Read one test file, and others by name without `.test.yaml`."""
    files = {"a.test.yaml": text, **{f"{name}.test.yaml": each for name, each in others.items()}}
    encoded = {name: each.encode() for name, each in files.items()}
    return load_scenarios(encoded, program(), to_unix_ms)


def one(text: str) -> Scenario:
    """Return the only scenario of a list entry, with everything calm around it."""
    loaded = load(f"{CALM}scenarios:\n{text}")
    assert not loaded.problems, loaded.problems
    assert len(loaded.scenarios) == 1
    return loaded.scenarios[0]


def played(text: str) -> Result:
    """Return what comes of the only scenario of a list entry."""
    return run(program(), one(text), moment_at)
