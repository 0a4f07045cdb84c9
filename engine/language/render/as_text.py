"""Problems for people: place, code, sentence, the line itself and a caret under the span.

    rules/miners.yaml:12:11: error[unknown-fact]: nothing here is called `buffer.tpo`
       12 |     when: buffer.tpo < 60 °C
          |           ^^^^^^^^^^
          help: did you mean `buffer.top`?

The text comes in pieces with a style each, so that a face can colour it without changing it.
"""

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum

from engine.language.position import Position
from engine.language.problem import Problem, Severity
from engine.language.render.glyphs import blank, visible

_MARGIN_COLUMNS = 6
_WIDEST_LINE = 160
_BEFORE_SPAN = 60


class Style(Enum):
    """What a piece of the text is."""

    PLAIN = "plain"
    PLACE = "place"
    ERROR = "error"
    WARNING = "warning"
    MARGIN = "margin"
    CARET = "caret"
    HELP = "help"


Piece = tuple[str, Style]

_STYLE_OF = {Severity.ERROR: Style.ERROR, Severity.WARNING: Style.WARNING}


def as_text(problems: Iterable[Problem], sources: Mapping[str, str], files: int) -> str:
    """Return all problems and the summary line as one text."""
    return "".join(text for text, _ in pieces(problems, sources, files))


def pieces(problems: Iterable[Problem], sources: Mapping[str, str], files: int) -> Iterator[Piece]:
    """Yield the text piece by piece; `files` is how many were checked."""
    problems = list(problems)
    lines = {name: text.split("\n") for name, text in sources.items() if text}
    for problem in problems:
        yield from _problem(problem, lines)
        yield "\n", Style.PLAIN
    yield summary(problems, files) + "\n", Style.PLAIN


def summary(problems: Iterable[Problem], files: int) -> str:
    """Return the last line: `2 errors, 1 warning in 4 files`."""
    severities = [problem.severity for problem in problems]
    counts = [
        _count(severities.count(severity), severity.value)
        for severity in Severity
        if severity in severities
    ]
    return f"{', '.join(counts) or 'no problems'} in {_count(files, 'file')}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _problem(problem: Problem, lines: Mapping[str, list[str]]) -> Iterator[Piece]:
    style = _STYLE_OF[problem.severity]
    yield _place(problem.position), Style.PLACE
    yield f"{problem.severity.value}[{problem.code}]", style
    yield f": {visible(problem.message)}\n", Style.PLAIN
    yield from excerpt(problem.position, lines, style)
    if problem.help:
        yield " " * (_MARGIN_COLUMNS + 1), Style.PLAIN
        yield "help", Style.HELP
        yield f": {visible(problem.help)}\n", Style.PLAIN
    for related in problem.related:
        yield " " * (_MARGIN_COLUMNS + 1), Style.PLAIN
        yield _place(related.position), Style.PLACE
        yield f"{visible(related.label)}\n", Style.PLAIN
        yield from excerpt(related.position, lines, Style.CARET)


def _place(position: Position) -> str:
    if not position.file:
        return ""
    return f"{visible(str(position) if position.line else position.file)}: "


def excerpt(position: Position, lines: Mapping[str, list[str]], style: Style) -> Iterator[Piece]:
    """Yield the line and a caret line under exactly the span."""
    known = lines.get(position.file, [])
    if not 0 < position.line <= len(known):
        return
    line = known[position.line - 1].rstrip("\r")
    start = min(position.column - 1, len(line))
    end = min(max(position.end_column - 1, start + 1), max(len(line), start + 1))
    first = max(0, start - _BEFORE_SPAN) if len(line) > _WIDEST_LINE else 0
    last = min(len(line), first + _WIDEST_LINE)
    before = ("…" if first else "") + visible(line[first:start])
    span = visible(line[start : min(end, last)])
    after = visible(line[min(end, last) : last]) + ("…" if last < len(line) else "")
    yield f"{position.line:>{_MARGIN_COLUMNS - 1}} | ", Style.MARGIN
    yield f"{before}{span}{after}\n", Style.PLAIN
    yield f"{'':>{_MARGIN_COLUMNS - 1}} | ", Style.MARGIN
    yield blank(before), Style.PLAIN
    yield "^" * max(1, len(blank(span.replace("\t", " ")))) + "\n", style
