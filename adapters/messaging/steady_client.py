"""aiomqtt's client, with a socket that is watched for room only while it is open.

The library tells the loop to watch a socket at its next turn, and by its number. One that was
closed in between is an error that nobody catches, or, worse, the number belongs to another socket
by then.
"""

import asyncio
from typing import Any

import aiomqtt


class SteadyClient(aiomqtt.Client):
    """A client whose socket is watched at once where that can be, and never after its end."""

    def _on_socket_register_write(self, client: Any, userdata: Any, sock: Any) -> None:  # noqa: ARG002 - the library's own words
        if _runs(self._loop):
            self._watch(client, sock)
        else:  # from the thread in which paho connects
            self._loop.call_soon_threadsafe(self._watch, client, sock)

    def _watch(self, client: Any, sock: Any) -> None:
        if sock.fileno() >= 0:
            self._loop.add_writer(sock.fileno(), self._write, client)

    def _write(self, client: Any) -> None:
        try:
            client.loop_write()
        except Exception as error:  # noqa: BLE001 - whatever broke, the connection is lost
            if not self._disconnected.done():
                self._disconnected.set_exception(error)


def _runs(loop: asyncio.AbstractEventLoop) -> bool:
    """Tell whether this is the thread of `loop`."""
    try:
        return asyncio.get_running_loop() is loop
    except RuntimeError:
        return False
