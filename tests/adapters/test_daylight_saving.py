"""The days on which the clocks change (F87): what a schedule does, 2025 to 2040, and a leap second.

A schedule is a stretch of the local clock, not an event. In the missing hour of spring it begins
at the next minute that there is; in the double hour of autumn the stretch comes twice, as the
clock on the wall does, and what must not start twice has `max_starts` or `min_off`.
"""

from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

import pytest

from adapters.clock import SiteClock
from engine.control.program import Program, compile_program
from engine.control.scan import initial, scan
from engine.inference.image import empty_image
from engine.language.checked import check_files
from engine.language.plant import Site
from engine.values.moment import Moment

ZONE = ZoneInfo("Europe/Berlin")
CLOCK = SiteClock(Site(time_zone="Europe/Berlin"))
YEARS = range(2025, 2041)
MINUTE_S = 60


def last_sunday(year: int, month: int) -> date:
    day = date(year, month, 31)
    return day - timedelta(days=(day.weekday() + 1) % 7)


def program(window: str) -> Program:
    checked = check_files(
        {
            "plant.yaml": b"site: {time_zone: Europe/Berlin}\n"
            b"outputs:\n  p: {type: bool, default: off, failsafe: off}\n",
            "rules.yaml": f"rules:\n  - {{id: r, when: {window}, then: {{p: on}}}}\n".encode(),
        }
    )
    assert checked.ok, checked.problems
    return compile_program(checked.rulebook)


def on_during(window: str, day: date) -> list[tuple[str, int]]:
    """Return when the output went on, by the clock on the wall, and for how many minutes."""
    rules = program(window)
    state, image = initial(rules), empty_image(rules.rulebook.plant)
    start_s = int(datetime.combine(day, time(0), ZONE).timestamp())
    told: list[tuple[bool, Moment]] = []
    for number in range(8 * 60):
        wall_s = start_s + number * MINUTE_S
        moment = CLOCK.moment(float(wall_s), 1000.0 + number * MINUTE_S)
        done = scan(rules, state, image, moment)
        state = done.retained
        told.append((done.decisions[0].value is True, moment))
    found = []
    for on, run in groupby(told, key=lambda each: each[0]):
        minutes = [moment for _, moment in run]
        if on:
            shown = datetime.fromtimestamp(minutes[0].wall_s, ZONE)
            found.append((f"{shown:%H:%M}", len(minutes)))
    return found


@pytest.mark.parametrize("year", YEARS)
def test_f87_in_spring_a_window_begins_with_the_next_minute_that_there_is(year: int) -> None:
    day = last_sunday(year, 3)
    assert on_during("between 02:30 and 04:00", day) == [("03:00", 60)]
    assert on_during("between 01:00 and 04:00", day) == [("01:00", 120)]
    assert on_during("between 02:15 and 02:45", day) == []


@pytest.mark.parametrize("year", YEARS)
def test_f87_in_autumn_a_window_around_the_double_hour_runs_once_and_longer(year: int) -> None:
    day = last_sunday(year, 10)
    assert on_during("between 01:00 and 04:00", day) == [("01:00", 240)]
    assert on_during("between 02:00 and 03:00", day) == [("02:00", 120)]
    assert on_during("between 02:15 and 02:45", day) == [("02:15", 30), ("02:15", 30)]


@pytest.mark.parametrize("year", YEARS)
def test_f87_on_every_other_day_of_those_weeks_it_is_as_ever(year: int) -> None:
    for month in (3, 10):
        for away in (-1, 1):
            day = last_sunday(year, month) + timedelta(days=away)
            assert on_during("between 02:15 and 02:45", day) == [("02:15", 30)]


def test_f87_a_leap_second_repeats_a_second_of_the_wall_and_nothing_else() -> None:
    """Unix time shows the last second of the year twice; the monotonic clock goes on."""
    rules = program("between 23:00 and 01:00")
    state, image = initial(rules), empty_image(rules.rulebook.plant)
    midnight_s = datetime(2016, 12, 31, 23, 0, tzinfo=UTC).timestamp()
    for number, wall_s in enumerate((-2.0, -1.0, -1.0, 0.0, 1.0)):
        moment = CLOCK.moment(midnight_s + wall_s, 1000.0 + number)
        done = scan(rules, state, image, moment)
        state = done.retained
        assert done.decisions[0].value is True
