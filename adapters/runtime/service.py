"""A daemon with its surroundings: the folder it holds, the threads beside it, the watchdog."""

import logging
import time
from dataclasses import replace
from pathlib import Path

from adapters.clock import SiteClock
from adapters.port import Clock
from adapters.runtime.clock_trust import SUBJECT, ClockTrust, Settable
from adapters.runtime.cycle import whole_ms
from adapters.runtime.daemon import INVARIANT_BROKEN, SCAN_FAILED, STOPPED, Daemon, Surroundings
from adapters.runtime.demands import Demands
from adapters.runtime.going_live import GoingLive
from adapters.runtime.journal import Journal, Kind, boot_id
from adapters.runtime.kept import Keeps, Kept
from adapters.runtime.latches import latched_in
from adapters.runtime.loading import Loaded
from adapters.runtime.notify import Notifier
from adapters.runtime.recorder import Recorder
from adapters.runtime.recorder_files import RecorderSettings
from adapters.runtime.recording_thread import RecordingThread
from adapters.runtime.safe_mode import Rules, SafeMode, safe_rules
from adapters.runtime.slots import Disk
from adapters.runtime.starts import Ended, StartBook
from adapters.runtime.store import SavingThread, Store
from adapters.runtime.versions import Saying, VersionError, Versions, folder_files
from adapters.runtime.watchdog import LONGEST_S, LoopWatchdog
from adapters.runtime.witness import Witness
from engine.values.moment import Moment

CLOSING_S = 2.0
"""How long a disk may take to keep what waits, all together."""
PERIODS_BEFORE_STUCK = 10
_ENDS = {
    STOPPED: "stopped",
    SCAN_FAILED: "a scan failed",
    INVARIANT_BROKEN: "an invariant was broken: the log says which",
    None: "no scan was run",
}

log = logging.getLogger(__name__)


class Service:
    """Makes a daemon and takes down what stands around it. One for one run."""

    def __init__(
        self,
        loaded: Loaded,
        clock: Clock,
        notifier: Notifier | None = None,
        *,
        shadow: bool = False,
        disk: Disk | None = None,
    ) -> None:
        """Hold the state folder and restore what stands in it.

        Raises OccupiedError if another daemon holds it, ValueError for settings of the recorder or
        of `rules:` that are none. A folder that cannot be written costs the retained state of a
        restart, not control.
        """
        settings = RecorderSettings.of(loaded.site.sections.get("recorder", {}))
        demands = Demands.of(loaded.site.sections.get("rules"))
        folder = state_folder(loaded, shadow=shadow)
        self.store = Store(folder, disk)
        try:
            self.store.occupy()
        except OSError as error:
            log.error("the state folder cannot be used: %s", error)  # noqa: TRY400 - told
        self.starts = StartBook(folder, disk)
        asked = Rules(loaded.program, loaded.digest)
        if self.starts.begin(Ended(clock.wall_s(), clock.monotonic_s())).safe and not shadow:
            loaded = _in_safe_mode(loaded, asked)
        about = f"{'shadow, ' if shadow else ''}rules {loaded.digest[:12]}"
        self.journal = Journal(folder, clock, boot_id(), about=about, disk=disk)
        restored = self.store.restore(loaded.program, loaded.digest, _moment(loaded, clock))
        self._tell_notes(restored.notes)
        self.versions = Versions(folder)
        if not shadow:
            _keep_first(loaded, self.versions, clock)
        self.kept = Kept(folder, disk)
        for device in loaded.devices:
            if isinstance(device, Keeps):
                self.kept.join(f"device {device.name}", device)
        kept = latched_in(loaded.program, restored.retained)
        self.saving = SavingThread(self.store, self._digest, kept)
        self.recording = RecordingThread(Recorder(folder / "recordings", settings))
        longest_s = max(LONGEST_S, PERIODS_BEFORE_STUCK * loaded.site.scan_period_s)
        self.watchdog = LoopWatchdog(longest_s)
        around = Surroundings(self.saving, self.recording, notifier or Notifier({}), self.watchdog)
        self.daemon = Daemon(loaded, restored.retained, clock, around, shadow=shadow)
        self.daemon.own.told |= {
            "state": lambda: self.store.counters.error,
            "recorder": lambda: self.recording.counters.error,
            "journal": lambda: self.journal.error,
        }
        self.trust = self._trust(clock)
        self.live: GoingLive | None = None
        self.safe_mode: SafeMode | None = None
        if not shadow:
            self.live = GoingLive(
                self.daemon, self.versions, loaded.folder, clock, demands, loaded.fits
            )
            self.live.tell = self.journal.tell
            self.daemon.listen("going live", self.live.after)
            self.daemon.own.told["rules"] = self.live.why_taken_back
            self._begin_safe_mode(asked, clock)
        self._hear_scans()
        self.watchdog.start()
        _tell_made(loaded, shadow=shadow)

    def _tell_notes(self, notes: tuple[str, ...]) -> None:
        for note in notes:
            log.warning("retained state: %s", note)
            self.journal.tell(Kind.STATE, "", note)

    def _hear_scans(self) -> None:
        """Let the journal and the notes hear of every complete scan."""
        witness = Witness(self.journal.tell, self.saving)
        self.daemon.listen("witness", witness.after)
        self.daemon.listen("journal", lambda scan: self.journal.look(scan.trace.moment.monotonic_s))
        self.daemon.listen("kept", lambda scan: self.kept.look(scan.trace.moment.monotonic_s))

    def _digest(self) -> str:
        return self.daemon.digest

    def _trust(self, clock: Clock) -> ClockTrust | None:
        """Let scans know whether the wall clock may be believed; a simulated one always may."""
        if not isinstance(clock, Settable):
            return None
        trust = ClockTrust(clock.is_synchronised)
        self.kept.join(SUBJECT, trust)
        self.daemon.cycle.trusts = trust.look
        self.daemon.own.told[SUBJECT] = lambda: trust.alarm(clock.monotonic_s())
        return trust

    def _begin_safe_mode(self, asked: Rules, clock: Clock) -> None:
        """Watch over the way back, if the safe rules run in place of those asked for."""
        if self.live is None or self.daemon.digest == asked.digest:
            return
        self.safe_mode = SafeMode(
            self.daemon, asked, self.starts, clock.monotonic_s(), self.journal.tell
        )
        self.live.instead = self.safe_mode.waiting
        self.daemon.listen("safe mode", self.safe_mode.after)

    def close(self) -> None:
        """Keep what waits, but wait for no disk for ever."""
        end_s = time.monotonic() + CLOSING_S

        def left_s() -> float:
            return max(0.0, end_s - time.monotonic())

        if not self.saving.close(left_s()):
            log.error("the last retained state is not on the disk")
        if not self.kept.close(left_s()):
            log.error("the last notes of devices and requests are not on the disk")
        code = self.daemon.code
        told = _ENDS.get(code, f"exit code {code}")
        if self.daemon.restarting:
            told = "to start with other rules"
            self.starts.forgive()  # a person let them run
        if code is None or code == STOPPED:
            self.starts.end(left_s())
        if not self.journal.close(told, clean=code == STOPPED, timeout_s=left_s()):
            log.error("the last entries of the journal are not on the disk")
        if not self.recording.close(left_s()):
            log.error("the last scans are not in the recording")
        self.watchdog.close()
        self.store.close()


