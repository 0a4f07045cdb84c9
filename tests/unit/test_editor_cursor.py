"""What may stand at the cursor, and which names stand in a file."""

import sys
from pathlib import Path

import pytest

from adapters.cli.lsp import lsp
from adapters.cli.main import COMMANDS, run
from adapters.editor.folder import Folder, check
from adapters.editor.schemas import kind_of, schemas
from engine.language.checked import check_files
from engine.language.parse_yaml import parse_yaml
from engine.workshop.editor.cursor import offers
from engine.workshop.editor.mentions import mentions, under
from engine.workshop.editor.sheet import sheet_of

PLANT = """facts:
  pv.power: {unit: W, range: [0, 9 kW], about: The sun}
  mode: {values: [hold, charge]}
outputs:
  out: {type: bool, default: off, failsafe: off}
  target: {unit: W, range: [0, 3 kW], default: 0 W, failsafe: 0 W}
"""
RULES = """let: {half: pv.power / 2}
conditions: {sunny: half > 1 W, keep: mode is hold}
rules:
  - id: one
    when: [sunny, "mode in [hold, charge]"]
    then: {out: on, target: "min(half, 1 W)"}
    because: So.
"""
SHEET = sheet_of(check_files({"plant.yaml": PLANT.encode(), "rules.yaml": RULES.encode()}).rulebook)
SCHEMAS = schemas(SHEET)


def _offered(marked: str, kind: str = "rules") -> list[str]:
    """Return what is offered at the bar in a text."""
    before = marked[: marked.index("|")]
    column = len(before) - before.rfind("\n") - 1
    text = marked.replace("|", "", 1)
    found = offers(text, before.count("\n"), column, SCHEMAS[kind], SHEET)
    return [each.label for each in found]


@pytest.mark.parametrize(
    ("marked", "first"),
    [
        ("|", "ruleset"),
        ("rules:\n  - id: a\n    |", "id"),
        ("rules:\n  - |", "id"),
        ("rules:\n- id: a\n  when: |", "pv.power"),
        ("rules:\n  - id: a\n    when: pv.power > 1 W and |", "pv.power"),
        ("rules:\n  - id: a\n    when: [sunny, mode is |]", "hold"),
        ("rules:\n  - id: a\n    when: mode is not |", "hold"),
        ("rules:\n  - id: a\n    when: mode in [|", "hold"),
        ("rules:\n  - id: a\n    then:\n      |", "assert"),
        ("rules:\n  - id: a\n    # then\n\n    then:\n      out: on\n      |", "assert"),
        ("rules:\n  - {id: a, then: {target: 1 W, |", "assert"),
        ('rules:\n  - {id: a, then: {target: "min(|', "pv.power"),
        ("rules:\n  - id: a\n    when:\n      - any: [sunny, |", "pv.power"),
        ("conditions:\n  a:\n    when: b\n    |", "any"),
        ("interlocks:\n  - id: f\n    limit: {target: {|", "at_most"),
        ("interlocks:\n  - id: f\n    limit:\n      target:\n        at_most: |", "pv.power"),
    ],
)  # fmt: skip
def test_what_may_stand_at_the_cursor(marked: str, first: str) -> None:
    assert _offered(marked)[0] == first


@pytest.mark.parametrize(
    ("marked", "kind", "offered"),
    [
        ("facts:\n  a: {unit: |", "plant", "kW"),
        ("outputs:\n  a:\n    |", "plant", "failsafe"),
        ("scenarios:\n  - name: a\n    facts:\n      |", "tests", "pv.power"),
        ("scenarios:\n  - expect:\n      - |", "tests", "target"),
        ("devices:\n  a:\n    driver: |", "site", "revpi"),
        ("trips:\n  - latch: |", "rules", "on_true"),
        ("permissives:\n  - output: |", "rules", "target"),
    ],
)
def test_every_kind_of_file_is_known(marked: str, kind: str, offered: str) -> None:
    assert offered in _offered(marked, kind)


def test_nothing_is_offered_where_nothing_is_known() -> None:
    assert _offered("nothing:\n  of: |") == []
    assert _offered("rules:\n  - because: |") == []


def test_names_are_found_with_their_places_and_states_are_told_apart() -> None:
    document = parse_yaml("rules.yaml", RULES, [])
    assert document is not None
    found = mentions(schemas({})["rules"], document)
    names = [(each.name, each.is_given) for each in found if each.is_of(SHEET)]
    assert names == [
        ("half", True), ("pv.power", False), ("sunny", True), ("half", False), ("keep", True),
        ("mode", False), ("one", True), ("sunny", False), ("mode", False), ("out", False),
        ("on", False), ("target", False), ("half", False),
    ]  # fmt: skip
    at = under(found, 1, 14)
    assert at is not None
    assert at.name == "pv.power"
    assert under(found, 1, 1) is None


def test_the_reasons_that_a_scenario_expects_are_names_of_rules() -> None:
    text = "scenarios:\n  - expect: [{target: 1 W by one and two, silent: [three], at: end}]\n"
    document = parse_yaml("a.test.yaml", text, [])
    assert document is not None
    found = mentions(schemas({})["tests"], document)
    names = [(each.name, each.is_id) for each in found]
    assert names == [("target", False), ("one", True), ("two", True), ("three", True)]


def test_a_folder_remembers_what_cannot_be_read_at_the_moment(tmp_path: Path) -> None:
    (tmp_path / "plant.yaml").write_text(PLANT)
    (tmp_path / "rules.yaml").write_text(RULES)
    folder = Folder(tmp_path)
    folder.learn(check(*folder.rule_files()))
    assert "sunny" in folder.sheet
    name = (tmp_path / "rules.yaml").as_posix()
    folder.buffers[name] = "conditions: {sunny: half >"
    checked = check(*folder.rule_files())
    folder.learn(checked)
    assert "sunny" in folder.sheet
    assert folder.reports(checked)[name]
    del folder.buffers[name]
    again = folder.reports(check(*folder.rule_files()))
    assert not any(each.severity.value == "error" for each in again[name])
    assert kind_of(name) == "rules"


def test_without_the_extra_the_command_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "adapters.editor.server", None)
    assert run(["lsp"]) == 1
    assert "pip install 'thermiq[editor]'" in capsys.readouterr().err
    assert [each for each in COMMANDS if each.function == lsp.__name__]
