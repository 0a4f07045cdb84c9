"""`thermiq` with one defence taken out: `python -m tests.reliability.blackbox_sabotage NAME run …`.

The black box must find each of them from the wires.
"""

import asyncio
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from unittest import mock

from adapters.cli import main as cli
from adapters.devices.braiins import BraiinsMiner
from adapters.devices.braiins_session import Session
from adapters.port import Command
from adapters.runtime.gateway import Gateway
from engine.values.fact import Fact, Quality


def one_line_for_all() -> None:
    """Give all miners one line, and no call an end: who is frozen holds up the other."""
    line = asyncio.Lock()
    send = Session._send

    async def in_turn(self: Session, *words: Any) -> Any:
        self._settings = replace(self._settings, deadline_s=60.0)
        async with line:
            return await send(self, *words)

    mock.patch.object(Session, "_send", in_turn).start()


def no_pause() -> None:
    """Tell nobody to be off."""
    command = BraiinsMiner.command

    def unless_off(self: BraiinsMiner, given: Command) -> None:
        if given.value != 0:
            command(self, given._replace(expires_at_s=float("inf")))

    mock.patch.object(BraiinsMiner, "command", unless_off).start()


def believes_for_ever() -> None:
    """Take what was heard once as if it were heard now."""
    take, heard = Gateway.take, dict[str, Fact]()

    def as_ever(self: Gateway) -> list[Fact]:
        new = take(self)
        heard.update({fact.point: fact for fact in new if fact.quality is Quality.GOOD})
        now_s = max((fact.measured_at_s for fact in new), default=0.0)
        return [fact._replace(measured_at_s=now_s) for fact in heard.values()]

    mock.patch.object(Gateway, "take", as_ever).start()


def logs_in_always() -> None:
    """Use a token once."""

    async def anew(self: Session) -> str:
        return await self._log_in()

    mock.patch.object(Session, "_valid_token", anew).start()


_TABLE: dict[str, Callable[[], None]] = {
    "one-line-for-all": one_line_for_all,
    "no-pause": no_pause,
    "believes-for-ever": believes_for_ever,
    "logs-in-always": logs_in_always,
}
SABOTAGES = tuple(_TABLE)


if __name__ == "__main__":
    _TABLE[sys.argv.pop(1)]()
    cli.main()
