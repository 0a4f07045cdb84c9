"""Work done beside ours in a copy of this process: with two cores, in half the time.

For commands only. A copy has the memory of this process but none of its threads, so a process that
has threads, such as the daemon, does the work itself; so does one that has a single core.
"""

import os
import signal
import threading
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Generic, TypeVar

Outcome = TypeVar("Outcome")


class Beside(Generic[Outcome]):
    """Work that was begun; `outcome` waits for it.

    The work reads what it likes, but only its outcome comes back, and that must be picklable.
    """

    def __init__(self, work: Callable[[], Outcome]) -> None:
        """Begin in a copy of this process, if that can be."""
        self._work = work
        self._theirs: Connection | None = None
        if not _can_be_copied():
            return
        context = get_context("fork")
        theirs, ours = context.Pipe(duplex=False)
        self._copy = context.Process(target=_serve, args=(work, ours), daemon=True)
        try:
            self._copy.start()
            self._theirs = theirs
        except OSError:  # no more processes, or no memory for one
            theirs.close()
        finally:
            ours.close()

    def outcome(self) -> Outcome:
        """Return what the work yields, or raise what it raises.

        What the copy could not do, for whatever reason, is done here.
        """
        if self._theirs is None:
            return self._work()
        try:
            found: Outcome = self._theirs.recv()
        except (EOFError, OSError):
            return self._work()
        finally:
            self._theirs.close()
            self._copy.join()
        return found


def _can_be_copied() -> bool:
    return len(os.sched_getaffinity(0)) > 1 and threading.active_count() == 1


def _serve(work: Callable[[], Outcome], theirs: Connection) -> None:
    """Send the outcome; where there is none, end without a word: who waits does it again."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that started us ends us
    try:
        theirs.send(work())
    except Exception:  # noqa: BLE001 - it comes again where it can be told
        os._exit(1)
