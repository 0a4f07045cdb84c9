"""What the control interface needs of a running daemon, and the rules it may be given."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from adapters.files import read_rules
from adapters.runtime.cycle import Cycle
from adapters.runtime.shadow import Runner
from adapters.runtime.supervisor import Health
from adapters.scribe import digest_of
from engine.control.program import Program, compile_program
from engine.control.scan import Scan
from engine.language.checked import check_files
from engine.language.problem import Problem


class Gateways(Protocol):
    """The half of a gateway that says why points are not GOOD."""

    @property
    def reasons(self) -> Mapping[str, str]:
        """By point, in a few words."""
        ...


class Supervised(Protocol):
    """Whoever knows how the devices are doing."""

    health: dict[str, Health]


class House(Protocol):
    """A running daemon."""

    digest: str
    shadow: bool

    @property
    def cycle(self) -> Cycle:
        """The scans."""
        ...

    @property
    def gateway(self) -> Gateways:
        """Where facts come from."""
        ...

    @property
    def supervisor(self) -> Supervised:
        """Who keeps the devices."""
        ...

    def activate(self, program: Program, digest: str) -> tuple[str, ...]:
        """Go on under other rules; returns what starts anew. Raises ValueError: another plant."""
        ...

    def wake(self) -> None:
        """Scan now."""
        ...

    def listen(self, name: str, listener: Callable[[Scan], object]) -> None:
        """Let `listener` hear of every complete scan."""
        ...

    def add(self, runner: Runner) -> None:
        """Run something beside the devices."""
        ...


@dataclass(frozen=True, slots=True)
class NewRules:
    """A folder of rules, looked at: `program` is None if there is an error among the problems."""

    program: Program | None
    digest: str
    problems: tuple[Problem, ...]


ReadRules = Callable[[], NewRules]
"""Reads, checks and compiles; takes its time, so it is called in a thread."""


def rules_in(folder: Path) -> ReadRules:
    """Return the function that looks at the rules of a folder, as they stand then."""

    def look() -> NewRules:
        read = read_rules(folder)
        checked = check_files(read.files, read.problems)
        program = compile_program(checked.rulebook) if checked.ok else None
        return NewRules(program, digest_of(read.files), checked.problems)

    return look
