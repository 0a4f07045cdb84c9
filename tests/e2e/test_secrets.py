"""The real daemon: nothing that it writes or says holds a password, and no port is open."""

import base64
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.live_daemon import (
    OF_A_FILE,
    OF_THE_ENVIRONMENT,
    PATIENCE_S,
    WRONG,
    LiveDaemon,
    live_daemon,
    thermiq,
)

SECRETS = (OF_A_FILE, OF_THE_ENVIRONMENT, WRONG)
_LISTENS, _UNCONNECTED = "0A", "07"
_LOOPBACK = ("0100007F", "00000000000000000000000001000000", "0000000000000000FFFF00000100007F")


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveDaemon]:
    with live_daemon(tmp_path_factory.mktemp("house")) as running:
        until(lambda: running.ask("status").returncode == 0, running)
        until(lambda: "miner2" in running.log and "mqtt: connected" in running.log, running)
        yield running


def until(holds: Callable[[], bool], running: LiveDaemon) -> None:
    end_s = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end_s, running.log
        assert running.process.poll() is None, running.log


def leaks(data: bytes) -> list[str]:
    """Return the passwords that stand in some bytes, also encoded as programs do."""
    found = []
    for secret in SECRETS:
        plain = secret.encode()
        forms = (
            plain,
            base64.b64encode(plain)[:-4],
            plain.hex().encode(),
            secret.encode("utf-16-le"),
        )
        found += [secret for form in forms if form in data]
    return found


def test_the_search_finds_what_is_there() -> None:
    for data in (OF_A_FILE.encode(), base64.b64encode(WRONG.encode()), WRONG.encode("utf-16-le")):
        assert leaks(b"x" * 10 + data + b"y")
    assert not leaks(b"nothing of the kind")


def test_no_answer_of_the_running_daemon_holds_a_password(daemon: LiveDaemon) -> None:
    asked = (
        ("status",),
        ("status", "--json"),
        ("alarms",),
        ("versions",),
        ("why", "miner1.power_target"),
        ("reset", "safety_relay"),
        ("override", "p4.run_target", "on", "--for", "1 min"),
    )
    for words in asked:
        done = daemon.ask(*words)
        assert not leaks((done.stdout + done.stderr).encode()), words
    assert "miner2" in daemon.ask("status").stdout


def test_nothing_that_the_daemon_writes_holds_a_password(daemon: LiveDaemon) -> None:
    files = [path for path in (daemon.folder / "state").rglob("*") if path.is_file()]
    assert len(files) > 5
    for file in (*files, daemon.folder / "daemon.log"):
        assert not leaks(file.read_bytes()), file
    assert "refused" in daemon.log or "password" in daemon.log, "a wrong password was tried"


def sockets_of(pid: int) -> set[str]:
    """Return the inodes of all sockets that a process and its children hold."""
    found = set()
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    for each in (str(pid), *children):
        for handle in Path(f"/proc/{each}/fd").iterdir():
            try:
                target = str(handle.readlink())
            except FileNotFoundError:  # closed meanwhile, as the one that lists the folder
                continue
            if target.startswith("socket:["):
                found.add(target[8:-1])
    return found


def heard(pid: int) -> dict[str, str]:
    """Return local addresses at which a process hears whoever comes: TCP that listens, any UDP."""
    inodes, found = sockets_of(pid), {}
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text("ascii").splitlines()[1:]:
            words = line.split()
            address, state, inode = words[1].partition(":")[0], words[3], words[9]
            if inode in inodes and state in (_LISTENS, _UNCONNECTED):
                found[f"{table} {words[1]}"] = address
    return found


def test_the_daemon_of_asp1_is_heard_on_no_port_at_all(daemon: LiveDaemon) -> None:
    assert sockets_of(daemon.process.pid), "it speaks with its devices"
    assert heard(daemon.process.pid) == {}


def test_a_port_that_somebody_opens_would_be_seen() -> None:
    with socket.create_server(("0.0.0.0", 0)):  # noqa: S104 - what the test above looks for
        assert set(heard(os.getpid()).values()) - set(_LOOPBACK) == {"00000000"}


def test_its_sockets_and_files_are_its_own(daemon: LiveDaemon) -> None:
    assert (daemon.folder / "control.sock").stat().st_mode & 0o777 == 0o660
    assert (daemon.folder / ".control").stat().st_mode & 0o777 == 0o700


def test_a_password_in_the_site_file_is_refused_at_the_start(daemon: LiveDaemon) -> None:
    text = (daemon.folder / "site.yaml").read_text("utf-8")
    other = daemon.folder / "other.yaml"
    other.write_text(text.replace("username: thermiq", f"username: t\n  password: {OF_A_FILE}"))
    done = subprocess.run(
        thermiq("run", "--site", str(other), "--once"), capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "`password` must not stand here" in done.stderr
    assert not leaks((done.stdout + done.stderr).encode())
