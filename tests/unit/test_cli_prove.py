"""`thermiq prove` on the command line: exit codes, formats, counterexamples as files."""

import importlib.util
import json
import re
from pathlib import Path

import pytest

from adapters.claims import claims_alone
from adapters.cli.main import run
from adapters.cli.prove import exit_code
from engine.workshop import prove_tidy
from engine.workshop.encode_values import FALSE
from engine.workshop.prove_property import Hope, Kind, Property, Verdict
from engine.workshop.prove_run import Proof
from tests.making.proving import PLANT

RULES = """
ruleset: test
rules:
  - {id: heat, when: sun > 1 kW, then: {heater: sun}, because: Sun.}
"""
FLOW = """
interlocks:
  - {id: flow, never: [heater > 0 W, not flows], else: {heater: 0 W}, because: No flow.}
"""
CLAIM = """\
given: {sun: 0 W}
never:
  - {id: dry, when: [heater > 0 W, flows is off]}
scenarios:
  - {name: broken, expect: [{at: 0 s, nobody: knows}]}
"""


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "plant.yaml").write_text(PLANT, "utf-8")
    (folder / "heat.yaml").write_text(RULES + FLOW, "utf-8")
    (folder / "heat.test.yaml").write_text(CLAIM, "utf-8")
    return folder


def test_what_holds_is_proved_whatever_else_is_wrong_with_the_scenarios(
    rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["prove", str(rules)]) == 0
    told = capsys.readouterr().out
    assert "0 refuted, 0 unknown" in told
    assert "never:dry" in told
    assert "fires: 1" in told
    assert run(["prove", str(rules), "--brief"]) == 0
    brief = capsys.readouterr().out
    assert " proved, 0 refuted, 0 unknown, in " in brief
    assert len(brief.splitlines()) == 1
    assert run(["prove", str(rules), "--brief", "--verbose"]) == 2
    capsys.readouterr()


def test_a_counterexample_is_a_scenario_that_fails_until_the_rules_are_mended(
    rules: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (rules / "heat.yaml").write_text(RULES, "utf-8")
    found = tmp_path / "found.test.yaml"
    assert run(["prove", str(rules), "--out", str(found), "--only", "never:*"]) == 1
    assert "1 refuted" in capsys.readouterr().out
    (rules / "heat.test.yaml").unlink()
    assert run(["test", str(found), "--rules", str(rules)]) == 1
    (rules / "heat.yaml").write_text(RULES + FLOW, "utf-8")
    assert run(["test", str(found), "--rules", str(rules)]) == 0


def test_programs_get_json_and_junit(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["prove", str(rules), "-k", "flow", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [each["subject"] for each in told["proofs"]] == ["flow"]
    assert run(["prove", str(rules), "-k", "flow", "--format", "junit"]) == 0
    assert '<testsuite name="thermiq prove" tests="1"' in capsys.readouterr().out


def test_a_name_of_nothing_is_wrong_usage(rules: Path) -> None:
    assert run(["prove", str(rules), "--only", "flwo"]) == 2


def test_a_claim_that_cannot_be_read_is_not_passed_over(
    rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (rules / "heat.test.yaml").write_text(CLAIM.replace("heater >", "heatre >"), "utf-8")
    assert run(["prove", str(rules)]) == 1
    assert "heat.test.yaml:3" in capsys.readouterr().err


def test_without_z3_it_says_how_to_install_it(
    rules: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "z3" else find(name)
    )
    assert run(["prove", str(rules)]) == 1
    assert "pip install 'thermiq[prove]'" in capsys.readouterr().err


def test_claims_keep_their_lines() -> None:
    lines = claims_alone(CLAIM.encode()).decode().split("\n")
    assert lines[:3] == ["", "never:", "  - {id: dry, when: [heater > 0 W, flows is off]}"]
    assert not any(lines[3:])


def test_nothing_refuted_but_something_unknown_is_no_success() -> None:
    wanted = Property(Kind.RANGE, "x", "", lambda *_: FALSE, lambda _: False, lambda _: Hope())
    proved, unknown, refuted = (Proof(wanted, verdict) for verdict in
                                (Verdict.PROVED, Verdict.UNKNOWN, Verdict.REFUTED))  # fmt: skip
    assert exit_code([proved]) == 0
    assert exit_code([proved, unknown]) == 3
    assert exit_code([unknown, refuted]) == 1


ASP1 = Path(__file__).parents[2] / "rules" / "asp1"
SAFETY = ["-k", "never:*", "-k", "interlock:*", "-k", "limit:*", "-k", "trip:*", "-k", "latch:*"]


def test_the_interlocks_and_claims_of_asp1_are_proved() -> None:
    assert run(["prove", str(ASP1), *SAFETY, "-k", "permissive:*"]) == 0


@pytest.mark.parametrize(
    ("lost", "claim"),
    [
        ("p3_while_there_is_heat", "never:miner_without_pump"),
        ("circuit_limit", "never:circuit_overloaded"),
    ],
)
def test_without_an_interlock_of_asp1_its_claim_is_refuted(
    lost: str, claim: str, tmp_path: Path,
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(prove_tidy, "_MOST_TRIES", 4)  # nobody reads this counterexample
    folder = tmp_path / "rules"
    folder.mkdir()
    for path in ASP1.glob("*.yaml"):
        text = path.read_text("utf-8")
        if path.name == "interlocks.yaml":
            entry = re.compile(rf"^  - id: {lost}\n(?:    .*\n|\n)+", re.MULTILINE)
            text, count = entry.subn("", text)
            assert count == 1
        (folder / path.name).write_text(text, "utf-8")
    assert run(["prove", str(folder), "--scans", "1", "-k", claim]) == 1
    assert f"refuted  {claim}" in capsys.readouterr().out
