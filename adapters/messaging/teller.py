"""What of a scan is worth telling, and in which words. No I/O: contents go to the outbox.

Told is what changed, and everything again once a minute. The sentence behind a decision is made
only when the decision is another, and in a thread of its own: it takes longer than a scan.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from adapters.codec import mqtt_state
from adapters.codec.mqtt_topics import Kind, Topics
from adapters.devices.setpoints import Setpoints
from adapters.messaging.desk import Operations
from adapters.messaging.outbox import REST_S, Outbox
from adapters.port import Field, Reading
from engine.control.decision import Decision
from engine.control.program import Program
from engine.control.scan import Scan
from engine.language.plant import Point
from engine.values.fact import Quality, Value
from engine.values.moment import Moment
from engine.workshop.english import ENGLISH
from engine.workshop.explain import explain_seen
from engine.workshop.sight import sight_of
from engine.workshop.wording import tell_why


@dataclass
class Teller:
    """Turns scans and readings into contents of topics."""

    outbox: Outbox
    topics: Topics
    operations: Operations
    reasons: Callable[[], Mapping[str, str]] = dict
    """Why points are not GOOD, as the gateway knows."""
    setpoints: Setpoints | None = None
    extras: Mapping[str, str] = field(default_factory=dict)
    """Topic of the site's own -> the point or output that it tells."""
    _program: Program | None = None
    _own: frozenset[str] = frozenset()
    _since: dict[str, float] = field(default_factory=dict)

    def look(self, program: Program, scan: Scan) -> list[Decision]:
        """Tell what a scan of `program` brought; returns the decisions that still need a sentence.

        Those go, with `sentences_of`, to `decided`.
        """
        if program is not self._program:
            self._turn_to(program)
        moment = scan.trace.moment
        self._facts(program, scan, moment)
        news = self._decisions(scan, moment)
        self._alarms(program, scan, moment)
        self._overrides(program, scan, moment)
        self._mode(moment)
        self._setpoints(moment)
        return news

    def _turn_to(self, program: Program) -> None:
        """Clear what an earlier program told and this one does not."""
        plant = program.rulebook.plant
        own = {self.topics.fact(point.name) for point in plant.points}
        for output in plant.outputs:
            own |= {self.topics.decision(output.name), self.topics.override(output.name)}
        for name in (*(each.name for each in plant.points), *(o.name for o in plant.outputs)):
            own.update(self._also(name))
        for topic in self._own - own:
            self.outbox.clear(topic)
        self._program, self._own = program, frozenset(own)

    def _also(self, name: str) -> list[str]:
        return [self.topics.own(path) for path, told in self.extras.items() if told == name]

    def _facts(self, program: Program, scan: Scan, moment: Moment) -> None:
        image, reasons = scan.trace.image, self.reasons()
        rows = zip(
            program.rulebook.plant.points,
            image.values,
            image.qualities,
            image.measured_at_s,
            strict=True,
        )
        for point, value, quality, at_s in rows:
            reason = reasons.get(point.name, "")
            if quality is Quality.STALE:
                reason = reason or f"older than {point.max_age_s:g} s"
            content = _Measured(point, value, quality, moment.wall_s - (moment.monotonic_s - at_s))
            self._tell_value(Kind.FACT, self.topics.fact(point.name), content, reason, moment)
            for topic in self._also(point.name) if self.extras else ():
                self._tell_value(Kind.EXTRA, topic, content, reason, moment)

    def _tell_value(
        self, kind: Kind, topic: str, seen: "_Measured", reason: str, moment: Moment
    ) -> None:
        key = (seen.value, seen.quality, reason)
        rest_s = REST_S if isinstance(seen.value, float) else 0.0
        if self.outbox.is_news(topic, key, moment.monotonic_s, rest_s):
            content = mqtt_state.value_content(
                seen.value, mqtt_state.unit_of(seen.point), seen.quality, seen.wall_s, reason
            )
            self.outbox.put(kind, topic, content, key, moment.monotonic_s)

    def _decisions(self, scan: Scan, moment: Moment) -> list[Decision]:
        """Return the decisions that are news; the others are repeated when it is time."""
        news, now_s = [], moment.monotonic_s
        for decision in scan.decisions:
            topic = self.topics.decision(decision.output)
            if self.outbox.differs(topic, mqtt_state.said(decision)):
                news.append(decision)
            elif self.outbox.is_news(topic, mqtt_state.said(decision), now_s):
                for each in (topic, *self._also(decision.output)):
                    self.outbox.repeat(each, now_s)
        return news

    def decided(self, told: Iterable[tuple[Decision, str]], program: Program, scan: Scan) -> None:
        """Tell decisions of a scan, each with its sentence."""
        outputs = {output.name: output for output in program.rulebook.plant.outputs}
        moment = scan.trace.moment
        for decision, reason in told:
            content = mqtt_state.decision_content(
                outputs[decision.output], decision, moment.wall_s, reason
            )
            key, now_s = mqtt_state.said(decision), moment.monotonic_s
            topic = self.topics.decision(decision.output)
            self.outbox.put(Kind.DECISION, topic, content, key, now_s)
            for topic in self._also(decision.output):
                self.outbox.put(Kind.EXTRA, topic, content, key, now_s)

    def _alarms(self, program: Program, scan: Scan, moment: Moment) -> None:
        now_s = moment.monotonic_s
        subjects = {alarm.subject for alarm in scan.trace.alarms}
        self._since = {each: self._since.get(each, moment.wall_s) for each in subjects}
        for subject, content in mqtt_state.alarm_contents(scan.trace.alarms, moment.wall_s).items():
            content["time"] = mqtt_state.tell_time(self._since[subject])
            topic, key = self.topics.alarm(subject), (str(content["kinds"]), content["text"])
            if self.outbox.is_news(topic, key, now_s):
                self.outbox.put(Kind.ALARM, topic, content, key, now_s)
        lasting = alarms_of(program)
        for alarm in lasting:
            topic = self.topics.alarm(alarm)
            if alarm not in subjects and self.outbox.is_news(topic, None, now_s):
                content = mqtt_state.quiet_content(moment.wall_s)
                self.outbox.put(Kind.ALARM, topic, content, None, now_s)
        kept = {self.topics.alarm(alarm) for alarm in (*lasting, *subjects)}
        for topic in self.outbox.topics():
            if topic.startswith(f"{self.topics.root}/alarms/") and topic not in kept:
                self.outbox.clear(topic)

    def _overrides(self, program: Program, scan: Scan, moment: Moment) -> None:
        standing = {override.output: override for override in scan.trace.image.overrides}
        for output in program.rulebook.plant.outputs:
            override = standing.get(output.name)
            topic, now_s = self.topics.override(output.name), moment.monotonic_s
            if self.outbox.is_news(topic, override, now_s):
                until_s = override.until_s - now_s + moment.wall_s if override else 0.0
                content = mqtt_state.override_content(output, override, until_s)
                self.outbox.put(Kind.OVERRIDE, topic, content, override, now_s)

    def _mode(self, moment: Moment) -> None:
        key = (self.operations.mode(), self.operations.modes())
        if self.outbox.is_news(self.topics.mode, key, moment.monotonic_s):
            time = mqtt_state.tell_time(moment.wall_s)
            content: mqtt_state.Content = {"mode": key[0], "modes": list(key[1]), "time": time}
            self.outbox.put(Kind.MODE, self.topics.mode, content, key, moment.monotonic_s)

    def _setpoints(self, moment: Moment) -> None:
        if self.setpoints is None:
            return
        for name, setpoint in self.setpoints.setpoints.items():
            found, state = self.setpoints.standing(name), self.setpoints.state(name)
            topic, key = self.topics.setpoint(name), (found, state)
            if not self.outbox.is_news(topic, key, moment.monotonic_s):
                continue
            value = found.value if found else setpoint.otherwise
            content: mqtt_state.Content = {
                "value": mqtt_state.rounded(value),
                "unit": setpoint.symbol,
                "quality": (Quality.MISSING if value is None else Quality.GOOD).value,
                "by": found.by if found else "",
                "until": mqtt_state.tell_time(found.until_wall_s) if found else "",
                "state": state,
            }
            self.outbox.put(Kind.SETPOINT, topic, content, key, moment.monotonic_s)

    def readings(
        self, device: str, fields: Mapping[str, Field], readings: Sequence[Reading], moment: Moment
    ) -> None:
        """Tell what a device says of itself, field by field."""
        for reading in readings:
            about = fields.get(reading.field)
            if about is None:
                continue
            topic, now_s = self.topics.reading(device, reading.field), moment.monotonic_s
            key = (reading.value, reading.quality, reading.reason)
            rest_s = REST_S if isinstance(reading.value, float | int) else 0.0
            if self.outbox.is_news(topic, key, now_s, rest_s):
                wall_s = moment.wall_s - (now_s - reading.measured_at_s)
                content = mqtt_state.value_content(
                    reading.value, about.unit, reading.quality, wall_s, reading.reason
                )
                self.outbox.put(Kind.READING, topic, content, key, now_s)


@dataclass(frozen=True, slots=True)
class _Measured:
    point: Point
    value: Value | None
    quality: Quality
    wall_s: float

    def __post_init__(self) -> None:
        assert not math.isnan(self.wall_s)  # noqa: S101 - an image holds no NaN


def sentences_of(program: Program, scan: Scan, decisions: Iterable[Decision]) -> list[str]:
    """Return why each output has its value, in the words of `thermiq why`.

    Pure, and some milliseconds each: not for the thread that scans.
    """
    sight = sight_of(program, scan)
    return [tell_why(ENGLISH, explain_seen(sight, each.output)) for each in decisions]


def alarms_of(program: Program) -> tuple[str, ...]:
    """Return the alarms that this plant always has, raised or not: its trips and interlocks."""
    book = program.rulebook
    names = [trip.id for trip in book.trips] + [each.id for each in book.interlocks]
    return tuple(dict.fromkeys(names))
