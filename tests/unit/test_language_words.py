"""The words of the language and the names it allows."""

import pytest

from engine.language.words import NAME, RESERVED, RESERVED_STATES


@pytest.mark.parametrize(
    "name", ["a", "buffer.top", "rv1.position_target", "mine_on_surplus", "A.2"]
)
def test_names_that_can_be_read(name: str) -> None:
    assert NAME.fullmatch(name)


@pytest.mark.parametrize(
    "name", ["", "1a", "a-b", "a..b", "a.", ".a", "a b", "f\u0430ct", "größe", "a\n"]
)
def test_names_that_cannot(name: str) -> None:
    assert not NAME.fullmatch(name)


def test_a_state_may_be_off_or_hold_and_a_fact_may_not() -> None:
    assert {"off", "hold", "rest", "sun"} & RESERVED_STATES == set()
    assert {"off", "hold", "rest", "min", "weekday", "between"} <= RESERVED
    assert RESERVED_STATES < RESERVED
