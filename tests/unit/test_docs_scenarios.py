"""The example of docs/scenarios.md runs on the house of docs/language.md and passes."""

import re
from pathlib import Path

from engine.control.program import compile_program
from engine.language.checked import check_files
from engine.workshop.scenario_file import load_scenarios
from engine.workshop.scenario_run import run
from tests.making.scenarios import moment_at, one, to_unix_ms

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "scenarios.md").read_text("utf-8")
_FILE = re.compile(r"^```yaml file=(\S+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LANGUAGE = (DOCS / "language.md").read_text("utf-8")
HOUSE = {name: text.encode() for name, text in _FILE.findall(LANGUAGE)}
TESTS = {name: text.encode() for name, text in _FILE.findall(PAGE)}


def test_the_scenarios_of_the_page_pass() -> None:
    program = compile_program(check_files(HOUSE).rulebook)
    loaded = load_scenarios(TESTS, program, to_unix_ms)
    assert not loaded.problems, loaded.problems
    assert len(loaded.scenarios) == 2
    for scenario in loaded.scenarios:
        result = run(program, scenario, moment_at)
        assert result.passed, (scenario.name, result.failures)
        assert len(scenario.never) == 1


def test_the_default_start_is_the_one_on_the_page() -> None:
    expect = "    expect: [{at: 0 s, miner.power_target: 0 W}]\n"
    assert one(f"  - name: a\n{expect}").start_ms == 1_768_478_400_000
    assert "`2026-01-15 12:00`" in PAGE
