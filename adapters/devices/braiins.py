"""An Antminer with Braiins OS: looked at in its own period, told when there is something to tell.

Two tasks share one connection: one looks, one tells. A slow answer to a look never holds back a
pause, and another miner is another device with a channel of its own. What to tell is decided by the
table in `adapters.codec.miner_power`; here is only the doing of it.
"""

import asyncio
import logging
import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial

from adapters.cancellation import all_or_none
from adapters.codec import braiins, braiins_methods
from adapters.codec.braiins_fields import POWER_TARGET, fields
from adapters.codec.miner_power import (
    Act,
    Memory,
    Outcome,
    Phase,
    Standing,
    Step,
    carry,
    decide,
    reconnected,
    remember,
)
from adapters.devices.braiins_look import Look, look
from adapters.devices.braiins_session import CallError, Failure, LoginRefusedError, Session
from adapters.devices.braiins_settings import MinerSettings, password, settings_from
from adapters.devices.braiins_view import View
from adapters.pb.braiins.bos.v1.actions_pb2 import PauseMiningRequest, ResumeMiningRequest
from adapters.pb.braiins.bos.v1.configuration_pb2 import GetConstraintsRequest
from adapters.pb.braiins.bos.v1.miner_pb2 import GetMinerDetailsRequest
from adapters.port import ONLINE, Clock, Command, DeviceError, Field, Publish, Reading
from engine.values.fact import Quality

_LOG = logging.getLogger(__name__)
_LOGIN_PAUSE_S = 60.0
_LOGIN_PAUSE_MAX_S = 900.0
_PASSWORD_LOOK_S = 30.0
_SAY_AGAIN_S = 600.0
_SAID_MAX = 50
_TURNS_TO_SEND = 3
"""Turns of the loop until a call is on the wire; only then anybody is told of it."""

_OUTCOMES = {
    Failure.REFUSED: Outcome.REFUSED,
    Failure.NOT_NOW: Outcome.NOT_NOW,
    Failure.UNKNOWN_CALL: Outcome.REFUSED,
    Failure.LOGIN: Outcome.NOT_NOW,
    Failure.LOST: Outcome.LOST,
}


class WrongMinerError(DeviceError):
    """Somebody else has the miner's address; it is neither read nor commanded."""


