"""F95: a call to the disk fails at every place; `python -m tests.reliability syscalls`."""

import pytest

from tests.reliability.running import ran


def test_f95_a_call_that_fails_anywhere_loses_nothing_acknowledged_and_raises_nothing_else() -> (
    None
):
    code, told = ran("syscalls")
    assert code == 0, told
    assert " 0 lost or wrong" in told
    assert int(told.split("| ")[2].split()[0]) > 500


@pytest.mark.parametrize("sabotage", ["no-latch-load", "early-acknowledgement"])
def test_f95_a_broken_defence_is_found(sabotage: str) -> None:
    code, told = ran("syscalls", "--every", "9", "--sabotage", sabotage)
    assert code == 1, told
    assert "; first " in told
