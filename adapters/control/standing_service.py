"""The part of the control interface about the controller itself: its standing, and resume."""

import asyncio
from typing import Protocol

from adapters.pb.thermiq.v1 import control_pb2 as pb
from adapters.runtime.refusal import Refusal, RefusedError
from adapters.runtime.standing import Standing


class Stands(Protocol):
    """Whoever knows how the controller stands; see `adapters.runtime.standing.Board`."""

    def now(self) -> Standing:
        """Return how everything stands; may read the disk."""
        ...

    def resume(self, by: str) -> None:
        """End safe mode. Raises RefusedError."""
        ...

    def believe_clock(self, by: str) -> None:
        """Trust the clock as it stands. Raises RefusedError."""
        ...


class StandingService:
    """`board` is joined when the daemon is made; before, nothing is known."""

    board: Stands | None = None

    async def message(self) -> pb.Standing:
        """Return how the controller stands."""
        if self.board is None:
            return pb.Standing()
        return standing_message(await asyncio.to_thread(self.board.now))

    async def resume(self, asked: pb.ResumeRequest) -> pb.Standing:
        """Let the operator's rules run again, or believe the clock."""
        if self.board is None:
            raise RefusedError(Refusal.NOT_NOW, "nothing is known of a safe mode here")
        if asked.clock:
            self.board.believe_clock(asked.author)
        else:
            self.board.resume(asked.author)
        return await self.message()


def standing_message(standing: Standing) -> pb.Standing:
    """Return how the controller stands, as a message."""
    return pb.Standing(
        version=standing.version,
        folder_differs=standing.folder_differs,
        taken_back=standing.taken_back,
        probation_s=standing.probation_s,
        safe_mode=standing.safe_mode,
        clock=standing.clock,
        starts=standing.starts,
        unclean_ends=standing.unclean_ends,
        flash_today_bytes=standing.flash_today_bytes,
    )
