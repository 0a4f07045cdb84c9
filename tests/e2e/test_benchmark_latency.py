"""The benchmark of latency: its rules are sound, and one trial of each goes through."""

import asyncio
import random
from pathlib import Path

from benchmarks import latency
from benchmarks.latency_house import TRIP, write_rules
from benchmarks.latency_wires import Arrivals
from engine.language.load import load
from engine.language.rulebook import Latch


def test_its_rules_are_without_errors_and_latch_as_asp1_does(tmp_path: Path) -> None:
    write_rules(tmp_path)
    names = ("plant.yaml", "latency.yaml")
    loaded = load({name: (tmp_path / name).read_bytes() for name in names})
    assert loaded.ok, loaded.problems
    latches = {trip.id: trip.latch for trip in loaded.rulebook.trips}
    assert latches[TRIP] is Latch.ON_TRUE


def test_the_first_arrival_of_a_call_is_kept_and_all_are_counted() -> None:
    calls = Arrivals()
    calls["PauseMining"] += 1
    first_s = calls.at_s["PauseMining"]
    calls["PauseMining"] += 1
    assert calls.at_s == {"PauseMining": first_s}
    assert calls["PauseMining"] == 2


def test_facts_and_trips_with_a_reset_between_them_go_through_the_real_daemon() -> None:
    async def test() -> tuple[dict[str, list[float]], list[latency.Stop]]:
        chance = random.Random(1)  # noqa: S311 - moments for a measurement
        async with (
            latency.wires_of_a_house() as (house, wires),
            latency.fresh_daemon(house, wires),
        ):
            found = await latency.facts(wires, 1, chance)
            return found, await latency.trips(wires, 2, chance)

    found, stops = asyncio.run(test())
    latest_s = max(*found["MQTT"], *found["Modbus"], *(max(each) for each in stops))
    assert (len(found["MQTT"]), len(found["Modbus"]), len(stops)) == (2, 2, 2)
    assert 0 < latest_s < float("inf")  # inf: a stop that never came
