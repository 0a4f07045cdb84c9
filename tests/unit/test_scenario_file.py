"""From test files to scenarios: what is read, what is inherited, what is wrong and where."""

import pytest

from engine.workshop.scenario_times import MAX_SCANS
from tests.making.scenarios import load, one

EXPECT = "    expect: [{at: 0 s, miner.power_target: 0 W}]\n"


def test_a_scenario_lasts_up_to_the_last_thing_that_is_written() -> None:
    assert one(f"  - name: a\n{EXPECT}").lasts_ms == 0
    assert one(f"  - name: a\n    facts: {{pv.power: 1 kW x7}}\n{EXPECT}").lasts_ms == 70_000
    assert one(f"  - name: a\n    do: [{{at: 2 min, restart: on}}]\n{EXPECT}").lasts_ms == 120_000
    text = "  - name: a\n    expect: [{from: 1 min, to: 3 min, miner.power_target: 0 W}]\n"
    assert one(text).lasts_ms == 180_000
    assert one(f"  - name: a\n    lasts: 1 h\n{EXPECT}").lasts_ms == 3_600_000


def test_its_own_facts_come_before_those_of_the_model_the_file_and_the_common_file() -> None:
    common = (
        "every: 5 s\nat: 2026-03-01 08:00\n"
        "given: {pv.power: 1 W, grid.power: 1 W, buffer.top: 1 °C}"
    )
    text = (
        "at: 2026-03-01 09:00\ngiven: {grid.power: 2 W, buffer.top: 2 °C}\nscenarios:\n"
        "  - name: model\n    facts: {buffer.top: 3 °C, p3.running: on}\n    every: 7 s\n"
        f"{EXPECT}"
        f"  - name: own\n    like: model\n    facts: {{p3.running: off}}\n    before: 1 h\n{EXPECT}"
        f"  - name: other\n{EXPECT}"
    )
    loaded = load(text, common=common)
    assert not loaded.problems
    own, other = loaded.scenarios[1:]
    told = {series.point: series.pieces[0].value for series in own.series}
    assert told == {"pv.power": 1.0, "grid.power": 2.0, "buffer.top": 3.0, "p3.running": False}
    assert (own.every_ms, own.before_ms) == (7000, 3_600_000)
    assert (other.every_ms, other.before_ms) == (5000, 0)
    assert own.start_ms == 1_772_355_600_000  # 2026-03-01 09:00 UTC


def test_a_model_lends_no_expectations() -> None:
    text = f"scenarios:\n  - name: a\n{EXPECT}  - {{name: b, like: a}}\n"
    assert [each.code for each in load(text).problems] == ["missing-key"]


def test_a_claim_of_never_holds_for_all_files_of_the_folder() -> None:
    text = f"scenarios:\n  - name: a\n    never: [{{id: own, when: sunny}}]\n{EXPECT}"
    other = "never: [{id: all, when: [sunny, p3.running], because: No.}]\n"
    loaded = load(text, z=other)
    assert not loaded.problems
    assert [each.id for each in loaded.scenarios[0].never] == ["all", "own"]
    assert [each.id for each in loaded.never] == ["all"]


