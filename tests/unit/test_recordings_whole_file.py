"""A file appears at its place only when it is whole."""

from pathlib import Path

import pytest

from adapters.recordings.data import RecordingError
from adapters.recordings.whole_file import part_of, refuse_input, refuse_place, whole_file


def test_the_file_appears_at_the_end(tmp_path: Path) -> None:
    with whole_file(tmp_path / "a") as part:
        part.write_text("x")
        assert not (tmp_path / "a").exists()
    assert [each.name for each in tmp_path.iterdir()] == ["a"]


def test_an_exception_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    with pytest.raises(KeyError), whole_file(tmp_path / "a", overwrite=True) as part:  # noqa: PT012
        part.write_text("new")
        raise KeyError
    assert (tmp_path / "a").read_text() == "old"
    assert not part_of(tmp_path / "a").exists()


def test_places_that_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    for name, why in (("a", "exists already"), ("", "is a directory"), ("b/c", "does not exist")):
        with pytest.raises(RecordingError, match=why):
            refuse_place(tmp_path / name, overwrite=False)
    refuse_place(tmp_path / "a", overwrite=True)


def test_what_is_read_is_never_written(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    (tmp_path / "b").hardlink_to(tmp_path / "a")
    refuse_input(tmp_path / "c", [tmp_path / "a"])
    for name in "ab":
        with pytest.raises(RecordingError, match="is what is read"):
            refuse_input(tmp_path / name, [tmp_path / "a"])


def test_a_refusing_disk_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="cannot be written"), whole_file(tmp_path / "a"):
        pass  # nothing was written, so nothing can be moved
