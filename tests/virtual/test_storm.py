from dataclasses import replace
from pathlib import Path

import pytest

from tests.virtual.bench import Bench
from tests.virtual.faults import KINDS
from tests.virtual.oracle import Violation
from tests.virtual.simulate import Counted
from tests.virtual.storm import Kind, Outcome, Storm, play, smaller

HOURS = 1.5
SEEDS = range(4)
"""CI plays a hundred times as much by `make simulate`."""


@pytest.mark.parametrize("seed", SEEDS)
def test_a_storm_breaks_no_invariant(seed: int) -> None:
    found = play(seed, KINDS, hours=HOURS)
    assert found.scans > 900
    assert found.violations == (), f"simulate --seed {seed} --hours {HOURS:g}: {found.enabled}"


def test_a_seed_replays_exactly() -> None:
    stories: list[list[str]] = [[], []]
    outcomes = [play(14, KINDS, hours=1.0, log=story.append) for story in stories]
    assert outcomes[0] == outcomes[1]
    assert outcomes[0].lives > 1
    assert stories[0] == stories[1]


def test_a_fault_that_is_switched_off_leaves_the_others_where_they_were() -> None:
    story: list[str] = []
    other: list[str] = []
    first = play(8, KINDS, hours=0.5, log=story.append)
    assert any(first.enabled[0] in line for line in story)
    play(8, KINDS, hours=0.5, without=[first.enabled[0]], log=other.append)
    assert set(other) == {line for line in story if first.enabled[0] not in line}


def test_who_dies_while_it_starts_leaves_its_folder_to_the_next() -> None:
    story: list[str] = []
    found = play(80028, KINDS, hours=2.0, log=story.append)
    assert any(line.endswith("died at disk.rename") for line in story)
    assert (found.lives, found.violations) == (4, ())


def test_without_trips_the_oracle_finds_it(tmp_path: Path) -> None:
    bench = Bench(tmp_path).heat()
    bench.other_rules(lambda book: replace(book, trips=()))
    bench.at(600.0, lambda: setattr(bench.world, "relay_closed", False))
    bench.play()
    assert bench.heats()
    assert {each.invariant for each in bench.oracle.violations} == {"I1"}


def test_without_interlocks_the_oracle_finds_it(tmp_path: Path) -> None:
    bench = Bench(tmp_path).heat()
    bench.other_rules(lambda book: replace(book, interlocks=(), permissives=()))
    wanted = {"output": "rv2.position_target", "value": 100, "unit": "%", "ttl_s": 3600}
    bench.at(300.0, lambda: bench.people.ask("override", **wanted))
    bench.play()
    found = {each.invariant for each in bench.oracle.violations}
    assert {"I4", "I5"} <= found


def _breaks(storm: Storm, _: object) -> None:
    """Break what the oracle believes, so that any program would fail."""
    storm.oracle.granted.clear()
    storm.oracle.violations.append(Violation("I0", storm.world.now_s, "made up"))


def test_what_fails_is_made_smaller_fault_by_fault() -> None:
    kinds = (
        Kind("breaks", 60.0, (1.0, 1.0), _breaks),
        *KINDS[:6],
    )
    stories = (play(seed, kinds, hours=0.1) for seed in range(100))
    found = next(story for story in stories if story.violations and len(story.enabled) > 1)
    assert smaller(found.seed, kinds, found, 0.1) == ("breaks",)


def test_runs_add_up_and_neighbouring_seeds_join(tmp_path: Path) -> None:
    counted = Counted()
    for seed in (5, 6, 9):
        counted.add(Outcome(seed, 10, 2, 3, (), ()), 0.5)
    counted.write(tmp_path / "counted.json")
    again = Counted.read(tmp_path / "counted.json")
    assert again == counted
    assert (again.scans, again.faults, again.deaths, again.simulated_days) == (30, 6, 6, 1.5)
    assert again.seeds == [[5, 6], [9, 9]]
    assert Counted.read(tmp_path / "none.json") == Counted()
