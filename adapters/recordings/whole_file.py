"""A file that appears at its place only when it is whole."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from adapters.recordings.data import RecordingError


def refuse_place(path: Path, *, overwrite: bool) -> None:
    """Raise RecordingError if no file can or may be put at `path`."""
    if path.is_dir():
        raise RecordingError(path, "is a directory", "name a file")
    if path.exists() and not overwrite:
        raise RecordingError(path, "exists already", "choose another name or remove it")
    if not path.parent.is_dir():
        raise RecordingError(path, "its directory does not exist", "create it first")


def refuse_input(path: Path, inputs: Iterable[Path]) -> None:
    """Raise RecordingError if what is to be written is one of the files that are read."""
    if path.exists() and any(path.samefile(each) for each in inputs):
        raise RecordingError(path, "is what is read", "choose another name for what is written")


def part_of(path: Path) -> Path:
    """Return where a file is filled until it is whole: beside its place, with a name of ours."""
    return path.with_name(f"{path.name}.{os.getpid()}.part")


@contextmanager
def whole_file(path: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Give the path of a file to fill; leaving puts it at `path`, an exception removes it.

    Raises RecordingError if something stands at `path` (unless `overwrite`) or it cannot be moved
    there.
    """
    refuse_place(path, overwrite=overwrite)
    part = part_of(path)
    try:
        yield part
        part.replace(path)
    except OSError as error:
        raise RecordingError(path, f"cannot be written: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)
