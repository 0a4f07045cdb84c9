"""The desk: where requests from MQTT are checked, handed to the scans, and answered.

    a message                                     what becomes of it
    retained                                      refused, and cleared at the broker
    empty                                         nothing: that is how a topic is cleared
    not exactly a request, expired, outside       refused with the reason
    heard already, too often                      refused with the reason
    an override, a setpoint, a mode, an ack       taken, answered at once
    a reset                                       armed, answered with a nonce and the cause
    its confirmation                              taken; answered after the scan that heard it

The scans hear of it by `cycle.requests` alone, as of every person's request.
"""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from adapters.codec.mqtt_ledger import Ledger
from adapters.codec.mqtt_request import (
    AckAsked,
    ConfirmAsked,
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
from adapters.runtime.refusal import RefusedError as ObjectionError
from adapters.runtime.reset import NONCE_LIFE_S
from engine.control.decision import AlarmKind
from engine.control.scan import Scan
from engine.inference.image import Override
from engine.values.fact import Value


class Operations(Protocol):
    """What the daemon does for people; `adapters.runtime.operations` is one for all their ways.

    What returns no reason raises `adapters.runtime.refusal.RefusedError` with it.
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

    def arm_reset(self, name: str, by: str) -> str:
        """Take the first step of a reset and return its nonce."""
        ...

    def confirm_reset(self, name: str, by: str, nonce: str) -> None:
        """Take the second step: the next scan hears of it."""
        ...

    def refused(self, asked: str, why: str, by: str = "") -> None:
        """Hear that something was asked for and refused."""
        ...


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
            self._operations.refused(f"MQTT {kind.value} {name}", str(error))
            self._answer(topic, error.id, str(error))
            return
        except ObjectionError as error:
            objection = str(error)
        if objection:
            self._operations.refused(f"MQTT {kind.value} {name}", objection, request.by)
        if objection or not isinstance(request, ResetAsked | ConfirmAsked):
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
                return self._arm(request, topic)
            case ConfirmAsked():
                self._operations.confirm_reset(request.trip, request.by, request.nonce)
                self._resets.append(_AskedReset(topic, request.id, request.trip))
                return ""
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
        if asked.value is None:
            self._operations.withdraw(asked.output, asked.by)
        else:
            lasts_s = asked.until_wall_s - self._clock.wall_s()
            self._operations.override(asked.output, asked.value, lasts_s, asked.by)
        return ""

    def _arm(self, asked: ResetAsked, topic: str) -> str:
        """Answer with a nonce and with what the person is about to release."""
        nonce = self._operations.arm_reset(asked.trip, asked.by)
        trips = {trip.id: trip for trip in self._cycle.program.rulebook.trips}
        more: Content = {"nonce": nonce, "cause": trips[asked.trip].because}
        text = f"confirm it within {NONCE_LIFE_S:g} s"
        self._answer(topic, asked.id, "", {"reason": text, **more})
        return ""

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

    def _answer(
        self, topic: str, request_id: str, objection: str, more: Content | None = None
    ) -> None:
        self.refused += bool(objection)
        content: Content = {
            "id": request_id,
            "accepted": not objection,
            "reason": objection,
            "time": tell_time(self._clock.wall_s()),
        }
        self._reply(topic, content | (more or {}))
