"""The supervisor: keeps each device's task running, alone, bounded.

In this file: when a device that failed is started again. A link that is lost is nobody's mistake:
it is tried every few seconds for as long as it takes, so that what has healed is heard soon. Any
other error is one of the driver's: five within a minute park it, and a parked device is tried once
a minute. A device that fails costs no other anything.

    after the n-th in 60 s    1st  2nd  3rd  4th  from the 5th on
    a lost link (DeviceError) 1 s  2 s  4 s  8 s  8 s
    any other error           1 s  2 s  4 s  8 s  60 s (parked), then as after the first

A device that tries by itself and tells that it is not `online` does not run either, as far as
people are concerned: it is `waiting` until it says that it is.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from adapters.port import ONLINE, Clock, DeviceError, Publish, Reading
from adapters.runtime.gateway import Gateway
from adapters.runtime.shadow import Runner

FAILURES_BEFORE_PARKING = 5
FAILURE_WINDOW_S = 60.0
PARKED_S = 60.0
FIRST_PAUSE_S = 1.0
LINK_PAUSE_MAX_S = 8.0
"""A link that has healed is tried within so long."""
SAID_AGAIN_S = 600.0
"""So often a device that goes on failing is named in the log, beside every new error."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Health:
    """How a device is doing: `running`, `waiting` or `parked`, its failures and the last error."""

    state: str = "running"
    failures: int = 0
    last_error: str = ""
    lost_s: tuple[float, ...] = ()
    """When its link was lost of late; and when it failed otherwise."""
    failed_s: tuple[float, ...] = ()
    silent: bool = False
    """It has told that it does not answer, and not that it does again."""


def after_failure(
    health: Health, error: str, now_s: float, *, link: bool = False
) -> tuple[Health, float]:
    """Return the health after a failure at `now_s`, of a `link` or not, and the seconds to wait."""
    told = replace(health, state="waiting", failures=health.failures + 1, last_error=error)
    if link:
        lost_s = _recent(health.lost_s, now_s)
        return replace(told, lost_s=lost_s), min(_pause_s(lost_s), LINK_PAUSE_MAX_S)
    failed_s = _recent(health.failed_s, now_s)
    if len(failed_s) >= FAILURES_BEFORE_PARKING:
        return replace(told, state="parked", failed_s=()), PARKED_S
    return replace(told, failed_s=failed_s), _pause_s(failed_s)


async def _attempt(device: Runner, publish: Publish) -> BaseException | None:
    """Run a device until it ends, and return its error. Raises CancelledError when we shall end.

    It has a task of its own: whatever a library does to the task that it runs in, to cancel it
    unasked or to leave it looking cancelled, ends this attempt and not the device.
    """
    attempt = asyncio.create_task(device.run(publish), name=f"device {device.name}")
    try:
        await asyncio.wait({attempt})
    except asyncio.CancelledError:
        attempt.cancel()
        await asyncio.wait({attempt})
        if not attempt.cancelled():
            attempt.result()  # why it did not end in order
        raise
    return asyncio.CancelledError("by itself") if attempt.cancelled() else attempt.exception()


def _state(health: Health) -> str:
    """Return the state of a device whose task runs."""
    return "waiting" if health.silent else "running"


def _recent(before_s: tuple[float, ...], now_s: float) -> tuple[float, ...]:
    return (*(at for at in before_s if now_s - at < FAILURE_WINDOW_S), now_s)


def _pause_s(recent_s: tuple[float, ...]) -> float:
    return FIRST_PAUSE_S * 2.0 ** (len(recent_s) - 1)


class Supervisor:
    """Runs devices as tasks until closed."""

    def __init__(self, gateway: Gateway, clock: Clock) -> None:
        """Publish to `gateway`, wait on `clock`."""
        self._gateway = gateway
        self._clock = clock
        self._tasks: list[asyncio.Task[None]] = []
        self.health: dict[str, Health] = {}

    def start(self, device: Runner, changed: Callable[[str], None] = lambda _: None) -> None:
        """Start a device's task; `changed` hears its name whenever its health changes."""
        task = asyncio.create_task(self._keep(device, changed), name=f"keeper of {device.name}")
        self._tasks.append(task)

    async def _keep(self, device: Runner, changed: Callable[[str], None]) -> None:
        publish = self._overheard(device.name, changed)
        self.health[device.name] = Health()
        said, said_s = "", 0.0
        while True:
            failure = await _attempt(device, publish)
            link = isinstance(failure, DeviceError)
            error = f"{type(failure).__name__}: {failure}" if failure else "ended by itself"
            now_s = self._clock.monotonic_s()
            self._gateway.lose(device.name, now_s, error)
            health, pause_s = after_failure(self.health[device.name], error, now_s, link=link)
            self.health[device.name] = health
            if error != said or now_s - said_s >= SAID_AGAIN_S:
                said, said_s = error, now_s
                log.warning("device %s: %s; next try in %g s", device.name, error, pause_s)
            changed(device.name)
            await self._clock.sleep(pause_s)
            health = self.health[device.name]
            self.health[device.name] = replace(health, state=_state(health))
            changed(device.name)

    def _overheard(self, name: str, changed: Callable[[str], None]) -> Publish:
        """Return the gateway's function to publish with, and hear what a device says of itself."""
        publish = self._gateway.publisher(name)

        def overhear(readings: Sequence[Reading]) -> None:
            publish(readings)
            for reading in readings:
                if reading.field == ONLINE:
                    self._take(name, reading, changed)

        return overhear

    def _take(self, name: str, online: Reading, changed: Callable[[str], None]) -> None:
        health, silent = self.health[name], online.value is not True
        if silent == health.silent:
            return
        told = replace(health, silent=silent, last_error=online.reason or health.last_error)
        self.health[name] = replace(told, state=_state(told))
        changed(name)

    def tell(self, name: str, state: str, failures: int, error: str) -> None:
        """Take the health of a device that has no task: what the scans themselves saw of it."""
        known = self.health.get(name)
        if known is None or (known.state, known.failures, known.last_error) != (
            state, failures, error,
        ):  # fmt: skip
            self.health[name] = Health(state, failures, error)

    async def close(self, timeout_s: float | None = None) -> bool:
        """Stop all tasks and wait until each has closed what it opened, but not for ever.

        Returns False if one of them was not done in time.
        """
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        if not tasks:
            return True
        done, late = await asyncio.wait(tasks, timeout=timeout_s)
        for task in done:
            if not task.cancelled() and (error := task.exception()) is not None:
                log.warning("%s ended with %s: %s", task.get_name(), type(error).__name__, error)
        return not late
