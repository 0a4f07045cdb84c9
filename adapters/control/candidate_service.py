"""The methods of the control interface about a candidate: rules tried beside those that run."""

import asyncio
from collections.abc import Mapping
from typing import Any

from adapters.candidate.frames import Start
from adapters.candidate.keeper import Candidate, CandidateKeeper
from adapters.codec import control as codec
from adapters.control.house import House
from adapters.pb.thermiq.v1 import control_pb2 as pb
from adapters.runtime.going_live import GoingLive
from adapters.runtime.operations import author_of
from adapters.runtime.refusal import Refusal, RefusedError
from adapters.runtime.versions import VersionError, rule_files
from adapters.scribe import digest_of
from engine.control.retained import save
from engine.control.scan import Scan
from engine.language.checked import check_files
from engine.values.moment import Moment
from engine.workshop.wording import tell_time


class CandidateService:
    """See `candidate`; a shadow has none."""

    def __init__(self, house: House, live: GoingLive | None) -> None:
        """Try beside the rules of `house`."""
        self.keeper = CandidateKeeper()
        self._house = house
        self._live = live
        self._beside = ""
        """The digest of the live rules that the candidate is compared with."""
        self._moment = Moment(0.0, 0.0)
        self._restarting: asyncio.Task[None] | None = None

    def after(self, done: Scan) -> None:
        """Hear of a complete scan; returns at once."""
        self._moment = done.trace.moment
        if self.keeper.candidate is None:
            return
        if self._beside == self._house.digest:
            self.keeper.feed(done)
        elif self._restarting is None or self._restarting.done():
            self._restarting = asyncio.get_running_loop().create_task(self._restart())

    async def start_candidate(self, asked: pb.StartCandidateRequest) -> pb.Candidate:
        """Try the operator's files as they stand now."""
        author = author_of(asked.author)
        if self._live is None:
            raise RefusedError(Refusal.NOT_NOW, "a shadow tries no candidate")
        try:
            files = await asyncio.to_thread(self._live.of_the_operator)
            checked = await asyncio.to_thread(check_files, rule_files(files))
        except OSError as error:
            raise RefusedError(Refusal.NOT_NOW, f"the files cannot be read: {error}") from error
        if not checked.ok:
            first = checked.problems[0]
            place = f"{first.position}: " if first.position.file else ""
            raise RefusedError(Refusal.INVALID, f"these rules cannot run: {place}{first.message}")
        digest = digest_of(rule_files(files))
        candidate = Candidate(files, digest, author, self._moment.wall_s)
        start = await asyncio.to_thread(self._start, files)
        await self.keeper.start(candidate, self._with_state(start))
        return self._message(candidate)

    async def get_candidate(self, _: pb.GetCandidateRequest) -> pb.Candidate:
        """Tell what the candidate would have decided otherwise so far."""
        if self.keeper.candidate is None:
            raise RefusedError(Refusal.NOT_NOW, "no candidate is tried")
        return self._message(self.keeper.candidate)

    async def drop_candidate(self, asked: pb.DropCandidateRequest) -> pb.Candidate:
        """End it, and tell what came of it."""
        author_of(asked.author)
        candidate = self.keeper.candidate
        if candidate is None:
            raise RefusedError(Refusal.NOT_NOW, "no candidate is tried")
        told = self._message(candidate)
        await self.keeper.drop()
        return told

    def files(self) -> Mapping[str, bytes]:
        """Return the candidate's files, scenarios too. Raises RefusedError if there is none."""
        if self.keeper.candidate is None:
            raise RefusedError(Refusal.NOT_NOW, "no candidate is tried")
        return self.keeper.candidate.files

    async def _restart(self) -> None:
        candidate = self.keeper.candidate
        if candidate is None:
            return
        try:
            start = await asyncio.to_thread(self._start, candidate.files)
        except RefusedError as error:
            self._beside = self._house.digest
            self.keeper.ended = str(error)
            return
        await self.keeper.restart(self._with_state(start))

    def _start(self, files: Mapping[str, bytes]) -> Start:
        assert self._live is not None  # noqa: S101 - a shadow starts none
        try:
            version = self._live.versions.running()
            live = {} if version is None else rule_files(self._live.versions.files(version))
        except VersionError as error:
            raise RefusedError(Refusal.NOT_NOW, str(error)) from error
        if version is None or version.digest != self._house.digest:
            raise RefusedError(Refusal.NOT_NOW, "the rules that run are not kept as a version")
        return Start(live, rule_files(files), b"")

    def _with_state(self, start: Start) -> Start:
        """Add the state of this moment: what is fed from now on goes on from it."""
        self._beside = self._house.digest
        cycle = self._house.cycle
        return Start(start.live, start.candidate, save(cycle.program, cycle.retained))

    def _message(self, candidate: Candidate) -> pb.Candidate:
        report: Mapping[str, Any] = self.keeper.report or {}
        return pb.Candidate(
            rules=candidate.digest,
            author=candidate.author,
            since_s=candidate.since_s,
            since_local=self._local(candidate.since_s),
            ended=self.keeper.ended,
            scans=report.get("scans", 0),
            missed=self.keeper.missed,
            unlike_daemon=report.get("unlike_daemon", 0),
            outputs=[_output_message(each) for each in report.get("outputs", ())],
            disagreements=[self._disagreement(each) for each in report.get("latest", ())],
            alarms=report.get("alarms", ()),
            only_live=report.get("only_live", ()),
            only_candidate=report.get("only_candidate", ()),
        )

    def _disagreement(self, told: Mapping[str, Any]) -> pb.Disagreement:
        outputs = self._house.cycle.program.rulebook.plant.outputs
        unit = next((each.unit for each in outputs if each.name == told["output"]), None)
        start_s = told["start_ms"] / 1000
        return pb.Disagreement(
            start_s=start_s,
            start_local=self._local(start_s),
            output=told["output"],
            live=codec.value_message(told["live"], unit),
            candidate=codec.value_message(told["candidate"], unit),
            live_why=told["live_why"],
            candidate_why=told["candidate_why"],
            candidate_silent=told["candidate_silent"],
        )

    def _local(self, wall_s: float) -> str:
        return tell_time(Moment(0.0, wall_s, self._moment.utc_offset_s))


def _output_message(told: Mapping[str, Any]) -> pb.CandidateOutput:
    return pb.CandidateOutput(
        name=told["output"],
        times=told["times"],
        seconds=told["seconds"],
        differs_now=told["differs_now"],
        live_starts=told["live_starts"],
        candidate_starts=told["candidate_starts"],
    )
