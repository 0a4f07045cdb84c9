"""The small house of `plant.yaml` and `rules.yaml`, and scans of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from engine.control.program import Program, compile_program
from engine.control.scan import Scan, initial, scan
from engine.inference.image import Override, Reset, empty_image, freeze
from engine.language.checked import check_files
from engine.values.fact import Fact, Quality, Value
from engine.values.moment import Moment

HERE = Path(__file__).parent
NOON_S = 1_718_193_600.0
"""2024-06-12 12:00 UTC, a Wednesday."""

USUAL: Mapping[str, Value] = {
    "pv.power": 4000.0,
    "house.load": 800.0,
    "miner1.power": 0.0,
    "buffer.top": 48.2,
    "outside.temperature": 15.0,
    "p3.running": True,
    "battery.soc": 55.0,
    "price.buy": 30.0,
}
SILENT = "silent"
"""Stands for a fact that is not reported again, so that it goes stale or stays missing."""
BAD = "bad"


@dataclass(frozen=True, slots=True)
class Step:
    """Facts that change, `after_s` seconds after the last scan, the same `times` over."""

    after_s: float = 10.0
    facts: Mapping[str, Value] = field(default_factory=dict)
    times: int = 1
    overrides: tuple[Override, ...] = ()
    resets: tuple[Reset, ...] = ()


@cache
def program(rules: str = "", *, unchecked: bool = False) -> Program:
    """Return the house's program, or one of its plant with other rules.

    `unchecked` lets rules pass that `check` refuses, to see what is told of them all the same.
    """
    files = {"plant.yaml": (HERE / "plant.yaml").read_bytes()}
    files["rules.yaml"] = rules.encode() if rules else (HERE / "rules.yaml").read_bytes()
    checked = check_files(files)
    assert unchecked or checked.ok, [str(problem) for problem in checked.problems]
    return compile_program(checked.rulebook)


def run(
    running: Program, steps: Sequence[Step], *, start_s: float = NOON_S, usual: bool = True
) -> Scan:
    """Return the last of the scans; facts stay as they are until they change."""
    plant = running.rulebook.plant
    facts: dict[str, Value] = dict(USUAL) if usual else {}
    state, image, now_s = initial(running), empty_image(plant), start_s
    done: Scan | None = None
    for step in steps:
        facts |= step.facts
        for _ in range(step.times):
            now_s += step.after_s if done else 0.0
            heard = [_fact(name, value, now_s) for name, value in facts.items() if value != SILENT]
            image = freeze(plant, image, heard, now_s, step.overrides, step.resets)
            done = scan(running, state, image, Moment(now_s, now_s))
            state = done.retained
    assert done is not None
    return done


def _fact(name: str, value: Value, now_s: float) -> Fact:
    if value == BAD:
        return Fact(name, None, Quality.BAD, now_s)
    return Fact(name, value, Quality.GOOD, now_s)
