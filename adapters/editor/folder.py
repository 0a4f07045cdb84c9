"""One folder of rules as the editor sees it: files on disk, and texts that were not saved."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from adapters.editor.schemas import kind_of, schemas
from adapters.files import read_rules, shown
from engine.language.checked import Checked, check_files
from engine.language.parse_yaml import parse_yaml
from engine.language.position import Position
from engine.language.problem import Problem
from engine.workshop.editor.mentions import Mention, mentions
from engine.workshop.editor.schema_parts import Schema
from engine.workshop.editor.sheet import Sheet, sheet_of

_WORD = re.compile(r"[A-Za-z][\w.]*")
PLAIN = schemas({})
"""The schemas of a plant that is not known: enough to tell where names stand."""


@lru_cache(maxsize=256)
def _mentions(file: str, text: str) -> tuple[Mention, ...]:
    document = parse_yaml(file, text, [])
    return () if document is None else mentions(PLAIN[kind_of(file)], document)


@dataclass(slots=True)
class Folder:
    """What is known of a folder; `buffers` are the texts of open files by their path."""

    path: Path
    buffers: dict[str, str] = field(default_factory=dict)
    sheet: Sheet = field(default_factory=dict)
    schemas: Mapping[str, Schema] = field(default_factory=lambda: PLAIN)
    index: tuple[tuple[str, Mention], ...] = ()
    indexed: Mapping[str, str] = field(default_factory=dict)
    """The texts that `index` was made from."""
    told: set[str] = field(default_factory=set)
    """The files that problems were told of last."""

    def texts(self) -> dict[str, str]:
        """Return every YAML file of the folder as it is in the editor, or on disk."""
        found: dict[str, str] = {}
        for each in sorted(self.path.glob("*.y*ml")):
            if each.name.startswith(".") or not each.is_file():
                continue
            found[shown(each)] = each.read_text("utf-8", errors="replace")
        return found | self.buffers

    def rule_files(self) -> tuple[dict[str, bytes], tuple[Problem, ...]]:
        """Return the files of plant and rules with what was not saved, and what is unreadable."""
        read = read_rules(self.path)
        own = {
            name: text.encode()
            for name, text in self.buffers.items()
            if kind_of(name) in ("plant", "rules")
        }
        return {**read.files, **own}, tuple(
            each for each in read.problems if each.position.file not in own
        )

    def learn(self, checked: Checked) -> None:
        """Keep what was found; what cannot be read at the moment is remembered from before."""
        new = sheet_of(checked.rulebook)
        self.sheet = new if checked.ok else {**self.sheet, **new}
        self.schemas = schemas(self.sheet)

    def note(self, texts: Mapping[str, str]) -> None:
        """Find the names in all files anew; slow for many rules, so for a thread of its own."""
        self.index = tuple(
            (file, each)
            for file, text in texts.items()
            for each in _mentions(file, text.replace("\r\n", "\n"))
        )
        self.indexed = texts

    def mentions(self) -> Iterator[tuple[str, Mention]]:
        """Yield every name in every file, with its file, as last noted."""
        for file, each in self.index:
            if each.is_of(self.sheet):
                yield file, each

    def under(self, file: str, line: int, column: int) -> Mention | None:
        """Return the name under a place, counted from 1.

        In a text that was changed since the names were noted, it is the word that stands there.
        """
        text = self.buffers.get(file, "")
        if self.indexed.get(file) != text:
            return self._word(file, text, line, column)
        for where, each in self.mentions():
            place = each.position
            within = place.line == line and place.column <= column <= place.end_column
            if where == file and within:
                return each
        return None

    def _word(self, file: str, text: str, line: int, column: int) -> Mention | None:
        lines = text.split("\n")
        for found in _WORD.finditer(lines[line - 1] if line <= len(lines) else ""):
            if found.start() < column <= found.end() + 1:
                place = Position(file, line, found.start() + 1, found.end() + 1)
                return Mention(found[0], found[0] not in self.sheet, False, place)
        return None

    def same(self, wanted: Mention) -> list[Mention]:
        """Return every mention of the same thing."""
        return [
            each
            for _, each in self.mentions()
            if each.name == wanted.name and each.is_id == wanted.is_id
        ]

    def reports(self, checked: Checked) -> dict[str, list[Problem]]:
        """Return the problems of each file, also of those that have none any more."""
        found: dict[str, list[Problem]] = {name: [] for name in (*checked.sources, *self.told)}
        for problem in checked.problems:
            found.setdefault(problem.position.file or shown(self.path), []).append(problem)
        self.told = {name for name, problems in found.items() if problems}
        return found


def check(files: Mapping[str, bytes], beforehand: tuple[Problem, ...]) -> Checked:
    """Check rules; meant for a thread of its own."""
    return check_files(files, beforehand)


def first_line(position: Position) -> int:
    """Return the line of a place, counted from 0; that of a whole file is its first."""
    return max(position.line - 1, 0)
