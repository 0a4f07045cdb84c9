"""The live rules and a candidate, scanned side by side on the same facts.

The live side decides anew what the daemon decided, so that both sides can say why; a scan in which
it does not is counted, and means that something besides the facts was different.
"""

from collections import deque
from dataclasses import asdict, dataclass, field

from adapters.candidate.frames import Frame
from engine.control.program import Program
from engine.control.retained import carry_over
from engine.control.scan import Scan, scan
from engine.control.state import Retained
from engine.inference.image import ProcessImage, empty_image, plausible
from engine.language.plant import Plant
from engine.language.types import NumberType
from engine.values.fact import Quality, Value
from engine.workshop.diff import Common, pair_outputs
from engine.workshop.diff_spans import Opened, SpanBook, Watch
from engine.workshop.diff_tell import questions, tell
from engine.workshop.english import ENGLISH

LATEST = 50
"""So many disagreements are kept with their reasons, the newest ones."""


@dataclass(slots=True)
class Disagreement:
    """From `start_ms` (Unix time) on an output would have been decided otherwise; both say why."""

    start_ms: int
    output: str
    unit: str
    live: Value
    candidate: Value
    live_why: str
    candidate_why: str
    candidate_silent: str = ""


@dataclass(slots=True)
class OutputCount:
    """One output: how often and how long it was decided otherwise, and what each side did."""

    output: str
    times: int = 0
    seconds: float = 0.0
    differs_now: bool = False
    live_starts: int = 0
    candidate_starts: int = 0


@dataclass(slots=True)
class Report:
    """What came of it so far. `unlike_daemon` counts scans that the live side decided otherwise."""

    since_ms: int = 0
    now_ms: int = 0
    scans: int = 0
    unlike_daemon: int = 0
    outputs: list[OutputCount] = field(default_factory=list)
    latest: list[Disagreement] = field(default_factory=list)
    only_live: tuple[str, ...] = ()
    only_candidate: tuple[str, ...] = ()
    alarms: list[str] = field(default_factory=list)
    """Of the candidate, that the live rules do not have now."""

    def plain(self) -> dict[str, object]:
        """Return the report as JSON can say it."""
        return asdict(self)


