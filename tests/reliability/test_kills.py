"""F90: `kill -9` at any moment; the small figure of `python -m tests.reliability kills`."""

from pathlib import Path

import pytest

from tests.reliability.children import Child
from tests.reliability.running import ran
from tests.reliability.writer import Found


def test_f90_f118_300_kills_lose_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    code, told = ran("kills", "--count", "300", "--folder", str(tmp_path / "new"))
    assert code == 0, told
    assert "300 kills" in told
    assert " 0 lost" in told


@pytest.mark.parametrize("sabotage", ["no-latch-load", "early-acknowledgement"])
def test_f90_a_broken_defence_is_found(tmp_path: Path, sabotage: str) -> None:
    words = ("--count", "1000", "--sabotage", sabotage, "--folder", str(tmp_path))
    code, told = ran("kills", *words)
    assert code == 1, told
    assert "**not kept:**" in told
    assert "; first " in told


def told_of(*lines: str) -> list[str]:
    found = Found()
    for line in lines:
        found.hear(line)
    return found.lost


@pytest.mark.parametrize(
    ("lines", "lost"),
    [
        (("> store 1 100", "< store 1", "= store 1 100"), 0),
        (("> store 1 100", "= store 1 100"), 0),
        (("> store 1 100", "= store 0 000"), 0),
        (("> store 1 100", "< store 1", "= store 0 000"), 1),
        (("> store 1 100", "< store 1", "= store 1 000"), 1),
        (("= store 7 000",), 1),
        (("! the journal has a gap",), 1),
    ],
)
def test_what_was_acknowledged_must_be_found_and_nothing_that_was_never_written(
    lines: tuple[str, ...], lost: int
) -> None:
    assert len(told_of(*lines)) == lost


def test_what_is_heard_after_a_cut_is_no_acknowledgement() -> None:
    found = Found()
    found.hear("> store 1 100")
    for line in ("< store 1", "= store 0 000", "! Input/output error"):
        found.hear(line, counts=False)
    found.hear("= store 0 000")
    assert found.lost == []


def test_a_child_that_fails_is_no_kill() -> None:
    with pytest.raises(RuntimeError, match="ended with 70"):
        Child(lambda say: say(str(1 // 0))).wait()
