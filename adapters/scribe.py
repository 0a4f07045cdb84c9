"""Writing a run of scans down: decisions with their reasons, alarms, checkpoints, and facts.

A decision is written when its value, its cause or anything that restricts it changes. The exact
figure that was wanted before rounding and limits moves with every measurement; the row shows the
one at its moment.
"""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import PurePath

from adapters.recordings.data import (
    Change,
    Checkpoint,
    DecisionRow,
    EventRow,
    Json,
    PointInfo,
    PointType,
    Span,
)
from adapters.recordings.writer import RecordingWriter
from engine.control.decision import Alarm, Decision
from engine.control.program import Program
from engine.control.retained import save
from engine.control.scan import Scan
from engine.language.plant import Output, Plant, Point
from engine.language.types import BoolType, EnumType, NumberType

_BATCH = 5_000
CHECKPOINT_MS = 86_400_000
"""A checkpoint a day: a question about any moment replays at most a day."""


def digest_of(files: Mapping[str, bytes]) -> str:
    """Return what tells one set of rule files from another, wherever they lie."""
    digest = hashlib.sha256()
    for name in sorted(files):
        content = files[name]
        digest.update(f"{PurePath(name).name}\n{len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def infos(plant: Plant, *, facts: bool) -> list[PointInfo]:
    """Return what a recording of the plant declares: its outputs, and its points if wanted."""
    return [*(_info(point) for point in plant.points if facts), *map(_info, plant.outputs)]


def _info(point: Point | Output) -> PointInfo:
    kinds: dict[type, PointType] = {NumberType: "number", BoolType: "bool", EnumType: "enum"}
    return PointInfo(
        point.name,
        kinds[type(point.type)],
        "" if point.unit is None else point.unit.symbol,
        point.low,
        point.high,
        point.type.values if isinstance(point.type, EnumType) else (),
        "fact" if isinstance(point, Point) else "output",
        point.about,
    )


def row_of(at_ms: int, decision: Decision) -> DecisionRow:
    """Return a decision as it is recorded; docs/dry-run.md describes the reasons."""
    restrictions: list[Json] = []
    for each in decision.restrictions:
        told: dict[str, Json] = {"kind": each.kind.value, "by": each.by, "value": each.value}
        if each.until_s is not None:
            told["until_ms"] = round(each.until_s * 1000)
        restrictions.append(told)
    reasons: dict[str, Json] = {
        "asked_by": decision.asked_by,
        "overruled": list(decision.overruled),
        "restrictions": restrictions,
    }
    return DecisionRow(
        at_ms,
        decision.output,
        decision.value,
        decision.cause.value,
        decision.by,
        decision.wanted,
        reasons,
    )


def differs(before: Decision, now: Decision) -> bool:
    """Tell whether a decision says something new, apart from the exact figure wanted."""
    return (
        before.value != now.value
        or before.cause is not now.cause
        or before.by != now.by
        or before.asked_by != now.asked_by
        or before.overruled != now.overruled
        or [each[:2] for each in before.restrictions] != [each[:2] for each in now.restrictions]
    )


class Scribe:
    """Takes in scans and writes what they decided into a recording, in batches."""

    def __init__(self, writer: RecordingWriter, program: Program, rules: str) -> None:
        """Write into `writer`; `rules` is the digest that the checkpoints name."""
        self._writer = writer
        self._program = program
        self._rules = rules
        self._last: tuple[Decision, ...] = ()
        self._told: dict[str, Decision] = {}
        self._alarms: tuple[Alarm, ...] = ()
        self._decisions: list[DecisionRow] = []
        self._events: list[EventRow] = []
        self._changes: list[Change] = []
        self._start_ms: int | None = None
        self._checkpoint_due_ms = 0

    def facts(self, changes: Iterable[Change]) -> None:
        """Write what was measured; for whoever records more than decisions."""
        self._changes += changes
        if len(self._changes) >= _BATCH:
            self._flush()

    def add(self, at_ms: int, scan: Scan) -> None:
        """Write what this scan decided otherwise than the last one."""
        if self._start_ms is None:
            self._start_ms = at_ms
            self._checkpoint_due_ms = at_ms + CHECKPOINT_MS
        decisions = scan.decisions
        if decisions != self._last:
            self._last = decisions
            for decision in decisions:
                told = self._told.get(decision.output)
                if decision is not told and (told is None or differs(told, decision)):
                    self._told[decision.output] = decision
                    self._decisions.append(row_of(at_ms, decision))
            if len(self._decisions) >= _BATCH:
                self._flush()
        alarms = scan.trace.alarms
        if alarms != self._alarms:
            standing = {(alarm.kind, alarm.subject) for alarm in self._alarms}
            self._events += [
                EventRow(at_ms, alarm.kind.value, alarm.subject, alarm.text)
                for alarm in alarms
                if (alarm.kind, alarm.subject) not in standing
            ]
            self._alarms = alarms
        if at_ms >= self._checkpoint_due_ms:
            self._checkpoint_due_ms += CHECKPOINT_MS
            data = save(self._program, scan.retained)
            self._writer.add_checkpoint(Checkpoint(at_ms, self._rules, data))

    def pause(self, end_ms: int) -> None:
        """Note the stretch that ends here."""
        if self._start_ms is not None:
            self._writer.add_segment(Span(self._start_ms, end_ms))
        self._start_ms = None
        self._flush()

    def _flush(self) -> None:
        self._writer.add_samples(self._changes)
        self._writer.add_decisions(self._decisions)
        self._writer.add_events(self._events)
        self._changes, self._decisions, self._events = [], [], []
