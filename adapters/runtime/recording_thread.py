"""The recorder beside the scans: a thread with a bounded queue.

A scan hands in what it saw and goes on. While the disk hangs the queue fills; then scans are lost
and counted, and what follows is a stretch of its own. Control never notices.
"""

import logging
import queue
import threading
from collections.abc import Callable
from functools import partial

from adapters.runtime.recorder import Recorder, RecorderCounters, Seen
from engine.control.state import without_memory

QUEUE_MAX = 600
"""Five minutes of scans at the default period."""

log = logging.getLogger(__name__)


class RecordingThread:
    """Feeds a recorder from a queue until closed."""

    def __init__(self, recorder: Recorder, queue_max: int = QUEUE_MAX) -> None:
        """Start the thread."""
        self._recorder = recorder
        self._queue: queue.Queue[tuple[int, Seen] | None] = queue.Queue(queue_max)
        self.lost = 0
        """Scans that found the queue full."""
        self._lost_since = 0
        self._thread = threading.Thread(target=self._work, name="recorder", daemon=True)
        self._thread.start()

    @property
    def counters(self) -> RecorderCounters:
        """How recording went, for who shows it."""
        return self._recorder.counters

    def hand_in(self, seen: Seen) -> None:
        """Take one scan; returns at once."""
        # A state without a memory of the last scan is not the one that it left behind.
        anew = seen.before.last is None
        item = (self._lost_since, seen._replace(before=without_memory(seen.before), anew=anew))
        try:
            self._queue.put_nowait(item)
            self._lost_since = 0
        except queue.Full:
            self._lost_since += 1
            self.lost += 1

    def _work(self) -> None:
        while (item := self._queue.get()) is not None:
            lost_before, seen = item
            if lost_before:
                self._guarded(partial(self._recorder.lose, lost_before))
            self._guarded(partial(self._recorder.take, seen))
        self._guarded(self._recorder.close)

    def _guarded(self, do: Callable[[], object]) -> None:
        """Keep the thread alive whatever happens: a recorder that is broken stops no control."""
        try:
            do()
        except Exception:
            log.exception("the recorder failed")

    def close(self, timeout_s: float) -> bool:
        """Record what waits and end. Returns False if the disk did not answer in time."""
        try:
            self._queue.put(None, timeout=timeout_s)
        except queue.Full:
            return False
        self._thread.join(timeout_s)
        return not self._thread.is_alive()
