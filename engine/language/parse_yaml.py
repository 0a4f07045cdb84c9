"""From YAML text to a document, by the events of its parser.

Building the tree from events keeps every scalar a text, every place exact, and stops at the first
level too deep, before anything recursive sees it.
"""

import re
from dataclasses import dataclass, field

from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from engine.language.check import (
    duplicate_key,
    limit_exceeded,
    not_text,
    not_yaml,
    wrong_shape,
    yaml_feature,
)
from engine.language.document import Mapping, Node, Scalar, Sequence
from engine.language.flow import join_mapping, join_sequence
from engine.language.position import Position
from engine.language.problem import Problem
from engine.language.source import UNSEEN
from engine.language.yaml_errors import explain
from engine.language.yaml_events import parse

MAX_DEPTH = 20
MAX_OPEN = 200
"""Brackets that are open at once, in texts and comments too. The scanner looks ahead over all of
them before it tells of the first, in a time that grows with their square."""

_BRACKET = re.compile(r"[\[\]{}]")


@dataclass(slots=True)
class _Frame:
    """A mapping or a sequence whose end was not seen yet."""

    is_mapping: bool
    is_flow: bool
    position: Position
    keys: list[Node] = field(default_factory=list)
    values: list[Node] = field(default_factory=list)

    def add(self, node: Node) -> None:
        """Take the next key or value."""
        if self.is_mapping and len(self.keys) == len(self.values):
            self.keys.append(node)
        else:
            self.values.append(node)


class _Stop(Exception):  # noqa: N818 - it ends the reading of a file, its problem is noted already
    """The rest of the file cannot be read."""


class _Builder:
    """Builds one document; everything wrong goes to `problems`."""

    def __init__(self, file: str, source: str, problems: list[Problem]) -> None:
        self.file = file
        self.source = source
        self.problems = problems
        self.frames: list[_Frame] = []
        self.top: Node | None = None
        self.documents = 0

    def take(self, event: Event) -> None:
        """Handle the next event."""
        match event:
            case DocumentStartEvent():
                self._document(event)
            case AliasEvent():
                what = "an alias (`*…`) stands here"
                advice = "write the value itself; a text that starts with `*` needs quotes"
                self.problems.append(yaml_feature.problem(what, self._place(event), advice))
                self._add(Scalar("", "", self._place(event)))
            case ScalarEvent():
                self._refuse_features(event)
                self._add(self._scalar(event))
            case MappingStartEvent() | SequenceStartEvent():
                self._refuse_features(event)
                self._open(event, is_mapping=isinstance(event, MappingStartEvent))
            case MappingEndEvent() | SequenceEndEvent():
                self._close()
            case _:
                pass

    def _document(self, event: DocumentStartEvent) -> None:
        self.documents += 1
        place = self._place(event)
        if self.documents > 1:
            what = "a second document starts here"
            advice = "a file holds one document; put the rest into a file of its own"
            self.problems.append(yaml_feature.problem(what, place, advice))
            raise _Stop
        if event.version or event.tags:
            what = "a directive (`%YAML` or `%TAG`) stands at the top"
            self.problems.append(yaml_feature.problem(what, place, "leave it out"))

    def _refuse_features(self, event: NodeEvent) -> None:
        tag: object = getattr(event, "ctag", None)
        if event.anchor is not None:
            what = f"an anchor (`&{event.anchor}`) stands here"
            advice = "leave it out; a text that starts with `&` needs quotes"
            self.problems.append(yaml_feature.problem(what, self._place(event), advice))
        if tag is not None:
            what = f"a tag (`{tag}`) stands here"
            advice = "leave it out; a text that starts with `!` needs quotes, and not is `not`"
            self.problems.append(yaml_feature.problem(what, self._place(event), advice))

    def _scalar(self, event: ScalarEvent) -> Scalar:
        text: str = event.value
        start: int = event.start_mark.index
        end: int = event.end_mark.index
        place = self._place(event)
        if event.style == '"' and UNSEEN.search(text):
            what = "an escape here stands for an invisible character"
            self.problems.append(not_text.problem(what, place))
            text = UNSEEN.sub("?", text)
        return Scalar(text, event.style or "", place, self.source[start:end], start)

    def _open(self, event: MappingStartEvent | SequenceStartEvent, *, is_mapping: bool) -> None:
        place = self._place(event)
        if len(self.frames) >= MAX_DEPTH:
            self.problems.append(_nested_too_deep(place))
            raise _Stop
        self.frames.append(_Frame(is_mapping, bool(event.flow_style), place))

    def _close(self) -> None:
        frame = self.frames.pop()
        if frame.is_mapping:
            items = self._items(frame)
            if frame.is_flow:
                items = join_mapping(items, self.source, self.problems)
            self._add(Mapping(self._without_duplicates(items), frame.position))
        else:
            values = frame.values
            if frame.is_flow:
                values = join_sequence(values, self.source, self.problems)
            self._add(Sequence(tuple(values), frame.position))

    def _items(self, frame: _Frame) -> list[tuple[Scalar, Node]]:
        items = []
        for key, value in zip(frame.keys, frame.values, strict=True):
            if isinstance(key, Scalar):
                items.append((key, value))
            else:
                self.problems.append(wrong_shape.problem("a key", "a text", key.position))
        return items

    def _without_duplicates(
        self, items: list[tuple[Scalar, Node]]
    ) -> tuple[tuple[Scalar, Node], ...]:
        first: dict[str, tuple[Scalar, Node]] = {}
        for key, value in items:
            if key.text in first:
                place = first[key.text][0].position
                self.problems.append(duplicate_key.problem(key.text, place, key.position))
            else:
                first[key.text] = (key, value)
        return tuple(first.values())

    def _add(self, node: Node) -> None:
        if self.frames:
            self.frames[-1].add(node)
        else:
            self.top = node

    def _place(self, event: Event) -> Position:
        start, end = event.start_mark, event.end_mark
        line: int = start.line + 1
        column: int = start.column + 1
        end_column: int = end.column + 1 if end.line == start.line else column + 1
        return Position(self.file, line, column, max(end_column, column + 1))


