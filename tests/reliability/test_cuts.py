"""F91: power cuts; the small figure of `python -m tests.reliability cuts`.

Needs root, loop devices and e2fsprogs, and fails without, saying so: a promise that nobody tried is
none.
"""

from tests.reliability.running import ran


def test_f91_f78_100_power_cuts_lose_nothing_that_was_acknowledged() -> None:
    code, told = ran("cuts", "--count", "100")
    assert code == 0, told
    assert "100 power cuts" in told
    assert " 0 lost" in told


def test_f91_without_flushes_the_same_cuts_lose_records() -> None:
    code, told = ran("cuts", "--count", "100", "--sabotage", "no-fsync")
    assert code == 1, told
    assert "was acknowledged" in told


def test_f91_a_start_that_loads_no_latch_is_found() -> None:
    code, told = ran("cuts", "--count", "100", "--sabotage", "no-latch-load")
    assert code == 1, told
    assert "first store" in told
