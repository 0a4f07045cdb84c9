"""The miners of the house on loopback: two gRPC servers whose power is the plant's."""

from pathlib import Path

from adapters.port import Clock
from adapters.simulated.braiins_miner import MinerNature, SimulatedMiner
from adapters.simulated.braiins_server import BraiinsServer
from adapters.simulated.state import PlantState

_LEAST_W = 1700
_ROOM_C = 20.0


class HouseMiners:
    """Miner 1 and miner 2, at rest when the house starts."""

    def __init__(self, clock: Clock, folder: Path) -> None:
        """Make them and the file with their password."""
        self.miner1, self.miner2 = (
            SimulatedMiner(clock, MinerNature(serial=f"ASP1-MINER-{number}", min_w=_LEAST_W))
            for number in (1, 2)
        )
        for miner in (self.miner1, self.miner2):
            miner.follow(miner.nature.paused_w, _ROOM_C)
            miner.pause()
        self.password_file = folder / "miner.password"
        self.password_file.write_text(f"{self.miner1.nature.password}\n", "utf-8")
        self._servers = BraiinsServer(self.miner1), BraiinsServer(self.miner2)

    @property
    def ports(self) -> tuple[int, int]:
        """Return where they listen on loopback."""
        return self._servers[0].port, self._servers[1].port

    async def start(self) -> None:
        """Listen."""
        for server in self._servers:
            await server.start()

    async def stop(self) -> None:
        """Close every connection."""
        for server in self._servers:
            await server.stop()

    def follow(self, state: PlantState) -> None:
        """Show the power and the board temperature that the plant has come to."""
        for miner, there in ((self.miner1, state.miner1), (self.miner2, state.miner2)):
            miner.follow(there.power_w, there.board_temperature_c)
