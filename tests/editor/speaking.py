"""A language server as a real process, spoken to over its standard input and output."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from lsprotocol import types
from pygls.lsp.client import LanguageClient

ANSWER_S = 30.0
"""A server that has not answered by then is stuck."""


class Editor(LanguageClient):
    """What an editor knows: the newest problems of each file, and the settings it hands out."""

    def __init__(self, settings: Mapping[str, object]) -> None:
        super().__init__("thermiq-tests", "1")
        self.settings = settings
        self.problems: dict[str, list[types.Diagnostic]] = {}
        self.told = asyncio.Condition()
        self.asked = asyncio.Event()

        @self.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        async def _(told: types.PublishDiagnosticsParams) -> None:
            async with self.told:
                self.problems[told.uri] = list(told.diagnostics)
                self.told.notify_all()

        @self.feature(types.WORKSPACE_CONFIGURATION)
        def _(asked: types.ConfigurationParams) -> list[object]:
            self.asked.set()
            return [self.settings.get(item.section or "") for item in asked.items]

        @self.feature(types.CLIENT_REGISTER_CAPABILITY)
        def _(_asked: types.RegistrationParams) -> None:
            return None

        @self.feature(types.WINDOW_LOG_MESSAGE)
        def _(_told: types.LogMessageParams) -> None:
            return None

    async def problems_of(self, uri: str) -> list[types.Diagnostic]:
        """Wait until the server has told of a file; return what it found."""
        async with asyncio.timeout(ANSWER_S), self.told:
            await self.told.wait_for(lambda: uri in self.problems)
            return self.problems[uri]

    async def problems_until(self, uri: str, code: str) -> list[types.Diagnostic]:
        """Wait until a file has a problem of this code."""
        async with asyncio.timeout(ANSWER_S), self.told:
            await self.told.wait_for(
                lambda: any(each.code == code for each in self.problems.get(uri, []))
            )
            return self.problems[uri]

    def show(self, path: Path, text: str | None = None) -> str:
        """Open a file, with a text that was not saved if there is one; return its address."""
        uri = path.as_uri()
        content = path.read_text("utf-8") if text is None else text
        item = types.TextDocumentItem(uri=uri, language_id="yaml", version=1, text=content)
        self.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return uri


@asynccontextmanager
async def editor(
    command: list[str], folder: Path, settings: Mapping[str, object] | None = None
) -> AsyncIterator[Editor]:
    """Start a server in a folder, and end it as an editor does."""
    client = Editor(settings or {})
    await client.start_io(command[0], *command[1:])
    try:
        async with asyncio.timeout(ANSWER_S):
            await client.initialize_async(
                types.InitializeParams(
                    capabilities=types.ClientCapabilities(
                        workspace=types.WorkspaceClientCapabilities(
                            configuration=True,
                            did_change_configuration=types.DidChangeConfigurationClientCapabilities(
                                dynamic_registration=True
                            ),
                        ),
                        text_document=types.TextDocumentClientCapabilities(
                            completion=types.CompletionClientCapabilities(
                                completion_item=types.ClientCompletionItemOptions(
                                    snippet_support=True,
                                    documentation_format=[types.MarkupKind.Markdown],
                                )
                            )
                        ),
                    ),
                    root_uri=folder.as_uri(),
                    workspace_folders=[types.WorkspaceFolder(folder.as_uri(), folder.name)],
                )
            )
            client.initialized(types.InitializedParams())
            if settings is not None:
                async with asyncio.timeout(ANSWER_S):
                    await client.asked.wait()
            yield client
            await client.shutdown_async(None)
            client.exit(None)
    except BaseException:
        server = client._server
        if server is not None and server.returncode is None:
            server.kill()  # it was not told to end, and would be waited for
        raise
    finally:
        await client.stop()


def place(text: str, mark: str, offset: int = 0) -> types.Position:
    """Return where `mark` ends in a text, as the protocol counts; `offset` goes back."""
    before = text[: text.index(mark) + len(mark) - offset]
    line = before.count("\n")
    column = before[before.rfind("\n") + 1 :]
    return types.Position(line, len(column.encode("utf-16-le")) // 2)
