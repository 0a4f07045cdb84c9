"""Mosquitto as a child process on loopback: for the house on loopback, and for the tests.

Its folder holds everything: configuration, access list, log. Nobody else's broker is touched.
"""

import contextlib
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Self

PROGRAM_PLACES = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/sbin"
START_S = 10.0
_MISSING = "Mosquitto is not installed: sudo apt-get install mosquitto"

_CONFIGURATION = """\
listener {port} 127.0.0.1
allow_anonymous true
acl_file {folder}/access
persistence false
message_size_limit 65536
max_queued_messages 1000
log_dest file {folder}/log
connection_messages true
{user}
"""
EVERYTHING = "topic readwrite #\n"
"""An access list that allows all to everybody."""


class BrokerError(Exception):
    """No broker could be started. Says why, and what to do."""


class Mosquitto:
    """One broker. It keeps its port when it is stopped and started again."""

    def __init__(self, folder: Path, access: str = EVERYTHING) -> None:
        """Keep files in `folder`; `access` is the access list."""
        self.folder = folder
        self.port = free_port()
        self._access = access
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers. Raises BrokerError."""
        program = shutil.which("mosquitto") or shutil.which("mosquitto", path=PROGRAM_PLACES)
        if program is None:
            raise BrokerError(_MISSING)
        configuration = self.folder / "mosquitto.conf"
        (self.folder / "access").write_text(self._access, "utf-8")
        user = "user root" if self.folder.stat().st_uid == 0 else ""
        text = _CONFIGURATION.format(port=self.port, folder=self.folder, user=user)
        configuration.write_text(text, "utf-8")
        self._process = subprocess.Popen(  # noqa: S603 - our own program and configuration
            [program, "-c", str(configuration)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._wait_until_it_answers()

    def _wait_until_it_answers(self) -> None:
        assert self._process is not None  # noqa: S101 - called by start alone
        end_s = time.monotonic() + START_S
        while time.monotonic() < end_s:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), 1.0).close()
                return
            if self._process.poll() is not None:
                break
            time.sleep(0.01)
        self.stop()
        raise BrokerError(f"Mosquitto did not start: {self.log()[-500:]}")

    def stop(self) -> None:
        """Stop it at once, as a power cut would; what it retained is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def signal(self, number: int) -> None:
        """Send it a signal: SIGSTOP freezes it, SIGCONT lets it go on."""
        if self._process is not None:
            self._process.send_signal(number)

    def log(self) -> str:
        """Return what it has logged."""
        path = self.folder / "log"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    def __enter__(self) -> Self:
        """Start it."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        self.stop()


def free_port() -> int:
    """Return a port on loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
