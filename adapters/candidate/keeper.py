"""The daemon's side of a candidate: starts its process, feeds it, hears its reports, ends it.

A scan never waits for it: what the pipe does not take at once is left out and counted.
"""

import asyncio
import json
import logging
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from adapters.candidate.frames import LINE_BYTES_MAX, Start, frame_line, start_line
from adapters.runtime.refusal import Refusal, RefusedError
from engine.control.scan import Scan

WAITING_BYTES_MAX = 4_194_304
ENDING_S = 2.0
_COMMAND = (sys.executable, "-m", "adapters.candidate.process")
_COMPLAINT_BYTES_MAX = 2_000

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Rules that are tried beside the live ones: their files, digest, and who began when."""

    files: Mapping[str, bytes]
    digest: str
    author: str
    since_s: float


class CandidateKeeper:
    """At most one candidate at a time. `report` is its newest, as `Report.plain` gives it."""

    def __init__(self) -> None:
        """Begin with none."""
        self.candidate: Candidate | None = None
        self.report: Mapping[str, object] | None = None
        self.missed = 0
        self.ended = ""
        """Why it no longer runs, though nobody dropped it; empty: it runs, or there is none."""
        self._early: list[bytes] | None = None
        """The frames of scans while the process is being started."""
        self._process: Process | None = None
        self._hearing: asyncio.Task[None] | None = None

    async def start(self, candidate: Candidate, start: Start) -> None:
        """Start the process of a candidate. Raises RefusedError if another one is tried already."""
        if self.candidate is not None:
            text = f"a candidate of {self.candidate.author} is tried already: drop it first"
            raise RefusedError(Refusal.NOT_NOW, text)
        self.candidate, self.report, self.missed, self.ended = candidate, None, 0, ""
        try:
            await self._spawn(start)
        except OSError as error:
            self.candidate = None
            raise RefusedError(Refusal.NOT_NOW, f"it cannot be started: {error}") from error
        log.info("candidate %s of %s runs in shadow", candidate.digest[:12], candidate.author)

    async def restart(self, start: Start) -> None:
        """Begin anew beside other live rules; what was counted is gone."""
        if self.candidate is None:
            return
        await self._end()
        self.report, self.missed, self.ended = None, 0, ""
        try:
            await self._spawn(start)
        except OSError as error:
            self.ended = f"it cannot be started: {error}"

    async def drop(self) -> Candidate:
        """End it. Raises RefusedError if there is none."""
        candidate = self.candidate
        if candidate is None:
            raise RefusedError(Refusal.NOT_NOW, "no candidate is tried")
        self.candidate = None
        await self._end()
        log.info("candidate %s dropped", candidate.digest[:12])
        return candidate

    def feed(self, done: Scan) -> None:
        """Hand a scan over; returns at once."""
        process = self._process
        if self._early is not None:
            self._early.append(_frame(done))
            return
        if process is None or process.stdin is None or process.stdin.is_closing():
            return
        if process.stdin.transport.get_write_buffer_size() > WAITING_BYTES_MAX:
            self.missed += 1
            return
        process.stdin.write(_frame(done))

    async def close(self) -> None:
        """End with the daemon."""
        self.candidate = None
        await self._end()

    async def _spawn(self, start: Start) -> None:
        self._early = []
        try:
            self._process = await asyncio.create_subprocess_exec(
                *_COMMAND,
                stdin=PIPE,
                stdout=PIPE,
                stderr=PIPE,
                limit=LINE_BYTES_MAX,
                env={},
                cwd="/",
            )
        finally:
            early, self._early = self._early, None
        assert self._process.stdin is not None  # noqa: S101 - PIPE
        self._process.stdin.writelines((start_line(start), *early))
        self._hearing = asyncio.create_task(self._hear(self._process), name="candidate")

    async def _hear(self, process: Process) -> None:
        """Take in reports until the process ends, however it does."""
        assert process.stdout is not None and process.stderr is not None  # noqa: S101, PT018 - PIPE
        complaint = b""
        with suppress(ValueError):  # a line beyond every limit: it is ended like one that stopped
            async for line in process.stdout:
                self.report = json.loads(line)
            complaint = await process.stderr.read(_COMPLAINT_BYTES_MAX)
        await _kill(process)
        if self._process is process and self.candidate is not None:
            self._process = None
            last = complaint.decode("utf-8", "replace").strip().rpartition("\n")[2]
            self.ended = last or f"its process ended with {process.returncode}"
            log.error("the candidate in shadow ended: %s", self.ended)

    async def _end(self) -> None:
        process, self._process = self._process, None
        hearing, self._hearing = self._hearing, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        await _kill(process)
        if hearing is not None:
            await asyncio.gather(hearing, return_exceptions=True)


def _frame(done: Scan) -> bytes:
    return frame_line(done.trace.moment, done.trace.image, done.decisions)


async def _kill(process: Process) -> None:
    """Wait for the end of a process whose pipe is closed, and then no longer."""
    try:
        await asyncio.wait_for(process.wait(), ENDING_S)
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
