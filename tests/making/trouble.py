"""`python -m tests.making.trouble SITE …`: the real daemon with a device that makes trouble.

The site names it as `driver: trouble`, and `does:` what it does once it runs. It says so on the
notify socket, as `STATUS=trouble`.
"""

import argparse
import asyncio
import logging
import os
import resource
import sys
import time
from collections.abc import Callable, Mapping
from unittest import mock

from adapters.cli.main import main as thermiq
from adapters.port import Clock, Command, Field, Publish
from adapters.runtime import drivers, service, system_clock
from adapters.runtime.daemon import Daemon
from adapters.runtime.notify import Notifier
from adapters.runtime.watchdog import LoopWatchdog

BLOCKED_S = 1.0
MORE_BYTES = 100_000_000


def block() -> None:
    """Hold the event loop, and end the process by itself if nobody else does."""
    time.sleep(BLOCKED_S)
    os._exit(7)


def leak() -> None:
    """Take memory until there is none."""
    used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()  # noqa: PTH123, SIM115 - short
    resource.setrlimit(resource.RLIMIT_AS, (used + MORE_BYTES, resource.RLIM_INFINITY))
    try:
        kept = []
        while True:
            kept.append(bytearray(1_000_000))
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY,) * 2)


def flood() -> None:
    """Log what never repeats itself."""
    for number in range(50_000):
        logging.getLogger("trouble").warning(f"reply {number} is odd")  # noqa: G004 - as bad code does


def fail() -> None:
    """Fail as no device should."""
    raise ZeroDivisionError("a bug in a driver")


DOES: dict[str, Callable[[], None]] = {
    "block": block,
    "leak": leak,
    "flood": flood,
    "fail": fail,
    "nothing": lambda: None,
}


class Trouble:
    """A device that never tells anything."""

    def __init__(self, name: str, does: str) -> None:
        self.name = name
        self._does = DOES[does]

    def fields(self) -> tuple[Field, ...]:
        return (Field("pv", "W"), Field("target", "W", writable=True))

    async def run(self, publish: Publish) -> None:
        del publish
        await asyncio.sleep(0.2)
        try:
            self._does()
        finally:
            Notifier().status("trouble")
        await asyncio.Event().wait()

    def command(self, command: Command) -> None:
        del command


def build(name: str, options: Mapping[str, object], clock: Clock) -> Trouble:
    del clock
    return Trouble(name, str(options["does"]))


def nothing(*_: object) -> None:
    """Do nothing, in place of a defence."""


SABOTAGES: dict[str, tuple[object, str]] = {
    "none": (sys.modules[__name__], "nothing"),
    "no-safe-image": (Daemon, "_make_safe"),
    "no-watchdog": (LoopWatchdog, "start"),
    "believe-any-clock": (service.Service, "_trust"),
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("site")
    parser.add_argument("--stuck-after", type=float, default=0.3)
    parser.add_argument("--sabotage", choices=SABOTAGES, default="none")
    options = parser.parse_args()
    table = dict(drivers.DRIVERS) | {"trouble": drivers.Driver(__name__)}
    target, name = SABOTAGES[options.sabotage]
    with (
        mock.patch.dict(drivers.DRIVERS, table),
        mock.patch.object(service, "LONGEST_S", options.stuck_after),
        mock.patch.object(service, "PERIODS_BEFORE_STUCK", 1),
        mock.patch.object(system_clock, "is_synchronised", return_value=False),
        mock.patch.object(target, name, nothing),
    ):
        sys.argv = ["thermiq", "run", "--site", options.site]
        thermiq()


if __name__ == "__main__":
    main()
