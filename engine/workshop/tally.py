"""Counting what a run of scans did: a pure fold over decisions and traces, streamed.

What a scan says holds until the next one. Everything is booked when it changes, by comparing with
what stood before; most of the time that is one look at the same object.
"""

from collections import defaultdict
from collections.abc import Iterable

from engine.control.decision import Alarm, Decision, RestrictionKind, Trace
from engine.language.plant import Output
from engine.language.rulebook import Rulebook
from engine.language.types import EnumType, NumberType
from engine.values.fact import Quality, Value
from engine.values.truth import Truth
from engine.workshop.meter import Meter, Roles
from engine.workshop.report import (
    AlarmReport,
    Basis,
    FactReport,
    OutputReport,
    Report,
    RuleReport,
    Veto,
)

VETOES = frozenset(
    {
        RestrictionKind.PERMISSIVE,
        RestrictionKind.INTERLOCK,
        RestrictionKind.LATCH,
        RestrictionKind.TRIP,
    }
)
"""The restrictions that protect; the others shape what was wanted to what the device can do."""

VetoKey = tuple[str, str]
"""Kind and id of what vetoes."""


def vetoes(decision: Decision) -> tuple[VetoKey, ...]:
    """Return what vetoes a decision, without repeats, in the order in which it was applied."""
    if not decision.restrictions:
        return ()
    found = [(each.kind.value, each.by) for each in decision.restrictions if each.kind in VETOES]
    return tuple(dict.fromkeys(found))


class _Output:
    """The counts of one output; what stands since `since_ms` is not booked yet."""

    __slots__ = (
        *("changes", "decision", "on", "on_ms", "output", "since_ms", "starts", "states_ms"),
        *("veto_counts", "vetoes", "vetoes_ms"),
    )

    def __init__(self, output: Output) -> None:
        self.output = output
        self.decision: Decision | None = None
        self.since_ms = 0
        self.on = False
        self.vetoes: tuple[VetoKey, ...] = ()
        self.changes = self.starts = self.on_ms = 0
        self.states_ms: defaultdict[Value, int] = defaultdict(int)
        self.vetoes_ms: defaultdict[VetoKey, int] = defaultdict(int)
        self.veto_counts: defaultdict[VetoKey, int] = defaultdict(int)

    def book(self, at_ms: int) -> None:
        if self.decision is None:
            return
        elapsed_ms = at_ms - self.since_ms
        self.since_ms = at_ms
        if self.on:
            self.on_ms += elapsed_ms
        if not isinstance(self.output.type, NumberType):
            self.states_ms[self.decision.value] += elapsed_ms
        for veto in self.vetoes:
            self.vetoes_ms[veto] += elapsed_ms

    def take(self, at_ms: int, decision: Decision) -> None:
        before = self.decision
        if before is not None and before.value == decision.value:
            if before.restrictions == decision.restrictions:
                self.decision = decision
                return
            self.book(at_ms)
        else:
            self.book(at_ms)
            on = self.output.is_on(decision.value)
            if before is not None:
                self.changes += 1
                self.starts += on and not self.on
            self.on = on
        now = vetoes(decision)
        for veto in now:
            if veto not in self.vetoes:
                self.veto_counts[veto] += 1
        self.vetoes = now
        self.decision, self.since_ms = decision, at_ms


class _Stands:
    """For each of a row of things, how long it was in which state, and how often it got there."""

    def __init__(self, count: int) -> None:
        self.states: tuple[object, ...] = (None,) * count
        self.since_ms = [0] * count
        self.total_ms: list[defaultdict[object, int]] = [defaultdict(int) for _ in range(count)]
        self.times: list[defaultdict[object, int]] = [defaultdict(int) for _ in range(count)]
        self.running = False

    def take(self, at_ms: int, states: tuple[object, ...]) -> None:
        if not self.running:
            self.since_ms = [at_ms] * len(states)
        for place, (before, now) in enumerate(zip(self.states, states, strict=True)):
            if self.running and before is now:
                continue
            if self.running:
                self.total_ms[place][before] += at_ms - self.since_ms[place]
            self.since_ms[place] = at_ms
            self.times[place][now] += 1
        self.states, self.running = states, True

    def book(self, at_ms: int) -> None:
        if not self.running:
            return
        for place, state in enumerate(self.states):
            self.total_ms[place][state] += at_ms - self.since_ms[place]
            self.since_ms[place] = at_ms

    def seconds(self, place: int, state: object) -> float:
        return self.total_ms[place][state] / 1000


class _Alarms:
    """The alarms that came up, in the order of their first time."""

    def __init__(self) -> None:
        self.standing: dict[tuple[str, str], int] = {}
        self.counts: dict[tuple[str, str], int] = {}
        self.total_ms: defaultdict[tuple[str, str], int] = defaultdict(int)
        self.texts: dict[tuple[str, str], str] = {}

    def take(self, at_ms: int, alarms: Iterable[Alarm]) -> None:
        self.book(at_ms)
        before, self.standing = self.standing, {}
        for alarm in alarms:
            key = (alarm.kind.value, alarm.subject)
            self.standing[key] = at_ms
            self.texts.setdefault(key, alarm.text)
            self.counts[key] = self.counts.get(key, 0) + (key not in before)

    def book(self, at_ms: int) -> None:
        for key, since_ms in self.standing.items():
            self.total_ms[key] += at_ms - since_ms
            self.standing[key] = at_ms


