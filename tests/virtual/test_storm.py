from dataclasses import replace
from pathlib import Path

from engine.control.program import compile_program
from tests.virtual.faults import KINDS
from tests.virtual.storm import Storm, play


def test_seeds_of_the_storm_break_no_invariant() -> None:
    for seed in range(4):
        found = play(seed, KINDS, hours=3.0)
        assert found.scans > 1000
        assert found.violations == (), (seed, found.enabled)


def test_a_seed_replays_exactly() -> None:
    stories: list[list[str]] = [[], []]
    outcomes = [play(6, KINDS, hours=1.0, log=story.append) for story in stories]
    assert outcomes[0] == outcomes[1]
    assert stories[0] == stories[1]


def test_without_trips_the_oracle_finds_it(tmp_path: Path) -> None:
    storm = Storm(1, tmp_path, KINDS, hours=2.0)
    book = storm.loaded.program.rulebook
    storm.loaded = replace(storm.loaded, program=compile_program(replace(book, trips=())))
    storm.world.relay_closed = False
    storm.trips = []

    def want() -> None:
        for output, value in (("p3.run_target", True), ("miner1.power_target", 2500)):
            unit: dict[str, object] = {"unit": "W"} if output.startswith("miner") else {}
            storm.people.ask("override", output=output, value=value, ttl_s=3600, **unit)

    storm.world.at(600.0, want)
    assert {each.invariant for each in storm.run().violations} == {"I1"}
