"""A file holds one thing, a function fits on a screen, a line on a laptop."""

import ast
import re
from collections.abc import Iterator

from tests.house.source import Offence, Source, files, report, tree

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60
LINE_COLUMNS_MAX = 100

WATCHED = ("engine", "adapters", "tests", "benchmarks")

EXEMPT: dict[str, str] = {}
"""Path, or path::function, to the reason why its length is no offence."""


def size_offences(source: Source) -> Iterator[Offence]:
    """Yield what is too long in one file; a function counts without its head and docstring."""
    lines = source.text.splitlines()
    if len(lines) > FILE_LINES_MAX and source.path not in EXEMPT:
        why = f"{len(lines)} lines, {FILE_LINES_MAX} at most: this file is two things"
        yield source.offence(FILE_LINES_MAX + 1, why)
    for number, line in enumerate(map(_without_pragma, lines), 1):
        if len(line) > LINE_COLUMNS_MAX:
            yield source.offence(number, f"{len(line)} columns, {LINE_COLUMNS_MAX} at most")
    for node in ast.walk(tree(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = _body_lines(node)
            if length > FUNCTION_LINES_MAX and f"{source.path}::{node.name}" not in EXEMPT:
                why = f"`{node.name}` has {length} lines, {FUNCTION_LINES_MAX} at most"
                yield source.offence(node.lineno, why)


def _body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    described = ast.get_docstring(node) is not None and len(node.body) > 1
    first = node.body[1 if described else 0]
    return (node.end_lineno or first.lineno) - first.lineno + 1


def _without_pragma(line: str) -> str:
    """Return the line as ruff counts it: the reason behind a `noqa` may stand past the edge."""
    return re.sub(r"\s*# (noqa|type: ignore)\b.*$", "", line)


def test_no_file_function_or_line_is_too_long() -> None:
    offences = [each for source in files(*WATCHED) for each in size_offences(source)]
    assert not offences, report(offences)


def test_every_exempt_place_is_still_too_long() -> None:
    too_long = {
        place
        for source in files(*WATCHED)
        for place in (source.path, *(f"{source.path}::{name}" for name in _long_functions(source)))
        if place != source.path or len(source.text.splitlines()) > FILE_LINES_MAX
    }
    assert set(EXEMPT) <= too_long, "take these off EXEMPT"


def _long_functions(source: Source) -> list[str]:
    return [
        node.name
        for node in ast.walk(tree(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and _body_lines(node) > FUNCTION_LINES_MAX
    ]


def test_the_last_allowed_line_is_allowed_and_the_next_is_not() -> None:
    assert not list(size_offences(Source("planted.py", "x = 1\n" * 400)))
    assert len(list(size_offences(Source("planted.py", "x = 1\n" * 401)))) == 1


def test_a_long_function_is_found_also_inside_a_class() -> None:
    body = "        x = 1\n"
    head = "class A:\n    async def f(self):\n"
    assert not list(size_offences(Source("planted.py", head + body * 60)))
    assert len(list(size_offences(Source("planted.py", head + body * 61)))) == 1


def test_a_wide_line_is_found_and_columns_are_letters_not_bytes() -> None:
    assert not list(size_offences(Source("planted.py", "#" + "°" * 99)))
    assert len(list(size_offences(Source("planted.py", "#" + "°" * 100)))) == 1


def test_the_reason_behind_an_exemption_may_stand_past_the_edge() -> None:
    line = "x = 5  # noqa: PLR2004 - " + "because " * 12
    assert not list(size_offences(Source("planted.py", line)))
