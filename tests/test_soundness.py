"""Law 12: what `check` accepts cannot fail while running.

Random rulebooks are written down as files, checked, and run on facts of every kind: missing, stale,
bad, huge, tiny, of the wrong type, from the future; the clock stands, creeps and leaps.
"""

import math
from dataclasses import replace
from random import Random

from hypothesis import assume, example, given
from hypothesis import strategies as st

from engine.control import retained
from engine.control.program import compile_program
from engine.control.scan import initial, scan
from engine.inference.image import Override, Reset, empty_image, freeze
from engine.language.checked import check_files
from engine.language.rulebook import Rulebook
from engine.values.fact import Fact, Quality, Value
from engine.values.moment import Moment
from tests.making.files import as_files
from tests.making.plants import Style, a_value, make_rulebook
from tests.making.series import make_series
from tests.oracle.compare import disagreement
from tests.strategies import lawful

SEEDS = st.integers(0, 2**48)
CAREFUL = Style(distinct_salience=True, interlocks=1, trips=1)
ODD: tuple[Value | None, ...] = (
    None, math.nan, math.inf, -math.inf, 0.0, -0.0, 5e-324, 1e-07, 1e15, -1e15, 1.7e308, 10**400,
    True, "", "locked", "no such state", 0.1 + 0.2,
)  # fmt: skip
LEAPS_S = (0.0, 1e-9, 0.1, 1.0, 59.0, 3_599.9, 3_600.0, 86_400.0, 1e9)


def accepted(seed: int) -> tuple[Rulebook, Random]:
    """Return a rulebook that went through files and `check`."""
    random = Random(seed)  # noqa: S311 - tests repeat
    checked = check_files(as_files(make_rulebook(random, CAREFUL)))
    assume(checked.ok)
    return checked.rulebook, random


def anything(random: Random, book: Rulebook, now_s: float) -> list[Fact]:
    """Return facts that no sound adapter would send, of points that may not exist."""
    points = [*book.plant.points, replace(book.plant.points[0], name="nobody.knows")]
    moments = (now_s, now_s - 5.0, now_s + 0.5, now_s + 1e9, -math.inf, math.nan, 0.0)
    return [
        Fact(
            random.choice(points).name,
            random.choice(ODD),
            random.choice(list(Quality)),
            random.choice(moments),
        )
        for _ in range(4)
    ]


@lawful
@given(SEEDS)
@example(69_864)  # an integer beyond every float, on a point with a largest rate
def test_law_12_what_check_accepts_cannot_fail_while_running(seed: int) -> None:
    book, random = accepted(seed)
    program, now_s, overrides = compile_program(book), random.choice((0.0, 1e-3, 4e9)), []
    state, image = initial(program), empty_image(book.plant)
    for number in range(15):
        facts = anything(random, book, now_s)
        if random.random() < 0.3:
            output = random.choice(book.plant.outputs)
            value = random.choice((*ODD[1:], a_value(random, output)))
            overrides.append(Override(f"o{number}", output.name, value, "me", now_s + 100.0))
        resets = (*(Reset(trip.id, "me") for trip in book.trips), Reset("nobody", "me"))
        image = freeze(book.plant, image, facts, now_s, tuple(overrides), resets)
        sun = random.choice((None, 0.0, 86_399.0))
        wall_s = random.choice((0.0, now_s, 4e9))
        offset_s, trusted = random.choice((-43_200, 0, 50_400)), random.random() < 0.8
        moment = Moment(now_s, wall_s, offset_s, sun, sun, trusted)
        result = scan(program, state, image, moment)
        for output, decision in zip(book.plant.outputs, result.decisions, strict=True):
            assert output.holds(decision.value)
        state = retained.resume(program, retained.save(program, result.retained)).retained
        now_s += random.choice(LEAPS_S)


@lawful
@given(SEEDS)
def test_rules_read_from_files_decide_as_the_rules_that_were_written(seed: int) -> None:
    book, random = accepted(seed)
    assert disagreement(book, make_series(random, book, 10)) == ""


def test_most_rulebooks_that_are_made_are_accepted() -> None:
    found = [
        check_files(as_files(make_rulebook(Random(seed), CAREFUL))).ok  # noqa: S311
        for seed in range(40)
    ]
    assert sum(found) > 30
