import math
from itertools import product

import pytest

from engine.inference.timing import AT_START, Phase, TimerState, advance
from engine.language.expression import Boolean, Timed
from engine.language.position import NOWHERE
from engine.language.types import BOOL

ANY = Boolean(True, NOWHERE, BOOL)
TRUTHS = (True, False, None)


def timed(for_s: float = 0.0, hold_s: float = 0.0, rest_s: float = 0.0, *, until: bool) -> Timed:
    return Timed(ANY, ANY if until else None, for_s, hold_s, rest_s, "k", NOWHERE, BOOL)


@pytest.mark.parametrize(
    ("state", "when", "until", "times"),
    [
        (TimerState(side, phase, 90.0), when, until, times)
        for side, phase, when, until, times in product(
            (True, False), Phase, TRUTHS, TRUTHS, ((0, 0, 0), (5, 20, 5), (20, 5, 20))
        )
    ],
)
def test_to_look_twice_changes_nothing(
    state: TimerState, when: bool | None, until: bool | None, times: tuple[float, ...]
) -> None:
    """A scan that advances only timers with new inputs relies on it."""
    for has_until in (True, False):
        condition = timed(*times, until=has_until)
        first = advance(condition, state, when, until, 100.0)
        assert advance(condition, first.state, when, until, 100.0) == first
        if first.due_s > 101.0:
            later = advance(condition, first.state, when, until, 101.0)
            assert (later.state, later.truth) == (first.state, first.truth)


def test_what_is_due_says_when_it_moves_by_itself() -> None:
    condition = timed(for_s=5.0, hold_s=10.0, until=False)
    pending = advance(condition, AT_START, True, None, 100.0)
    assert (pending.truth, pending.due_s) == (False, 105.0)
    on = advance(condition, pending.state, True, None, 105.0)
    assert (on.truth, on.due_s) == (True, math.inf)
    held = advance(condition, on.state, False, None, 106.0)
    assert (held.truth, held.due_s) == (True, 115.0)
