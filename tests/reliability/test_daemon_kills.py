"""F77, F90, F13: a whole daemon is killed; the small figure of `daemon-kills`."""

from pathlib import Path

import pytest

from tests.reliability.running import ran
from tests.reliability.small_daemon import Judge


def test_f77_f90_f13_50_kills_of_a_daemon_lose_no_latch_and_start_safe(tmp_path: Path) -> None:
    code, told = ran("daemon-kills", "--count", "50", "--folder", str(tmp_path))
    assert code == 0, told
    assert " 0 lost or unsafe" in told


@pytest.mark.parametrize(
    ("sabotage", "found"),
    [("no-latch-load", " latch"), ("no-safe-image", "the first image is")],
)
def test_f77_f13_a_broken_defence_is_found(tmp_path: Path, sabotage: str, found: str) -> None:
    words = ("--count", "50", "--sabotage", sabotage, "--folder", str(tmp_path))
    code, told = ran("daemon-kills", *words)
    assert code == 1, told
    assert found in told.partition("first:")[2]


@pytest.mark.parametrize(
    ("lines", "lost"),
    [
        (("! W safe", "= up 0 3", "! W on"), ""),
        (("! W on",), "the first image is on"),
        (("! W safe", "< latched", "! W off", "! W on"), "switched on while latched"),
        (("! W safe", "< latched", "> reset", "! W on"), ""),
        (("< latched", "= up 0 0"), "the latch is gone"),
        (("= up 1 0",), "the latch came from nowhere"),
        (("> trip", "= up 1 0"), ""),
        (("< journal 5", "= up 0 4"), "5 entries were on the disk, 4 are there"),
    ],
)
def test_the_judge(lines: tuple[str, ...], lost: str) -> None:
    judge = Judge()
    judge.begin()
    for line in lines:
        judge.hear(line)
    assert judge.lost == ([lost] if lost else [])
