"""Processes that are forked, listened to and killed: a start costs milliseconds, the kill is real.

The parent imports everything once and has no threads; a child is a process of its own in all that
matters here: its threads, its open files, its place in the system's memory.
"""

import ctypes
import logging
import os
import signal
import sys
import traceback
from collections.abc import Callable
from select import select

Say = Callable[[str], None]
"""Tells the parent one line; returns when it is in the pipe, where a kill cannot take it back."""

PATIENCE_S = 60.0
PR_SET_PDEATHSIG = 1


class Child:
    """A forked process that says lines."""

    def __init__(self, body: Callable[[Say], None]) -> None:
        """Fork, and run `body` in the child until it ends or is killed."""
        self._fd, writing = os.pipe()
        self._rest = b""
        sys.stdout.flush()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self._fd)
            _live(body, writing)
        os.close(writing)

    def heard(self, wait_s: float = 0.0) -> list[str]:
        """Return the lines that have come; waits so long for the first of them."""
        lines: list[str] = []
        while select([self._fd], [], [], 0.0 if lines else wait_s)[0]:
            data = os.read(self._fd, 65_536)
            if not data:
                break
            *whole, self._rest = (self._rest + data).split(b"\n")
            lines += [line.decode() for line in whole]
        return lines

    def kill(self) -> list[str]:
        """Kill -9 and return what was said last. Raises RuntimeError if it had failed by itself."""
        os.kill(self.pid, signal.SIGKILL)
        return self._end(-signal.SIGKILL)

    def wait(self) -> list[str]:
        """Wait for the end and return what was said last."""
        return self._end(0)

    def _end(self, expected: int) -> list[str]:
        lines: list[str] = []
        while select([self._fd], [], [], PATIENCE_S)[0]:
            data = os.read(self._fd, 65_536)
            if not data:
                break
            *whole, self._rest = (self._rest + data).split(b"\n")
            lines += [line.decode() for line in whole]
        os.close(self._fd)
        code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        if code not in {expected, 0}:
            raise RuntimeError(f"a child ended with {code}: {lines[-5:]}")
        return lines


def _live(body: Callable[[Say], None], writing: int) -> None:
    """Be the child; never returns."""
    code = 0
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # no child outlives who judges it
    logging.disable()  # a disk that fails is told to the parent
    try:
        body(lambda line: _say(writing, line))
    except BaseException:  # noqa: BLE001 - it must not run on as the parent
        traceback.print_exc()
        code = 70
    finally:
        sys.stderr.flush()
        os._exit(code)


def _say(writing: int, line: str) -> None:
    data = f"{line}\n".encode()
    if os.write(writing, data) != len(data):
        raise OSError("the pipe took half a line")