class Twins:
    """Takes in frames; `report` says what they amount to."""

    def __init__(self, live: Program, candidate: Program, retained: Retained) -> None:
        """Begin where the live rules stand; the candidate takes over what it has a use for."""
        self._programs = (live, candidate)
        started = carry_over(live, retained, candidate).retained
        self._retained = [retained, started]
        self._scans: list[Scan | None] = [None, None]
        plants = (live.rulebook.plant, candidate.rulebook.plant)
        self._facts = _Translation(*plants)
        pairing = pair_outputs(*plants)
        self._common: tuple[Common, ...] = pairing.common
        self._watches = (
            Watch([each.old_place for each in self._common], [1.0] * len(self._common)),
            Watch(
                [each.new_place for each in self._common], [each.factor for each in self._common]
            ),
        )
        self._book = SpanBook(len(self._common))
        self._latest: deque[Disagreement] = deque(maxlen=LATEST)
        self._on: list[list[bool]] = [[], []]
        self.report = Report(
            outputs=[OutputCount(each.name) for each in self._common],
            only_live=pairing.only_old + pairing.unlike,
            only_candidate=pairing.only_new,
        )

    def step(self, frame: Frame) -> bool:
        """Scan both sides; tell whether anything is decided otherwise than a scan before."""
        at_ms = round(frame.moment.wall_s * 1000)
        images = (frame.image, self._facts.image(frame.image))
        for side, (program, image) in enumerate(zip(self._programs, images, strict=True)):
            done = scan(program, self._retained[side], image, frame.moment)
            self._retained[side], self._scans[side] = done.retained, done
            self._watches[side].see(at_ms, done.decisions)
        self._count(at_ms, frame)
        before = [each.differs_now for each in self.report.outputs]
        opened = self._book.take(self._watches[0].turns(), self._watches[1].turns())
        for each in opened:
            self._note(each)
        self._mark_differing()
        return bool(opened) or before != [each.differs_now for each in self.report.outputs]

    def _count(self, at_ms: int, frame: Frame) -> None:
        report, (live, candidate) = self.report, self._both()
        elapsed_s = max(0, at_ms - report.now_ms) / 1000 if report.scans else 0.0
        report.since_ms = report.since_ms or at_ms
        report.now_ms = at_ms
        report.scans += 1
        report.unlike_daemon += tuple(d.value for d in live.decisions) != frame.decided
        for each in report.outputs:
            each.seconds += elapsed_s if each.differs_now else 0.0
        self._count_starts()
        standing = {(alarm.kind, alarm.subject) for alarm in live.trace.alarms}
        report.alarms = [
            f"{alarm.subject}: {alarm.text} ({alarm.kind.value})"
            for alarm in candidate.trace.alarms
            if (alarm.kind, alarm.subject) not in standing
        ]

    def _count_starts(self) -> None:
        plants = [program.rulebook.plant for program in self._programs]
        for side, done in enumerate(self._both()):
            places = [each.new_place if side else each.old_place for each in self._common]
            now = [plants[side].outputs[at].is_on(done.decisions[at].value) for at in places]
            for count, was, is_on in zip(self.report.outputs, self._on[side], now, strict=False):
                if is_on and not was:
                    count.candidate_starts += side
                    count.live_starts += 1 - side
            self._on[side] = now

    def _mark_differing(self) -> None:
        live, candidate = self._both()
        for count, each in zip(self.report.outputs, self._common, strict=True):
            new = candidate.decisions[each.new_place].value
            if not isinstance(new, bool | str):
                new *= each.factor
            count.differs_now = not _same(live.decisions[each.old_place].value, new)

    def _note(self, opened: Opened) -> None:
        common = self._common[opened.place]
        asked = questions(opened, common.name)
        told = [
            tell(ENGLISH, program, done, question)
            for program, done, question in zip(self._programs, self._both(), asked, strict=True)
        ]
        self.report.outputs[opened.place].times += 1
        self._latest.append(
            Disagreement(
                opened.at_ms,
                common.name,
                "" if common.unit is None else common.unit.symbol,
                opened.old.value,
                opened.new.value,
                told[0].why,
                told[1].why,
                told[1].silent,
            )
        )
        self.report.latest = list(self._latest)

    def _both(self) -> tuple[Scan, Scan]:
        live, candidate = self._scans
        assert live is not None and candidate is not None  # noqa: S101, PT018 - after a step
        return live, candidate


def _same(live: Value, candidate: Value) -> bool:
    if isinstance(live, float) and isinstance(candidate, float):
        return abs(live - candidate) <= 1e-9 * max(abs(live), abs(candidate))
    return live == candidate


class _Translation:
    """Facts of the live plant as the candidate's plant knows them, by name; the rest is MISSING."""

    def __init__(self, live: Plant, candidate: Plant) -> None:
        self._same = live.points == candidate.points
        self._points = candidate.points
        self._empty = empty_image(candidate)
        places = {point.name: (at, point) for at, point in enumerate(live.points)}
        self._from: list[tuple[int, float] | None] = []
        for point in candidate.points:
            at, before = places.get(point.name, (-1, None))
            if before is None or before.type != point.type:
                self._from.append(None)
                continue
            factor = 1.0
            if isinstance(point.type, NumberType) and point.unit and before.unit:
                factor = before.unit.factor / point.unit.factor
            self._from.append((at, factor))

    def image(self, image: ProcessImage) -> ProcessImage:
        """Return the image that the candidate sees."""
        if self._same:
            return image
        rows: list[tuple[Value | None, Quality, float]] = []
        for at, (source, point) in enumerate(zip(self._from, self._points, strict=True)):
            if source is None:
                rows.append((None, Quality.MISSING, self._empty.measured_at_s[at]))
                continue
            place, factor = source
            value, quality = image.values[place], image.qualities[place]
            if isinstance(value, float):
                value *= factor
            if quality is Quality.GOOD:
                value = plausible(point, value)
                quality = Quality.BAD if value is None else quality
            rows.append((value, quality, image.measured_at_s[place]))
        values, qualities, measured = zip(*rows, strict=True) if rows else ((), (), ())
        return ProcessImage(values, qualities, measured, image.overrides, image.resets)
