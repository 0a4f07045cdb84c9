"""Scenarios played: the same scan, the state they start from, and which claims hold."""

import math

import pytest

from engine.control.program import compile_program
from engine.control.scan import initial, scan
from engine.inference.image import ProcessImage
from engine.language.checked import check_files
from engine.values.fact import Quality
from engine.workshop.scenario_file import load_scenarios
from engine.workshop.scenario_play import play
from engine.workshop.scenario_run import Result, run
from tests.making.scenarios import PLANT, moment_at, one, played, program, to_unix_ms

SUN = "  - name: a\n    facts: {pv.power: 6 kW}\n    lasts: 10 min\n"


def failed(text: str) -> list[tuple[int, int]]:
    """Return for each failed claim when it failed first and how often."""
    return [(each.at_ms, each.count) for each in played(text).failures]


def test_the_claims_of_a_true_story_hold() -> None:
    result = played(
        SUN
        + "    expect:\n      - {to: 170 s, miner.power_target: off by default}\n"
        + "      - at: 3 min\n"
        "        miner.power_target: 3 kW by mine_on_sun\n"
        "        p3.run_target: on\n"
        "        fires: mine_on_sun\n"
        "        silent: [force, summer]\n"
        "        holds: [sunny, both_run, not season.summer, miner.power_target > 2 kW]\n"
        "        unknown: [cold, p3.running]\n"
        "      - alarms: []\n"
    )
    assert result.passed, result.failures
    assert result.scans == 61


@pytest.mark.parametrize(
    ("claim", "when"),
    [
        ("{miner.power_target: 0 W}", (180_000, 43)),
        ("{at: 3 min, miner.power_target: 2 kW}", (180_000, 1)),
        ("{at: 5 min, miner.power_target: off}", (300_000, 1)),
        ("{at: 5 min, miner.power_target: by rest}", (300_000, 1)),
        ("{at: 1 min, fires: mine_on_sun}", (60_000, 1)),
        ("{at: end, silent: mine_on_sun}", (600_000, 1)),
        ("{at: 1 min, holds: sunny}", (60_000, 1)),
        ("{at: 1 min, holds: cold}", (60_000, 1)),
        ("{at: end, unknown: sunny}", (600_000, 1)),
        ("{alarms: relay}", (0, 61)),
        ("{from: 165 s, to: 175 s, miner.power_target: 3 kW}", (160_000, 2)),
    ],
)
def test_a_claim_that_does_not_hold_fails_where_it_does_not(
    claim: str, when: tuple[int, int]
) -> None:
    assert failed(f"{SUN}    expect: [{claim}]\n") == [when]


def test_never_breaks_on_true_alone_and_sees_what_is_decided_in_that_scan() -> None:
    never = "    never:\n      - {id: both, when: both_run}\n      - {id: dim, when: p3.running}\n"
    assert failed(SUN + never) == [(180_000, 43)]


def test_alarms_are_those_of_trips_and_latches() -> None:
    story = "  - name: a\n    facts: {safety.channel: on off on}\n    lasts: 1 min\n    expect:\n"
    assert not failed(
        story + "      - {at: 10 s, alarms: relay}\n      - {at: end, alarms: relay}\n"
    )
    assert failed(story + "      - {at: end, alarms: []}\n") == [(60_000, 1)]


def test_what_people_do_is_heard_once_and_lasts_as_long_as_it_says() -> None:
    story = (
        "  - name: a\n    facts: {safety.channel: on off on}\n    lasts: 5 min\n    do:\n"
        "      - {at: 65 s, reset: relay}\n"
        "      - {at: 2 min, override: {heatpump.sg_ready: forced}, lasts: 1 min}\n"
        "    expect:\n      - {at: 60 s, alarms: relay}\n      - {from: 70 s, alarms: []}\n"
        "      - {at: 110 s, heatpump.sg_ready: normal}\n"
        "      - {from: 2 min, to: 170 s, heatpump.sg_ready: forced by override}\n"
        "      - {from: 3 min, heatpump.sg_ready: normal}\n"
    )
    assert not failed(story)


def test_a_restart_goes_on_with_what_was_saved() -> None:
    story = SUN + "    do: [{at: 4 min, restart: on}]\n    expect:\n"
    assert not failed(story + "      - {from: 3 min, miner.power_target: 3 kW}\n")


def test_the_state_is_what_the_first_scan_finds() -> None:
    state = (
        "  - name: a\n    facts: {pv.power: 3.2 kW}\n    state:\n"
        "      conditions: {sunny: on}\n      latched: relay\n"
        '      windows: {"average(buffer.top, 10 min)": 25 °C}\n'
        "      outputs: {p3.run_target: off}\n    lasts: 10 s\n    expect:\n"
    )
    holds = (
        "      - {at: 0 s, holds: [sunny, cold], miner.power_target: 0 W by latch, alarms: relay}\n"
    )
    assert not failed(state + holds)
    first = next(iter(play(program(), one(state + holds), moment_at)))[1]
    slots = program().slots
    window = program().network.conditions.windows
    average = next(step for step in window if step.window.function == "average")
    assert first.trace.slots[average.result] == pytest.approx(25.0)
    assert slots.count == len(first.trace.slots)


