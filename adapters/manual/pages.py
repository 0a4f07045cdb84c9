"""What `thermiq explain` can explain: check codes, and the words of reasons and alarms."""

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

from engine.language.check import CODES

_SECTION = re.compile(r"^## (\w+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")
_OWN = resources.files("adapters.manual")


@dataclass(frozen=True, slots=True)
class Page:
    """One thing explained: its name, one line about it, and the whole as Markdown."""

    name: str
    summary: str
    text: str


@cache
def pages() -> dict[str, Page]:
    """Return every page by its name: check codes first, each in the order of the alphabet."""
    return {**_checks(), **_words()}


def page_of(asked: str) -> Page | None:
    """Return a page by its name, however it is written: `MIN_OFF`, `min-off`, `min off`."""
    found = {_plain(name): page for name, page in pages().items()}
    return found.get(_plain(asked))


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", "-", name.strip().lower())


def _checks() -> dict[str, Page]:
    folder = _OWN / "checks"
    return {
        code: Page(code, summary, _without_links((folder / f"{code}.md").read_text("utf-8")))
        for code, summary in sorted(CODES.items())
    }


def _words() -> dict[str, Page]:
    text = (_OWN / "words.md").read_text("utf-8")
    found = {name: _without_links(body.strip()) for name, body in _SECTION.findall(text)}
    return {
        name: Page(name, " ".join(body.split()).partition(". ")[0], f"# {name}\n\n{body}\n")
        for name, body in sorted(found.items())
    }


def _without_links(text: str) -> str:
    """Return Markdown without links, which lead nowhere outside the sources."""
    return _LINK.sub(r"\1", text)
