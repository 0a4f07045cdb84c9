"""The start state: what is read from text, and what it becomes for the first scan."""

import math

import pytest

from engine.control.retained import save
from engine.control.scan import Scan, initial
from engine.control.shaping import OutputState
from engine.control.state import Retained
from engine.inference.timing import Phase, TimerState
from engine.language.document import Scalar
from engine.language.position import Position
from engine.language.problem import Problem
from engine.workshop.scenario import StartState
from engine.workshop.scenario_scope import context_of
from engine.workshop.scenario_start import retained_from
from engine.workshop.scenario_state import read_state
from tests.making.scenarios import load, one, program

EXPECT = "    expect: [{at: 0 s, miner.power_target: 0 W}]\n"


def test_the_state_takes_all_that_is_retained() -> None:
    scenario = one(
        "  - name: a\n"
        "    state:\n"
        "      outputs:\n"
        "        p3.run_target: on\n"
        "        miner.power_target: {value: 3 kW, target: 2 kW, switched: 4 min, changed: 1 min,\n"
        "                             starts: [4 min, 20 min], changes: 1 min, blocked: force}\n"
        "      latched: [relay]\n"
        "      conditions: {sunny: {phase: pending, since: 2 min}}\n"
        '      windows: {"average(buffer.top, 10 min)": 4 °C, "rate(buffer.top, 5 min)": 6 K/min}\n'
        + EXPECT
    )
    state = scenario.state
    assert state.outputs == (
        ("p3.run_target", OutputState(True, True)),
        (
            "miner.power_target",
            OutputState(3000.0, 2000.0, -240.0, -60.0, (-1200.0, -240.0), (-60.0,), ("force",)),
        ),
    )
    assert state.latched == ("relay",)
    key = program().network.conditions.timers[0].timed.key
    assert state.timers == ((key, TimerState(True, Phase.PENDING, -120.0)),)
    assert [value for _, value in state.windows] == [4.0, pytest.approx(0.1)]
    again = one(f'  - name: a\n    state: {{timers: {{"{key}": on}}}}\n{EXPECT}')
    assert again.state.timers == ((key, TimerState(True, Phase.ON, -math.inf)),)


def _no_look(_: Retained) -> Scan:
    raise AssertionError("nothing here depends on what the first scan sees")


def test_an_empty_state_changes_nothing_but_when_the_last_scan_was() -> None:
    before = initial(program())
    found = retained_from(program(), before, StartState(), 1000.0, 10.0, _no_look)
    assert found.at_s == 990.0
    assert found.outputs == before.outputs
    assert found.timers == before.timers
    assert StartState().is_empty


def test_times_of_the_state_count_back_from_the_first_scan_and_never_stays_never() -> None:
    state = one(
        "  - name: a\n    state:\n      latched: [relay]\n      outputs:\n"
        "        miner.power_target: {value: 3 kW, switched: 4 min, starts: 4 min}\n"
        f"{EXPECT}"
    ).state
    found = retained_from(program(), initial(program()), state, 1000.0, 10.0, _no_look)
    output = found.outputs[0]
    assert (output.switched_at_s, output.changed_at_s) == (760.0, -math.inf)
    assert output.starts_s == (760.0,)
    assert found.trips[0].latched
    assert save(program(), found)


def test_what_is_no_mapping_is_no_state() -> None:
    problems: list[Problem] = []
    node = Scalar("on", "", Position("f", 3, 4, 6))
    assert read_state(node, context_of(program(), problems)).is_empty
    assert [each.code for each in problems] == ["wrong-shape"]


def test_of_several_states_the_nearest_counts_entry_by_entry() -> None:
    common = "state: {latched: relay, outputs: {p3.run_target: off, heatpump.sg_ready: forced}}\n"
    text = (
        "scenarios:\n  - name: a\n    state: {outputs: {p3.run_target: on}}\n" + EXPECT
        + "  - name: b\n    like: a\n    state: {latched: []}\n" + EXPECT
    )  # fmt: skip
    first, second = load(text, common=common).scenarios
    assert first.state.latched == ("relay",)
    assert second.state.latched == ()
    values = [{name: state.value for name, state in each.state.outputs} for each in (first, second)]
    assert values == [{"p3.run_target": True, "heatpump.sg_ready": "forced"}] * 2