def test_a_rate_of_the_state_is_that_of_the_first_scan_and_fades_like_a_real_one() -> None:
    text = (
        '  - name: a\n    state: {windows: {"rate(buffer.top, 5 min)": 2 K/min}}\n'
        "    lasts: 5 min\n    expect:\n      - {at: 0 s, holds: drift > 1.9 K/min}\n"
        "      - {at: 120 s, holds: [drift > 1.1 K/min, drift < 1.3 K/min]}\n"
        "      - {at: end, holds: drift < 0.1 K/min}\n"
    )
    assert not failed(text)


def test_a_minimum_time_runs_from_when_the_state_says() -> None:
    text = (
        "  - name: a\n    state:\n"
        "      outputs: {miner.power_target: {value: 3 kW, switched: 8 min, changed: 8 min}}\n"
        "    lasts: 5 min\n    expect:\n"
        "      - {to: 110 s, miner.power_target: on by min_on}\n"
        "      - {from: 2 min, miner.power_target: 0 W by default}\n"
    )
    assert not failed(text)


def test_before_the_start_state_stood_already_and_what_it_leaves_open_follows_from_it() -> None:
    text = (
        "  - name: a\n    facts: {pv.power: 3 kW for 1 min 0 W}\n    before: 8 min\n"
        "    state: {conditions: {sunny: on}}\n    lasts: 5 min\n    expect:\n"
        "      - {to: 50 s, miner.power_target: 3 kW by mine_on_sun}\n"
        "      - {from: 1 min, to: 110 s, miner.power_target: on by min_on}\n"
        "      - {from: 2 min, miner.power_target: 0 W by default}\n"
    )
    assert not failed(text), "the miner ran eight minutes when the story began"


def test_before_lets_windows_fill_and_timers_run_out() -> None:
    text = (
        "  - name: a\n    facts: {pv.power: 6 kW for 10 s 0 W, buffer.top: 20 °C}\n"
        "    before: 1 h\n    lasts: 10 s\n    expect:\n"
        "      - {at: 0 s, holds: [sunny, cold], heatpump.sg_ready: forced by force}\n"
        "      - {at: 10 s, holds: not sunny, miner.power_target: on by min_on}\n"
    )
    scenario = one(text)
    result = run(program(), scenario, moment_at)
    assert [each.at_ms for each in result.failures] == [10_000]  # ten minutes on are long over
    assert result.scans == 2


def test_facts_have_the_quality_and_the_age_that_the_plant_would_see() -> None:
    text = "  - name: a\n    facts: {pv.power: 1 kW stale bad _}\n    lasts: 40 s\n"
    scans = [
        done
        for _, done in play(program(), one(text + "    never: [{id: n, when: cold}]\n"), moment_at)
    ]
    images: list[ProcessImage] = [done.trace.image for done in scans]
    assert [image.qualities[0] for image in images] == [
        Quality.GOOD, Quality.STALE, Quality.BAD, Quality.MISSING, Quality.MISSING,
    ]  # fmt: skip
    ages = [done.trace.moment.monotonic_s - done.trace.image.measured_at_s[0] for done in scans]
    assert ages == [0.0, 60.0, 0.0, math.inf, math.inf]


def test_every_scan_is_the_one_that_runs_the_plant() -> None:
    scenario = one(SUN + "    never: [{id: n, when: cold}]\n")
    retained = initial(program())
    for at_ms, done in play(program(), scenario, moment_at):
        again = scan(program(), retained, done.trace.image, moment_at(scenario.start_ms + at_ms))
        retained = again.retained
        assert again.decisions == done.decisions


def test_observers_hear_of_every_scan_in_order() -> None:
    heard: list[int] = []
    scenario = one(SUN + "    never: [{id: n, when: cold}]\n")
    result: Result = run(program(), scenario, moment_at, lambda at_ms, _: heard.append(at_ms))
    assert heard == list(range(0, 600_001, 10_000))
    assert result.scans == len(heard)


def test_claims_read_the_decisions_of_the_scan_even_without_interlocks() -> None:
    rules = "rules: [{id: pump, when: p3.running, then: {p3.run_target: on}, because: It runs.}]"
    checked = check_files({"plant.yaml": PLANT.encode(), "rules.yaml": rules.encode()})
    small = compile_program(checked.rulebook)
    text = (
        "scenarios:\n  - name: a\n    facts: {p3.running: off on}\n    expect:\n"
        "      - {at: 0 s, holds: p3.run_target is off}\n"
        "      - {at: 10 s, holds: p3.run_target is on}\n"
    )
    (scenario,) = load_scenarios({"a.test.yaml": text.encode()}, small, to_unix_ms).scenarios
    assert run(small, scenario, moment_at).passed
