"""F50, F55, F56, F81: what was told off and is not, by each kind of evidence alone."""

from collections.abc import Mapping
from typing import Any

import pytest

from adapters.port import Field, Reading
from adapters.runtime.not_off import (
    AFTER_S,
    COOLED_S,
    FRESH_S,
    STALE_S,
    NotOff,
    Source,
    Watch,
    watches_of,
)
from adapters.runtime.wiring import Wire
from engine.control.decision import Cause
from engine.control.scan import Scan
from engine.values.fact import Quality, Value
from tests.unit.engine_rig import rulebook, scanned

RULES = "rules:\n  - {id: r, when: a, then: {p: on}, because: x}\n"
OUTPUTS = {each.name: each for each in rulebook(RULES).plant.outputs}
WATCH = Watch("miner", ("m",), Source("miner", "power"), own=Source("miner", "not_off"))
BOARDS = Watch(
    "boards", ("m",), temperature=Source("miner", "board"), warmer_than=Source("plc", "water")
)
BOTH = Watch("both", ("m", "n"), Source("meter", "power"), 700.0)
_, (SCAN,) = scanned(RULES, {})


def scan(now_s: float, values: Mapping[str, float], cause: Cause) -> Scan:
    decisions = tuple(
        each._replace(value=values.get(each.output, each.value), cause=cause)
        for each in SCAN.decisions
    )
    moment = SCAN.trace.moment
    trace = SCAN.trace._replace(moment=type(moment)(now_s, moment.wall_s))
    return SCAN._replace(decisions=decisions, trace=trace)


class Bench:
    def __init__(self, *watches: Watch) -> None:
        self.not_off = NotOff(watches or (WATCH,), OUTPUTS)
        self.now_s = 1000.0

    def go(
        self, seconds: float, cause: Cause = Cause.LATCH, said: Mapping[str, Value] | None = None,
        **values: float,
    ) -> str:  # fmt: skip
        """Let time pass in steps of 5 s; every step hears what is said, and scans."""
        end_s = self.now_s + seconds
        while self.now_s < end_s:
            self.now_s += 5.0
            for name, value in (said or {}).items():
                device, _, field = name.partition(".")
                self.not_off.hear(device, [Reading(field, value, Quality.GOOD, self.now_s)])
            self.not_off.after(scan(self.now_s, values, cause))
        return self.not_off.why(self.not_off.watches[0].name)


def test_what_runs_as_told_is_no_alarm() -> None:
    assert Bench().go(600.0, said={"miner.power": 3000.0}, m=3000.0) == ""


def test_what_stops_in_time_is_no_alarm() -> None:
    bench = Bench()
    assert bench.go(AFTER_S, said={"miner.power": 3000.0}) == ""
    assert bench.go(STALE_S, said={"miner.power": 3000.0}) == ""
    assert bench.go(600.0, said={"miner.power": 20.0}) == ""


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"miner.power": 401.0}, "miner.power is above 400 W"),
        ({"miner.power": 0.0, "miner.not_off": True}, "miner.not_off says so itself"),
    ],
)
def test_f55_f56_one_evidence_is_enough(said: dict[str, Value], told: str) -> None:
    bench = Bench()
    assert bench.go(AFTER_S, said={"miner.power": 0.0}) == ""
    found = bench.go(STALE_S + 5.0, said=said)
    assert told in found
    assert found.endswith("switch it off by hand")


def test_f56_boards_that_stay_far_above_their_water() -> None:
    bench = Bench(BOARDS)
    assert bench.go(COOLED_S, said={"miner.board": 70.0, "plc.water": 50.0}) == ""
    told = "miner.board is far above plc.water"
    assert told in bench.go(5.0, said={"miner.board": 70.0, "plc.water": 50.0})
    assert told in bench.go(5.0, said={"miner.board": 60.0, "plc.water": 50.0})
    assert bench.go(5.0, said={"miner.board": 59.9, "plc.water": 50.0}) == ""


def test_boards_that_warm_up_with_their_water_are_no_alarm() -> None:
    bench = Bench(BOARDS)
    bench.go(COOLED_S, said={"miner.board": 30.0, "plc.water": 30.0})
    assert bench.go(300.0, said={"miner.board": 62.0, "plc.water": 60.0}) == ""
    assert bench.go(FRESH_S + 5.0, said={"miner.board": 90.0}) == "", (
        "without the water nobody knows"
    )


