"""The events of a YAML text: what a parser sees, one after the other, each with its place.

ruamel.yaml reads YAML 1.2, in Python, and is the measure: it tells of everything that is wrong.
libyaml (in PyYAML) is ten times as fast, but reads YAML 1.1. It is asked first, and believed
where both read alike, to the last column: `tests/unit/test_language_yaml_events.py` holds them
against each other. Whatever else a text holds, and whatever libyaml refuses, goes to ruamel.yaml.
"""

import re
from collections.abc import Iterator

import yaml
from ruamel.yaml import YAML, events

try:
    from yaml._yaml import CParser
except ImportError:  # PyYAML was built on a machine without libyaml: slower, and the same
    CParser = None

_READ_APART = re.compile("[^\n\x20-\x7e\xa0-\u2027\u202a-\ufefe\uff00-\U0010ffff]|[|>][-+0-9]*#")
"""Tabs, unseen characters and comments stuck to the head of a block: the two differ on them."""


def parse(source: str) -> Iterator[events.Event]:
    """Yield the events of `source`. Raises ruamel.yaml's YAMLError, ValueError or OverflowError."""
    found = None if CParser is None else _by_libyaml(source)
    yield from by_ruamel(source) if found is None else found


def by_ruamel(source: str) -> Iterator[events.Event]:
    """Yield the same events, slowly."""
    yield from YAML(typ="safe", pure=True).parse(source)


def _by_libyaml(source: str) -> list[events.Event] | None:
    """Return all events, or None if the other parser must be asked."""
    if _READ_APART.search(source):
        return None
    parser, found = CParser(source), list[events.Event]()
    try:
        while parser.check_event():
            event = _translated(parser.get_event())
            if event is None:
                return None
            found.append(event)
    except (yaml.YAMLError, ValueError):
        return None
    return found


def _translated(event: yaml.Event) -> events.Event | None:
    """Return an event as ruamel.yaml gives it, or None if that may see it at another place.

    It does so with values left out, with anchors, aliases and tags, and with marks of documents;
    and it refuses some blocks (`|` and `>`) whose first line is empty.
    """
    kind, where = type(event), (event.start_mark, event.end_mark)
    if kind in _BORDERS:
        return None if getattr(event, "explicit", False) else _BORDERS[kind](*where)
    if kind is yaml.AliasEvent or event.anchor or event.tag:
        return None
    if kind in _OPENINGS:
        return _OPENINGS[kind](None, None, event.implicit, *where, flow_style=event.flow_style)
    if event.style not in _QUOTES and event.value[:1] in _NO_START:
        return None
    return events.ScalarEvent(None, None, event.implicit, event.value, *where, event.style or None)


_QUOTES = ("'", '"')
_NO_START = ("", "\n")
"""How a value begins that was left out, or a block whose first line is empty."""
_BORDERS = {
    yaml.StreamStartEvent: events.StreamStartEvent,
    yaml.StreamEndEvent: events.StreamEndEvent,
    yaml.DocumentStartEvent: events.DocumentStartEvent,
    yaml.DocumentEndEvent: events.DocumentEndEvent,
    yaml.MappingEndEvent: events.MappingEndEvent,
    yaml.SequenceEndEvent: events.SequenceEndEvent,
}
_OPENINGS = {
    yaml.MappingStartEvent: events.MappingStartEvent,
    yaml.SequenceStartEvent: events.SequenceStartEvent,
}
