"""Checks tried on rules as an operator writes them."""

from textwrap import dedent

from engine.language.checked import check_files
from engine.language.problem import Problem

PLANT = """
facts:
  top: {unit: °C, range: [-20, 120], max_age: 10 s}
  pv: {unit: W, range: [0, 20 kW], max_age: 10 s}
  load: {unit: W, range: [0, 20 kW], max_age: 10 s}
  soc: {unit: "%", range: [0, 100], max_age: 10 s}
  flowing: {type: bool, max_age: 10 s}
  mode: {values: [locked, normal, forced], max_age: 10 s}
outputs:
  miner: {unit: W, range: [0, 3.3 kW], default: 0 W, failsafe: 0 W}
  pump: {type: bool, default: off, failsafe: on}
  valve_a: {unit: "%", range: [0, 100], default: 100 %, failsafe: 100 %}
  valve_b: {unit: "%", range: [0, 100], default: 0 %, failsafe: 0 %}
"""


def problems(code: str, rules: str, plant: str = PLANT) -> list[Problem]:
    """Return the problems of one code; no others may keep the rules from being loaded."""
    files = {"plant.yaml": dedent(plant).encode(), "rules.yaml": dedent(rules).encode()}
    return [problem for problem in check_files(files).problems if problem.code == code]


def messages(code: str, rules: str, plant: str = PLANT) -> list[str]:
    """Return what the problems of one code say."""
    return [f"{each.severity.value}: {each.message}" for each in problems(code, rules, plant)]


def codes(rules: str, plant: str = PLANT) -> list[str]:
    """Return the codes of all problems."""
    files = {"plant.yaml": dedent(plant).encode(), "rules.yaml": dedent(rules).encode()}
    return [problem.code for problem in check_files(files).problems]


def rule(name: str, when: str, then: str, salience: int = 0) -> str:
    """Return one rule in YAML, at the indentation of a list under `rules:`."""
    text = f"- {{id: {name}, when: {when}, then: {{{then}}}, salience: {salience}, because: It is}}"
    return f"  {text}\n"


def rules(*each: str, before: str = "") -> str:
    """Return a ruleset in YAML."""
    return f"ruleset: test\n{before}rules:\n{''.join(each)}"