class BraiinsMiner:
    """One miner. `command` takes `power_target` in W; 0 or below the minimum is a pause."""

    def __init__(
        self,
        settings: MinerSettings,
        clock: Clock,
        read_password: Callable[[], str] | None = None,
    ) -> None:
        """Take the settings; nothing is opened before `run`."""
        self.name = settings.name
        self._settings = settings
        self._rules = settings.power_rules
        self._clock = clock
        self._read_password = read_password or (lambda: password(settings))
        self._memory = Memory()
        self._command: Command | None = None
        self._view = View(settings)
        self._tell = asyncio.Event()
        self._look_now = asyncio.Event()
        self._refused_password: str | None = None
        self._login_pause_s = 0.0
        self._login_free_at_s = -math.inf
        self._said: dict[str, float] = {}

    def fields(self) -> tuple[Field, ...]:
        """Return what it can tell, and the one field that it can be told."""
        return fields(has_hash_rate=self._settings.has_hash_rate)

    def command(self, command: Command) -> None:
        """Take the newest wanted power; anything but a power is refused and changes nothing."""
        value = command.value
        if command.field != POWER_TARGET or isinstance(value, bool | str):
            self._say(f"refused a command: `{command.field}` = {value!r}")
            return
        if not math.isfinite(value) or value < 0:
            self._say(f"refused a power of {value!r} W")
            return
        before, self._command = self._wanted_w(), command
        if self._wanted_w() != before:
            self._tell.set()

    async def run(self, publish: Publish) -> None:
        """Connect, look and tell until cancelled.

        Once it was commanded, a lost link is taken up again here, every few seconds and for ever,
        and at once when the command changes: a pause must not wait for a supervisor's back-off.
        Before that, and always for a wrong miner or a refused login, DeviceError goes up.
        """
        while True:
            try:
                await self._connected(publish)
            except (WrongMinerError, LoginRefusedError) as error:
                self._lost(publish, error, wrong=isinstance(error, WrongMinerError))
                raise
            except (DeviceError, CallError) as error:
                lost = DeviceError(f"{self.name}: {str(error).removeprefix(f'{self.name}: ')}")
                self._lost(publish, lost)
                if self._command is None or self._settings.read_only:
                    raise lost from None
                await self._wait(self._tell, self._rules.retry_s, "connect")

    async def _connected(self, publish: Publish) -> None:
        await self._wait_after_refused_login()
        session = Session(self._settings, self._clock, self._read_password)
        try:
            await self._introduce(session, publish)
            await all_or_none(
                self._keep_looking(session, publish), self._keep_telling(session, publish)
            )
        except asyncio.CancelledError:
            await self._last_word(session)
            raise
        finally:
            await session.close()

    async def _wait_after_refused_login(self) -> None:
        """Hold back after a refused login, unless the password was changed in the meantime."""
        while self._refused_password in {None, self._read_password()}:
            left_s = self._login_free_at_s - self._clock.monotonic_s()
            if left_s <= 0:
                return
            await self._clock.sleep(min(left_s, _PASSWORD_LOOK_S))

    async def _introduce(self, session: Session, publish: Publish) -> None:
        """See who it is, pause it if it shall be off, learn what it takes."""
        self._memory = reconnected(self._memory)
        self._view.forget()
        secret = self._read_password()
        try:
            told = await session.call(braiins_methods.DETAILS, GetMinerDetailsRequest())
        except LoginRefusedError:
            self._refused_password = secret
            self._login_pause_s = min(
                max(2 * self._login_pause_s, _LOGIN_PAUSE_S), _LOGIN_PAUSE_MAX_S
            )
            self._login_free_at_s = self._clock.monotonic_s() + self._login_pause_s
            raise
        self._refused_password, self._login_pause_s = None, 0.0
        self._login_free_at_s = -math.inf
        who = braiins.details(told)
        self._check_identity(who)
        self._view.take_details(who, self._clock.monotonic_s())
        if self._wanted_w() == 0 and not self._settings.read_only:
            await self._act(session, Step(Act.PAUSE, Phase.PAUSING))
        await self._learn_limits(session, publish)
        self._say(f"connected, firmware {who.firmware or 'unknown'}")

    def _check_identity(self, who: braiins.Details) -> None:
        for what, wanted, told in (
            ("serial number", self._settings.serial.lower(), who.serial),
            ("MAC address", self._settings.mac.lower(), who.mac),
        ):
            if wanted and wanted != told:
                raise WrongMinerError(
                    f"{self.name}: {what} `{told or 'not told'}` instead of `{wanted}` at"
                    f" {self._settings.host}: not commanded"
                )

    async def _learn_limits(self, session: Session, publish: Publish) -> None:
        told = await session.call(braiins_methods.CONSTRAINTS, GetConstraintsRequest())
        limits = braiins.limits(told)
        if limits is None:
            raise DeviceError(f"{self.name}: tells no sensible range of power targets")
        self._view.limits, self._view.limits_due = limits, False
        publish(braiins.limits_readings(limits, self._clock.monotonic_s()))

    # Looking

    async def _keep_looking(self, session: Session, publish: Publish) -> None:
        failures = 0
        while True:
            at_s = self._clock.monotonic_s()
            found = await look(session, self._settings, at_s, stored=self._view.asks_stored(at_s))
            failures = 0 if found.details is not None else failures + 1
            if failures >= (1 if self._pause_is_lost() else self._settings.failures_max):
                raise DeviceError(f"{self.name}: {found.problem}")
            await self._take(session, found, publish)
            await self._wait(self._look_now, self._settings.poll_s, "look")

    async def _take(self, session: Session, found: Look, publish: Publish) -> None:
        before = self._view.details
        self._view.take(found)
        if found.details is not None:
            self._check_identity(found.details)
            if before is not None and braiins.restarted(before, found.details):
                self._say("started anew: what it was told is told again")
                self._memory = reconnected(self._memory)
                self._view.restarted()
            if before is not None and before.firmware != found.details.firmware:
                self._view.limits_due = True
            if self._view.limits_due:
                with suppress(CallError):
                    await self._learn_limits(session, publish)
            limits = self._view.limits
            online = Reading(ONLINE, True, Quality.GOOD, found.at_s)
            own = [] if limits is None else braiins.limits_readings(limits, found.at_s)
            publish([online, *own, *found.readings])
        else:
            publish(found.readings)
        self._tell.set()

    # Telling

    async def _keep_telling(self, session: Session, publish: Publish) -> None:
        while True:
            now_s = self._clock.monotonic_s()
            step = self._next_step(now_s)
            own = self._view.own_readings(self._wanted_w(), step.phase, now_s)
            if step.act is Act.LEAVE or self._settings.read_only:
                publish(own)
                again_at_s = min(step.again_at_s, self._expires_at_s(now_s))
                await self._wait(self._tell, max(again_at_s - now_s, 0.0), "tell")
                continue
            await self._act_unless_overtaken(session, step, partial(publish, own))
            self._look_now.set()

    def _next_step(self, now_s: float) -> Step:
        wanted_w = self._wanted_w()
        self._view.follow(wanted_w, self._memory, now_s)
        seen = self._view.seen
        self._memory = carry(self._memory, wanted_w, seen, self._rules)
        return decide(wanted_w, seen, self._memory, self._rules, now_s)

    async def _act_unless_overtaken(
        self, session: Session, step: Step, say: Callable[[], None]
    ) -> None:
        """Do it and `say` so; a pause that is wanted meanwhile waits for no slow answer."""
        self._tell.clear()
        acting = asyncio.create_task(self._act(session, step))
        try:
            for _ in range(_TURNS_TO_SEND):
                await asyncio.sleep(0)
            say()
            while not acting.done():
                woken = asyncio.create_task(self._tell.wait())
                try:
                    await asyncio.wait({acting, woken}, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    woken.cancel()
                if step.act is not Act.PAUSE and self._shall_be_off():
                    acting.cancel()
                    break
                self._tell.clear()
        finally:
            if not acting.done():
                acting.cancel()
            (result,) = await asyncio.gather(acting, return_exceptions=True)
        if isinstance(result, asyncio.CancelledError):
            self._done(step, Outcome.LOST)
        elif isinstance(result, BaseException):
            raise result

    async def _act(self, session: Session, step: Step) -> None:
        try:
            match step.act:
                case Act.PAUSE:
                    await session.call(braiins_methods.PAUSE, PauseMiningRequest())
                case Act.RESUME:
                    await session.call(braiins_methods.RESUME, ResumeMiningRequest())
                case Act.SET_TARGET:
                    request = braiins.set_power_target(step.target_w)
                    await session.call(braiins_methods.SET_POWER_TARGET, request)
                case Act.LEAVE:
                    return
        except CallError as error:
            self._say(f"{step.act.value} {step.target_w or ''}: {error}")
            self._done(step, _OUTCOMES[error.failure])
            if error.failure is Failure.LOGIN:
                raise DeviceError(f"{self.name}: {error}") from None
        else:
            self._done(step, Outcome.DONE)

    def _done(self, step: Step, outcome: Outcome) -> None:
        now_s = self._clock.monotonic_s()
        self._memory = remember(self._memory, step, outcome, now_s)
        self._view.told(step, outcome, now_s)

    # Small things

    def _wanted_w(self) -> float | None:
        """Return the power in force: None before the first command, 0 when it expired."""
        command = self._command
        if command is None:
            return None
        expired = self._clock.monotonic_s() >= command.expires_at_s
        return 0.0 if expired else float(command.value)

    def _shall_be_off(self) -> bool:
        return self._view.shall_be_off(self._wanted_w(), self._memory)

    def _pause_is_lost(self) -> bool:
        """Return whether a pause was not taken yet: then a silent connection is not worth waiting.

        It may be half open or out of step, and what is sent on it again is lost again.
        """
        return self._memory.last_act is Act.PAUSE and not self._memory.told_off

    def _expires_at_s(self, now_s: float) -> float:
        at_s = self._command.expires_at_s if self._command is not None else math.inf
        return at_s if at_s > now_s else math.inf

    async def _wait(self, event: asyncio.Event, seconds: float, before: str) -> None:
        """Wait for the event, at most so long; `before` names the task: what comes after it.

        Whoever waits is woken by the event itself: a pause has no other task to wait for.
        """
        alarm: asyncio.Task[None] | None = None
        if math.isfinite(seconds):
            alarm = asyncio.create_task(self._ring(event, seconds), name=before)
        try:
            await event.wait()
        finally:
            if alarm is not None:
                alarm.cancel()
        event.clear()

    async def _ring(self, event: asyncio.Event, after_s: float) -> None:
        await self._clock.sleep(after_s)
        event.set()

    async def _last_word(self, session: Session) -> None:
        """Pause a miner that is left with a command that nobody will renew."""
        commanded = self._command is not None and not self._settings.read_only
        known = self._view.details is not None and self._view.seen.standing is not Standing.UNKNOWN
        if commanded and known and self._settings.pause_on_stop and not self._memory.told_off:
            with suppress(CallError, DeviceError):
                await session.call(braiins_methods.PAUSE, PauseMiningRequest())
                self._memory = replace(self._memory, told_off=True)

    def _lost(self, publish: Publish, error: DeviceError, *, wrong: bool = False) -> None:
        """Withdraw every reading: not off but unknown."""
        now_s = self._clock.monotonic_s()
        quality = Quality.BAD if wrong else Quality.MISSING
        own = {ONLINE, POWER_TARGET}
        readings = [
            Reading(each.name, None, quality, now_s, str(error))
            for each in self.fields()
            if each.name not in own
        ]
        publish([Reading(ONLINE, False, Quality.GOOD, now_s, str(error)), *readings])
        self._say(str(error))

    def _say(self, text: str) -> None:
        """Log what is new; the same again is said once in a while only."""
        now_s = self._clock.monotonic_s()
        if now_s - self._said.get(text, -math.inf) < _SAY_AGAIN_S:
            return
        if len(self._said) >= _SAID_MAX:
            self._said.clear()
        self._said[text] = now_s
        _LOG.warning("%s: %s", self.name, text.removeprefix(f"{self.name}: "))


def build(name: str, options: Mapping[str, object], clock: Clock) -> BraiinsMiner:
    """Return the miner that a site file names; SettingsError, a ValueError, tells what is wrong."""
    return BraiinsMiner(settings_from({**options, "name": name}), clock)
