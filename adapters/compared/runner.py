"""One side of a comparison: runs its rules a chunk at a time and answers for the last chunks."""

import gc
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from adapters.clock import SiteClock
from adapters.playback import fit, play
from adapters.playback_recorded import play_recorded
from adapters.plot.series import Chart, Collector
from adapters.recordings.data import Span
from adapters.recordings.recording import Recording
from adapters.simulated.drive import Stretch, drive
from adapters.simulated.state import PlantParameters
from engine.control.decision import Trace
from engine.control.program import Program, compile_program
from engine.control.scan import Scan, initial
from engine.control.shaping import OutputState
from engine.control.state import Retained
from engine.inference.timing import TimerState
from engine.language.load import load
from engine.workshop.comfort import ComfortTally, with_wishes
from engine.workshop.diff_spans import Turn, Watch
from engine.workshop.diff_tell import Question, Telling, tell
from engine.workshop.diff_totals import Side
from engine.workshop.languages import LANGUAGES
from engine.workshop.report import Basis
from engine.workshop.tally import Tally

CHUNK = 60
"""Scans of which is kept what reasons are told from, until both sides have said what they ask."""
AHEAD = 3
"""Chunks that the new side may be ahead, so that no side waits for every hitch of the other."""
_COLLECT_AFTER = 50_000
"""Objects, instead of the usual 700."""
_GAP_MS = 60_000
"""A daemon's scans come when they come; what lies further apart is a gap."""


@contextmanager
def rare_collections() -> Iterator[None]:
    """Look for garbage in cycles less often while two sides run.

    A scan leaves none, but what is kept of a chunk makes Python look again and again: a tenth of
    the whole time.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


@dataclass(frozen=True, slots=True)
class Played:
    """Recorded facts. `rules` is the digest of the rules whose checkpoints a daemon's run has."""

    facts: Path
    spans: tuple[Span, ...]
    as_recorded: bool
    rules: str


@dataclass(frozen=True, slots=True)
class Driven:
    """The simulated house under some weather."""

    parts: tuple[Stretch, ...]
    seed: int


@dataclass(frozen=True, slots=True)
class Work:
    """What one side has to do; plain data, so that another process can be given it.

    `places` are the outputs that are compared, `factors` make the old side's units of their values.
    Every `sample_ms` facts are kept for a chart; None: no chart is wanted. `language` is the code
    of what reasons are told in.
    """

    files: Mapping[str, bytes]
    wishes: tuple[str, ...]
    places: tuple[int, ...]
    factors: tuple[float, ...]
    source: Played | Driven
    step_ms: int
    sample_ms: int | None = None
    language: str = "en"


class Chunk(NamedTuple):
    """What happened in some scans; none at all means that the end is reached."""

    scans: int
    turns: list[Turn]


class Outcome(NamedTuple):
    """What a side amounts to in the end."""

    side: Side
    chart: Chart | None


_Seen = tuple[Trace, tuple[TimerState, ...], tuple[OutputState, ...]]
"""What reasons are told from. Windows are many times as large, and would not fit into the
processor's cache for as many scans."""


def _scan(seen: _Seen) -> Scan:
    """Return as much of a scan as its reasons are told from."""
    trace, timers, outputs = seen
    retained = Retained(trace.moment.monotonic_s, timers, (), outputs, ())
    return Scan(trace.decisions, retained, trace)


class Runner:
    """Runs one side in this process."""

    def __init__(self, work: Work) -> None:
        """Compile the rules; they were checked before."""
        book, _ = with_wishes(load(work.files).rulebook, work.wishes)
        self._program = compile_program(book)
        driven = isinstance(work.source, Driven)
        self._tally = Tally(book, Basis.MEASURED if driven else Basis.DECIDED)
        self._watch = Watch(work.places, work.factors)
        self._comfort = ComfortTally(self._program, work.wishes)
        self._collector = (
            None if work.sample_ms is None else Collector(book, self._tally.meter, work.sample_ms)
        )
        recorded = isinstance(work.source, Played) and work.source.as_recorded
        gap_ms = max(_GAP_MS, work.step_ms) if recorded else work.step_ms
        self._items = _with_pauses(_scans(work, self._program), work.step_ms, gap_ms)
        self._kept: deque[dict[int, _Seen]] = deque(maxlen=AHEAD + 1)
        self._words = LANGUAGES[work.language]

    def begin(self) -> None:
        """Begin the next chunk; this one does so when it is asked for it."""

    def end(self) -> Chunk:
        """Return the next chunk."""
        kept: dict[int, _Seen] = {}
        add, see, watch_comfort = self._tally.add, self._watch.see, self._comfort.add
        collect = None if self._collector is None else self._collector.add
        for at_ms, done in islice(self._items, CHUNK):
            if done is None:
                self._pause(at_ms)
                continue
            add(at_ms, done.trace)
            see(at_ms, done.decisions)
            watch_comfort(at_ms, done)
            if collect is not None:
                collect(at_ms, done)
            retained = done.retained
            kept[at_ms] = (done.trace, retained.timers, retained.outputs)
        turns = self._watch.turns()
        self._kept.append(kept)
        return Chunk(len(kept), turns)

    def _pause(self, end_ms: int) -> None:
        self._tally.pause(end_ms)
        self._watch.pause(end_ms)
        self._comfort.pause(end_ms)
        if self._collector is not None:
            self._collector.pause(end_ms)

    def tell(self, asked: Iterable[Question]) -> list[Telling]:
        """Answer questions about moments of the last chunk that the other side has reached too."""
        return [
            tell(self._words, self._program, _scan(self._seen(each.at_ms)), each) for each in asked
        ]

    def _seen(self, at_ms: int) -> _Seen:
        return next(kept[at_ms] for kept in self._kept if at_ms in kept)

    def outcome(self) -> Outcome:
        """Return what it all amounts to."""
        side = Side(self._tally.report(), self._comfort.report())
        return Outcome(side, None if self._collector is None else self._collector.chart(""))

    def close(self) -> None:
        """Let go of the recording."""
        self._items.close()


def _scans(work: Work, program: Program) -> Iterator[tuple[int, Scan]]:
    source = work.source
    if isinstance(source, Driven):
        clock = SiteClock(program.rulebook.plant.site)
        plant = PlantParameters(seed=source.seed)
        begun = initial(program)
        for at_ms, _, done in drive(program, begun, plant, source.parts, clock, work.step_ms):
            yield at_ms, done
        return
    with Recording.open(source.facts) as recording:
        fitting = fit(recording.points(), program.rulebook)
        if source.as_recorded:
            yield from play_recorded(recording, program, source.rules, fitting, source.spans)
        else:
            yield from play(recording, program, fitting, source.spans, work.step_ms)


def _with_pauses(
    scans: Iterable[tuple[int, Scan]], step_ms: int, gap_ms: int
) -> Generator[tuple[int, Scan | None], None, None]:
    """Yield the scans, and None with the end of each stretch."""
    due_ms: int | None = None
    for at_ms, done in scans:
        if due_ms is not None and at_ms > due_ms - step_ms + gap_ms:
            yield due_ms, None
        due_ms = at_ms + step_ms
        yield at_ms, done
    if due_ms is not None:
        yield due_ms, None