def test_f81_a_meter_says_it_once_everything_behind_it_is_off() -> None:
    bench = Bench(BOTH)
    assert bench.go(300.0, said={"meter.power": 3000.0}, n=2.0) == "", "one of them shall run"
    assert "meter.power is above 700 W" in bench.go(AFTER_S + 10.0, said={"meter.power": 3000.0})
    assert bench.go(5.0, said={"meter.power": 700.0}) == ""


def test_f50_nobody_knows_is_told_after_a_trip_alone() -> None:
    for cause, told in ((Cause.LATCH, True), (Cause.TRIP, True), (Cause.DEFAULT, False)):
        bench = Bench()
        assert bench.go(AFTER_S + FRESH_S, cause) == ""
        assert bench.go(5.0, cause).startswith("told off by a trip, and nobody knows") is told


def test_without_a_trip_it_is_told_without_a_hand_on_the_contactor() -> None:
    found = Bench().go(AFTER_S + 10.0, Cause.DEFAULT, {"miner.power": 900.0})
    assert found == "told off, and not off: miner.power is above 400 W"


def test_old_evidence_and_what_is_no_number_counts_for_nothing() -> None:
    bench = Bench()
    bench.go(AFTER_S + 10.0, said={"miner.power": 900.0})
    assert bench.go(FRESH_S, said={}).startswith("told off, and not off"), "60 s old at the most"
    assert "nobody knows" in bench.go(5.0, said={})
    assert "nobody knows" in bench.go(5.0, said={"miner.power": True, "other.power": 900.0})
    bench.not_off.hear("miner", [Reading("power", 900.0, Quality.STALE, bench.now_s + 5.0)])
    assert "nobody knows" in bench.go(5.0)


def test_a_new_start_begins_anew() -> None:
    bench = Bench()
    assert bench.go(AFTER_S + 10.0, said={"miner.power": 900.0})
    assert bench.go(5.0, said={"miner.power": 900.0}, m=900.0) == ""
    assert bench.go(AFTER_S, said={"miner.power": 900.0}) == ""


FIELDS = {
    "miner": [Field("not_off"), Field("power_measured"), Field("board_temperature")],
    "poor": [Field("not_off")],
    "idle": [Field("not_off")],
    "meter": [Field("power")],
}
WIRES = {"m": [Wire("miner", "power_target", "m")], "n": [Wire("poor", "power", "n")]}


def test_devices_that_know_it_are_watched_unasked() -> None:
    miner, poor = watches_of(None, FIELDS, WIRES)
    power, own = Source("miner", "power_measured"), Source("miner", "not_off")
    assert miner == Watch("miner", ("m",), power, 400.0, own=own)
    assert poor == Watch("poor", ("n",), own=Source("poor", "not_off"))


def test_a_site_file_names_meters() -> None:
    section = {"both": {"outputs": ["m", "n"], "power": "meter.power", "above_w": 700}}
    assert watches_of(section, FIELDS, WIRES)[-1] == BOTH
    warm = {"temperature": "miner.board_temperature", "warmer_than": "meter.power"}
    found = watches_of({"warm": {"outputs": ["m"], **warm}}, FIELDS, WIRES)[-1]
    assert (found.above_w, found.warmer_than) == (400.0, Source("meter", "power"))


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ([1], "holds a name and settings"),
        ({"x": 1}, "`x` holds outputs, power"),
        ({"x": {"output": "m"}}, "has no `output`"),
        ({"x": {}}, "needs `outputs`"),
        ({"x": {"outputs": []}}, "needs `outputs`"),
        ({"x": {"outputs": ["z"]}}, "follows an output `z`"),
        ({"x": {"outputs": ["m"]}}, "needs `power` or `temperature`"),
        ({"x": {"outputs": ["m"], "temperature": "meter.power"}}, "together"),
        ({"x": {"outputs": ["m"], "power": "meter"}}, "`power: meter` is not a field"),
        ({"x": {"outputs": ["m"], "power": "x.power"}}, "is not a field"),
        ({"x": {"outputs": ["m"], "power": "meter.power", "above_w": True}}, "number of watts"),
        ({"x": {"outputs": ["m"], "power": "meter.power", "above_w": "x"}}, "number of watts"),
        ({"x": {"outputs": ["m"], "power": "meter.power", "above_w": -1}}, "number of watts"),
    ],
)
def test_a_section_that_is_none_is_told(section: Any, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        watches_of(section, FIELDS, WIRES)