def _tell_made(loaded: Loaded, *, shadow: bool) -> None:
    keys = {
        "rules": loaded.digest[:12],
        "period_s": loaded.site.scan_period_s,
        "devices": len(loaded.devices) + len(loaded.scan_devices),
        "unwired": len(loaded.wiring.unwired),
        "shadow": str(shadow).lower(),
    }
    log.info("daemon made", extra={"keys": keys})


def _in_safe_mode(loaded: Loaded, asked: Rules) -> Loaded:
    """Return what runs in place of the rules that were asked for."""
    safe = safe_rules(asked)
    return replace(loaded, program=safe.program, digest=safe.digest)


def _keep_first(loaded: Loaded, versions: Versions, clock: Clock) -> None:
    """Tell why these rules run; rules that never ran before are kept as a version that did."""
    for note in loaded.notes:
        log.warning("rules: %s", note)
    if loaded.version is not None:
        return
    try:
        digest = versions.stage(folder_files(loaded.folder))
        first = Saying("thermiq", "the first start")
        versions.run(versions.keep(digest, first, clock.wall_s()))
    except (OSError, VersionError) as error:
        log.error("the rules are not kept for a restart: %s", error)  # noqa: TRY400 - told


def state_folder(loaded: Loaded, *, shadow: bool) -> Path:
    """Return where state and recordings lie; a shadow has its own, beside that of who controls."""
    folder = loaded.state_folder
    return folder.with_name(f"{folder.name}-shadow") if shadow else folder


def _moment(loaded: Loaded, clock: Clock) -> Moment:
    """Return the present in whole milliseconds, as the scans that follow."""
    site_clock = SiteClock(loaded.program.rulebook.plant.site)
    wall_s, monotonic_s = clock.wall_s(), clock.monotonic_s()
    return site_clock.moment(whole_ms(wall_s) / 1000, whole_ms(monotonic_s) / 1000)
