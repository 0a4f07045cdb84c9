"""The methods of the control interface that are about rules: staging, activating, going back."""

import asyncio
from collections.abc import Callable, Mapping

from adapters.codec import control as codec
from adapters.control.house import House
from adapters.pb.thermiq.v1 import control_pb2 as pb
from adapters.runtime.demands import Demands, Tried
from adapters.runtime.going_live import Activated, GoingLive, Staged
from adapters.runtime.operations import author_of
from adapters.runtime.probation import Terms
from adapters.runtime.refusal import Refusal, RefusedError
from adapters.runtime.versions import Saying, Version, VersionError
from engine.values.moment import Moment
from engine.workshop.wording import tell_time

TEXT_LETTERS_MAX = 500
TRIED_MAX = 10


class RulesService:
    """See `going_live`; a shadow has none, for it runs what stands in the folder."""

    def __init__(
        self,
        house: House,
        live: GoingLive | None,
        moment: Callable[[], Moment],
        candidate: Callable[[], Mapping[str, bytes]],
    ) -> None:
        """`moment` tells the present, for the site's local time; `candidate` the files tried."""
        self._house = house
        self._live_or_none = live
        self._moment = moment
        self._candidate = candidate

    async def stage(self, asked: pb.StageRequest) -> pb.Staged:
        """Lay the operator's files down and tell what is wrong with them."""
        author_of(asked.author)
        staged = await self._live.stage(self._candidate() if asked.candidate else None)
        return await asyncio.to_thread(self._staged_message, staged)

    async def activate(self, asked: pb.ActivateRequest) -> pb.Activated:
        """Let run what was staged."""
        terms = None
        if asked.HasField("watch_s"):
            terms = Terms(asked.watch_s, tuple(asked.rollback_if))
        elif asked.rollback_if:
            text = "a condition to go back needs a time to watch for it"
            raise RefusedError(Refusal.INVALID, text)
        tried = [
            Tried(_text(each.gate), each.passed, _text(each.text))
            for each in asked.tried[:TRIED_MAX]
        ]
        done = await self._live.activate(
            asked.rules, _saying(asked.author, asked.reason), tried, terms, restart=asked.restart
        )
        return self._activated_message(done)

    async def rollback(self, asked: pb.RollbackRequest) -> pb.Activated:
        """Let an older version run."""
        done = await self._live.rollback(
            asked.number or None, _saying(asked.author, asked.reason), restart=asked.restart
        )
        return self._activated_message(done)

    async def list_versions(self, _: pb.ListVersionsRequest) -> pb.Versions:
        """Return what ever went live here and is kept."""
        live = self._live
        versions, running = await asyncio.to_thread(_kept, live)
        moment, until_s = self._moment(), live.watched_until_s
        return pb.Versions(
            versions=[self._version_message(each, running) for each in versions],
            taken_back=live.taken_back,
            watched_s=0.0 if until_s is None else max(0.0, until_s - moment.monotonic_s),
        )

    @property
    def _live(self) -> GoingLive:
        if self._live_or_none is None:
            text = "a shadow runs the rules of its folder: start it anew"
            raise RefusedError(Refusal.NOT_NOW, text)
        return self._live_or_none

    def _staged_message(self, staged: Staged) -> pb.Staged:
        _, running = _kept(self._live)
        folder = "" if running is None else self._live.versions.path(running).as_posix()
        return pb.Staged(
            rules=staged.digest,
            folder=staged.folder.as_posix(),
            sound=staged.program is not None,
            problems=map(codec.problem_message, staged.problems),
            other_plant=staged.other_plant,
            running=self._house.digest,
            running_folder=folder,
            demands=_demands_message(self._live.demands),
        )

    def _activated_message(self, done: Activated) -> pb.Activated:
        return pb.Activated(
            version=self._version_message(done.version, done.version),
            starts_anew=done.starts_anew,
            restarting=done.restarting,
        )

    def _version_message(self, version: Version, running: Version | None) -> pb.Version:
        now = self._moment()
        return pb.Version(
            number=version.number,
            rules=version.digest,
            author=version.author,
            reason=version.reason,
            evidence=version.evidence,
            time_s=version.at_s,
            local_time=tell_time(Moment(0.0, version.at_s, now.utc_offset_s)),
            running=running is not None and version.number == running.number,
            folder=self._live.versions.path(version).as_posix(),
        )


def _kept(live: GoingLive) -> tuple[tuple[Version, ...], Version | None]:
    try:
        return live.versions.all(), live.versions.running()
    except VersionError:
        return live.versions.all(), None


def _saying(author: str, reason: str) -> Saying:
    return Saying(author_of(author), _text(reason))


def _text(text: str) -> str:
    """Return a text as it is kept. Raises RefusedError if it cannot be."""
    line = " ".join(text.split())
    if len(line) > TEXT_LETTERS_MAX or not line.isprintable():
        raise RefusedError(Refusal.INVALID, f"at most {TEXT_LETTERS_MAX} letters, on one line")
    return line


def _demands_message(demands: Demands) -> pb.Demands:
    return pb.Demands(
        tests=demands.tests.value,
        proof=demands.proof.value,
        coverage_percent=demands.coverage_percent,
        diff_s=demands.diff_s,
        watch_s=demands.terms.lasts_s,
        rollback_if=demands.terms.conditions,
    )
