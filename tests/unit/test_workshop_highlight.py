"""The few facts that decide a condition, for a sentence."""

import pytest

from engine.inference.timing import Phase
from engine.values.truth import Truth
from engine.workshop.english import ENGLISH
from engine.workshop.evidence import Assertion, Checked, Derived, Evidence, Joined, Named, Negated
from engine.workshop.highlight import MOST_HIGHLIGHTS, compared, highlights
from engine.workshop.quantity import Quantity
from tests.reasons.evidence import compared as of
from tests.reasons.evidence import held, span, switch

HIGH = of("surplus", 3800, ">", 3.6, "W", "kW")
BETWEEN = of("surplus", 3200, ">", 3.6, "W", "kW")
LOW = of("surplus", 2000, ">", 3.6, "W", "kW")
UNTIL_NOT_YET = of("surplus", 3200, "<", 2.9, "W", "kW")
UNTIL_NOW = of("surplus", 2000, "<", 2.9, "W", "kW")
COOL = of("buffer.top", 48.2, "<", 60, "°C")


@pytest.mark.parametrize(
    ("evidence", "truth", "told"),
    [
        (HIGH, True, ["surplus 3.8 kW > 3.6 kW"]),
        (LOW, False, ["surplus 2 kW ≤ 3.6 kW"]),
        (LOW, True, []),
        (switch("p3.running", True), True, ["p3.running is on"]),
        (switch("p3.running", False), False, ["p3.running is off"]),
        (Checked("x is known", True, ()), True, ["x is known"]),
        (Checked("x is known", False, ()), False, ["not x is known"]),
        (span(True, 0, 3600, 1800), True, ["between 22:00 and 06:00; it is 00:30"]),
        (Named("sunny", True, HIGH), True, ["surplus 3.8 kW > 3.6 kW"]),
        (Named("sunny", True, None), True, ["sunny is true"]),
        (Derived("season.summer", False, ()), False, ["season.summer is false"]),
        (
            Derived("s", True, (Assertion("a", False, LOW), Assertion("b", True, HIGH))),
            True,
            ["surplus 3.8 kW > 3.6 kW"],
        ),
        (Negated(True, LOW), True, ["surplus 2 kW ≤ 3.6 kW"]),
        (
            Joined(True, True, (HIGH, COOL)),
            True,
            ["surplus 3.8 kW > 3.6 kW", "buffer.top 48.2 °C < 60 °C"],
        ),
        (Joined(True, False, (COOL, LOW)), False, ["surplus 2 kW ≤ 3.6 kW"]),
        (Joined(False, True, (LOW, HIGH, COOL)), True, ["surplus 3.8 kW > 3.6 kW"]),
        (held(True, Phase.ON, HIGH), True, ["surplus 3.8 kW > 3.6 kW"]),
        (
            held(True, Phase.ON, BETWEEN, UNTIL_NOT_YET, side=True),
            True,
            ["surplus 3.2 kW ≥ 2.9 kW"],
        ),
        (held(False, Phase.OFF, LOW, UNTIL_NOW, side=False), False, ["surplus 2 kW < 2.9 kW"]),
        (held(True, Phase.ON, LOW, remaining_s=60), True, ["held for another 1 min"]),
        (
            held(False, Phase.PENDING, HIGH, since_s=60, remaining_s=120),
            False,
            ["true for 1 min, counts in 2 min"],
        ),
        (held(False, Phase.RESTING, HIGH, remaining_s=5), False, ["rests for another 5 s"]),
        (held(False, Phase.OFF, HIGH), False, []),
    ],
)
def test_what_decides_is_told_briefly(evidence: Evidence, truth: bool, told: list[str]) -> None:
    assert highlights(ENGLISH, evidence, truth=truth) == told


def test_a_sentence_is_not_overloaded() -> None:
    many = tuple(of(f"x{number}", 5, ">", 1, "W") for number in range(9))
    assert len(highlights(ENGLISH, Joined(True, True, many))) == MOST_HIGHLIGHTS


@pytest.mark.parametrize("truth", [True, False])
def test_a_comparison_of_states_tells_the_state(truth: Truth) -> None:
    seen = of("mode", 1, ">", 0, "W")
    states = type(seen)(
        "mode is idle", truth, "mode", "==", "idle", Quantity("idle"), Quantity("idle"), None,
        right_varies=False, readings=(),
    )  # fmt: skip
    assert compared(ENGLISH, states, truth=bool(truth)) == "mode is idle"


def test_a_comparison_with_nothing_known_is_told_as_written() -> None:
    assert compared(ENGLISH, of("x", None, ">", 0, "W"), truth=True) == "x > 0 W"
