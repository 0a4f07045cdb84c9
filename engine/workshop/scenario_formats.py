"""Results of scenarios for programs: JUnit XML, the Test Anything Protocol 14, and JSON.

TAP: testanything.org/tap-version-14-specification; what failed stands in its YAML block.
"""

import json
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

from engine.language.render.glyphs import visible
from engine.workshop.scenario_case import Case
from engine.workshop.scenario_finding import Finding

SCHEMA = "thermiq.test/1"


def as_junit(cases: Sequence[Case]) -> str:
    """Return a suite a file, a test case a scenario, with at most one failure each."""
    files = dict.fromkeys(case.position.file for case in cases)
    failed = sum(bool(case.findings) for case in cases)
    suites = "".join(_suite(file, [c for c in cases if c.position.file == file]) for file in files)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<testsuites tests="{len(cases)}" failures="{failed}">\n{suites}</testsuites>\n'
    )


def _suite(file: str, cases: Sequence[Case]) -> str:
    failed = sum(bool(case.findings) for case in cases)
    body = "".join(_junit_case(case) for case in cases)
    counts = f'tests="{len(cases)}" failures="{failed}" errors="0"'
    return f"<testsuite name={quoteattr(visible(file))} {counts}>\n{body}</testsuite>\n"


def _junit_case(case: Case) -> str:
    place = visible(case.position.file)
    opening = f"<testcase classname={quoteattr(place)} name={quoteattr(visible(case.name))}"
    if not case.findings:
        return f"{opening}/>\n"
    message = quoteattr(visible(_headline(case.findings[0])))
    text = escape("\n".join(visible(line) for each in case.findings for line in _lines(each)))
    return f"{opening}>\n<failure message={message}>{text}</failure>\n</testcase>\n"


def as_tap(cases: Sequence[Case]) -> str:
    """Return TAP version 14."""
    lines = ["TAP version 14", f"1..{len(cases)}"]
    for number, case in enumerate(cases, 1):
        word = "not ok" if case.findings else "ok"
        lines.append(f"{word} {number} - {_tap_text(case.name)}")
        if case.findings:
            lines += ["  ---", *_tap_block(case.findings), "  ..."]
    return "\n".join(lines) + "\n"


def _tap_text(text: str) -> str:
    return visible(text).replace("\\", "\\\\").replace("#", "\\#")


def _tap_block(found: Sequence[Finding]) -> list[str]:
    """Return a YAML block; a text in JSON is one in YAML."""
    lines = ["  failures:"]
    for each in found:
        for index, (key, value) in enumerate(_plain(each).items()):
            mark = "-" if index == 0 else " "
            lines.append(f"    {mark} {key}: {json.dumps(value, ensure_ascii=False)}")
    return lines


def as_json(cases: Sequence[Case], coverage: Mapping[str, object] | None = None) -> str:
    """Return one document; `schema` is `thermiq.test/1`, `coverage` is added as it is."""
    document: dict[str, object] = {
        "schema": SCHEMA,
        "passed": sum(not case.findings for case in cases),
        "failed": sum(bool(case.findings) for case in cases),
        "scenarios": [
            {
                "name": case.name,
                "file": case.position.file,
                "line": case.position.line,
                "scans": case.scans,
                "passed": not case.findings,
                "failures": [_plain(each) for each in case.findings],
            }
            for case in cases
        ],
    }
    if coverage is not None:
        document["coverage"] = coverage
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _plain(found: Finding) -> dict[str, object]:
    return {
        "file": found.position.file,
        "line": found.position.line,
        "column": found.position.column,
        "subject": found.subject,
        "at_s": found.at_s,
        "clock": found.clock,
        "expected": found.expected,
        "decided": found.decided,
        "why": list(found.why),
        "lasting": found.lasting,
    }


def _headline(found: Finding) -> str:
    return f"{found.subject}: expected {found.expected}, decided {found.decided}"


def _lines(found: Finding) -> list[str]:
    lines = [f"{found.position}: {_headline(found)} (at {found.at_s:g} s, {found.clock})"]
    return [*lines, *found.why, *([f"in {found.lasting}"] if found.lasting else [])]