def parse_yaml(file: str, source: str, problems: list[Problem]) -> Mapping | None:
    """Return the mapping that a file holds, or None; everything wrong goes to `problems`."""
    builder = _Builder(file, source, problems)
    deep = _too_deep(source)
    try:
        for event in parse(source[:deep]):
            builder.take(event)
    except _Stop:
        return None
    except MarkedYAMLError as error:
        if deep is None:
            problems.append(explain(file, source, error))
            return None
    except (YAMLError, ValueError, OverflowError):
        what = "the file holds something that is not YAML, such as an impossible escape"
        problems.append(not_yaml.problem(what, Position(file, 1, 1, 2)))
        return None
    if deep is not None:
        line, column = source.count("\n", 0, deep) + 1, deep - source.rfind("\n", 0, deep)
        problems.append(_nested_too_deep(Position(file, line, column, column + 1)))
        return None
    return _mapping_on_top(file, builder.top, problems)


def _nested_too_deep(place: Position) -> Problem:
    what = "lists and mappings are nested deeper here"
    return limit_exceeded.problem(what, f"{MAX_DEPTH} levels", place)


def _too_deep(source: str) -> int | None:
    """Return the index of a bracket that cannot be closed any more by any sound file."""
    depth = 0
    for bracket in _BRACKET.finditer(source):
        depth += 1 if bracket[0] in "[{" else -min(depth, 1)
        if depth > MAX_OPEN:
            return bracket.start()
    return None


def _mapping_on_top(file: str, top: Node | None, problems: list[Problem]) -> Mapping | None:
    if isinstance(top, Mapping):
        return top
    start = Position(file, 1, 1, 2)
    if top is None or (isinstance(top, Scalar) and top.is_empty):
        problems.append(not_yaml.problem("the file is empty", start, "delete it or fill it"))
    else:
        wanted = "a mapping: lines of `key: value`"
        problems.append(wrong_shape.problem("the file", wanted, top.position))
    return None
