"""The links of the black box, by name, and what can be wrong with one."""

from typing import Final, Literal

Fault = Literal["hang", "drop", "reset", "refuse", "slow", "half", "corrupt"]
CLEAR: Final = None
DEAD: frozenset[Fault | None] = frozenset({"hang", "drop", "reset", "refuse", "half"})
"""Nothing is heard through such a link."""

MINER_1, MINER_2, BUS, BROKER = "miner1", "miner2", "bus", "broker"
LINKS = (MINER_1, MINER_2, BUS, BROKER)
SOURCE_OF = {MINER_1: BROKER, MINER_2: BUS}
"""Over which link the demand of each miner comes; P5 follows the bus."""
