"""One life of the daemon: made as `Service` makes it, run until it ends or dies.

Only what runs in threads is replaced: states are saved on the spot, and nothing is recorded.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from adapters.clock import SiteClock
from adapters.codec.mqtt_ledger import Ledger
from adapters.codec.mqtt_state import Content
from adapters.messaging.desk import Desk
from adapters.runtime.clock_trust import SUBJECT, ClockTrust
from adapters.runtime.cycle import whole_ms
from adapters.runtime.daemon import Daemon, Surroundings
from adapters.runtime.kept import Kept, Newest
from adapters.runtime.latches import latched_in
from adapters.runtime.loading import Loaded
from adapters.runtime.operations import Operations
from adapters.runtime.slots import SLOTS
from adapters.runtime.store import Store
from engine.control.program import Program
from engine.control.state import Retained
from engine.values.moment import Moment
from tests.virtual.disk import VirtualDisk
from tests.virtual.loop import VirtualLoop
from tests.virtual.world import KilledError, World


class SavedAtOnce:
    """A Saver without a thread; see `SavingThread`.

    What nobody could tell from it is put off: while the disk works and nobody is about to die in a
    write, a state that is not urgent is written when somebody looks at the disk (`settle`), unless
    two newer ones have been written over both slots by then.
    """

    def __init__(
        self,
        store: Store,
        digest: Callable[[], str],
        durable: frozenset[str],
        disk: VirtualDisk,
    ) -> None:
        """`durable` are the latches that were restored."""
        self._store = store
        self._digest = digest
        self._disk = disk
        self._put_off: list[tuple[Program, str, Retained]] = []
        disk.settle = self.settle
        self.durable = durable
        self.owes = False

    def hand_in(
        self, program: Program, retained: Retained, urgent: bool, *, ended: bool = False
    ) -> None:
        """Save now, or soon enough."""
        if not urgent and not self.owes and not self._disk.attended:
            self._put_off.append((program, self._digest(), retained))
            if len(self._put_off) == 2 * SLOTS:  # the others fall into the same slots again
                del self._put_off[:SLOTS]
            self.durable = latched_in(program, retained)
            return
        self.settle()
        if self._disk.fails:  # what is refused in any case need not be long
            retained = replace(retained, windows=(None,) * len(retained.windows))
        self.owes = not self._store.save(
            program, self._digest(), retained, urgent=urgent, ended=ended
        )
        if not self.owes:
            self.durable = latched_in(program, retained)

    def settle(self) -> None:
        """Write what was put off."""
        waiting, self._put_off = self._put_off, []
        for program, digest, retained in waiting:
            if not self._store.save(program, digest, retained, urgent=False):
                raise AssertionError("put off, although the disk was broken")


class _AtOnce(Newest):
    """Writes without a thread."""

    def hand_in(self, data: bytes) -> None:
        """Write now."""
        self.owes = False
        try:
            self._do_write(data)
        except (OSError, ValueError):
            self.owes = True


class KeptAtOnce(Kept):
    """What is kept beside the retained state, without a thread."""

    def __init__(self, folder: Path, disk: VirtualDisk) -> None:
        """Name the file."""
        super().__init__(folder, disk)
        self._writer = _AtOnce("kept", self._write)

    def finish(self) -> None:
        """Close the file as the system does for a process that is gone: nothing is written."""
        self._slots.close()


class Life:
    """A process that controls the world's plant."""

    def __init__(self, world: World, loaded: Loaded, nonce: Callable[[], str]) -> None:
        """Start: hold the folder, restore what stands on the disk. Raises OccupiedError."""
        world.new_devices()
        self._world = world
        self.store = Store(loaded.state_folder, world.disk)
        self.store.occupy()
        try:
            self._begin(world, loaded, nonce)
        except KilledError:
            self.store.close()  # as the system does: the next process finds the folder free
            raise

    def _begin(self, world: World, loaded: Loaded, nonce: Callable[[], str]) -> None:
        """Restore what was kept and make the daemon."""
        clock = world.clock
        site_clock = SiteClock(loaded.program.rulebook.plant.site)
        moment: Moment = site_clock.moment(
            whole_ms(clock.wall_s()) / 1000, whole_ms(clock.monotonic_s()) / 1000
        )
        restored = self.store.restore(loaded.program, loaded.digest, moment)
        self.notes = restored.notes
        self.saver = SavedAtOnce(
            self.store,
            lambda: self.daemon.digest,
            latched_in(loaded.program, restored.retained),
            world.disk,
        )
        live = replace(loaded, devices=tuple(world.sources.values()), scan_devices=(world.plc,))
        self.daemon = Daemon(live, restored.retained, clock, Surroundings(self.saver))
        self.daemon.own.told["state"] = lambda: self.store.counters.error
        self.operations = Operations(self.daemon.cycle, clock, nonce)
        self.replies: list[tuple[str, Content]] = []
        self.ledger = Ledger()
        self.desk = Desk(
            self.daemon.cycle,
            clock,
            lambda topic, content: self.replies.append((topic, content)),
            self.operations,
            ledger=self.ledger,
        )
        self.kept = KeptAtOnce(loaded.state_folder, world.disk)
        self.trust = ClockTrust(clock.is_synchronised)
        for name, keeper in (
            ("MQTT requests", self.ledger),
            ("resets", self.operations),
            (SUBJECT, self.trust),
        ):
            self.kept.join(name, keeper)
        self.daemon.cycle.trusts = self.trust.look
        self.daemon.own.told[SUBJECT] = lambda: self.trust.alarm(clock.monotonic_s())
        self.daemon.listen("kept", lambda scan: self.kept.look(scan.trace.moment.monotonic_s))
        self.daemon.listen("operations", self.operations.after)
        self.daemon.listen("desk", self.desk.after)

    def run(self, scans: int | None = None) -> int | KilledError:
        """Run until stopped; returns the exit code, or how it died."""
        world = self._world
        loop = VirtualLoop(lambda: world.clock.true_s, world.advance)
        try:
            ended: int | KilledError = loop.run_until_complete(self.daemon.run(scans))
        except KilledError as killed:
            ended = killed
        finally:
            self._end(loop)
        return ended

    def _end(self, loop: VirtualLoop) -> None:
        """Take away the process; its files are closed by the system, its images by the kernel."""
        loop.end()
        self.saver.settle()
        self._world.disk.settle = _nothing
        self.store.close()
        self.kept.finish()
        self._world.plc.close()


def _nothing() -> None:
    """Nobody has anything to write."""
