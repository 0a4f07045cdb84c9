"""P11: the small figure of `recovery`, and its sabotage. How soon is for a quiet machine to say."""

from tests.reliability.running import ran


def test_p11_a_daemon_that_was_killed_is_in_control_again() -> None:
    _, told = ran("recovery", "--count", "2")
    assert " of 2 kills, " in told, told


def test_p11_whoever_is_not_started_for_too_long_is_found() -> None:
    code, told = ran("recovery", "--count", "1", "--sabotage")
    assert code == 1, told
    assert "after 0 of 1 kills" in told
