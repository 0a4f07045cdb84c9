"""The supervisor: keeps each device's task running, alone, bounded.

In this file: when a device that failed is started again. Five failures within a minute park it;
a parked device is tried once a minute. A device that fails costs no other anything.

    after a failure     wait before the next start
    1st to 4th in 60 s  1 s, 2 s, 4 s, 8 s
    5th in 60 s         60 s (parked), then as after the first
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from adapters.cancellation import heed_cancellation
from adapters.port import Clock
from adapters.runtime.gateway import Gateway
from adapters.runtime.shadow import Runner

FAILURES_BEFORE_PARKING = 5
FAILURE_WINDOW_S = 60.0
PARKED_S = 60.0
FIRST_PAUSE_S = 1.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Health:
    """How a device is doing: `running`, `waiting` or `parked`, its failures and the last error."""

    state: str = "running"
    failures: int = 0
    last_error: str = ""
    recent_s: tuple[float, ...] = ()


def after_failure(health: Health, error: str, now_s: float) -> tuple[Health, float]:
    """Return the health after a failure at `now_s`, and the seconds to wait."""
    recent_s = (*(at for at in health.recent_s if now_s - at < FAILURE_WINDOW_S), now_s)
    parked = len(recent_s) >= FAILURES_BEFORE_PARKING
    pause_s = PARKED_S if parked else FIRST_PAUSE_S * 2 ** (len(recent_s) - 1)
    state = "parked" if parked else "waiting"
    return Health(state, health.failures + 1, error, () if parked else recent_s), pause_s


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
        task = asyncio.create_task(self._keep(device, changed), name=f"device {device.name}")
        self._tasks.append(task)

    async def _keep(self, device: Runner, changed: Callable[[str], None]) -> None:
        publish = self._gateway.publisher(device.name)
        self.health[device.name] = Health()
        while True:
            try:
                await device.run(publish)
                error = "ended by itself"
            except Exception as failure:  # noqa: BLE001 - whatever it was, the others go on
                error = f"{type(failure).__name__}: {failure}"
            heed_cancellation()  # an error at the end must not hide that it is the end
            now_s = self._clock.monotonic_s()
            self._gateway.lose(device.name, now_s, error)
            health, pause_s = after_failure(self.health[device.name], error, now_s)
            self.health[device.name] = health
            log.warning("device %s: %s; next try in %g s", device.name, error, pause_s)
            changed(device.name)
            await self._clock.sleep(pause_s)
            self.health[device.name] = replace(health, state="running")
            changed(device.name)

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
