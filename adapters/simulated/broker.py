"""Mosquitto as a child process on loopback: for the house on loopback, and for the tests.

Its folder holds everything: configuration, access list, log. Nobody else's broker is touched. Where
Mosquitto is not installed, amqtt (the extra `broker`) can stand in: it speaks MQTT 3.1.1 only and
knows no access list, so the tests of those want the real one.
"""

import contextlib
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

PROGRAM_PLACES = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/sbin"
START_S = 10.0
_MISSING = "Mosquitto is not installed: sudo apt-get install mosquitto"

_CONFIGURATION = """\
listener {port} 127.0.0.1
{admission}
acl_file {folder}/access
persistence false
message_size_limit 65536
max_queued_messages 1000
log_dest file {folder}/log
connection_messages true
{user}
"""
_STAND_IN = """\
listeners:
  default: {{type: tcp, bind: "127.0.0.1:{port}"}}
plugins:
  amqtt.plugins.authentication.AnonymousAuthPlugin: {{allow_anonymous: true}}
"""
STANDS_IN = "Mosquitto is not installed; amqtt stands in for it"
ANYBODY = "allow_anonymous true"
"""Whom the broker lets in."""
EVERYTHING = "topic readwrite #\n"
"""An access list that allows all to everybody."""


class BrokerError(Exception):
    """No broker could be started. Says why, and what to do."""


class Mosquitto:
    """One broker. It keeps its port when it is stopped and started again."""

    def __init__(
        self,
        folder: Path,
        access: str = EVERYTHING,
        *,
        admission: str = ANYBODY,
        stand_in: bool = False,
    ) -> None:
        """Keep files in `folder`; `access` is the access list. `stand_in` allows amqtt instead.

        `admission` are lines of Mosquitto's own: passwords, certificates.
        """
        self.folder = folder
        self.port = free_port()
        self.note = ""
        """What a person should know of this broker."""
        self._access = access
        self._admission = admission
        self._stand_in = stand_in
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers. Raises BrokerError."""
        with (self.folder / "told").open("wb") as told:
            self._process = subprocess.Popen(  # noqa: S603 - our own program and configuration
                self._command(), stdout=told, stderr=told
            )
        self._wait_until_it_answers()

    def _command(self) -> list[str]:
        """Write the configuration and return what to run. Raises BrokerError."""
        program = shutil.which("mosquitto") or shutil.which("mosquitto", path=PROGRAM_PLACES)
        configuration = self.folder / "mosquitto.conf"
        if program is not None:
            (self.folder / "access").write_text(self._access, "utf-8")
            user = "user root" if self.folder.stat().st_uid == 0 else ""
            text = _CONFIGURATION.format(
                port=self.port, folder=self.folder, user=user, admission=self._admission
            )
            configuration.write_text(text, "utf-8")
            return [program, "-c", str(configuration)]
        program = shutil.which("amqtt", path=str(Path(sys.executable).parent))
        if program is None or not self._stand_in:
            raise BrokerError(_MISSING)
        self.note = STANDS_IN
        configuration = self.folder / "amqtt.yaml"
        configuration.write_text(_STAND_IN.format(port=self.port), "utf-8")
        return [program, "-c", str(configuration)]

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
