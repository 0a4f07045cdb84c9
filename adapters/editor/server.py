"""The language server: what an editor asks about rules, answered over its standard streams."""

import asyncio
import sys
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlparse

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

from adapters.editor.folder import PLAIN, Folder, check, first_line
from adapters.editor.schemas import kind_of
from adapters.files import shown
from engine.language.position import Position
from engine.language.problem import Problem, Severity
from engine.language.words import NAME, RESERVED
from engine.workshop.editor.cursor import Offer, offers
from engine.workshop.editor.formatted import formatted
from engine.workshop.editor.mentions import Mention

_PAUSE_S = 0.2
"""So long after the last key the folder is checked."""
_SWITCH_S = 0.001
"""A check in its thread gives way so often, that an answer does not wait for it."""
_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
}


class Where(Protocol):
    """What every question about a place has."""

    text_document: types.TextDocumentIdentifier
    position: types.Position


class Server(LanguageServer):
    """Keeps one `Folder` for each folder with an open file."""

    def __init__(self) -> None:  # noqa: D107 - the class says it
        super().__init__("thermiq", "1", types.TextDocumentSyncKind.Full)
        self.folders: dict[Path, Folder] = {}
        self.waiting: dict[Path, asyncio.Task[None]] = {}

    def folder(self, uri: str) -> Folder:
        """Return the folder in which a file stands."""
        path = _path(uri).parent
        return self.folders.setdefault(path, Folder(path))

    def text(self, uri: str) -> str:
        """Return the text of an open file."""
        return self.workspace.get_text_document(uri).source.replace("\r\n", "\n")

    def changed(self, uri: str, *, closed: bool = False) -> None:
        """Take note of a new text, and check its folder soon."""
        folder, file = self.folder(uri), shown(_path(uri))
        if closed:
            folder.buffers.pop(file, None)
        else:
            folder.buffers[file] = self.text(uri)
        before = self.waiting.pop(folder.path, None)
        if before is not None:
            before.cancel()
        self.waiting[folder.path] = asyncio.create_task(self._check_soon(folder))

    async def _check_soon(self, folder: Folder) -> None:
        if folder.sheet:
            await asyncio.sleep(_PAUSE_S)
        files, beforehand = folder.rule_files()
        checked = await asyncio.to_thread(check, files, beforehand)
        await asyncio.to_thread(folder.note, folder.texts())
        folder.learn(checked)
        for file, problems in folder.reports(checked).items():
            told = [_diagnostic(each) for each in problems]
            uri = Path(file).as_uri()
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, told))

    def asked(self, where: Where) -> tuple[Folder, Mention | None]:
        """Return the folder and the name under the cursor."""
        uri, at = where.text_document.uri, where.position
        folder = self.folder(uri)
        column = _column(self.text(uri), at)
        return folder, folder.under(shown(_path(uri)), at.line + 1, column + 1)


def build() -> Server:
    """Return a server with everything it can answer."""
    sys.setswitchinterval(_SWITCH_S)
    server = Server()
    _heed_changes(server)
    _help_writing(server)
    _answer_about_names(server)
    return server


