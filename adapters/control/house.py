"""What the control interface needs of a running daemon."""

from collections.abc import Callable, Mapping
from typing import Protocol

from adapters.runtime.cycle import Cycle
from adapters.runtime.shadow import Runner
from adapters.runtime.supervisor import Health
from engine.control.scan import Scan


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

    def wake(self) -> None:
        """Scan now."""
        ...

    def listen(self, name: str, listener: Callable[[Scan], object]) -> None:
        """Let `listener` hear of every complete scan."""
        ...

    def add(self, runner: Runner) -> None:
        """Run something beside the devices."""
        ...
