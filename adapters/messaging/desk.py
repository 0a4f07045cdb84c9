"""The desk: where requests from MQTT are checked, handed to the scans, and answered.

    a message                                     what becomes of it
    retained                                      refused, and cleared at the broker
    empty                                         nothing: that is how a topic is cleared
    not exactly a request, expired, outside       refused with the reason
    heard already, too often                      refused with the reason
    an override, a setpoint, a mode, an ack       taken, answered at once
    a reset                                       taken; answered after the scan that heard it

The scans hear of it by `cycle.requests` alone, as of every person's request.
"""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from adapters.codec.mqtt_ledger import Ledger
from adapters.codec.mqtt_request import (
    AckAsked,
    ModeAsked,
    Offer,
    OverrideAsked,
    RefusedError,
    Request,
    ResetAsked,
    SetpointAsked,
    read,
)
from adapters.codec.mqtt_state import Content, tell_time
from adapters.codec.mqtt_topics import Kind
from adapters.devices.setpoints import Setpoints
from adapters.port import Clock
from adapters.runtime.cycle import Cycle
from adapters.runtime.refusal import Refusal
from adapters.runtime.refusal import RefusedError as ObjectionError
from engine.control.decision import AlarmKind
from engine.control.scan import Scan
from engine.inference.image import Override, Reset
from engine.values.fact import Value

RESETS_MAX = 20
"""Resets that may wait for their scan."""


class Operations(Protocol):
    """What the daemon does for people; `adapters.runtime.operations` is one for all their ways.

    `override` and `withdraw` raise `adapters.runtime.refusal.RefusedError` with the reason.
    """

    def modes(self) -> tuple[str, ...]:
        """Return the modes that can be asked for; none if there is but one."""
        ...

    def mode(self) -> str:
        """Return the mode that counts."""
        ...

    def set_mode(self, mode: str, by: str) -> str:
        """Change the mode; returns why not, or nothing."""
        ...

    def acknowledge(self, alarm: str, by: str) -> str:
        """Note that a person has seen an alarm; returns why not, or nothing."""
        ...

    def override(self, name: str, value: Value, lasts_s: float, by: str) -> Override:
        """Let an output have a value, in its unit, for so long."""
        ...

    def withdraw(self, name: str, by: str) -> Override:
        """End the override of an output with the next scan."""
        ...


class PlainOperations:
    """A controller with one mode, where nobody acknowledges anything."""

    def __init__(self, cycle: Cycle, clock: Clock) -> None:
        """Hand overrides to `cycle`."""
        self._cycle = cycle
        self._clock = clock
        self._count = 0

    def modes(self) -> tuple[str, ...]:
        """See `Operations`."""
        return ()

    def mode(self) -> str:
        """See `Operations`."""
        return "automatic"

    def set_mode(self, mode: str, by: str) -> str:  # noqa: ARG002 - there is no other
        """See `Operations`."""
        return "this controller has one mode"

    def acknowledge(self, alarm: str, by: str) -> str:  # noqa: ARG002 - nothing is noted
        """See `Operations`."""
        return "this controller takes no acknowledgements"

    def override(self, name: str, value: Value, lasts_s: float, by: str) -> Override:
        """See `Operations`."""
        self._count += 1
        until_s = self._clock.monotonic_s() + lasts_s
        found = Override(f"mqtt:{self._count}", name, value, by, until_s)
        self._cycle.requests.overrides[name] = found
        return found

    def withdraw(self, name: str, by: str) -> Override:  # noqa: ARG002 - nothing is noted
        """See `Operations`."""
        found = self._cycle.requests.overrides.pop(name, None)
        if found is None:
            raise ObjectionError(Refusal.NOT_NOW, f"`{name}` has no override")
        return found


class _AskedReset(NamedTuple):
    topic: str
    request_id: str
    trip: str


Reply = Callable[[str, Content], None]
"""Sends an answer to the topic of a request."""


