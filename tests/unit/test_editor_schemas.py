"""The schemas describe the language as it is: every key, with a sentence, and every name."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.cli.main import run
from adapters.cli.schema import Kind
from adapters.editor.schemas import kind_of, schemas
from adapters.editor.site_schema import site_schema
from adapters.files import read_rules
from engine.language.load import load
from engine.language.parse_yaml import parse_yaml
from engine.workshop.editor.role import Role
from engine.workshop.editor.schema_parts import DRAFT
from engine.workshop.editor.schema_plant import plant_schema
from engine.workshop.editor.schema_rules import rules_schema
from engine.workshop.editor.schema_scenarios import scenarios_schema
from engine.workshop.editor.sheet import Sheet, sheet_of

ASP1 = Path(__file__).resolve().parents[2] / "rules" / "asp1"


@pytest.fixture(scope="module")
def sheet() -> Sheet:
    return sheet_of(load(read_rules(ASP1).files).rulebook)


def _forms(schema: object) -> Iterator[dict[str, object]]:
    if isinstance(schema, dict):
        yield schema
        for each in schema.values():
            yield from _forms(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from _forms(each)


def test_every_key_that_an_editor_offers_says_what_it_is(sheet: Sheet) -> None:
    for kind, schema in schemas(sheet).items():
        for form in _forms(schema):
            properties = form.get("properties", {})
            if not isinstance(properties, dict) or "description" in properties.get("type", {}):
                continue
            for key, each in properties.items():
                if "$ref" in each:
                    continue
                assert kind == "site" or each.get("description"), f"{kind}: {key}"


def test_every_role_is_one_that_we_know(sheet: Sheet) -> None:
    known = {role.value for role in Role}
    for schema in schemas(sheet).values():
        found = {form["$comment"] for form in _forms(schema) if "$comment" in form}
        assert found <= known


def test_the_outputs_of_the_plant_are_the_keys_of_then(sheet: Sheet) -> None:
    rules = json.dumps(schemas(sheet)["rules"], ensure_ascii=False)
    assert "output · 0 to 3300 W · at rest 0 W · failsafe 0 W · off below 1700 W" in rules
    assert "Which source pays for the miners" in rules


def test_the_sheet_knows_everything_that_asp1_reads(sheet: Sheet) -> None:
    assert sheet["pv.power"].text == ("fact · 0 to 20000 W · unknown after 1 min\n\nPV generation")
    assert sheet["season.summer"].summary == "derived fact · asserted by `summer`"
    assert sheet["sunny"].summary.startswith("condition · (sun.for_miners > 2 kW for 5 min) until")
    assert sheet["surplus"].summary.startswith("signal · average(pv.power")
    assert sheet["energy.source"].states == ("none", "pv", "battery", "grid")
    assert sheet["p3.running"].states == ("on", "off")
    assert not sheet["pv.power"].states


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("a/plant.yaml", "plant"),
        ("site.yml", "site"),
        ("miners.test.yaml", "tests"),
        ("a\\b.yaml", "rules"),
    ],
)
def test_the_name_says_of_which_kind_a_file_is(file: str, kind: str) -> None:
    assert kind_of(file) == kind


def test_without_a_plant_there_is_no_schema(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "rules.yaml").write_text("rules: []\n")
    assert run(["schema", str(tmp_path)]) == 1
    told = capsys.readouterr()
    assert not told.out
    assert "plant.yaml" in told.err


def test_rules_with_errors_still_have_a_schema(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plant = "facts:\n  a: {unit: W}\noutputs:\n  b: {type: bool, default: off, failsafe: off}\n"
    (tmp_path / "plant.yaml").write_text(plant)
    (tmp_path / "rules.yaml").write_text("rules: [{id: x}]\n")
    assert run(["schema", str(tmp_path)]) == 0
    told = capsys.readouterr()
    assert '"b"' in told.out
    assert "there are errors" in told.err
    for kind in ("plant", "tests", "site"):
        assert run(["schema", str(tmp_path), "--for", kind]) == 0
        assert json.loads(capsys.readouterr().out)["title"]


def test_every_file_of_asp1_uses_only_keys_that_its_schema_knows(sheet: Sheet) -> None:
    known = schemas(sheet)
    for path in ASP1.glob("*.yaml"):
        found = parse_yaml(path.name, path.read_text("utf-8"), [])
        assert found is not None
        properties = known[kind_of(path.name)]["properties"]
        assert isinstance(properties, dict)
        assert {key.text for key, _ in found.items} <= set(properties)


def test_each_kind_of_file_has_its_schema(sheet: Sheet) -> None:
    made = {
        "plant": plant_schema(),
        "rules": rules_schema(sheet),
        "tests": scenarios_schema(sheet),
        "site": site_schema(sheet),
    }
    assert made == schemas(sheet)
    assert {kind.value for kind in Kind} == set(made)
    assert {each["$schema"] for each in made.values()} == {DRAFT}
