"""What is told of a failed claim: the difference, the reason, the place; in every format."""

import json
import re
from xml.etree import ElementTree as ET

import pytest

from engine.workshop.english import ENGLISH
from engine.workshop.scenario_as_text import as_line, finding_pieces, summary
from engine.workshop.scenario_case import Case
from engine.workshop.scenario_finding import Finding, findings
from engine.workshop.scenario_formats import as_json, as_junit, as_tap
from tests.making.scenarios import CALM, played, program

SUN = "  - name: 'a # \"<sun>'\n    facts: {pv.power: 3.2 kW}\n    lasts: 5 min\n    expect:\n"


def told(claim: str) -> Finding:
    """Return the only finding of one claim."""
    result = played(f"{SUN}      - {claim}\n")
    (found,) = findings(program(), result, ENGLISH)
    return found


@pytest.mark.parametrize(
    ("claim", "expected", "decided"),
    [
        ("{at: 0 s, miner.power_target: 3 kW}", "3000 W", "0 W by default"),
        ("{at: 0 s, miner.power_target: 3 kW by force}", "3000 W by force", "0 W by default"),
        ("{at: 0 s, miner.power_target: 0 W by force}", "by force", "by default"),
        ("{at: 0 s, miner.power_target: on}", "on", "0 W by default"),
        ("{at: 0 s, holds: pv.power > 3.6 kW}", "true", "false"),
        ("{at: 0 s, holds: cold}", "true", "unknown"),
        ("{at: 0 s, unknown: pv.power > 1 kW}", "unknown", "true"),
        ("{at: 0 s, fires: mine_on_sun}", "fires", "is silent"),
        ("{at: 0 s, alarms: relay}", "relay", "none"),
    ],
)
def test_only_the_parts_that_differ_are_shown(claim: str, expected: str, decided: str) -> None:
    found = told(claim)
    assert (found.expected, found.decided) == (expected, decided)


def test_the_reason_names_the_amount_that_the_rule_lacks() -> None:
    found = told("{at: 3 min, miner.power_target: 3 kW by mine_on_sun}")
    assert any("needs 400 W more" in sentence for sentence in found.why)
    assert found.clock == "12:03:00"
    assert found.at_s == 180


def test_a_claim_that_failed_for_long_says_for_how_long() -> None:
    assert told("{fires: mine_on_sun}").lasting == "31 scans, the last one at 5 min"
    assert not told("{at: 0 s, fires: mine_on_sun}").lasting


def test_a_broken_never_tells_why_each_output_in_it_is_what_it_is() -> None:
    text = (
        "  - name: a\n    facts: {pv.power: 6 kW}\n    before: 1 h\n"
        "    never: [{id: both, when: both_run, because: Not both.}]\n"
    )
    (found,) = findings(program(), played(text), ENGLISH)
    assert found.subject == "both"
    assert found.why[0] == "Not both."
    assert [why.split()[0] for why in found.why[1:]] == ["miner.power_target", "p3.run_target"]


def test_alarms_that_nobody_expected_are_told_with_their_text() -> None:
    text = "  - name: a\n    facts: {safety.channel: off}\n    expect: [{alarms: []}]\n"
    (found,) = findings(program(), played(text), ENGLISH)
    assert (found.expected, found.decided) == ("none", "relay")
    assert found.why == ("The relay is open.",)


def test_the_text_shows_the_line_with_a_caret() -> None:
    found = told("{at: 0 s, miner.power_target: 3 kW}")
    source = f"{CALM}scenarios:\n{SUN}      - {{at: 0 s, miner.power_target: 3 kW}}\n"
    text = "".join(piece for piece, _ in finding_pieces(found, {"a.test.yaml": source}))
    head, line, caret, minus, plus, *_ = text.split("\n")
    assert head == 'a.test.yaml:7:19: failed: a # "<sun>, at 0 s (12:00:00)'
    assert line.index("miner") == caret.index("^")
    assert caret.count("^") == len("miner.power_target")
    assert (minus.strip(), plus.strip()) == ("- 3000 W", "+ 0 W by default")


def test_the_summary_counts() -> None:
    assert summary(1, 0, 1, 1) == "1 scenario passed; 1 scan, 1 file"
    assert summary(1, 2, 5040, 2) == "2 of 3 scenarios failed; 5,040 scans, 2 files"
    assert "".join(text for text, _ in as_line("x", passed=False)) == "failed x\n"


def _cases() -> list[Case]:
    found = told("{at: 0 s, miner.power_target: 3 kW}")
    return [Case("good", found.position, 3, ()), Case(found.scenario, found.position, 31, (found,))]


def test_junit_is_xml_with_a_failure_in_what_failed() -> None:
    root = ET.fromstring(as_junit(_cases()).encode())  # noqa: S314 - our own text
    assert root.attrib == {"tests": "2", "failures": "1"}
    good, bad = root.findall("./testsuite/testcase")
    assert good.find("failure") is None
    failure = bad.find("failure")
    assert failure is not None
    assert (
        failure.attrib["message"] == "miner.power_target: expected 3000 W, decided 0 W by default"
    )
    assert bad.attrib["name"] == 'a # "<sun>'


def test_tap_has_a_plan_and_escapes_what_would_be_a_directive() -> None:
    lines = as_tap(_cases()).split("\n")
    assert lines[:4] == ["TAP version 14", "1..2", "ok 1 - good", 'not ok 2 - a \\# "<sun>']
    block = lines[lines.index("  ---") + 1 : lines.index("  ...")]
    assert '      expected: "3000 W"' in block
    assert all(re.match(r" {2,6}(- )?\w+:", line) for line in block)


def test_json_says_everything_that_the_text_does() -> None:
    document = json.loads(as_json(_cases()))
    assert document["schema"] == "thermiq.test/1"
    assert (document["passed"], document["failed"]) == (1, 1)
    (failure,) = document["scenarios"][1]["failures"]
    assert failure["line"] == 7
    assert failure["why"]
