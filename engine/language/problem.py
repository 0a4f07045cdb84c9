"""A problem is a value with a place. Checks return problems; they never print and never raise."""

from dataclasses import dataclass
from enum import Enum

from engine.language.position import Position


class Severity(Enum):
    """An ERROR keeps the rules from running; a WARNING only makes `check --strict` exit 1."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Related:
    """A second place that belongs to a problem, and what stands there."""

    position: Position
    label: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding: a stable code (`unknown-fact`), a sentence in the operator's words, its place.

    `help` says what to do about it, `related` points at the other place of a clash.
    """

    code: str
    severity: Severity
    message: str
    position: Position
    help: str = ""
    related: tuple[Related, ...] = ()


def by_place(problem: Problem) -> tuple[str, int, int, str, str]:
    """Order problems as a reader meets them; the code and the message settle ties."""
    place = problem.position
    return (place.file, place.line, place.column, problem.code, problem.message)
