"""The language server as a real process, as an editor speaks to it."""

import asyncio
import shutil
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from adapters.files import read_rules
from engine.language.checked import check_files
from tests.editor.speaking import Editor, editor, place

ASP1 = Path(__file__).resolve().parents[2] / "rules" / "asp1"
COMMAND = [sys.executable, "-m", "adapters.cli.main", "lsp"]
Found = TypeVar("Found")


@pytest.fixture
def house(tmp_path: Path) -> Path:
    for file in ASP1.glob("*.yaml"):
        if not file.name.endswith(".test.yaml"):
            shutil.copy(file, tmp_path)
    (tmp_path / "a.test.yaml").write_text(
        "scenarios:\n  - name: s\n    facts: {pv.power: 3 kW}\n    expect:\n"
        "      - at: end\n        p3.run_target: on by p3_with_the_miners\n"
        "        holds: [sunny, pv.power > 1 W]\n        fires: p3_with_the_miners\n"
    )
    return tmp_path


def _ask(house: Path, look: Callable[[Editor], Awaitable[Found]]) -> Found:
    async def spoken() -> Found:
        async with editor(COMMAND, house) as client:
            return await look(client)

    return asyncio.run(spoken())


def _at(uri: str, text: str, mark: str) -> tuple[types.TextDocumentIdentifier, types.Position]:
    return types.TextDocumentIdentifier(uri), place(text, mark)


def test_problems_of_unsaved_text_are_told_and_taken_back(house: Path) -> None:
    text = (house / "energy.yaml").read_text("utf-8")
    wrong = text.replace("battery.soc > 90 %", "battery.sok > 90 %")

    async def look(client: Editor) -> tuple[list[types.Diagnostic], list[types.Diagnostic]]:
        uri = client.show(house / "energy.yaml", wrong)
        found = await client.problems_until(uri, "unknown-fact")
        del client.problems[uri]
        newer = types.VersionedTextDocumentIdentifier(2, uri)
        change = types.TextDocumentContentChangeWholeDocument(text)
        client.text_document_did_change(types.DidChangeTextDocumentParams(newer, [change]))
        return found, await client.problems_of(uri)

    found, later = _ask(house, look)
    unknown = next(each for each in found if each.code == "unknown-fact")
    assert "did you mean `battery.soc`" in unknown.message
    assert unknown.range.start == place(wrong, "battery.sok", len("battery.sok"))
    assert unknown.range.end == place(wrong, "battery.sok")
    assert later == []


OFFERS: list[tuple[str, set[str], set[str]]] = [
    ("    when: pv.power > 3 kW and ", {"battery.soc", "sunny", "not"}, {"or", "on"}),
    ("    when: heatpump.sg_ready is ", {"locked", "forced"}, {"pv.power"}),
    ("    when: [sunny, pv.power ", {"and", "is"}, {"pv.power"}),
    ("    th", {"then", "when"}, {"conditions"}),
    ("    then: {", {"miner1.power_target", "assert"}, {"pv.power"}),
]
"""What is written so far, what is offered to go on with, and what is not."""


def test_what_may_stand_here_is_offered(house: Path) -> None:
    async def look(client: Editor) -> list[dict[str, types.CompletionItem]]:
        found = []
        for number, (line, _, _) in enumerate(OFFERS):
            text = f"rules:\n  - id: new\n{line}"
            uri = client.show(house / f"new{number}.yaml", text)
            await client.problems_of(uri)
            asked = types.CompletionParams(*_at(uri, text, line))
            told = await client.text_document_completion_async(asked)
            assert isinstance(told, list)
            found.append({each.label: each for each in told})
        return found

    for (line, offered, missing), found in zip(OFFERS, _ask(house, look), strict=True):
        assert offered <= set(found), line
        assert not missing & set(found), line
        if "battery.soc" in offered:
            assert found["battery.soc"].detail == "fact · 0 to 100 % · unknown after 1 min"
            about = found["battery.soc"].documentation
            assert isinstance(about, types.MarkupContent)
            assert about.value == "State of charge"


def test_hover_tells_unit_meaning_place_and_readers(house: Path) -> None:
    text = (house / "energy.yaml").read_text("utf-8")

    async def look(client: Editor) -> list[str]:
        uri = client.show(house / "energy.yaml")
        await client.problems_of((house / "plant.yaml").as_uri())
        found = []
        for mark in ("battery_served: {when: battery.soc", "surplus - battery.cla", "about: W"):
            told = await client.text_document_hover_async(types.HoverParams(*_at(uri, text, mark)))
            content = told.contents if told else None
            found.append(content.value if isinstance(content, types.MarkupContent) else "")
        return found

    fact, signal, prose = _ask(house, look)
    assert "**battery.soc** · fact · 0 to 100 %" in fact
    assert "State of charge" in fact
    assert "defined in plant.yaml:" in fact
    assert "`battery_served`" in fact
    assert "signal · 300 W" in signal
    assert not prose