class Tally:
    """Counts a run of scans; `pause` ends a stretch, `report` says what it amounts to."""

    def __init__(self, rulebook: Rulebook, basis: Basis, roles: Roles | None = None) -> None:
        """Begin at nothing, for the plant and the rules of the rulebook."""
        self._rulebook = rulebook
        self._basis = basis
        self.meter = Meter(rulebook.plant, basis, roles)
        self._outputs = [_Output(output) for output in rulebook.plant.outputs]
        self._facts = _Stands(len(rulebook.plant.points))
        self._rules = _Stands(len(rulebook.rules))
        self._alarms = _Alarms()
        self._decisions: tuple[Decision, ...] = ()
        self._values: tuple[Value | None, ...] = ()
        self._qualities: tuple[Quality, ...] = ()
        self._truths: tuple[Truth, ...] = ()
        self._standing: tuple[Alarm, ...] = ()
        self._metered_ms: int | None = None
        self._running = False
        self._start_ms = self._end_ms = self._begun_ms = 0
        self._active_ms = 0
        self.scans = 0

    def add(self, at_ms: int, trace: Trace) -> None:
        """Take over what one scan decided and saw; it holds until the next one."""
        if not self._running:
            self._begin(at_ms)
        self.scans += 1
        decisions, image = trace.decisions, trace.image
        decided = decisions is not self._decisions and decisions != self._decisions
        if decided:
            for stands, decision in zip(self._outputs, decisions, strict=True):
                if decision is not stands.decision:
                    stands.take(at_ms, decision)
            self._decisions = decisions
        if image.qualities is not self._qualities:
            self._facts.take(at_ms, image.qualities)
            self._qualities = image.qualities
        if trace.rule_truths is not self._truths and trace.rule_truths != self._truths:
            self._rules.take(at_ms, trace.rule_truths)
            self._truths = trace.rule_truths
        if trace.alarms != self._standing:
            self._alarms.take(at_ms, trace.alarms)
            self._standing = trace.alarms
        if decided or image.values is not self._values:
            if self._metered_ms is not None:
                self.meter.run(at_ms - self._metered_ms)
            self._metered_ms = at_ms
            self.meter.set(image.values, decisions)
            self._values = image.values

    def _begin(self, at_ms: int) -> None:
        if not self.scans:
            self._start_ms = at_ms
        self._begun_ms, self._running = at_ms, True
        for stands in self._outputs:
            stands.since_ms = at_ms
        self._alarms.standing = dict.fromkeys(self._alarms.standing, at_ms)
        # Nothing is known to stand from an earlier stretch: the first scan is looked at as a whole.
        self._qualities, self._truths, self._standing, self._values = (), (), (), ()
        self._facts.running = self._rules.running = False
        self._metered_ms = None

    def pause(self, end_ms: int) -> None:
        """End a stretch: what the last scan said held until `end_ms`, and then nobody looked."""
        if not self._running:
            return
        for stands in self._outputs:
            stands.book(end_ms)
        self._facts.book(end_ms)
        self._rules.book(end_ms)
        self._alarms.book(end_ms)
        if self._metered_ms is not None:
            self.meter.run(end_ms - self._metered_ms)
        self._active_ms += end_ms - self._begun_ms
        self._end_ms, self._running = end_ms, False

    def report(self) -> Report:
        """Return what was counted until the last `pause`."""
        plant = self._rulebook.plant
        facts, rules = self._facts, self._rules
        return Report(
            start_ms=self._start_ms,
            end_ms=self._end_ms,
            scans=self.scans,
            seconds=self._active_ms / 1000,
            basis=self._basis,
            outputs=tuple(self._output(i, each) for i, each in enumerate(self._outputs)),
            facts=tuple(
                FactReport(
                    point.name,
                    facts.seconds(place, Quality.STALE),
                    facts.seconds(place, Quality.BAD),
                    facts.seconds(place, Quality.MISSING),
                )
                for place, point in enumerate(plant.points)
            ),
            rules=tuple(
                RuleReport(
                    rule.id,
                    rules.times[place][True],
                    rules.seconds(place, True),
                    rules.seconds(place, None),
                )
                for place, rule in enumerate(self._rulebook.rules)
            ),
            alarms=tuple(
                AlarmReport(*key, count, self._alarms.total_ms[key] / 1000, self._alarms.texts[key])
                for key, count in self._alarms.counts.items()
            ),
            house=self.meter.house(),
        )

    def _output(self, place: int, counted: _Output) -> OutputReport:
        output = counted.output
        return OutputReport(
            name=output.name,
            unit="" if output.unit is None else output.unit.symbol,
            changes=counted.changes,
            starts=counted.starts,
            on_s=counted.on_ms / 1000,
            states_s=_states(output, counted.states_ms),
            energy=self.meter.energy(place),
            vetoes=tuple(
                Veto(*key, count, counted.vetoes_ms[key] / 1000)
                for key, count in counted.veto_counts.items()
            ),
        )


def _states(output: Output, states_ms: dict[Value, int]) -> tuple[tuple[str, float], ...]:
    """Return the seconds in each state, in declared order."""
    if isinstance(output.type, NumberType):
        return ()
    if isinstance(output.type, EnumType):
        return tuple((name, states_ms.get(name, 0) / 1000) for name in output.type.values)
    return (("off", states_ms.get(False, 0) / 1000), ("on", states_ms.get(True, 0) / 1000))
