"""Letting other rules run, and going back: one way in for everybody, one change at a time.

    stage       the operator's files are laid down whole, checked, and stay as they are seen then
    (whoever asks tries them: tests, proof, the difference over recorded days)
    activate    what was staged becomes a version, is noted as the one that runs, and runs from the
                next scan on, with all the retained state that still has a use
    rollback    the same with the files of an older version
    probation   for some minutes after it; what happens may take the rules back by itself

The note on the disk comes first: if it cannot be written, nothing has changed. Only the way back
from probation runs first and is noted afterwards, for a full disk must not keep bad rules running.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from adapters.port import Clock
from adapters.runtime.demands import Demands, Tried
from adapters.runtime.journal import Kind, tell_nobody
from adapters.runtime.probation import Probation, Terms
from adapters.runtime.refusal import Refusal, RefusedError
from adapters.runtime.start_rules import load_rules
from adapters.runtime.versions import (
    Saying,
    Version,
    VersionError,
    Versions,
    folder_files,
    rule_files,
)
from engine.control.program import Program, compile_program
from engine.control.scan import Scan
from engine.language.plant import Plant
from engine.language.problem import Problem

log = logging.getLogger(__name__)


class Running(Protocol):
    """The daemon, as far as its rules are concerned."""

    digest: str

    @property
    def program(self) -> Program:
        """The rules that run."""
        ...

    def activate(self, program: Program, digest: str) -> tuple[str, ...]:
        """Go on under other rules; returns what starts anew. Raises ValueError: another plant."""
        ...

    def restart(self) -> None:
        """End in order, to be started again."""
        ...


Fits = Callable[[Plant], Sequence[Problem]]
"""Tells what does not fit between a plant and the devices that are there."""


@dataclass(frozen=True, slots=True)
class Staged:
    """What was laid down: `program` is None if there is an error among the problems."""

    digest: str
    folder: Path
    program: Program | None
    problems: tuple[Problem, ...]
    sources: Mapping[str, str]
    other_plant: bool = False
    """The plant file changed too: these rules run after a restart."""


@dataclass(frozen=True, slots=True)
class Activated:
    """What came of it; `starts_anew` is the retained state that the rules have no use for."""

    version: Version
    starts_anew: tuple[str, ...] = ()
    restarting: bool = False


class GoingLive:
    """One for each daemon that controls."""

    def __init__(
        self,
        running: Running,
        versions: Versions,
        folder: Path,
        clock: Clock,
        demands: Demands | None = None,
        fits: Fits = lambda _: (),
    ) -> None:
        """`folder` is the operator's."""
        self.versions = versions
        self.demands = demands or Demands()
        self.taken_back = ""
        """Why rules went back by themselves, until others are let run; empty: they did not."""
        self.tell = tell_nobody
        """Whoever keeps the journal."""
        self.instead: Callable[[], tuple[Program, str] | None] = _nothing
        """The rules, with their digest, that wait while others run in their place."""
        self._running = running
        self._folder = folder
        self._clock = clock
        self._fits = fits
        self._one_at_a_time = asyncio.Lock()
        self._probation: Probation | None = None
        self._earlier: tuple[Program, str] | None = None
        self._noting: set[asyncio.Task[None]] = set()
        self._last: Scan | None = None

    @property
    def watched_until_s(self) -> float | None:
        """Until when the rules that run are on probation, in monotonic seconds."""
        return None if self._probation is None else self._probation.until_s

    async def stage(self, files: Mapping[str, bytes] | None = None) -> Staged:
        """Lay down `files`, the operator's unless told, and look at them. Raises RefusedError."""
        async with self._alone():
            return await asyncio.to_thread(self._stage, files)

    async def activate(
        self,
        digest: str,
        saying: Saying,
        tried: Sequence[Tried] = (),
        terms: Terms | None = None,
        *,
        restart: bool = False,
    ) -> Activated:
        """Let run what was staged. Raises RefusedError, and then nothing has changed."""
        unmet = self.demands.unmet(tried)
        if unmet:
            raise RefusedError(Refusal.FORBIDDEN, f"this site requires: {', '.join(unmet)}")
        evidence = tuple(map(str, tried))
        said = Saying(saying.author, saying.reason, evidence)
        async with self._alone():
            staged = await asyncio.to_thread(self._look)
            if staged.digest != digest:
                raise RefusedError(Refusal.NOT_NOW, "other rules were staged meanwhile")
            return await self._run(staged, said, terms or self.demands.terms, restart=restart)

    async def rollback(
        self, number: int | None, saying: Saying, *, restart: bool = False
    ) -> Activated:
        """Let an older version run, the one before if no number is given. Raises RefusedError."""
        async with self._alone():
            try:
                old = await asyncio.to_thread(self._older, number)
                reason = saying.reason or f"back to version {old.number}"
                staged = await asyncio.to_thread(self._stage, self.versions.files(old))
            except VersionError as error:
                raise RefusedError(Refusal.UNKNOWN, str(error)) from error
            return await self._run(staged, Saying(saying.author, reason), Terms(), restart=restart)

    def why_taken_back(self) -> str:
        """Tell why rules went back by themselves, as an alarm does."""
        return f"the new rules were taken back: {self.taken_back}" if self.taken_back else ""

    def of_the_operator(self) -> dict[str, bytes]:
        """Return the operator's files as they stand now. Raises OSError."""
        return folder_files(self._folder)

    def after(self, done: Scan) -> None:
        """Hear of a complete scan: rules on probation may go back now."""
        self._last = done
        probation = self._probation
        if probation is None:
            return
        why = probation.look(done)
        if why:
            self._take_back(why)
        elif done.trace.moment.monotonic_s >= probation.until_s:
            self._probation = self._earlier = None
            log.info("the rules have stood their probation")

    def _alone(self) -> asyncio.Lock:
        if self._one_at_a_time.locked():
            raise RefusedError(Refusal.NOT_NOW, "another change of the rules is under way")
        return self._one_at_a_time

    def _older(self, number: int | None) -> Version:
        if number is not None:
            return self.versions.version(number)
        running = self.versions.running()
        if running is None:
            raise VersionError("no version is kept yet")
        return self.versions.before(running)

    def _stage(self, files: Mapping[str, bytes] | None) -> Staged:
        try:
            self.versions.stage(folder_files(self._folder) if files is None else files)
        except OSError as error:
            raise RefusedError(Refusal.NOT_NOW, f"nothing could be staged: {error}") from error
        return self._look()

    def _look(self) -> Staged:
        folder = self.versions.staged
        checked, digest = load_rules(folder, self._folder)
        if not checked.ok:
            return Staged(digest, folder, None, checked.problems, checked.sources)
        plant = checked.rulebook.plant
        other = plant != self._running.program.rulebook.plant
        unfit = tuple(self._fits(plant)) if other else ()
        program = None if unfit else compile_program(checked.rulebook)
        problems = (*checked.problems, *unfit)
        return Staged(digest, folder, program, problems, checked.sources, other)

    async def _run(
        self, staged: Staged, saying: Saying, terms: Terms, *, restart: bool
    ) -> Activated:
        if staged.program is None:
            wrong = next((each.message for each in staged.problems), "there are no rules")
            raise RefusedError(Refusal.INVALID, f"these rules cannot run: {wrong}")
        if staged.other_plant and not restart:
            text = "the plant file has changed: that takes a restart, so ask for one too"
            raise RefusedError(Refusal.NOT_NOW, text)
        probation = await asyncio.to_thread(self._watch, terms)
        earlier = self.instead() or (self._running.program, self._running.digest)
        try:
            version = await asyncio.to_thread(self._note, staged.digest, saying)
        except (OSError, VersionError) as error:
            raise RefusedError(Refusal.NOT_NOW, f"nothing has changed: {error}") from error
        self.taken_back = ""
        log.warning("version %d goes live, by %s: %s", version.number, saying.author, saying.reason)
        self.tell(Kind.RULES, f"version {version.number}", saying.reason, saying.author)
        if staged.other_plant:
            self._running.restart()
            return Activated(version, restarting=True)
        anew = self._running.activate(staged.program, staged.digest)
        self._probation = probation
        self._earlier = earlier if probation is not None else None
        return Activated(version, anew)

    def _watch(self, terms: Terms) -> Probation | None:
        if not terms.lasts_s:
            return None
        files = rule_files(folder_files(self.versions.staged))
        standing = () if self._last is None else self._last.trace.alarms
        try:
            return Probation(files, terms, self._clock.monotonic_s(), standing)
        except ValueError as error:
            raise RefusedError(Refusal.INVALID, str(error)) from error

    def _note(self, digest: str, saying: Saying) -> Version:
        version = self.versions.keep(digest, saying, self._clock.wall_s())
        self.versions.run(version)
        return version

    def _take_back(self, why: str) -> None:
        """Run the earlier rules from the next scan on, and then note it."""
        assert self._earlier is not None  # noqa: S101 - there is no probation without
        program, digest = self._earlier
        self._probation = self._earlier = None
        self.taken_back = why
        log.error("the rules are taken back: %s", why)
        self.tell(Kind.RULES_BACK, digest[:12], why, "")
        self._running.activate(program, digest)
        task = asyncio.get_running_loop().create_task(self._note_back(digest, why))
        self._noting.add(task)
        task.add_done_callback(self._noting.discard)

    async def _note_back(self, digest: str, why: str) -> None:
        async with self._one_at_a_time:
            try:
                await asyncio.to_thread(self._keep_back, digest, why)
            except (OSError, VersionError) as error:
                log.error("a restart would run the rules that were taken back: %s", error)  # noqa: TRY400 - told

    def _keep_back(self, digest: str, why: str) -> None:
        old = next(each for each in reversed(self.versions.all()) if each.digest == digest)
        self.versions.stage(self.versions.files(old))
        self._note(digest, Saying("thermiq", f"back to version {old.number}: {why}"))


def _nothing() -> None:
    """No rules wait."""
