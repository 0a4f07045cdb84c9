"""`thermiq explain`: pages as Markdown in a pipe, drawn on a terminal, and a list of all."""

import pytest

from adapters.cli import explain as module
from adapters.cli.main import run
from adapters.manual.pages import pages

Capture = pytest.CaptureFixture[str]


def test_a_page_is_drawn_on_a_terminal(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "is_colourful", lambda _: True)
    assert run(["explain", "flow-comma"]) == 0
    drawn = capsys.readouterr().out
    assert "flow-comma" in drawn
    assert "```" not in drawn
    assert run(["explain", "flow-comma", "--no-colour"]) == 0
    assert capsys.readouterr().out == pages()["flow-comma"].text


def test_without_a_name_everything_is_listed(capsys: Capture) -> None:
    assert run(["explain"]) == 0
    listed = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert listed == list(pages())
