"""P9, F22, F24, F58: the small figure of `exchanges`, and its sabotages."""

import pytest

from tests.reliability.exchanges import SABOTAGES
from tests.reliability.running import ran


def test_f22_f24_damaged_answers_of_modbus_and_grpc_are_refused_and_nothing_is_left() -> None:
    code, told = ran("exchanges", "--count", "300")
    assert code == 0, told
    assert "0 broke a promise" in told


FIRST = {
    "no-checksum": ("20000", "rtu: "),
    "no-parsing": ("20000", "messages: "),
    "no-closing": ("300", "still open: "),  # which is looked for in the end
}
"""By sabotage: how many answers may be damaged until it is found, and what is told first."""


@pytest.mark.parametrize("sabotage", SABOTAGES)
def test_f22_f24_sabotage_of_a_defence_breaks_a_promise(sabotage: str) -> None:
    count, first = FIRST[sabotage]
    code, told = ran("exchanges", "--count", count, "--sabotage", sabotage)
    assert code == 1, told
    assert "**not kept:**" in told
    assert f"; first: {first}" in told
