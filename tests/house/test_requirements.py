"""The matrix of requirements and the page on safety name files, tests and rules that there are."""

import re
from collections.abc import Iterator

import pytest

from tests.house.source import ROOT, Offence, Source, pages, report

MATRIX = "docs/REQUIREMENTS.md"
WATCHED = (MATRIX, "docs/SAFETY.md")
KNOWN = (
    *("SA-001", "SA-002", "SA-006", "SA-007", "SA-008", "FA-014", "NFA-006"),
    *(f"NW-{number:03}" for number in range(1, 9)),
)
"""Requirements whose number and subject are known."""
OPEN_POINTS = ("11", "12", "13")
NAMED = re.compile(
    r"`((?:adapters|engine|rules|tests|docs|deploy|benchmarks)/[\w./-]+)(?:::([^`]+))?`"
)


def astray(page: Source) -> Iterator[Offence]:
    """Yield what a page names in backticks and is not there: `path` or `path::name`."""
    for number, line in enumerate(page.text.splitlines(), 1):
        for path, name in NAMED.findall(line):
            if not (ROOT / path).exists():
                yield page.offence(number, f"`{path}` is not there")
            elif name and not _holds((ROOT / path).read_text("utf-8"), path, name):
                yield page.offence(number, f"`{path}` has no `{name}`")


def _holds(text: str, path: str, name: str) -> bool:
    """Tell whether a file has a test, a scenario or a rule of that name."""
    if path.endswith(".py"):
        pattern = rf"^(async )?def {re.escape(name)}\("
    else:
        pattern = rf"^\s*- (id|name): {re.escape(name)}\s*$"
    return re.search(pattern, text, re.MULTILINE) is not None


def unmet(page: Source) -> Iterator[Offence]:
    """Yield known requirements that have no row, and rows that name nothing to look at."""
    rows = {row[0]: row for row in _rows(page.text)}
    for requirement in (*KNOWN, *OPEN_POINTS):
        if requirement not in rows:
            yield page.offence(1, f"{requirement} has no row")
    for requirement in KNOWN:
        cells = rows.get(requirement, ())
        if len(cells) == 4 and not NAMED.search(cells[2]):
            yield page.offence(1, f"{requirement} is met by nothing")
        if len(cells) == 4 and not NAMED.search(cells[3]) and "not ours" not in cells[3]:
            yield page.offence(1, f"{requirement} is shown by nothing")


def _rows(text: str) -> Iterator[tuple[str, ...]]:
    for line in text.splitlines():
        if line.startswith("| ") and not line.startswith("| ---"):
            yield tuple(cell.strip() for cell in line.strip("| ").split(" | "))


def test_what_the_matrix_and_the_page_about_safety_name_is_there() -> None:
    watched = [page for page in pages() if page.path in WATCHED]
    assert len(watched) == len(WATCHED)
    offences = [each for page in watched for each in astray(page)]
    assert not offences, report(offences)


def test_every_known_requirement_has_its_row_with_means_and_test() -> None:
    (page,) = (page for page in pages() if page.path == MATRIX)
    offences = list(unmet(page))
    assert not offences, report(offences)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("`engine/control/scan.py`", 0),
        ("`engine/control/scam.py`", 1),
        ("`tests/house/test_requirements.py::test_what_is_astray_is_found`", 0),
        ("`tests/house/test_requirements.py::test_what_is_astray`", 1),
        ("`rules/asp1/interlocks.yaml::safety_relay`", 0),
        ("`rules/asp1/interlocks.yaml::safety`", 1),
        ("`rules/asp1/interlocks.test.yaml::nobody opens both ways`", 0),
        ("`rules/asp1/interlocks.test.yaml::nobody opens`", 1),
    ],
)
def test_what_is_astray_is_found(line: str, found: int) -> None:
    assert len(list(astray(Source("docs/x.md", line)))) == found


def test_a_requirement_without_a_row_or_a_test_is_found() -> None:
    rows = [f"| {each} | x | `engine/a.py` | `tests/a.py` |" for each in (*KNOWN, *OPEN_POINTS)]
    assert not list(unmet(Source(MATRIX, "\n".join(rows))))
    assert len(list(unmet(Source(MATRIX, "\n".join(rows[1:]))))) == 1
    bare = [row.replace("`tests/a.py`", "soon") for row in rows[:1]]
    assert len(list(unmet(Source(MATRIX, "\n".join([*bare, *rows[1:]]))))) == 1
