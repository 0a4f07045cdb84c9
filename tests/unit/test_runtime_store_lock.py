"""The lock of the state folder: one daemon has it, whatever became of the disk."""

import errno
import fcntl
import os
from pathlib import Path

import pytest

from adapters.runtime.store import OccupiedError, Store


def test_f101_a_second_daemon_is_kept_out(store: Store) -> None:
    second = Store(store.folder)
    with pytest.raises(OccupiedError, match="another daemon"):
        second.occupy()
    second.close()  # it holds nothing that could be closed
    store.close()
    third = Store(store.folder)
    third.occupy()
    third.close()


def test_f93_f101_a_second_daemon_is_kept_out_of_a_disk_that_became_read_only(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = os.open

    def refuse(path: Path, flags: int, mode: int = 0o777) -> int:
        if flags & (os.O_RDWR | os.O_CREAT):
            raise OSError(errno.EROFS, f"Read-only file system: {path}")
        return really(path, flags, mode)

    store.close()
    monkeypatch.setattr(os, "open", refuse)
    store.occupy()
    with pytest.raises(OccupiedError, match="another daemon"):
        Store(store.folder).occupy()


def test_f101_without_the_lock_both_would_hold_the_folder(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sabotage twin."""
    monkeypatch.setattr(fcntl, "flock", lambda *_: None)
    second = Store(store.folder)
    second.occupy()
    second.close()
