"""Actions: what people and the mains do while a scenario is played."""

from engine.language.document import Scalar
from engine.language.position import Position
from engine.language.problem import Problem
from engine.workshop.scenario import OverrideAction, ResetAction, RestartAction
from engine.workshop.scenario_actions import read_action
from engine.workshop.scenario_scope import context_of
from engine.workshop.scenario_times import DEFAULT_START, Start
from tests.making.scenarios import load, one, program, to_unix_ms

EXPECT = "    expect: [{at: 0 s, miner.power_target: 0 W}]\n"


def test_what_people_do_is_read_in_the_order_of_time() -> None:
    scenario = one(
        "  - name: a\n    do:\n"
        "      - {at: 3 min, restart: on}\n"
        "      - {at: 2 min, override: {p3.run_target: off}, lasts: 5 min}\n"
        "      - {at: 1 min, reset: relay}\n" + EXPECT
    )
    assert scenario.actions == (
        ResetAction(60_000, "relay"),
        OverrideAction(120_000, "p3.run_target", False, 300_000),
        RestartAction(180_000),
    )


def test_one_action_does_one_thing() -> None:
    loaded = load(
        "scenarios:\n  - name: a\n    do: [{at: 1 s, reset: relay, restart: on}]\n" + EXPECT
    )
    assert ["one deed" in each.message for each in loaded.problems] == [True]


def test_what_is_no_mapping_is_no_action() -> None:
    problems: list[Problem] = []
    start = Start(DEFAULT_START, 0, 10_000, to_unix_ms)
    node = Scalar("reset", "", Position("f", 3, 4, 9))
    assert read_action(node, start, context_of(program(), problems)) is None
    assert [each.code for each in problems] == ["wrong-shape"]