def _heed_changes(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    async def _(told: types.DidOpenTextDocumentParams) -> None:
        server.changed(told.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    async def _(told: types.DidChangeTextDocumentParams) -> None:
        server.changed(told.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    async def _(told: types.DidSaveTextDocumentParams) -> None:
        server.changed(told.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    async def _(told: types.DidCloseTextDocumentParams) -> None:
        server.changed(told.text_document.uri, closed=True)


def _help_writing(server: Server) -> None:
    options = types.CompletionOptions(trigger_characters=[" ", ".", "{", "[", ","])

    @server.feature(types.TEXT_DOCUMENT_COMPLETION, options)
    def _(asked: types.CompletionParams) -> list[types.CompletionItem]:
        uri, at = asked.text_document.uri, asked.position
        folder, text = server.folder(uri), server.text(uri)
        schema = folder.schemas[kind_of(_path(uri).name)]
        return [
            _item(each) for each in offers(text, at.line, _column(text, at), schema, folder.sheet)
        ]

    @server.feature(types.TEXT_DOCUMENT_FORMATTING)
    def _(asked: types.DocumentFormattingParams) -> list[types.TextEdit]:
        uri = asked.text_document.uri
        text = server.text(uri)
        name = _path(uri).name
        made = formatted(name, text.encode(), PLAIN[kind_of(name)])
        whole = types.Range(types.Position(0, 0), types.Position(text.count("\n") + 1, 0))
        return [types.TextEdit(whole, made.after)] if made.changes else []


def _answer_about_names(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def _(asked: types.HoverParams) -> types.Hover | None:
        folder, found = server.asked(asked)
        return None if found is None else _hover(folder, found)

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    def _(asked: types.DefinitionParams) -> list[types.Location]:
        folder, found = server.asked(asked)
        same = folder.same(found) if found else []
        return [_location(each.position) for each in same if each.is_given]

    @server.feature(types.TEXT_DOCUMENT_REFERENCES)
    def _(asked: types.ReferenceParams) -> list[types.Location]:
        folder, found = server.asked(asked)
        same = folder.same(found) if found else []
        wanted = asked.context.include_declaration
        return [_location(each.position) for each in same if wanted or not each.is_given]

    @server.feature(types.TEXT_DOCUMENT_RENAME, types.RenameOptions(prepare_provider=True))
    def _(asked: types.RenameParams) -> types.WorkspaceEdit | None:
        of = server.folder(asked.text_document.uri)
        of.note(of.texts())  # places must be exact
        folder, found = server.asked(asked)
        return None if found is None else _renamed(folder, found, asked.new_name)

    @server.feature(types.TEXT_DOCUMENT_PREPARE_RENAME)
    def _(asked: types.PrepareRenameParams) -> types.Range | None:
        folder, found = server.asked(asked)
        known = found is not None and any(each.is_given for each in folder.same(found))
        return _range(found.position) if found is not None and known else None


def _hover(folder: Folder, found: Mention) -> types.Hover:
    same = folder.same(found)
    entry = None if found.is_id else folder.sheet.get(found.name)
    said = [f"**{found.name}**" + (f" · {entry.summary}" if entry else "")]
    if entry and entry.about:
        said.append(entry.about)
    given = [each for each in same if each.is_given]
    if given:
        places = ", ".join(_shortly(each.position) for each in given)
        said.append(f"defined in {places}")
    users = {each.owner: None for each in same if not each.is_given and each.owner}
    if users:
        said.append("read by " + ", ".join(f"`{name}`" for name in users))
    elif given:
        said.append("read by nothing")
    text = types.MarkupContent(types.MarkupKind.Markdown, "\n\n".join(said))
    return types.Hover(text, _range(found.position))


def _shortly(position: Position) -> str:
    return f"{Path(position.file).name}:{position.line}"


def _renamed(folder: Folder, found: Mention, name: str) -> types.WorkspaceEdit:
    """Return the edits. Raises JsonRpcException for a name that cannot be, or is taken."""
    same = folder.same(found)
    if not any(each.is_given for each in same):
        raise _refused(f"`{found.name}` is not defined in this folder")
    if not NAME.fullmatch(name) or (not found.is_id and name in RESERVED):
        raise _refused(f"`{name}` cannot be a name: letters, digits and `_`, joined by points")
    taken = any(
        each.name == name and each.is_id == found.is_id and each.is_given
        for _, each in folder.mentions()
    )
    if taken:
        raise _refused(f"`{name}` is taken")
    edits: dict[str, list[types.TextEdit]] = {}
    for each in same:
        uri = Path(each.position.file).as_uri()
        edits.setdefault(uri, []).append(types.TextEdit(_range(each.position), name))
    return types.WorkspaceEdit(changes=edits)


def _refused(why: str) -> JsonRpcException:
    return JsonRpcException(why, code=-32803)  # the protocol's RequestFailed


def _item(offer: Offer) -> types.CompletionItem:
    kind = types.CompletionItemKind.Property if offer.is_key else types.CompletionItemKind.Variable
    about = types.MarkupContent(types.MarkupKind.Markdown, offer.about) if offer.about else None
    insert = f"{offer.label}: " if offer.is_key else offer.label
    return types.CompletionItem(
        offer.label, kind=kind, detail=offer.detail, documentation=about, insert_text=insert
    )


def _diagnostic(problem: Problem) -> types.Diagnostic:
    message = f"{problem.message}. {problem.help}" if problem.help else problem.message
    related = [
        types.DiagnosticRelatedInformation(_location(each.position), each.label)
        for each in problem.related
        if each.position.file
    ]
    return types.Diagnostic(
        _range(problem.position), message, _SEVERITIES[problem.severity], problem.code,
        source="thermiq", related_information=related or None,
    )  # fmt: skip


def _location(position: Position) -> types.Location:
    return types.Location(Path(position.file).as_uri(), _range(position))


def _range(position: Position) -> types.Range:
    line, start = first_line(position), max(position.column - 1, 0)
    end = max(position.end_column - 1, start)
    return types.Range(types.Position(line, start), types.Position(line, end))


def _column(text: str, at: types.Position) -> int:
    """Return the column in characters; the protocol counts a rare letter as two."""
    lines = text.split("\n")
    line = lines[at.line] if at.line < len(lines) else ""
    return len(line.encode("utf-16-le")[: 2 * at.character].decode("utf-16-le", "ignore"))


def _path(uri: str) -> Path:
    return Path(unquote(urlparse(uri).path))
