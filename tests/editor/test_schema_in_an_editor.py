"""The schemas as editors use them: the YAML language server from npm, over its standard streams."""

import asyncio
import json
from pathlib import Path

import pytest
from lsprotocol import types

from adapters.cli.main import run
from tests.editor.speaking import ANSWER_S, Editor, editor, place

ROOT = Path(__file__).resolve().parents[2]
ASP1 = ROOT / "rules" / "asp1"
SERVER = ROOT / ".venv/node/node_modules/yaml-language-server/bin/yaml-language-server"


def _command() -> list[str]:
    assert SERVER.exists(), "the YAML language server is not installed: .ci/setup says how"
    return ["node", str(SERVER), "--stdio"]


def _settings(folder: Path, rules: Path) -> dict[str, object]:
    assert run(["schema", str(rules), "--out", str(folder)]) == 0
    schemas = {
        (folder / f"{kind}.schema.json").as_uri(): [
            each.as_uri() for each in rules.glob("*.yaml") if _kind(each) == kind
        ]
        for kind in ("rules", "plant", "tests", "site")
    }
    yaml = {
        "schemas": schemas,
        "validate": True,
        "hover": True,
        "completion": True,
        "schemaStore": {"enable": False, "url": ""},
    }
    return {"yaml": yaml}


def _kind(path: Path) -> str:
    if path.name.endswith(".test.yaml"):
        return "tests"
    return path.stem if path.stem in ("plant", "site") else "rules"


async def _completed(client: Editor, uri: str, at: types.Position) -> dict[str, str]:
    asked = types.CompletionParams(types.TextDocumentIdentifier(uri), at)
    async with asyncio.timeout(ANSWER_S):
        told = await client.text_document_completion_async(asked)
    items = told.items if isinstance(told, types.CompletionList) else told or []
    return {each.label: str(each.documentation) for each in items}


async def _hovered(client: Editor, uri: str, at: types.Position) -> str:
    asked = types.HoverParams(types.TextDocumentIdentifier(uri), at)
    async with asyncio.timeout(ANSWER_S):
        told = await client.text_document_hover_async(asked)
    return "" if told is None else str(told.contents)


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, object]:
    return _settings(tmp_path / "schemas", ASP1)


def test_the_files_of_asp1_have_no_problem(settings: dict[str, object]) -> None:
    async def look() -> dict[str, list[str]]:
        async with editor(_command(), ASP1, settings) as client:
            uris = {path.name: client.show(path) for path in sorted(ASP1.glob("*.yaml"))}
            return {
                name: [each.message for each in await client.problems_of(uri)]
                for name, uri in uris.items()
            }

    found = asyncio.run(look())
    assert len(found) >= 10
    assert found == {name: [] for name in found}


RULE = """ruleset: mine
rules:
  - id: one
    when: source.sun
    then:
      \n    because: So.
"""


def test_completion_under_then_offers_the_outputs_with_unit_and_meaning(
    settings: dict[str, object],
) -> None:
    async def look() -> dict[str, str]:
        async with editor(_command(), ASP1, settings) as client:
            uri = client.show(ASP1 / "miners.yaml", RULE)
            return await _completed(client, uri, place(RULE, "then:\n      "))

    found = asyncio.run(look())
    assert {"miner1.power_target", "energy.source", "assert"} <= set(found)
    assert "0 to 3300 W" in found["miner1.power_target"]
    assert "Which source pays for the miners" in found["energy.source"]
    assert "pv.power" not in found


def test_completion_under_when_offers_conditions_and_derived_facts(
    settings: dict[str, object],
) -> None:
    text = RULE.replace("source.sun", "")

    async def look() -> dict[str, str]:
        async with editor(_command(), ASP1, settings) as client:
            uri = client.show(ASP1 / "miners.yaml", text)
            return await _completed(client, uri, place(text, "when: "))

    assert {"sunny", "season.heating", "legionella_overdue"} <= set(asyncio.run(look()))


def test_hover_tells_unit_and_meaning(settings: dict[str, object]) -> None:
    text = (ASP1 / "energy.yaml").read_text("utf-8")
    site = (ASP1 / "site.yaml").read_text("utf-8")

    async def look() -> list[str]:
        async with editor(_command(), ASP1, settings) as client:
            rules, devices = client.show(ASP1 / "energy.yaml"), client.show(ASP1 / "site.yaml")
            return [
                await _hovered(client, rules, place(text, "then: {energy.sou")),
                await _hovered(client, rules, place(text, "sali")),
                await _hovered(client, rules, place(text, "conditions:\n", 4)),
                await _hovered(client, rules, place(text, "90 %, unti")),
                await _hovered(client, devices, place(site, "{miner1.po")),
            ]

    output, salience, conditions, until, fact = asyncio.run(look())
    assert "one of none, pv, battery, grid" in output
    assert "Which source pays" in output
    assert "the higher one wins" in salience
    assert "Named conditions" in conditions
    assert "stays so until" in until
    assert "0 to 5000 W" in fact


WRONG = [
    ("energy.yaml", "then: {energy.source:", "then: {energie.source:", "energie.source"),
    ("energy.yaml", "salience:", "saliense:", "saliense"),
    ("heatpump.yaml", "until:", "untill:", "untill"),
    ("plant.yaml", "max_age:", "max_agee:", "max_agee"),
    ("interlocks.yaml", "latch: on_true", "latch: on_treu", "on_true"),
    ("site.yaml", "driver: braiins", "driver: brains", "braiins"),
    ("site.yaml", "{price.buy: price}", "{prize.buy: price}", "object"),
]
"""In which file, what is right, what is wrong, and a word of what is said of it."""


def test_a_wrong_key_is_found(settings: dict[str, object]) -> None:
    texts = {file: (ASP1 / file).read_text("utf-8") for file, _, _, _ in WRONG}
    expected: dict[str, dict[int, str]] = {file: {} for file in texts}
    for file, right, wrong, said in WRONG:
        expected[file][texts[file][: texts[file].index(right)].count("\n")] = said
        texts[file] = texts[file].replace(right, wrong, 1)

    async def look() -> dict[str, list[types.Diagnostic]]:
        async with editor(_command(), ASP1, settings) as client:
            uris = {file: client.show(ASP1 / file, text) for file, text in texts.items()}
            return {file: await client.problems_of(uri) for file, uri in uris.items()}

    for file, found in asyncio.run(look()).items():
        assert sorted(each.range.start.line for each in found) == sorted(expected[file])
        for each in found:
            assert expected[file][each.range.start.line] in each.message


def test_the_command_says_which_schema_is_for_which_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["schema", str(ASP1), "--out", str(tmp_path)]) == 0
    said = json.loads(capsys.readouterr().out)["yaml.schemas"]
    assert said[f"{tmp_path.as_posix()}/plant.schema.json"] == [f"{ASP1.as_posix()}/plant.yaml"]
    rules = said[f"{tmp_path.as_posix()}/rules.schema.json"]
    assert f"{ASP1.as_posix()}/miners.yaml" in rules
    assert f"{ASP1.as_posix()}/site.yaml" not in rules