def test_definition_and_references_cross_files(house: Path) -> None:
    text = (house / "heatpump.yaml").read_text("utf-8")

    async def look(client: Editor) -> tuple[list[str], list[str]]:
        uri = client.show(house / "heatpump.yaml")
        await client.problems_of(uri)
        where = _at(uri, text, "[sun_for_heatpump, battery_ser")
        given = await client.text_document_definition_async(types.DefinitionParams(*where))
        context = types.ReferenceContext(include_declaration=True)
        used = await client.text_document_references_async(types.ReferenceParams(context, *where))
        assert isinstance(given, list)
        return [_file(each) for each in given], [_file(each) for each in used or []]

    given, used = _ask(house, look)
    assert given == ["energy.yaml"]
    assert {"energy.yaml", "heatpump.yaml"} <= set(used)


def _file(found: types.Location | types.LocationLink) -> str:
    assert isinstance(found, types.Location)
    return found.uri.rsplit("/", 1)[-1]


@pytest.mark.parametrize(
    ("file", "mark", "files"),
    [
        ("plant.yaml", "pv.pow", {"plant.yaml", "energy.yaml", "site.yaml", "a.test.yaml"}),
        ("energy.yaml", "  sunny", {"energy.yaml", "a.test.yaml"}),
        ("hydraulics.yaml", "id: p3_with", {"hydraulics.yaml", "a.test.yaml"}),
        ("plant.yaml", "  energy.sou", {"plant.yaml", "energy.yaml"}),
    ],
)
def test_a_renamed_house_checks_as_clean_as_before(
    house: Path, file: str, mark: str, files: set[str]
) -> None:
    text = (house / file).read_text("utf-8")

    async def look(client: Editor) -> types.WorkspaceEdit | None:
        uri = client.show(house / file)
        await client.problems_of(uri)
        return await client.text_document_rename_async(
            types.RenameParams(*_at(uri, text, mark), "new.name")
        )

    edit = _ask(house, look)
    assert edit is not None
    assert edit.changes is not None
    assert files <= {uri.rsplit("/", 1)[-1] for uri in edit.changes}
    for uri, edits in edit.changes.items():
        _apply(house / uri.rsplit("/", 1)[-1], list(edits))

    assert check_files(read_rules(house).files).problems == ()


def _apply(file: Path, edits: list[types.TextEdit]) -> None:
    lines = file.read_text("utf-8").split("\n")
    for each in sorted(edits, key=lambda e: (e.range.start.line, -e.range.start.character)):
        line, start, end = each.range.start.line, each.range.start, each.range.end
        old = lines[line]
        lines[line] = old[: start.character] + each.new_text + old[end.character :]
    file.write_text("\n".join(lines), "utf-8")


def test_a_name_that_cannot_be_is_refused(house: Path) -> None:
    text = (house / "plant.yaml").read_text("utf-8")
    names = ("battery.soc", "on", "1st", "a b")

    async def look(client: Editor) -> list[str]:
        uri = client.show(house / "plant.yaml")
        await client.problems_of(uri)
        said = []
        for name in names:
            with pytest.raises(JsonRpcException) as refused:
                await client.text_document_rename_async(
                    types.RenameParams(*_at(uri, text, "pv.pow"), name)
                )
            said.append(refused.value.message)
        return said

    for name, said in zip(names, _ask(house, look), strict=True):
        assert name in said


def test_a_file_is_formatted_and_one_that_does_not_parse_is_left_alone(house: Path) -> None:
    async def look(client: Editor) -> list[list[types.TextEdit]]:
        found = []
        options = types.FormattingOptions(tab_size=2, insert_spaces=True)
        for name, text in (
            ("energy.yaml", "let:\n    a:   pv.power+1W\n"),
            ("miners.yaml", "a: ["),
        ):
            uri = client.show(house / name, text)
            asked = types.DocumentFormattingParams(types.TextDocumentIdentifier(uri), options)
            found.append(list(await client.text_document_formatting_async(asked) or []))
        return found

    first, second = _ask(house, look)
    assert [each.new_text for each in first] == ["let:\n  a: pv.power + 1 W\n"]
    assert second == []
