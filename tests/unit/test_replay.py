import math

import pytest

from engine.control.scan import initial
from engine.language.plant import Plant, Point, Site
from engine.language.types import BOOL, EnumType, NumberType
from engine.values.fact import Quality
from engine.values.moment import Moment
from engine.workshop.replay import Board, Change, Frame, frames, replay
from tests.simulation.small_rules import program

GOOD, BAD, STALE, MISSING = Quality.GOOD, Quality.BAD, Quality.STALE, Quality.MISSING
PLANT = Plant(
    Site(),
    (
        Point("t", NumberType(), low=-20.0, high=120.0),
        Point("x", NumberType()),
        Point("p", BOOL),
        Point("m", EnumType(("a", "b"))),
    ),
    (),
)


def played(changes: list[Change], *times_ms: int) -> list[Frame]:
    return list(frames(PLANT, changes, ((ms, Moment(ms / 1000, ms / 1000)) for ms in times_ms)))


def test_a_value_stands_until_the_next_one_and_is_fresh_in_every_scan() -> None:
    seen = played([(0, "t", 20.0, GOOD), (15_000, "t", 21.0, GOOD)], 0, 10_000, 20_000)
    assert [frame.image.values[0] for frame in seen] == [20.0, 20.0, 21.0]
    assert [frame.image.measured_at_s[0] for frame in seen] == [0.0, 10.0, 20.0]


def test_what_was_never_heard_is_missing() -> None:
    (frame,) = played([], 0)
    assert frame.image.qualities == (MISSING,) * 4
    assert frame.image.measured_at_s == (-math.inf,) * 4


def test_a_stale_fact_keeps_the_time_at_which_it_became_so() -> None:
    seen = played([(0, "t", 20.0, GOOD), (5_000, "t", None, STALE)], 0, 10_000, 20_000)
    assert [frame.image.values[0] for frame in seen] == [20.0, None, None]
    assert [frame.image.measured_at_s[0] for frame in seen] == [0.0, 5.0, 5.0]
    assert seen[-1].image.qualities[0] is STALE


@pytest.mark.parametrize(
    ("point", "value"),
    [("t", 130.0), ("t", math.nan), ("x", math.inf), ("t", "warm"), ("p", 1.0), ("m", "c")],
)
def test_a_value_that_cannot_be_is_bad(point: str, value: float | str) -> None:
    (frame,) = played([(0, point, value, GOOD)], 0)
    place = [each.name for each in PLANT.points].index(point)
    assert (frame.image.values[place], frame.image.qualities[place]) == (None, BAD)


def test_every_type_of_value_is_taken_over() -> None:
    (frame,) = played(
        [(0, "t", 20, GOOD), (0, "x", 1e9, GOOD), (0, "p", True, GOOD), (0, "m", "b", GOOD)], 0
    )
    assert frame.image.values == (20.0, 1e9, True, "b")
    assert frame.image.qualities == (GOOD,) * 4


def test_a_point_of_another_plant_is_passed_over() -> None:
    (frame,) = played([(0, "other", 1.0, GOOD), (0, "t", 20.0, GOOD)], 0)
    assert frame.image.values[0] == 20.0


def test_nothing_new_means_the_same_tuples() -> None:
    first, second = played([(0, "t", 20.0, GOOD)], 0, 10_000)
    assert first.image.values is second.image.values
    assert first.image.qualities is second.image.qualities


def test_two_changes_between_two_scans_leave_the_later_one() -> None:
    (frame,) = played([(0, "t", 20.0, GOOD), (1, "t", None, BAD), (2, "t", 30.0, GOOD)], 10)
    assert frame.image.values[0] == 30.0


def test_a_board_that_is_all_good_is_measured_now() -> None:
    board = Board(Plant(Site(), PLANT.points[:1], ()))
    board.put(0, 1.0, 20.0, GOOD)
    assert board.image(7.0).measured_at_s == (7.0,)


def test_after_a_gap_minimum_times_go_on_where_they_stood() -> None:
    ready = program()
    plant = ready.rulebook.plant
    board = Board(plant)
    for name, value in (("outside.temperature", 5.0), ("safety.channel_a", True)):
        board.put(board.places[name], 0.0, value, GOOD)
    times_s = [0.0, 10.0, 3_000.0, 3_010.0]
    series = [
        Frame(round(s * 1000), Moment(s, s), board.image(s)) for s in times_s
    ]  # P4 runs because it is cold; the gap of 2,990 s does not count as running
    scans = [scan for _, scan in replay(ready, initial(ready), series, 10_000)]
    place = [output.name for output in plant.outputs].index("p4.run_target")
    switched_s = [scan.retained.outputs[place].switched_at_s for scan in scans]
    assert switched_s == [0.0, 0.0, 2_990.0, 2_990.0]


def test_a_step_as_long_as_allowed_is_no_gap() -> None:
    ready = program()
    image = Board(ready.rulebook.plant).image(0.0)
    series = [Frame(ms, Moment(ms / 1000, ms / 1000), image) for ms in (0, 10_000)]
    (_, first), (_, second) = replay(ready, initial(ready), series, 10_000)
    assert second.decisions[2] is first.decisions[2]
