"""What the command line prints, letter by letter; see `tests/transcripts/README.md`."""

from pathlib import Path

import pytest

from tests.transcript import rerun, transcripts


@pytest.mark.parametrize("path", transcripts(), ids=lambda path: path.stem)
def test_the_command_prints_what_the_transcript_says(path: Path) -> None:
    text = path.read_text("utf-8")
    assert rerun(text) == text


def test_every_transcript_says_what_it_shows_and_runs_something() -> None:
    for path in transcripts():
        text = path.read_text("utf-8")
        assert text.startswith("# "), path.name
        assert "\n$ thermiq " in text, path.name
        assert "Traceback" not in text, path.name
        assert "internal error" not in text, path.name


def test_a_transcript_is_parsed_and_written_as_it_was() -> None:
    text = "# Nothing there.\n--- a.yaml (10 MB)\n$ thermiq check b.yaml\n"
    once = rerun(text)
    assert "[exit 2]" in once
    assert rerun(once) == once
