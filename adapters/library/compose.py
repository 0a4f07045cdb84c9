"""A site from topics of the library: their files, and what plant and tests have in common."""

import re
from collections.abc import Callable, Iterable

from adapters.editor.schemas import kind_of, schemas
from adapters.library.choice import COMMON, PLANT, WITHOUT, Choice, texts
from engine.workshop.editor.formatted import formatted

_KEY = re.compile(r'^ *("[^"]*"|[\w.]+):')
_ACTS_ON = re.compile(r",\s*acts_on: \{((?:[^{}]|\{[^{}]*\})*)\}")
_EFFECT = re.compile(r"([\w.]+): (?:\{[^{}]*\}|[^,{}]+)")
_BLANKS = re.compile(r"((?:^|:)\n)\n+|(?<=\n\n)\n+", re.MULTILINE)
_SITE = re.compile(r"^  name: library\n", re.MULTILINE)

Wanted = Callable[[tuple[str, ...]], bool]
"""Tells of the keys that lead to an entry whether it stays."""


def compose(choice: Choice, site: str) -> dict[str, str]:
    """Return the files of a folder by name: plant, topics, their tests. `site` is its name."""
    library = texts()
    files = {f"{name}.yaml": library[f"{name}.yaml"] for name in choice.topics}
    for name in choice.stand_ins:
        files[f"{WITHOUT}_{name}.yaml"] = library[f"{WITHOUT}/{name}.yaml"]
    rules = tuple(files.values())
    for name in choice.topics:
        test = f"{name}.test.yaml"
        files[test] = _tests(library[test], choice)
    files[PLANT] = _plant(library[PLANT], choice, site)
    files[COMMON] = _common(library[COMMON], choice, rules)
    return {name: _formatted(name, text) for name, text in sorted(files.items())}


def _formatted(name: str, text: str) -> str:
    """Return a file in the house's format: what was left out may have set the width of a column."""
    return formatted(name, text.encode(), schemas({})[kind_of(name)]).after


def _plant(text: str, choice: Choice, site: str) -> str:
    """Return the plant with the points that the topics need, and effects on those alone."""

    def wanted(keys: tuple[str, ...]) -> bool:
        match keys:
            case ("facts" | "outputs", name):
                return name in choice.points
            case _:
                return True

    def effects(found: re.Match[str]) -> str:
        kept = [each[0] for each in _EFFECT.finditer(found[1]) if each[1] in choice.points]
        start, broken = found[0].partition("acts_on")[0], re.search(r",(\n *)", found[1])
        between = f",{broken[1]}" if broken else ", "
        return f"{start}acts_on: {{{between.join(kept)}}}" if kept else ""

    kept = _ACTS_ON.sub(effects, _kept(text, wanted))
    return _SITE.sub(f"  name: {site}\n", kept, count=1)


def _tests(text: str, choice: Choice) -> str:
    """Return scenarios without the facts that only topics which are not here read."""

    def wanted(keys: tuple[str, ...]) -> bool:
        match keys:
            case (*_, "facts", name):
                return name in choice.points
            case _:
                return True

    return _kept(text, wanted)


def _common(text: str, choice: Choice, rules: Iterable[str]) -> str:
    """Return what all tests start from, as far as the topics know it."""
    known = "\n".join(rules)

    def wanted(keys: tuple[str, ...]) -> bool:
        match keys:
            case ("given", name):
                return name in choice.points
            case ("state", "conditions", name):
                return name in choice.defines
            case ("state", "windows", name):
                return name in known
            case _:
                return True

    return _kept(text, wanted)


def _kept(text: str, wanted: Wanted) -> str:
    """Return YAML in block style without some entries."""
    lines = _without_entries(text.splitlines(), wanted)
    while (fewer := _without_empty(lines)) != lines:
        lines = fewer
    return _BLANKS.sub(r"\1", "\n".join(lines).strip("\n")) + "\n"


def _without_entries(lines: Iterable[str], wanted: Wanted) -> list[str]:
    """Drop entries with all their lines, and a comment that headed nothing but dropped ones."""
    kept: list[str] = []
    heading: list[str] = []
    path: list[tuple[int, str]] = []
    in_comment = False
    dropping: int | None = None
    for line in lines:
        if not line.strip():
            kept.append("")
            heading = []
            continue
        if line.lstrip().startswith("#"):
            heading = [*heading, line] if in_comment else [line]
            in_comment = True
            continue
        in_comment = False
        indent = _indent(line)
        if dropping is not None and indent > dropping:
            continue
        dropping = None
        if found := _KEY.match(line):
            path = [*(each for each in path if each[0] < indent), (indent, found[1].strip('"'))]
            if not wanted(tuple(name for _, name in path)):
                dropping = indent
                continue
        kept += [*heading, line]
        heading = []
    return kept


def _without_empty(lines: list[str]) -> list[str]:
    """Drop keys under which nothing is left."""
    found = list(lines)
    filled = [n for n, line in enumerate(lines) if line and not line.lstrip().startswith("#")]
    for number, following in zip(filled, [*filled[1:], None], strict=True):
        line = lines[number]
        deeper = following is not None and _indent(lines[following]) > _indent(line)
        if _KEY.match(line) and line.endswith(":") and not deeper:
            found[number] = ""
    return found


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
