"""One look at a miner: all questions at once, each with its deadline, each allowed to fail.

While it reconfigures itself, statistics and boards fail and the details still answer. What fails is
left out: the last reading ages until the point calls it stale.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from typing import TypeVar

from adapters.codec import braiins
from adapters.codec import braiins_methods as methods
from adapters.devices.braiins_session import CallError, Failure, Session
from adapters.devices.braiins_settings import MinerSettings
from adapters.pb.braiins.bos.v1.configuration_pb2 import GetMinerConfigurationRequest
from adapters.pb.braiins.bos.v1.cooling_pb2 import GetCoolingStateRequest
from adapters.pb.braiins.bos.v1.miner_pb2 import (
    GetHashboardsRequest,
    GetMinerDetailsRequest,
    GetMinerStatsRequest,
    GetMinerStatusRequest,
)
from adapters.pb.braiins.bos.v1.performance_pb2 import GetTunerStateRequest
from adapters.port import DeviceError, Reading

AnswerT = TypeVar("AnswerT")


@dataclass(frozen=True, slots=True)
class Look:
    """What one look found; None is what was not answered."""

    at_s: float
    details: braiins.Details | None = None
    stored_w: float | None = None
    busy: bool = False
    readings: tuple[Reading, ...] = ()
    problem: str = ""


async def look(session: Session, settings: MinerSettings, at_s: float, *, stored: bool) -> Look:
    """Ask for everything, for the stored target only if `stored`; `at_s` is when it was asked.

    Raises DeviceError when the login is refused, or no login helps.
    """
    try:
        return await _asked(session, settings, at_s, stored=stored)
    except ExceptionGroup as group:
        expected, others = group.split(DeviceError)
        if expected is None or others is not None:
            raise
        raise expected.exceptions[0] from None


async def _asked(session: Session, settings: MinerSettings, at_s: float, *, stored: bool) -> Look:
    problems: list[str] = []

    async def answer(question: Coroutine[object, object, AnswerT]) -> AnswerT | None:
        try:
            return await question
        except CallError as error:
            if error.failure is Failure.LOGIN:
                raise DeviceError(f"{settings.name}: {error}") from None
            problems.append(str(error))
            return None

    ask = session.call
    async with asyncio.TaskGroup() as group:
        told = group.create_task(answer(_details(session)))
        stats = group.create_task(answer(ask(methods.STATS, GetMinerStatsRequest())))
        tuner = group.create_task(answer(ask(methods.TUNER_STATE, GetTunerStateRequest())))
        boards = group.create_task(answer(ask(methods.HASHBOARDS, GetHashboardsRequest())))
        cooling = group.create_task(answer(ask(methods.COOLING, GetCoolingStateRequest())))
        target = group.create_task(answer(_stored(session))) if stored else None
    readings: list[Reading] = []
    if (details := told.result()) is not None:
        readings += braiins.details_readings(details, at_s)
    if (stats_told := stats.result()) is not None:
        hashes = settings.has_hash_rate
        readings += braiins.stats_readings(stats_told, at_s, has_hash_rate=hashes)
    if (tuner_told := tuner.result()) is not None:
        readings += braiins.tuner_readings(tuner_told, at_s)
    if (boards_told := boards.result()) is not None:
        readings += braiins.board_readings(boards_told, at_s)
    if (cooling_told := cooling.result()) is not None:
        readings += braiins.cooling_readings(cooling_told, at_s)
    stored_w = None if target is None else target.result()
    busy = tuner_told is not None and braiins.is_busy(tuner_told)
    problem = problems[0] if problems else ""
    return Look(at_s, details, stored_w, busy, tuple(readings), problem)


async def _details(session: Session) -> braiins.Details:
    """Return the details; firmware that leaves the status out of them is asked for it."""
    details = braiins.details(await session.call(methods.DETAILS, GetMinerDetailsRequest()))
    if details.status:
        return details
    try:
        first = await session.first(methods.STATUS, GetMinerStatusRequest())
    except CallError:
        return details
    return replace(details, status=int(first.status))


async def _stored(session: Session) -> float:
    return braiins.stored_w(
        await session.call(methods.CONFIGURATION, GetMinerConfigurationRequest())
    )
