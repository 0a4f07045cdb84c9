from pathlib import Path

from adapters.runtime.urgent import points_behind, urgent_points
from engine.language.load import load
from tests.making.daemons import Site

PLANT = """\
site: {name: test, time_zone: Europe/Berlin}
facts:
  a: {type: bool, max_age: 2 s}
  b: {type: bool, max_age: 2 s}
  c: {type: bool, max_age: 2 s}
  d: {values: [on, off], max_age: 2 s}
  hot: {unit: °C, range: [0, 100], max_age: 2 s}
  other: {type: bool, max_age: 2 s}
outputs:
  pump.run: {type: bool, default: off, failsafe: off}
"""
RULES = """\
ruleset: trips
let:
  level: hot + 5 K
conditions:
  fault: a or not b
rules:
  - id: run
    when: other
    then: {pump.run: on}
trips:
  - id: one
    when: {any: [fault, level > 90 °C, not c, d == off]}
    force: {pump.run: off}
"""


def test_what_stands_behind_a_trip_is_found_through_conditions_and_signals() -> None:
    loaded = load({"plant.yaml": PLANT.encode(), "trips.yaml": RULES.encode()})
    assert loaded.ok, loaded.problems
    trips = loaded.rulebook.trips
    assert points_behind(loaded.rulebook, (t.when for t in trips)) == {"a", "b", "c", "d", "hot"}
    assert urgent_points(loaded.rulebook) == ("a", "b", "c", "d")


def test_the_test_site_has_one(tmp_path: Path) -> None:
    assert urgent_points(Site(tmp_path / "s").load().program.rulebook) == ("safety.ok",)
