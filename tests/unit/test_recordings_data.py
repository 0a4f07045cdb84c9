"""The plain data of recordings."""

from pathlib import Path

from adapters.recordings.data import RecordingError, Span


def test_an_error_says_the_file_what_is_wrong_and_what_to_do() -> None:
    error = RecordingError("a.rec", "is empty", "record it again")
    assert str(error) == "a.rec: is empty; record it again"
    assert (error.path, error.message, error.help) == (Path("a.rec"), "is empty", "record it again")
    assert str(RecordingError("a.rec", "is empty")) == "a.rec: is empty"


def test_a_span_knows_its_length() -> None:
    assert Span(1_000, 3_500).seconds == 2.5
