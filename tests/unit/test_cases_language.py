"""Runs the cases of tests/cases/language: files in, the problems with their places out.

A case has a `case` (what it shows) and either `files` (name to text) or `when` (one condition, put
into a rule); `hex` gives a file as bytes. It names all its `problems`, each `CODE FILE:LINE:COLUMN`
with an optional part of the `message` or the `help`; none means that the files are accepted.
"""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from engine.language.check import CODES
from engine.language.load import Loaded, load

CASES = Path(__file__).parent.parent / "cases" / "language"
PLANT = (CASES / "plant" / "plant.yaml").read_bytes()
RULE = "rules:\n  - id: case\n    when: {}\n    then: {{pump.run_target: on}}\n    because: case\n"

Case = dict[str, object]


def _cases() -> list[Case]:
    found: list[Case] = []
    for file in sorted(CASES.glob("*.yaml")):
        with file.open(encoding="utf-8") as stream:
            found += [{"from": file.stem, **case} for case in YAML(typ="safe").load(stream)]
    return found


def _files(case: Case) -> dict[str, bytes]:
    files = {"plant.yaml": PLANT}
    match case:
        case {"files": dict(texts)}:
            files |= {name: text.encode() for name, text in texts.items()}
        case {"hex": dict(texts)}:
            files |= {name: bytes.fromhex(text) for name, text in texts.items()}
        case {"when": str(text)}:
            files["rules.yaml"] = RULE.format(text).encode()
    return {name: text for name, text in files.items() if text != b"none"}


def _expected(case: Case) -> list[dict[str, str]]:
    listed = case.get("problems", [])
    assert isinstance(listed, list)
    return [each if isinstance(each, dict) else {"is": each} for each in listed]


ALL = _cases()


@pytest.mark.parametrize("case", ALL, ids=lambda case: f"{case['from']}: {case['case']}")
def test_case(case: Case) -> None:
    loaded = load(_files(case))
    found = [f"{problem.code} {problem.position}" for problem in loaded.problems]
    expected = _expected(case)
    assert found == [each["is"] for each in expected], loaded.problems
    for problem, each in zip(loaded.problems, expected, strict=True):
        assert each.get("message", "") in problem.message
        assert each.get("help", "") in problem.help
        if "related" in each:
            assert each["related"] in [str(related.position) for related in problem.related]
    _has_left_out_what_is_wrong(loaded)


def _has_left_out_what_is_wrong(loaded: Loaded) -> None:
    """Every expression that was kept has a type."""
    for rule in loaded.rulebook.rules:
        assert rule.when.type is not None
        assert all(proposal.value.type is not None for proposal in rule.proposals)


def test_every_code_of_the_loader_has_a_case_that_triggers_it() -> None:
    triggered = {each["is"].split(" ")[0] for case in ALL for each in _expected(case)}
    named = {str(case["from"]).replace("_", "-") for case in ALL}
    assert (named & set(CODES)) <= triggered
