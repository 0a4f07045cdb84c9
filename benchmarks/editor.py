"""How long the language server takes to answer on 500 rules, as a process, over its streams."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from lsprotocol import types
from pygls.lsp.client import LanguageClient

from benchmarks.house import rule_files
from benchmarks.measure import Row

_ASKED = 30
_MOST_MS = 100.0


def run() -> list[Row]:
    """Measure each kind of answer, the text changed by a letter before each question."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        for file, content in rule_files(rules=500, facts=100, outputs=50).items():
            (folder / file).write_bytes(content)
        found = asyncio.run(_asked(folder))
    rows = []
    for what, times in found.items():
        ordered = sorted(times)
        middle, worst = ordered[len(ordered) // 2], ordered[-1]
        shown = f"median {middle:.0f} ms, worst {worst:.0f} ms"
        rows.append(Row(f"{what}, 500 rules", shown, "median ≤ 100 ms", middle <= _MOST_MS))
    return rows


async def _asked(folder: Path) -> dict[str, list[float]]:
    client = LanguageClient("thermiq-bench", "1")
    told = asyncio.Event()

    @client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    def _(_params: types.PublishDiagnosticsParams) -> None:
        told.set()

    await client.start_io(sys.executable, "-m", "adapters.cli.main", "lsp")
    await client.initialize_async(types.InitializeParams(types.ClientCapabilities()))
    file = folder / "many0.yaml"
    uri, text = file.as_uri(), file.read_text("utf-8")
    opened = types.TextDocumentItem(uri, "yaml", 1, text)
    client.text_document_did_open(types.DidOpenTextDocumentParams(opened))
    await told.wait()
    this = types.TextDocumentIdentifier(uri)
    line = text.split("\n").index("    salience: 6") - 2
    at = types.Position(line, 13)
    context = types.ReferenceContext(include_declaration=True)
    questions: dict[str, Callable[[], Awaitable[object]]] = {
        "completion": lambda: client.text_document_completion_async(
            types.CompletionParams(this, at)
        ),
        "hover": lambda: client.text_document_hover_async(types.HoverParams(this, at)),
        "definition": lambda: client.text_document_definition_async(
            types.DefinitionParams(this, at)
        ),
        "references": lambda: client.text_document_references_async(
            types.ReferenceParams(context, this, at)
        ),
    }
    found: dict[str, list[float]] = {name: [] for name in questions}
    for number in range(_ASKED):
        newer = types.VersionedTextDocumentIdentifier(number + 2, uri)
        change = types.TextDocumentContentChangeWholeDocument(f"{text}# {number}\n")
        client.text_document_did_change(types.DidChangeTextDocumentParams(newer, [change]))
        for name, ask in questions.items():
            begun = time.perf_counter()
            assert await ask()
            found[name].append((time.perf_counter() - begun) * 1000)
    await client.shutdown_async(None)
    client.exit(None)
    await client.stop()
    return found
