import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.runtime.notify import Notifier


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.setblocking(False)
        yield listening


def test_everything_is_told_in_systemds_words(systemd: socket.socket) -> None:
    notifier = Notifier({"NOTIFY_SOCKET": systemd.getsockname()})
    notifier.ready("scanning\nevery 0.5 s")
    notifier.alive()
    notifier.status("latched: safety_relay")
    notifier.stopping()
    notifier.close()
    told = [systemd.recv(1000).decode() for _ in range(4)]
    assert told == [
        "READY=1\nSTATUS=scanning every 0.5 s",
        "WATCHDOG=1",
        "STATUS=latched: safety_relay",
        "STOPPING=1",
    ]


def test_an_abstract_socket_is_found() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind("\0thermiq-test-notify")
        notifier = Notifier({"NOTIFY_SOCKET": "@thermiq-test-notify"})
        notifier.alive()
        assert listening.recv(100) == b"WATCHDOG=1"
        notifier.close()


def test_without_systemd_nothing_is_told_and_nothing_fails() -> None:
    notifier = Notifier({})
    notifier.alive()
    notifier.close()


def test_a_socket_that_is_gone_or_full_stops_nothing(systemd: socket.socket) -> None:
    notifier = Notifier({"NOTIFY_SOCKET": systemd.getsockname()})
    for _ in range(2000):  # far beyond what the kernel queues
        notifier.alive()
    systemd.close()
    notifier.alive()
    notifier.close()
    notifier.alive()
