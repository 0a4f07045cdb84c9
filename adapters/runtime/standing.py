"""How the controller itself stands, in one look: rules, safe mode, clock, starts, flash."""

from dataclasses import dataclass
from pathlib import Path

from adapters.files import read_rules
from adapters.port import Clock
from adapters.runtime.flash_today import FlashToday
from adapters.runtime.operations import author_of
from adapters.runtime.refusal import Refusal, RefusedError
from adapters.runtime.safe_mode import WHY
from adapters.runtime.service import Service
from adapters.runtime.versions import VersionError
from adapters.scribe import digest_of
from engine.control.scan import Scan


@dataclass(frozen=True, slots=True)
class Standing:
    """See `Standing` in control.proto. `safe_mode` and `clock` say why, empty if there is none."""

    version: int = 0
    folder_differs: bool = False
    taken_back: str = ""
    probation_s: float | None = None
    safe_mode: str = ""
    clock: str = ""
    starts: int = 0
    unclean_ends: int = 0
    flash_today_bytes: int = 0


class Board:
    """Asks everybody around a daemon."""

    def __init__(self, service: Service, folder: Path, clock: Clock) -> None:
        """`folder` is the operator's."""
        self._service = service
        self._folder = folder
        self._clock = clock
        self._flash = FlashToday()
        self._flash_bytes = 0
        service.kept.join("flash", self._flash)
        service.daemon.listen("flash", self._after)

    def _after(self, scan: Scan) -> None:
        """Count for the day that it is at the site."""
        moment = scan.trace.moment
        self._flash_bytes = self._flash.look(moment.wall_s + moment.utc_offset_s)

    @property
    def safe_mode(self) -> str:
        """Why everything is held at its failsafe, empty if it is not."""
        safe = self._service.safe_mode
        return "" if safe is None or safe.is_over else WHY

    @property
    def clock(self) -> str:
        """Why the clock is not trusted, empty if it is."""
        return "" if self._service.trust is None else self._service.trust.standing()

    def now(self) -> Standing:
        """Return how everything stands. Reads the disk: not for the thread that scans."""
        live, starts = self._service.live, self._service.starts.now
        until_s = None if live is None else live.watched_until_s
        return Standing(
            version=self._version(),
            folder_differs=self._folder_differs(),
            taken_back="" if live is None else live.taken_back,
            probation_s=None if until_s is None else until_s - self._clock.monotonic_s(),
            safe_mode=self.safe_mode,
            clock=self.clock,
            starts=starts.starts,
            unclean_ends=starts.unclean_ends,
            flash_today_bytes=self._flash_bytes,
        )

    def resume(self, by: str) -> None:
        """End safe mode. Raises RefusedError."""
        author, safe = author_of(by), self._service.safe_mode
        if safe is None:
            raise RefusedError(Refusal.NOT_NOW, "there is no safe mode: the rules run")
        safe.resume(author)

    def believe_clock(self, by: str) -> None:
        """Trust the clock as it stands. Raises RefusedError."""
        author, trust = author_of(by), self._service.trust
        if trust is None or trust.trusted:
            raise RefusedError(Refusal.NOT_NOW, "the clock is trusted already")
        trust.believe(author)

    def _version(self) -> int:
        live = self._service.live
        try:
            running = None if live is None else live.versions.running()
        except VersionError:
            return 0
        return 0 if running is None else running.number

    def _folder_differs(self) -> bool:
        safe = self._service.safe_mode
        waits = None if safe is None else safe.waiting()
        digest = self._service.daemon.digest if waits is None else waits[1]
        return digest_of(read_rules(self._folder).files) != digest
