"""One scenario that was played, and what came of it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.language.position import Position

if TYPE_CHECKING:
    from engine.workshop.scenario_finding import Finding  # all its words: only where one failed


@dataclass(frozen=True, slots=True)
class Case:
    """One scenario that was played; it passed if nothing was found."""

    name: str
    position: Position
    scans: int
    findings: tuple["Finding", ...]
