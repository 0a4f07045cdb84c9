"""The page of rule coverage: the whole source, every branch in its place, nothing from afar."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from adapters.cli.coverage_html import coverage_page, state_of, write_coverage_page
from adapters.cli.coverage_style import SCRIPT, STYLE
from engine.control.program import compile_program
from engine.control.scan import initial, scan
from engine.language.checked import check_files
from engine.values.moment import Moment
from engine.workshop.coverage_report import CoverageReport, Mark, Outcome
from engine.workshop.rule_coverage import Coverage
from tests.unit.engine_rig import PLANT, image

RULES = """\
# 0 < 1 & "so" on
conditions:
  warm: {when: 0 W < x < 2 kW, until: y < 0 kW}
rules:
  - id: r
    when: [warm, not a]
    then: {m: "min(x, 1 kW)"}
    because: "<b>bold</b>"
interlocks:
  - id: lock
    while: x > 3 kW
    limit: {m: {at_most: 1 kW}}
"""
EVIL = "</script><script>alert(1)"


def made(*runs: str) -> tuple[CoverageReport, dict[str, str]]:
    files = {"plant.yaml": PLANT.encode(), "rules.yaml": RULES.encode()}
    checked = check_files(files)
    assert checked.ok
    program = compile_program(checked.rulebook)
    coverage = Coverage(program)
    for run in runs:
        seen = image(program.rulebook, {"x": 1000.0, "y": 1.0, "a": False})
        coverage.see(scan(program, initial(program), seen, Moment(0.0, 0.0)).trace, run)
    return coverage.report(), dict(checked.sources)


class Reading(HTMLParser):
    """What a browser would make of a page."""

    VOID = ("meta",)

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.code: list[str] = []
        self.spans: list[tuple[str, str, str]] = []
        self.scripts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        assert not {"src", "href"} & set(given) or given.get("href", "").startswith("#")
        if tag == "code":
            self.code.append("")
        if "data-b" in given:
            self.spans.append((given["class"], given["data-b"], ""))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "code" in self.open:
            self.code[-1] += data
        if self.open and self.open[-1] == "script":
            self.scripts.append(data)
        if self.open and self.open[-1] == "span" and "code" in self.open:
            kind, numbers, text = self.spans[-1]
            self.spans[-1] = (kind, numbers, text + data)


def test_the_page_shows_every_line_as_it_was_written() -> None:
    report, sources = made("one")
    read = Reading(coverage_page(report, sources, "Rule coverage", "scenarios"))
    assert read.code == RULES.removesuffix("\n").split("\n")
    assert not read.open


def test_every_branch_is_coloured_where_it_stands() -> None:
    report, sources = made("one")
    read = Reading(coverage_page(report, sources, "Rule coverage", "scenarios"))
    spans = {text: kind for kind, _, text in read.spans}
    assert spans["not "] == "part"
    assert spans["x > 3 kW"] == "part"
    assert spans["at_most"] == "none"
    assert spans["x"] == "full"
    assert spans["1 kW"] == "none"


def test_what_a_piece_tells_is_in_the_page() -> None:
    report, sources = made("one", "two", "two")
    read = Reading(coverage_page(report, sources, "Rule coverage", "scenarios"))
    data = json.loads(read.scripts[0])
    numbers = next(numbers for _, numbers, text in read.spans if text == "y < 0 kW")
    told = [data["spots"][int(number)] for number in numbers.split(",")]
    assert [spot["text"] for spot in told] == ["y < 0 kW"]
    assert told[0]["marks"][1] == {
        "outcome": "false",
        "scans": 3,
        "in": [[1, 2], [0, 1]],
        "more": 0,
        "never": "",
    }
    assert data["runs"] == ["one", "two"]
    used = {int(number) for _, numbers, _ in read.spans for number in numbers.split(",")}
    assert used == set(range(len(data["spots"])))


def test_of_many_runs_a_few_are_named() -> None:
    report, sources = made(*map(str, range(15)))
    read = Reading(coverage_page(report, sources, "Rule coverage", "scenarios"))
    marks = [mark for spot in json.loads(read.scripts[0])["spots"] for mark in spot["marks"]]
    assert {(len(mark["in"]), mark["more"]) for mark in marks if mark["scans"]} == {(12, 3)}


def test_a_name_cannot_end_the_script_that_holds_it() -> None:
    report, sources = made(EVIL)
    page = coverage_page(report, sources, EVIL, "scenarios")
    assert "<script>alert" not in page
    assert json.loads(Reading(page).scripts[0])["runs"] == [EVIL]


def test_the_page_asks_nothing_of_a_network() -> None:
    assert not re.search(r"https?:|url\(|@import|fetch|XMLHttp|innerHTML", STYLE + SCRIPT)


def test_a_name_that_stands_nowhere_is_left_out(tmp_path: Path) -> None:
    report, sources = made("one")
    path = write_coverage_page(tmp_path / "new" / "folder", report, sources, "t", "scenarios")
    assert path.name == "index.html"
    assert "plant.yaml" not in path.read_text("utf-8")


@pytest.mark.parametrize(
    ("seen", "never", "state"),
    [
        ([True, True], "", "full"),
        ([True, False], "", "part"),
        ([False, False], "", "none"),
        ([False], "no way", "never"),
        ([True], "no way", "full"),
    ],
)
def test_the_colour_of_a_piece(seen: list[bool], never: str, state: str) -> None:
    marks = [Mark(Outcome.TRUE, (("one", 1),) if each else (), never) for each in seen]
    assert state_of(marks) == state
