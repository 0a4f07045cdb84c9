"""F104: facts that come and go cannot wear the flash; the small figure of `flapping`."""

from pathlib import Path

from tests.reliability.running import ran

WORDS = ("--hours", "1.25", "--every", "2")


def test_f104_the_flash_has_its_budget_while_every_fact_comes_and_goes(tmp_path: Path) -> None:
    code, told = ran("flapping", *WORDS, "--folder", str(tmp_path))
    assert code == 0, told
    assert " of 9,000 scans recorded in " in told


def test_f104_a_recorder_that_never_rests_is_found(tmp_path: Path) -> None:
    code, told = ran("flapping", *WORDS, "--folder", str(tmp_path), "--sabotage", "records-on")
    assert code == 1, told
    assert "**not kept:**" in told
