"""What each method of the control interface does. Nothing here holds up a scan.

Answers are made from the last complete scan, in a thread where that takes a while; requests go to
`Operations`, which posts them for the next scan. Every refusal is a RefusedError.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from adapters.codec import control as codec
from adapters.control.candidate_service import CandidateService
from adapters.control.house import House
from adapters.control.messages import (
    alarm_message,
    armed_message,
    body,
    head,
    mode_message,
)
from adapters.control.rules_service import RulesService
from adapters.control.standing_service import StandingService
from adapters.control.watching import Watchers
from adapters.pb.thermiq.v1 import control_pb2 as pb
from adapters.runtime.going_live import GoingLive
from adapters.runtime.operations import Operations, View, unknown
from adapters.runtime.refusal import Refusal, RefusedError
from adapters.runtime.reset import NONCE_LIFE_S
from engine.control.decision import AlarmKind
from engine.control.scan import Scan
from engine.language.plant import Output
from engine.values.fact import Value
from engine.workshop import outline, why_not, wording
from engine.workshop.english import ENGLISH
from engine.workshop.explain import explain
from engine.workshop.languages import LANGUAGES
from engine.workshop.words import Words

HEARD_WITHIN_S = 5.0
"""A reset that no scan has heard within this time is answered as waiting."""
_RECORDINGS_MAX = 1000


class Service:
    """The methods, by their names in `control_methods.py` as Python writes them."""

    def __init__(
        self,
        house: House,
        operations: Operations,
        live: GoingLive | None,
        recordings: Path | None = None,
        *,
        heard_within_s: float = HEARD_WITHIN_S,
    ) -> None:
        """Speak for `house`; `recordings` is where it records. A shadow has no `live`."""
        self._heard_within_s = heard_within_s
        self._house = house
        self._operations = operations
        self.refused = operations.refused
        self._recordings = recordings
        self._candidate = CandidateService(house, live)
        self.standing = StandingService()
        self._rules = RulesService(
            house, live, lambda: self._view().scan.trace.moment, self._candidate.files
        )
        self._resets: dict[str, asyncio.Future[str]] = {}
        self.watchers = Watchers(operations, lambda: house.digest, lambda: house.gateway.reasons)

    def after(self, scan: Scan) -> None:
        """Hear of a complete scan; returns at once."""
        self._operations.after(scan)
        self._candidate.after(scan)
        for reset in scan.trace.image.resets:
            waiting = self._resets.pop(reset.trip, None)
            if waiting is not None and not waiting.done():
                refused = [
                    alarm.text
                    for alarm in scan.trace.alarms
                    if alarm.kind is AlarmKind.RESET_REFUSED and alarm.subject == reset.trip
                ]
                waiting.set_result(refused[0] if refused else "")
        self.watchers.wake()

    async def close(self) -> None:
        """End what runs beside the daemon for the interface's sake."""
        await self._candidate.keeper.close()

    def _view(self) -> View:
        if self._operations.view is None:
            raise RefusedError(Refusal.NOT_NOW, "no scan is complete yet")
        return self._operations.view

    def _reasons(self) -> dict[str, str]:
        return dict(self._house.gateway.reasons)

    async def get_status(self, _: pb.StatusRequest) -> pb.Status:
        """Return how everything stands."""
        view = self._view()
        status = head(self._house, self._operations, view)
        status.standing.CopyFrom(await self.standing.message())
        return await asyncio.to_thread(body, status, view, self._reasons())

    def watch(self, _: pb.WatchRequest) -> AsyncIterator[pb.Changes]:
        """Yield what changes."""
        return self.watchers.watch()

    async def why(self, asked: pb.WhyRequest) -> pb.Answer:
        """Tell why an output has its value."""
        program, scan = self._view()
        self._operations.output(asked.output)
        words = _words(asked.language)

        def tell() -> pb.Answer:
            seen = explain(program, scan, asked.output)
            tree = outline.outline_why(words, seen)
            return codec.answer_message(wording.tell_why(words, seen), tree, seen)

        return await asyncio.to_thread(tell)

    async def why_not(self, asked: pb.WhyNotRequest) -> pb.Answer:
        """Tell what a rule lacks, or why an output has not some value."""
        view, words = self._view(), _words(asked.language)
        rulebook = view.program.rulebook
        outputs = {output.name: output for output in rulebook.plant.outputs}
        rules = {rule.id for rule in rulebook.rules}
        if asked.subject in outputs:
            output = outputs[asked.subject]
            value = _value(asked.value, output) if asked.value else None
            return await asyncio.to_thread(_why_not_value, words, view, output, value)
        if asked.subject not in rules:
            raise unknown(asked.subject, rules | outputs.keys(), "rule or an output")
        if asked.value:
            text = f"`{asked.subject}` is a rule; it has no value"
            raise RefusedError(Refusal.INVALID, text)
        return await asyncio.to_thread(_why_not, words, view, asked.subject)

    async def list_alarms(self, _: pb.ListAlarmsRequest) -> pb.Alarms:
        """Return the alarm book."""
        return pb.Alarms(alarms=map(alarm_message, self._operations.book.entries))

    async def acknowledge(self, asked: pb.AcknowledgeRequest) -> pb.Acknowledged:
        """Note that a person has seen an alarm."""
        seen = self._operations.seen(asked.subject, asked.author)
        self.watchers.wake()
        return pb.Acknowledged(alarms=map(alarm_message, seen))

    async def arm_reset(self, asked: pb.ArmResetRequest) -> pb.ArmedReset:
        """Show why a trip is latched and what is measured now, and give a nonce."""
        nonce = self._operations.arm_reset(asked.trip, asked.author)
        now = self._operations.trip(asked.trip)
        return armed_message(self._view(), now, nonce, NONCE_LIFE_S, self._reasons())

    async def confirm_reset(self, asked: pb.ConfirmResetRequest) -> pb.ResetResult:
        """Release a trip, and return what the scan that heard it made of it."""
        self._operations.confirm_reset(asked.trip, asked.author, asked.nonce)
        heard: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._resets[asked.trip] = heard
        self._house.wake()
        try:
            refused = await asyncio.wait_for(heard, self._heard_within_s)
        except TimeoutError:
            return pb.ResetResult(text="no scan has heard it yet; look at the status")
        if refused:
            return pb.ResetResult(text=refused)
        text = "released; nothing starts before a rule or a person asks anew"
        return pb.ResetResult(released=True, text=text)

    async def set_override(self, asked: pb.OverrideRequest) -> pb.Override:
        """Let an output have a value for a while."""
        output = self._operations.output(asked.output)
        value = _value(asked.value, output)
        override = self._operations.override(output.name, value, asked.lasts_s, asked.author)
        self._house.wake()
        return codec.override_message(override, output, override.until_s - asked.lasts_s)

    async def withdraw_override(self, asked: pb.WithdrawRequest) -> pb.Withdrawn:
        """End an override before its time."""
        override = self._operations.withdraw(asked.output, asked.author)
        self._house.wake()
        output = self._operations.output(asked.output)
        now_s = self._view().scan.trace.moment.monotonic_s
        return pb.Withdrawn(override=codec.override_message(override, output, now_s))

    async def set_mode(self, asked: pb.ModeRequest) -> pb.Mode:
        """Go over to another mode."""
        mode = self._operations.change_mode(asked.mode, asked.author)
        self._house.wake()
        return mode_message(mode, self._operations.modes())

    async def stage(self, asked: pb.StageRequest) -> pb.Staged:
        """Lay the operator's files down and look at them."""
        return await self._rules.stage(asked)

    async def activate(self, asked: pb.ActivateRequest) -> pb.Activated:
        """Let run what was staged."""
        return await self._rules.activate(asked)

    async def rollback(self, asked: pb.RollbackRequest) -> pb.Activated:
        """Let an older version run."""
        return await self._rules.rollback(asked)

    async def list_versions(self, asked: pb.ListVersionsRequest) -> pb.Versions:
        """Return what ever went live and is kept."""
        return await self._rules.list_versions(asked)

    async def start_candidate(self, asked: pb.StartCandidateRequest) -> pb.Candidate:
        """Try the operator's files beside the rules that run."""
        return await self._candidate.start_candidate(asked)

    async def get_candidate(self, asked: pb.GetCandidateRequest) -> pb.Candidate:
        """Tell what the candidate would have decided otherwise."""
        return await self._candidate.get_candidate(asked)

    async def drop_candidate(self, asked: pb.DropCandidateRequest) -> pb.Candidate:
        """End the candidate."""
        return await self._candidate.drop_candidate(asked)

    async def resume(self, asked: pb.ResumeRequest) -> pb.Standing:
        """End safe mode, or believe the clock."""
        return await self.standing.resume(asked)

    async def list_recordings(self, _: pb.ListRecordingsRequest) -> pb.Recordings:
        """Return what was recorded, the oldest first."""
        return pb.Recordings(recordings=await asyncio.to_thread(_files, self._recordings))


