"""One side of a comparison in a process of its own: two cores decide twice as much."""

import signal
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from adapters.compared.runner import Chunk, Outcome, Runner, Work, rare_collections
from adapters.recordings.data import RecordingError
from engine.workshop.diff_tell import Question, Telling

Answer = TypeVar("Answer")


class LostError(RuntimeError):
    """The other process ended before its work was done."""


class RemoteRunner:
    """Runs one side in another process; the same to use as a `Runner`."""

    def __init__(self, work: Work) -> None:
        """Start the process; a fresh one, for threads of this one would be lost in a copy."""
        context = get_context("spawn")
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs, work), daemon=True)
        self._process.start()
        theirs.close()
        self._begun = 0
        """Chunks that were asked for and not taken yet."""
        self._early: deque[Chunk] = deque()
        """Those of them that had to be received before an answer to a question."""

    def begin(self) -> None:
        """Let it work on the next chunk while we work on ours; it may be asked for more ahead."""
        self._send("chunk")
        self._begun += 1

    def end(self) -> Chunk:
        """Wait for the first chunk that was begun and not taken."""
        self._begun -= 1
        return self._early.popleft() if self._early else self._receive(Chunk)

    def tell(self, asked: Iterable[Question]) -> list[Telling]:
        """Have questions about moments of the last chunk that was taken answered."""
        self._send(list(asked))
        while len(self._early) < self._begun:  # answers come in the order of what was asked
            self._early.append(self._receive(Chunk))
        return self._receive(list)

    def outcome(self) -> Outcome:
        """Return what it all amounts to."""
        self._send("outcome")
        return self._receive(Outcome)

    def close(self) -> None:
        """End the process."""
        self._ours.close()
        self._process.join(timeout=1.0)
        if self._process.is_alive():
            self._process.terminate()
            self._process.join()

    def _send(self, message: object) -> None:
        try:
            self._ours.send(message)
        except OSError as error:
            raise self._reason() from error

    def _reason(self) -> RecordingError | LostError:
        """Return what went wrong: it may be among answers that were not taken yet."""
        with suppress(EOFError, OSError):
            while isinstance(answer := self._ours.recv(), Chunk):
                pass
            return answer if isinstance(answer, RecordingError) else self._failed(answer)
        return self._lost()

    def _receive(self, kind: type[Answer]) -> Answer:
        try:
            answer: Any = self._ours.recv()
        except (EOFError, OSError) as error:
            raise self._lost() from error
        if isinstance(answer, RecordingError):
            raise answer
        if not isinstance(answer, kind):
            raise self._failed(answer)
        return answer

    def _failed(self, answer: object) -> LostError:
        return LostError(f"the process of the new rules failed: {answer}")

    def _lost(self) -> LostError:
        self._process.join(timeout=1.0)
        return LostError(f"the process of the new rules ended with {self._process.exitcode}")


def serve(ours: Connection, work: Work) -> None:
    """Answer until nobody asks any more; what goes wrong is an answer too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that started us ends us
    try:
        runner = Runner(work)
        with rare_collections():
            _answer(ours, runner)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
    except RecordingError as error:
        ours.send(error)
    except Exception as error:  # noqa: BLE001 - the other process says it to the operator
        ours.send(f"{type(error).__name__}: {error}")


def _answer(ours: Connection, runner: Runner) -> None:
    while True:
        asked = ours.recv()
        if asked == "chunk":
            ours.send(runner.end())
        elif asked == "outcome":
            ours.send(runner.outcome())
        else:
            ours.send(runner.tell(asked))
