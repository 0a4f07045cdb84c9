"""P17: the small figure of `memory`, and its sabotage."""

from tests.reliability.running import ran


def test_p17_two_hundred_facts_and_a_hundred_rules_fit() -> None:
    code, told = ran("memory", "--scans", "500")
    assert code == 0, told
    assert "200 facts, 20 outputs and 100 rules, 500 scans" in told


def test_p17_whoever_hoards_is_found() -> None:
    code, told = ran("memory", "--scans", "500", "--sabotage", "hoards")
    assert code == 1, told
    assert "**not kept:**" in told
