import importlib.util

import pytest

from tests.reliability import __main__ as command
from tests.reliability.outcome import Outcome, commit, line_of


def test_a_line_tells_figure_command_date_commit_and_seeds() -> None:
    line = line_of(Outcome("P3 kills", "10 kills, 0 lost", kept=True, seeds=(5, 15)), ["kills"])
    _, promise, figure, told, seen, _ = (part.strip() for part in line.split("|"))
    assert (promise, figure) == ("P3 kills", "10 kills, 0 lost")
    assert told == "`python -m tests.reliability kills`"
    assert commit() in seen
    assert seen.endswith("seeds 5…14")


def test_a_promise_that_was_broken_says_so() -> None:
    assert "**not kept:** 1 lost" in line_of(Outcome("P3", "1 lost", kept=False), [])


def test_a_command_that_is_not_there_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command.main(["tickle"])
    assert ended.value.code == 2
    assert "invalid choice" in capsys.readouterr().err


@pytest.mark.parametrize("each", command.COMMANDS, ids=lambda each: each.name)
def test_every_command_in_the_table_is_there(each: command.Command) -> None:
    assert importlib.util.find_spec(each.module) is not None