def _value(text: str, output: Output) -> Value:
    value = codec.read_value(text, output)
    if value is None:
        kind = codec.kind_of(output)
        shown = text[: codec.VALUE_LETTERS_MAX]
        text = f"`{shown}` is no value of `{output.name}`: {kind}"
        raise RefusedError(Refusal.INVALID, text)
    return value


def _words(code: str) -> Words:
    """Return the phrases of a language; empty is English."""
    if not code:
        return ENGLISH
    if code not in LANGUAGES:
        known = ", ".join(f"`{each}`" for each in LANGUAGES)
        raise RefusedError(Refusal.INVALID, f"`{code[:20]}` is no language of: {known}")
    return LANGUAGES[code]


def _why_not(words: Words, view: View, rule: str) -> pb.Answer:
    seen = why_not.why_not(view.program, view.scan, rule)
    tree = outline.outline_why_not(words, seen)
    return codec.answer_message(wording.tell_why_not(words, seen), tree, seen)


def _why_not_value(words: Words, view: View, output: Output, value: Value | None) -> pb.Answer:
    seen = why_not.why_not_value(view.program, view.scan, output.name, value)
    tree = outline.outline_why_not_value(words, seen)
    return codec.answer_message(wording.tell_why_not_value(words, seen), tree, seen)


def _files(folder: Path | None) -> list[pb.RecordingFile]:
    found = []
    for path in sorted(folder.glob("*.rec")) if folder is not None else ():
        try:
            known = path.stat()
        except OSError:  # it went while we looked
            continue
        found.append(
            pb.RecordingFile(
                path=path.as_posix(), size_bytes=known.st_size, modified_s=known.st_mtime
            )
        )
    return found[-_RECORDINGS_MAX:]
