"""Telling systemd how the daemon is: sd_notify(3) on the socket that NOTIFY_SOCKET names.

Without that variable nothing is told. Nothing here waits: a message that the socket does not take
at once is dropped, for the next scan tells anew.
"""

import os
import socket
from collections.abc import Mapping
from contextlib import suppress


class Notifier:
    """Sends to systemd's socket, or to nobody."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        """Find the socket in the environment; a leading `@` means an abstract one."""
        address = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._socket: socket.socket | None = None
        if self._address:
            kind = socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK
            self._socket = socket.socket(socket.AF_UNIX, kind)

    def ready(self, status: str) -> None:
        """Tell that the first complete scan is done."""
        self._send(f"READY=1\nSTATUS={_line(status)}")

    def alive(self) -> None:
        """Feed systemd's watchdog: only ever after a complete scan."""
        self._send("WATCHDOG=1")

    def status(self, text: str) -> None:
        """Set the line that `systemctl status` shows."""
        self._send(f"STATUS={_line(text)}")

    def stopping(self) -> None:
        """Tell that the daemon is on its way down."""
        self._send("STOPPING=1")

    def _send(self, message: str) -> None:
        if self._socket is not None:
            with suppress(OSError):
                self._socket.sendto(message.encode(), self._address)

    def close(self) -> None:
        """Close the socket."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def _line(text: str) -> str:
    return " ".join(text.split())
