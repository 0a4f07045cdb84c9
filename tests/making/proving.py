"""Small rulebooks from text, and one property of them proved."""

from collections.abc import Iterable

from engine.control.program import compile_program
from engine.language.checked import check_files
from engine.language.rulebook import Rulebook
from engine.values.moment import Moment
from engine.workshop.prove_properties import properties
from engine.workshop.prove_run import Limits, Proof, prove, prover
from engine.workshop.scenario import Never
from engine.workshop.scenario_file import load_scenarios

PLANT = """
site: {name: test, time_zone: UTC}
facts:
  sun: {unit: W, range: [0, 10 kW]}
  load: {unit: W, range: [0, 10 kW]}
  tank: {unit: °C, range: [-20, 120]}
  flows: {type: bool}
outputs:
  heater: {unit: W, range: [0, 3 kW], default: 0 W, failsafe: 0 W, step: 100 W, off_below: 500 W}
  pump: {type: bool, default: off, failsafe: on}
  lamp: {type: bool, default: off, failsafe: off}
"""


def moment_at(at_ms: int) -> Moment:
    """Return a moment in UTC, with the sun up from six to six."""
    return Moment(at_ms / 1000, at_ms / 1000, 0, 21_600.0, 64_800.0)


def rulebook_of(rules: str) -> Rulebook:
    """Return the plant of this file with these rules."""
    files = {"plant.yaml": PLANT.encode(), "rules.yaml": f"ruleset: test\n{rules}".encode()}
    checked = check_files(files)
    assert checked.ok, [str(problem) for problem in checked.problems]
    return checked.rulebook


def claims_of(rulebook: Rulebook, claims: str) -> tuple[Never, ...]:
    """Return claims as an operator writes them."""
    program = compile_program(rulebook)
    loaded = load_scenarios({"x.test.yaml": claims.encode()}, program, lambda _: 0)
    assert loaded.ok, loaded.problems
    return loaded.never


def proof_of(
    rulebook: Rulebook, name: str, claims: Iterable[Never] = (), limits: Limits | None = None
) -> Proof:
    """Return the proof of the first property of that name."""
    ready = prover(rulebook, limits or Limits(timeout_s=20.0), moment_at)
    wanted = next(each for each in properties(rulebook, claims) if each.name == name)
    return prove(ready, wanted)
