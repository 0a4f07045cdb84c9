"""The recorder: what each scan saw and decided, into recordings of a day each.

`Recorder` turns scans into rows and commits them in batches. It knows neither threads nor clocks:
the scans tell the time. `recording_thread.py` runs it beside the scans.

What makes a replay exact stands in the file: the moment of each scan, and at the start of every
stretch the retained state that the controller began it with. A stretch (segment) starts with the
daemon, with other rules, and after anything that was not recorded.
"""

import logging
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from adapters.recordings.data import (
    CLOCK,
    TRUSTED,
    Change,
    Checkpoint,
    DecisionRow,
    EventRow,
    RecordingError,
    RequestRow,
    ScanRun,
    Span,
)
from adapters.recordings.live import LiveRecording
from adapters.runtime.flash_budget import FlashBudget
from adapters.runtime.recorder_files import RecorderFiles, RecorderSettings, day_of
from adapters.scribe import differs, infos, row_of
from engine.control.decision import Alarm, Decision
from engine.control.program import Program
from engine.control.retained import save
from engine.control.state import Retained
from engine.inference.image import Override, ProcessImage
from engine.values.fact import Quality
from engine.values.moment import Moment

CHECKPOINT_MS = 3_600_000
"""A checkpoint an hour: a question about any moment replays at most an hour."""
RESTS = "more comes and goes than the flash's budget lets be recorded: nothing is, until it is paid"
SET_BACK_MS = 10_000
"""A wall clock set back by more begins another file; by less, the time line waits for it."""
ROWS_MAX = 20_000
"""More of them are committed before their time; if the flash cannot bear it, a rest follows."""
ROWS_HELD_MAX = 500
"""More are handed to SQLite before their commit: where commits are rare, memory would swell by some
MiB with each. It keeps what fits into its cache, and puts the rest where the commit would."""

log = logging.getLogger(__name__)

_FAILURES = (RecordingError, sqlite3.Error, OSError, ValueError, MemoryError)
"""What recording may fail with while scans go on; SQLite lacks memory where a file is damaged."""


class Seen(NamedTuple):
    """One complete scan, as the recorder takes it in. `before` is the state it started from."""

    program: Program
    digest: str
    before: Retained
    moment: Moment
    image: ProcessImage
    decisions: tuple[Decision, ...]
    alarms: tuple[Alarm, ...]
    anew: bool = False
    """`before` is not what the last scan left behind: here begins another stretch."""


@dataclass(slots=True)
class RecorderCounters:
    """How recording went: scans written, scans lost, commits, failures, the last error."""

    written: int = 0
    lost: int = 0
    commits: int = 0
    failures: int = 0
    error: str = ""


@dataclass(slots=True)
class _Rows:
    """What waits to be handed to SQLite."""

    samples: list[Change] = field(default_factory=list)
    decisions: list[DecisionRow] = field(default_factory=list)
    events: list[EventRow] = field(default_factory=list)
    checkpoints: list[Checkpoint] = field(default_factory=list)
    runs: list[ScanRun] = field(default_factory=list)
    measured: list[tuple[int, str, float]] = field(default_factory=list)
    requests: list[RequestRow] = field(default_factory=list)
    segments: dict[int, Span] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.samples) + len(self.decisions) + len(self.runs) + len(self.measured)


@dataclass(slots=True)
class _Known:
    """What was written of the present stretch."""

    program: Program
    digest: str
    start_ms: int
    checkpoint_due_ms: int
    image: ProcessImage | None = None
    told: dict[str, Decision] = field(default_factory=dict)
    alarms: tuple[Alarm, ...] = ()
    overrides: tuple[Override, ...] | None = None
    trusted: bool = True