_ONE = "scenarios:\n  - name: a\n    "
_WRONG = {
    "scenario: []": ("unknown-key", 1, 1),
    "- a": ("wrong-shape", 1, 1),
    "\tscenarios:": ("not-yaml", 1, 1),
    "scenarios: [{about: a}]": ("missing-key", 1, 13),
    "scenarios: [{name: a}]": ("missing-key", 1, 20),
    f"scenarios:\n  - name: a\n{EXPECT}  - name: a\n{EXPECT}": ("duplicate-id", 4, 11),
    f"{_ONE}like: b\n{EXPECT}": ("syntax", 3, 11),
    f"{_ONE}at: noon\n{EXPECT}": ("syntax", 3, 9),
    f"{_ONE}at: 2026-06-21T10:00Z\n{EXPECT}": ("syntax", 3, 9),
    f"{_ONE}at: 1026-06-21\n{EXPECT}": ("value-outside-range", 3, 9),
    f"{_ONE}every: 0 s\n{EXPECT}": ("value-outside-range", 3, 12),
    f"{_ONE}every: 1 ms\n    lasts: 1 h\n{EXPECT}": ("limit-exceeded", 4, 12),
    f"{_ONE}facts: {{buffer.tpo: 1 °C}}\n{EXPECT}": ("syntax", 3, 13),
    f"{_ONE}facts: {{p3.run_target: on}}\n{EXPECT}": ("syntax", 3, 13),
    f"{_ONE}facts: {{p3.running: [on]}}\n{EXPECT}": ("syntax", 3, 13),
    f"{_ONE}expect: [{{at: 0 s}}]\n": ("missing-key", 3, 14),
    f"{_ONE}expect: [{{p3.runtarget: on}}]\n": ("unknown-key", 3, 15),
    f"{_ONE}expect: [{{at: 0 s, to: 1 s, p3.run_target: on}}]\n": (
        "unknown-key", 3, 24),
    f"{_ONE}expect: [{{from: 3 s, to: 1 s, p3.run_target: on}}]\n": (
        "syntax", 3, 30),
    f"{_ONE}lasts: 1 s\n    expect: [{{at: 9 s, p3.run_target: on}}]\n": (
        "unknown-key", 3, 12),
    f"{_ONE}expect: [{{at: '25:00', p3.run_target: on}}]\n": ("syntax", 3, 19),
    f"{_ONE}expect: [{{miner.power_target: 3}}]\n": ("wrong-dimension", 3, 35),
    f"{_ONE}expect: [{{miner.power_target: 9 kW}}]\n": (
        "value-outside-range", 3, 35),
    f"{_ONE}expect: [{{p3.run_target: on by nobody}}]\n": ("syntax", 3, 30),
    f"{_ONE}expect: [{{p3.run_target: on by force by rest}}]\n": (
        "syntax", 3, 30),
    f"{_ONE}expect: [{{fires: nothing}}]\n": ("syntax", 3, 22),
    f"{_ONE}expect: [{{alarms: [nothing]}}]\n": ("syntax", 3, 24),
    f"{_ONE}expect: [{{holds: buffer.top}}]\n": ("wrong-type", 3, 22),
    f"{_ONE}expect: [{{holds: p3.running for 3 s}}]\n": (
        "not-allowed-here", 3, 22),
    f"{_ONE}expect: [{{holds: 'average(pv.power, 3 s) > 1 W'}}]\n": (
        "not-allowed-here", 3, 23),
    f"{_ONE}expect: [{{holds: age(buffer.top) > 3 s}}]\n": (
        "not-allowed-here", 3, 22),
    f"{_ONE}state: {{latched: [rely]}}\n{EXPECT}": ("syntax", 3, 23),
    f"{_ONE}state: {{conditions: {{cold: on}}}}\n{EXPECT}": (
        "not-allowed-here", 3, 26),
    f"{_ONE}state: {{conditions: {{sunny: 3}}}}\n{EXPECT}": (
        "wrong-type", 3, 33),
    f"{_ONE}state: {{conditions: {{sunny: {{phase: up}}}}}}\n{EXPECT}": (
        "syntax", 3, 41),
    f"{_ONE}state: {{timers: {{old/key: on}}}}\n{EXPECT}": ("syntax", 3, 22),
    f"{_ONE}state: {{windows: {{buffer.top: 3 °C}}}}\n{EXPECT}": (
        "syntax", 3, 23),
    f"{_ONE}state: {{outputs: {{p3.running: on}}}}\n{EXPECT}": (
        "syntax", 3, 23),
    f"{_ONE}do: [{{at: 1 s}}]\n{EXPECT}": ("missing-key", 3, 10),
    f"{_ONE}do: [{{at: 1 s, reset: rely}}]\n{EXPECT}": ("syntax", 3, 27),
    f"{_ONE}do: [{{at: 1 s, restart: off}}]\n{EXPECT}": ("wrong-type", 3, 29),
    f"{_ONE}do: [{{at: 1 s, restart: on, lasts: 3 s}}]\n{EXPECT}": (
        "unknown-key", 3, 33),
    f"{_ONE}do: [{{at: 1 s, override: {{}}, lasts: 3 s}}]\n{EXPECT}": (
        "missing-key", 3, 30),
    "never: [{id: a, when: sunny}, {id: a, when: sunny}]": ("duplicate-id", 1, 36),
    "never: [{when: sunny}]": ("missing-key", 1, 9),
}  # fmt: skip


@pytest.mark.parametrize("text", _WRONG)
def test_what_is_wrong_is_said_with_its_place(text: str) -> None:
    loaded = load(text)
    found = [(each.code, each.position.line, each.position.column) for each in loaded.problems]
    assert found == [_WRONG[text]], [each.message for each in loaded.problems]
    assert not loaded.ok
    assert MAX_SCANS >= 100_000
