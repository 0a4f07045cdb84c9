"""FA-014: rules may change the mode where a site asks for it, and never against a person."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from adapters.codec import control_methods as methods
from adapters.pb.thermiq.v1 import control_pb2 as pb
from tests.adapters import control_bench
from tests.adapters.control_bench import RULES, Bench, bench

MODES = {"left": {"pump.run": False}, "right": {"pump.run": True}}
FROM = {"output": "valve.way", "modes": ["left", "right"], "rest": "10 min"}
WISHES = (
    RULES
    + """\
  - id: warm_enough
    when: tank.top > 60 °C
    then: {valve.way: right}
    because: The tank is warm.
  - id: cool_again
    when: tank.top < 55 °C
    then: {valve.way: left}
    because: The tank is cool.
"""
)
REST_S = 600.0


def play(
    folder: Path,
    patch: pytest.MonkeyPatch,
    act: Callable[[Bench], Awaitable[None]],
    **options: object,
) -> None:
    patch.setattr(control_bench, "RULES", WISHES)

    async def test() -> None:
        async with bench(folder, modes=MODES, **options) as house:
            await act(house)

    asyncio.run(test())


def mode(house: Bench) -> tuple[str, str]:
    now = house.control.operations.mode_now
    return now.name, now.by


async def set_mode(house: Bench, name: str) -> None:
    await house.ask(methods.MODE, pb.ModeRequest(mode=name, author="anna"))


def test_without_being_asked_for_no_rule_changes_the_mode(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def act(house: Bench) -> None:
        await set_mode(house, "left")
        house.plc.tank_c = 70.0
        for _ in range(5):
            house.step(REST_S)
        assert mode(house) == ("left", "anna")

    play(tmp_path, monkeypatch, act)


def test_where_it_is_asked_for_the_rules_wish_counts_after_a_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def act(house: Bench) -> None:
        house.plc.tank_c = 70.0
        house.step()
        await set_mode(house, "left")
        house.step()
        house.step(REST_S - 1)
        assert mode(house) == ("left", "anna"), "a person's word stands for a while"
        house.step(2.0)
        assert mode(house) == ("right", "rules: warm_enough")
        house.plc.tank_c = 50.0
        house.step(REST_S / 2)
        assert mode(house)[0] == "right", "and so does a rule's"
        house.step(REST_S)
        assert mode(house) == ("left", "rules: cool_again")

    play(tmp_path, monkeypatch, act, mode_from=FROM)


@pytest.mark.parametrize("stays", ["off", "manual", "automatic"])
def test_what_a_person_switched_off_no_rule_switches_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stays: str
) -> None:
    async def act(house: Bench) -> None:
        await set_mode(house, stays)
        house.plc.tank_c = 70.0
        for _ in range(10):
            house.step(REST_S)
        assert mode(house) == (stays, "anna")

    play(tmp_path, monkeypatch, act, mode_from=FROM)


def test_rest_default_and_a_silent_sensor_are_no_wish(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def act(house: Bench) -> None:
        await set_mode(house, "right")
        for tank_c in (57.0, None):  # no rule decides: the default is `left`
            house.plc.tank_c = tank_c
            for _ in range(3):
                house.step(REST_S)
        assert mode(house) == ("right", "anna")

    play(tmp_path, monkeypatch, act, mode_from=FROM)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("left", "holds `output`"),
        ({"output": "valve.way"}, "holds `output`"),
        ({**FROM, "when": "x"}, "holds `output`"),
        ({**FROM, "output": "valve.wya"}, "did you mean `valve.way`"),
        ({**FROM, "modes": ["left"]}, "at least two"),
        ({**FROM, "modes": "left"}, "at least two"),
        ({**FROM, "modes": ["left", "off"]}, "neither set nor leave"),
        ({**FROM, "modes": ["left", False]}, "neither set nor leave"),
        ({**FROM, "modes": ["left", "holiday"]}, "no mode `holiday`"),
        ({**FROM, "modes": ["left", "automatic"]}, "can never be `automatic`"),
        ({**FROM, "output": "pump.run"}, "can never be `left`"),
        ({**FROM, "rest": "1 s"}, "from `1 min` to `7 d`"),
        ({**FROM, "rest": "soon"}, "from `1 min` to `7 d`"),
    ],
)
def test_what_is_wrong_with_it_is_told_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: object, told: str
) -> None:
    async def act(_: Bench) -> None:
        raise AssertionError("it started")

    with pytest.raises(ValueError, match=told):
        play(tmp_path, monkeypatch, act, mode_from=change)
