from typing import Any

import pytest

from adapters.runtime.refusal import Refusal
from adapters.runtime.reset import (
    NONCE_LIFE_S,
    RESETS_MAX,
    WINDOW_S,
    Asked,
    ResetState,
    arm,
    confirm,
)

ASKED = Asked("hot", "anna", "n1", 100.0, latched=True, cause=False)


def asked(**changes: Any) -> Asked:
    return ASKED._replace(**changes)


def armed() -> ResetState:
    state, objection = arm(ResetState(), ASKED)
    assert objection is None
    return state


def test_arming_and_confirming_in_time_is_granted_once() -> None:
    state, objection = confirm(armed(), asked(now_s=100.0 + NONCE_LIFE_S - 0.001))
    assert objection is None
    assert state == ResetState(None, (129.999,))
    assert confirm(state, ASKED)[1] is not None


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"latched": False}, "not latched"),
        ({"cause": True}, "its cause still lasts"),
        ({"cause": None}, "a sensor is silent"),
    ],
)
def test_arming_is_refused_and_leaves_what_is_armed(changes: dict[str, Any], told: str) -> None:
    before = armed()
    state, objection = arm(before, asked(nonce="n2", **changes))
    assert objection is not None
    assert told in objection.text
    assert state == before


@pytest.mark.parametrize(
    ("changes", "kind", "told"),
    [
        ({"now_s": 100.0 + NONCE_LIFE_S}, Refusal.NOT_NOW, "30 s are over"),
        ({"nonce": "n2"}, Refusal.FORBIDDEN, "not what was armed"),
        ({"by": "berta"}, Refusal.FORBIDDEN, "not what was armed"),
        ({"trip": "cold"}, Refusal.FORBIDDEN, "not what was armed"),
        ({"latched": False}, Refusal.NOT_NOW, "not latched"),
        ({"cause": True}, Refusal.NOT_NOW, "still lasts"),
        ({"cause": None}, Refusal.NOT_NOW, "a sensor is silent"),
    ],
)
def test_a_confirmation_that_is_refused_disarms(
    changes: dict[str, Any], kind: Refusal, told: str
) -> None:
    state, objection = confirm(armed(), asked(**changes))
    assert objection is not None
    assert (objection.kind, told in objection.text) == (kind, True)
    assert state == ResetState()
    again = confirm(state, ASKED)[1]
    assert again is not None
    assert "nothing is armed" in again.text


def test_a_second_arming_takes_the_place_of_the_first() -> None:
    state, _ = arm(armed(), asked(nonce="n2"))
    assert confirm(state, ASKED)[1] is not None
    assert confirm(state, asked(nonce="n2"))[1] is None


def test_five_resets_in_a_quarter_of_an_hour_are_enough() -> None:
    state = ResetState()
    for number in range(RESETS_MAX):
        now_s = 100.0 + number
        state, objection = confirm(arm(state, asked(now_s=now_s))[0], asked(now_s=now_s))
        assert objection is None
    late = 100.0 + WINDOW_S
    refused = arm(state, asked(now_s=late - 0.001))[1]
    assert refused is not None
    assert refused.kind is Refusal.TOO_OFTEN
    assert arm(state, asked(now_s=late))[1] is None


def test_no_way_of_asking_grants_more_than_five_in_the_window() -> None:
    armed_long_ago = armed()
    full = ResetState(armed_long_ago.armed, (100.0,) * RESETS_MAX)
    refused = confirm(full, ASKED)[1]
    assert refused is not None
    assert refused.kind is Refusal.TOO_OFTEN
