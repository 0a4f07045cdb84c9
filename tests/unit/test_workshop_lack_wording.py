"""What is missing, in words."""

from dataclasses import replace

import pytest

from engine.values.fact import Quality
from engine.workshop.english import ENGLISH
from engine.workshop.evidence import Reading
from engine.workshop.lack import (
    Amount,
    Change,
    Either,
    Every,
    Heard,
    Lack,
    Lasting,
    Opening,
    TimerKind,
    Unheard,
    Unmet,
    Wait,
)
from engine.workshop.lack_wording import join, tell_lack, tell_unknown
from engine.workshop.quantity import Quantity
from engine.workshop.shortfall import shortfall
from tests.reasons.evidence import compared, silent

SUN = shortfall(compared("surplus", 3180, ">", 3.6, "W", "kW")) or Unmet("", True)
WARM = shortfall(compared("buffer.top", 63.2, "<", 60, "°C")) or Unmet("", True)
PUMP = Change("p3.running", Quantity(False), Quantity(True))


@pytest.mark.parametrize(
    ("lack", "text"),
    [
        (SUN, "surplus needs 420 W more (3.18 kW, must be > 3.6 kW)"),
        (Lasting(SUN, 190), "surplus needs 420 W more for 3 min 10 s (3.18 kW, must be > 3.6 kW)"),
        (WARM, "buffer.top needs 3.2 K less (63.2 °C, must be < 60 °C)"),
        (PUMP, "p3.running must be on, is off"),
        (Lasting(PUMP, 30), "p3.running must be on for 30 s, is off"),
        (Change("x", Quantity("a"), Quantity("a"), unlike=True), "x must not be a"),
        (
            Unheard("x > 1", (silent("x"), silent("y"), silent("z", Quality.MISSING, None))),
            "x > 1 is unknown: x and y are STALE, last heard 42 min ago and z is MISSING, without",
        ),
        (Unheard("a / b > 1", ()), "a / b > 1 has no value, as in a division by zero"),
        (Unheard("", (silent("x", Quality.BAD, 3),)), "x is BAD, last heard 3 s ago"),
        (Heard("x is known"), "x is known, but must be unknown"),
        (Opening("between 22:00 and 06:00", True, 3600), "between 22:00 and 06:00 begins in 1 h"),
        (Opening("between 22:00 and 06:00", False, 60), "between 22:00 and 06:00 ends in 1 min"),
        (Opening("between sunrise and 9:00", True, None), "no begin or end today"),
        (Wait("sunny", TimerKind.FOR, 120), "sunny must go on for another 2 min"),
        (Wait("sunny", TimerKind.HOLD, 120), "sunny is held for another 2 min"),
        (Wait("sunny", TimerKind.REST, 120), "sunny rests for another 2 min"),
        (Unmet("sunny", True), "sunny must be true"),
        (Unmet("sunny", False), "sunny must be false"),
        (Lasting(Every((PUMP, PUMP)), 60), ", and this for 1 min"),
        (Every((PUMP, Either((SUN, WARM)))), "is off and (surplus needs 420 W more"),
        (Either((PUMP, SUN, WARM)), "p3.running must be on, is off or surplus needs"),
    ],
)
def test_what_is_missing_is_told(lack: Lack, text: str) -> None:
    assert text in tell_lack(ENGLISH, lack)


def test_what_is_just_at_a_strict_threshold_says_so() -> None:
    lack = shortfall(compared("x", 5, ">", 5, "W")) or Unmet("", True)
    assert tell_lack(ENGLISH, lack) == "x must be > 5 W and is just 5 W"


def test_a_threshold_that_varies_is_told_with_what_it_is_made_of() -> None:
    lack = replace(SUN, bound_text="price.limit") if isinstance(SUN, Amount) else SUN
    assert tell_lack(ENGLISH, lack).endswith("must be > price.limit = 3.6 kW)")


def test_of_many_alternatives_only_the_nearest_are_told() -> None:
    assert "buffer.top" not in tell_lack(ENGLISH, Either((PUMP, SUN, WARM)))


def test_a_reading_says_why_it_is_unknown() -> None:
    stale = silent("outside.temperature")
    assert tell_unknown(ENGLISH, stale) == "outside.temperature is STALE, last heard 42 min ago"
    average = Reading("average(x, 10 min)", stale.kind, None, window_s=600)
    assert tell_unknown(ENGLISH, average) == "average(x, 10 min) needs 10 min without a gap"
    signal = Reading("surplus", stale.kind, None, formula="a / b")
    assert tell_unknown(ENGLISH, signal) == "surplus has no value"
    assert tell_unknown(ENGLISH, silent("x", Quality.BAD, None)) == "x is MISSING, without a value"


def test_texts_are_joined_as_a_sentence_wants_it() -> None:
    assert join([], "and") == ""
    assert join(["a"], "and") == "a"
    assert join(["a", "b", "c"], "or") == "a, b or c"