class Desk:
    """Takes requests from one broker."""

    def __init__(
        self,
        cycle: Cycle,
        clock: Clock,
        reply: Reply,
        operations: Operations,
        setpoints: Setpoints | None = None,
        ledger: Ledger | None = None,
    ) -> None:
        """Answer by `reply`; `ledger` knows what was heard already."""
        self.refused = 0
        self._cycle = cycle
        self._clock = clock
        self._reply = reply
        self._operations = operations
        self._setpoints = setpoints
        self._ledger = ledger or Ledger()
        self._resets: list[_AskedReset] = []

    def hear(self, kind: Kind, name: str, topic: str, payload: bytes, *, retained: bool) -> None:
        """Deal with one message on a topic for requests; never raises for what it says."""
        if not payload:
            return
        now_s = self._clock.wall_s()
        try:
            if retained:
                raise RefusedError("a retained request is never taken")  # noqa: TRY301 - the table's first line
            request = read(kind, name, payload, self._offer(), now_s)
            setpoint = request.setpoint if isinstance(request, SetpointAsked) else ""
            objection = self._ledger.objection(request.id, setpoint, now_s)
            if not objection:
                self._ledger.enter(request.id, setpoint, request.until_wall_s, now_s)
                objection = self._grant(request, topic)
        except RefusedError as error:
            self._answer(topic, error.id, str(error))
            return
        if objection or not isinstance(request, ResetAsked):
            self._answer(topic, request.id, objection)

    def _offer(self) -> Offer:
        rulebook = self._cycle.program.rulebook
        return Offer(
            {output.name: output for output in rulebook.plant.outputs},
            frozenset(trip.id for trip in rulebook.trips),
            self._operations.modes(),
            self._setpoints.setpoints if self._setpoints else {},
        )

    def _grant(self, request: Request, topic: str) -> str:
        """Do what is asked; returns why not, or nothing."""
        match request:
            case OverrideAsked():
                return self._override(request)
            case ResetAsked():
                return self._reset(request, topic)
            case ModeAsked():
                return self._operations.set_mode(request.mode, request.by)
            case AckAsked():
                return self._operations.acknowledge(request.alarm, request.by)
            case SetpointAsked():
                assert self._setpoints is not None  # noqa: S101 - else none was on offer
                self._setpoints.take(
                    request.setpoint, request.value, request.by, request.until_wall_s
                )
                return ""

    def _override(self, asked: OverrideAsked) -> str:
        try:
            if asked.value is None:
                self._operations.withdraw(asked.output, asked.by)
            else:
                lasts_s = asked.until_wall_s - self._clock.wall_s()
                self._operations.override(asked.output, asked.value, lasts_s, asked.by)
        except ObjectionError as objection:
            return str(objection)
        return ""

    def _reset(self, asked: ResetAsked, topic: str) -> str:
        if len(self._resets) >= RESETS_MAX:
            return f"{RESETS_MAX} resets are waiting"
        if not self._is_latched(asked.trip):
            return "this trip is not latched"
        self._cycle.requests.resets.append(Reset(asked.trip, asked.by))
        self._resets.append(_AskedReset(topic, asked.id, asked.trip))
        return ""

    def _is_latched(self, trip: str) -> bool:
        trips = self._cycle.program.rulebook.trips
        return any(
            each.id == trip and state.latched
            for each, state in zip(trips, self._cycle.retained.trips, strict=True)
        )

    def after(self, scan: Scan) -> None:
        """Answer the resets that this scan has heard."""
        heard = {reset.trip for reset in scan.trace.image.resets}
        refusals = {
            alarm.subject: alarm.text
            for alarm in scan.trace.alarms
            if alarm.kind is AlarmKind.RESET_REFUSED
        }
        for asked in self._resets:
            if asked.trip in heard:
                self._answer(asked.topic, asked.request_id, refusals.get(asked.trip, ""))
        self._resets = [asked for asked in self._resets if asked.trip not in heard]

    def _answer(self, topic: str, request_id: str, objection: str) -> None:
        self.refused += bool(objection)
        content: Content = {
            "id": request_id,
            "accepted": not objection,
            "reason": objection,
            "time": tell_time(self._clock.wall_s()),
        }
        self._reply(topic, content)