class Recorder:
    """Takes in scans in order; raises nothing that a disk can cause."""

    def __init__(
        self,
        folder: Path,
        settings: RecorderSettings,
        site: str = "",
        budget: FlashBudget | None = None,
    ) -> None:
        """Write into `folder`; nothing is opened before the first scan."""
        self.counters = RecorderCounters()
        self._files = RecorderFiles(folder, settings)
        self._settings = settings
        self._budget = budget or FlashBudget(settings.budget_bytes)
        self._site = site
        self._live: LiveRecording | None = None
        self._day = ""
        self._full = False
        self._last_ms: int | None = None
        self._known: _Known | None = None
        self._rows = _Rows()
        self._handed_over = 0
        """Rows that SQLite has and that wait for their commit."""
        self._waiting = 0
        """Scans that wait for it."""
        self._due_ms = 0
        self._retry_ms: int | None = None

    def take(self, seen: Seen) -> None:
        """Take in one scan."""
        monotonic_ms = round(seen.moment.monotonic_s * 1000)
        if self._retry_ms is not None and monotonic_ms < self._retry_ms:
            self.counters.lost += 1
            return
        try:
            self._retry_ms = None
            self._waiting += 1
            at_ms = self._open(seen, monotonic_ms)
            self._write_down(seen, at_ms, monotonic_ms)
            if len(self._rows) >= ROWS_HELD_MAX:
                self._hand_over()
            if monotonic_ms >= self._due_ms or self._handed_over >= ROWS_MAX:
                self._commit()
                usual_ms = self._settings.commit_every_ms
                self._due_ms = monotonic_ms + self._budget.wait_ms(monotonic_ms, usual_ms)
                self._rest(monotonic_ms, self._budget.rest_ms)
        except _FAILURES as error:
            self._fail(error)
            self._retry_ms = monotonic_ms + self._settings.commit_every_ms

    def _rest(self, monotonic_ms: int, rest_ms: int) -> None:
        """Record nothing until what is owed to the flash is paid; then begins another stretch."""
        if rest_ms:
            self._retry_ms, self._known = monotonic_ms + rest_ms, None
            self._due_ms = self._retry_ms + self._settings.commit_every_ms
            self.counters.error = RESTS

    def lose(self, scans: int) -> None:
        """Hear that scans were not recorded: what follows is another stretch."""
        self.counters.lost += scans
        self._known = None

    def close(self) -> None:
        """Commit what waits and leave plain files."""
        try:
            if self._live is not None:
                self._commit()
                self._live.close()
        except _FAILURES as error:
            self._fail(error)
        self._live = self._known = None

    def _open(self, seen: Seen, monotonic_ms: int) -> int:
        """Return the scan's place on the time line, in a file and a stretch that can take it."""
        wall_ms, day = round(seen.moment.wall_s * 1000), day_of(seen.moment)
        known = self._known
        at_ms = self._after(wall_ms)
        other = known is not None and known.program is not seen.program and (
            known.program.rulebook.plant != seen.program.rulebook.plant
        )  # fmt: skip
        set_back = at_ms - wall_ms > SET_BACK_MS
        if self._live is None or day != self._day or set_back or other or self._full:
            self._begin_file(seen, day, wall_ms)
            self._due_ms = monotonic_ms + self._settings.commit_every_ms
            known = None
        if known is None or known.digest != seen.digest or seen.anew:
            at_ms = self._after(wall_ms, 2)  # between the two stands the state it begins with
            self._begin_stretch(seen, at_ms)
        return at_ms

    def _after(self, wall_ms: int, ahead_ms: int = 1) -> int:
        """Return the wall clock's time, or the first moment after what is written already."""
        return wall_ms if self._last_ms is None else max(wall_ms, self._last_ms + ahead_ms)

    def _begin_file(self, seen: Seen, day: str, wall_ms: int) -> None:
        if self._live is not None:
            self._commit()
            self._live.close()
            self._live = None
        self._known = None
        plant = seen.program.rulebook.plant
        meta = {
            "site": plant.site.name or self._site,
            "time_zone": plant.site.time_zone,
            "created_by": "thermiq run",
        }
        self._live = self._files.open(
            day, infos(plant, facts=True), meta, wall_ms + SET_BACK_MS // 2
        )
        self._last_ms, self._day, self._full = self._live.last_ms, day, False

    def _begin_stretch(self, seen: Seen, at_ms: int) -> None:
        """Note the state that the controller starts the stretch with, as of just before it."""
        before_ms = at_ms - 1
        data = save(seen.program, seen.before)
        self._rows.checkpoints.append(Checkpoint(before_ms, seen.digest, data))
        self._known = _Known(seen.program, seen.digest, at_ms, at_ms + CHECKPOINT_MS)

    def _write_down(self, seen: Seen, at_ms: int, monotonic_ms: int) -> None:
        """Note what is new in this scan."""
        known, rows = self._known, self._rows
        assert known is not None  # noqa: S101 - `_open` has just seen to it
        if at_ms >= known.checkpoint_due_ms:
            data = save(seen.program, seen.before)
            rows.checkpoints.append(Checkpoint(at_ms - 1, seen.digest, data))
            known.checkpoint_due_ms = at_ms + CHECKPOINT_MS
        wall_ms = round(seen.moment.wall_s * 1000)
        run = rows.runs[-1].longer(at_ms, wall_ms, monotonic_ms) if rows.runs else None
        if run is None or at_ms == known.start_ms:
            rows.runs.append(ScanRun(at_ms, wall_ms, monotonic_ms))
        else:
            rows.runs[-1] = run
        rows.samples += _changes(known, seen, at_ms)
        rows.measured += _measured(known, seen, at_ms)
        if seen.image.resets or seen.image.overrides != known.overrides:
            known.overrides = seen.image.overrides
            rows.requests.append(_requests(at_ms, seen.image))
        for decision in seen.decisions:
            told = known.told.get(decision.output)
            if decision is not told and (told is None or differs(told, decision)):
                rows.decisions.append(row_of(at_ms, decision))
                known.told[decision.output] = decision
        if seen.moment.wall_trusted != known.trusted:
            known.trusted = seen.moment.wall_trusted
            rows.events.append(EventRow(at_ms, CLOCK, "wall", TRUSTED[known.trusted]))
        if seen.alarms != known.alarms:
            standing = {(alarm.kind, alarm.subject) for alarm in known.alarms}
            rows.events += [
                EventRow(at_ms, alarm.kind.value, alarm.subject, alarm.text)
                for alarm in seen.alarms
                if (alarm.kind, alarm.subject) not in standing
            ]
            known.alarms = seen.alarms
        known.image, self._last_ms = seen.image, at_ms
        rows.segments[known.start_ms] = Span(known.start_ms, at_ms + 1)

    def _hand_over(self) -> None:
        """Put what waits into the open transaction."""
        live, rows = self._live, self._rows
        if live is None:
            return
        live.add_samples(rows.samples)
        live.add_decisions(rows.decisions)
        live.add_events(rows.events)
        for checkpoint in rows.checkpoints:
            live.add_checkpoint(checkpoint)
        live.add_scans(rows.runs)
        live.add_measured(rows.measured)
        live.add_requests(rows.requests)
        for segment in rows.segments.values():
            live.extend(segment)
        self._handed_over += len(rows)
        self._rows = _Rows()

    def _commit(self) -> None:
        if self._live is None:
            return
        self._hand_over()
        self._live.commit()
        self.counters.commits += 1
        self.counters.written += self._waiting
        self.counters.error = ""
        self._waiting = self._handed_over = 0
        self._files.prune()
        self._full = self._files.is_full()

    def _fail(self, error: Exception) -> None:
        """Give up what waits; what follows is another stretch in a file opened anew."""
        self.counters.failures += 1
        self.counters.lost += self._waiting
        self.counters.error = str(error) or type(error).__name__
        log.error("not recorded: %s", self.counters.error)
        self._rows, self._handed_over, self._waiting = _Rows(), 0, 0
        self._known = None
        if self._live is not None:
            self._live.abandon()
            self._live = None


def _changes(known: _Known, seen: Seen, at_ms: int) -> Iterator[Change]:
    """Yield the points that are otherwise than in the last scan."""
    last, image = known.image, seen.image
    points = seen.program.rulebook.plant.points
    if last is not None and last.values == image.values and last.qualities == image.qualities:
        return
    for place, point in enumerate(points):
        value, quality = image.values[place], image.qualities[place]
        if last is None or (last.values[place], last.qualities[place]) != (value, quality):
            yield at_ms, point.name, value, quality


def _measured(known: _Known, seen: Seen, at_ms: int) -> Iterator[tuple[int, str, float]]:
    """Yield when points were measured whose age the rules read."""
    last, image = known.image, seen.image
    for place, _ in seen.program.network.ages:
        at_s = image.measured_at_s[place]
        new = last is None or last.measured_at_s[place] != at_s
        if new and image.qualities[place] is not Quality.MISSING:
            yield at_ms, seen.program.rulebook.plant.points[place].name, at_s


def _requests(at_ms: int, image: ProcessImage) -> RequestRow:
    return RequestRow(
        at_ms,
        [[o.id, o.output, o.value, o.by, o.until_s] for o in image.overrides],
        [[reset.trip, reset.by] for reset in image.resets],
    )
