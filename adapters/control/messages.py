"""How things stand, as messages: joins the last scan with what the daemon knows beside it."""

from collections.abc import Iterator, Mapping

from adapters.codec import control as codec
from adapters.control.house import House
from adapters.pb.thermiq.v1 import control_pb2 as pb
from adapters.runtime.alarm_book import Entry
from adapters.runtime.operations import ModeNow, Operations, TripNow, View
from adapters.runtime.supervisor import Health
from engine.language.expression import Expression, Name, NameKind, children
from engine.workshop.english import ENGLISH
from engine.workshop.outline import Line, outline_evidence
from engine.workshop.sight import Sight, sight_of
from engine.workshop.weigh import weigh
from engine.workshop.wording import tell_time


def mode_message(mode: ModeNow, known: tuple[str, ...] = ()) -> pb.Mode:
    """Return the mode that counts; `known` are all that can be asked for."""
    return pb.Mode(name=mode.name, author=mode.by, since_s=mode.since_s, known=known)


def alarm_message(entry: Entry) -> pb.Alarm:
    """Return an entry of the alarm book."""
    return pb.Alarm(
        kind=entry.kind.value,
        subject=entry.subject,
        text=entry.text,
        since_s=entry.since_s,
        active=entry.active,
        acknowledged_by=entry.by,
        acknowledged_s=entry.acknowledged_s,
        count=entry.count,
    )


def device_messages(health: Mapping[str, Health]) -> Iterator[pb.Device]:
    """Yield the devices' health by name."""
    for name, each in sorted(health.items()):
        yield pb.Device(
            name=name, state=each.state, failures=each.failures, last_error=each.last_error
        )


def head(house: House, operations: Operations, view: View) -> pb.Status:
    """Return the part of the status that is not about the plant; quick."""
    moment, counters = view.scan.trace.moment, house.cycle.counters
    return pb.Status(
        site=view.program.rulebook.plant.site.name,
        time_s=moment.wall_s,
        local_time=tell_time(moment),
        rules=house.digest,
        shadow=house.shadow,
        mode=mode_message(operations.mode_now, operations.modes()),
        counters=pb.Counters(
            scans=counters.scans, overruns=counters.overruns, longest_s=counters.longest_s
        ),
        alarms=map(alarm_message, operations.book.entries),
        devices=device_messages(house.supervisor.health),
    )


def body(status: pb.Status, view: View, reasons: Mapping[str, str]) -> pb.Status:
    """Add outputs and facts; takes a while, and needs only what is frozen."""
    program, scan = view
    for output in program.rulebook.plant.outputs:
        status.outputs.append(codec.output_message(program, scan, output))
    status.facts.extend(codec.fact_messages(program, scan, reasons))
    return status


def armed_message(
    view: View, now: TripNow, nonce: str, life_s: float, reasons: Mapping[str, str]
) -> pb.ArmedReset:
    """Return what a person sees before confirming: cause, time, live values, what it holds."""
    program, scan = view
    sight = sight_of(program, scan)
    moment = scan.trace.moment
    ago_s = moment.monotonic_s - now.since_s
    forced = {name for name, _ in now.trip.force}
    return pb.ArmedReset(
        trip=now.trip.id,
        nonce=nonce,
        life_s=life_s,
        because=now.trip.because,
        latched_since_s=moment.wall_s - ago_s,
        latched_since_local=tell_time(
            type(moment)(0.0, moment.wall_s - ago_s, moment.utc_offset_s)
        ),
        evidence=codec.line_message(_evidence(sight, now.trip.when)),
        facts=codec.fact_messages(program, scan, reasons, points_in(sight, now.trip.when)),
        outputs=[
            codec.output_message(program, scan, output)
            for output in program.rulebook.plant.outputs
            if output.name in forced
        ],
    )


def _evidence(sight: Sight, condition: Expression) -> Line:
    return outline_evidence(ENGLISH, weigh(sight, condition))


def points_in(sight: Sight, expression: Expression) -> set[str]:
    """Return the points that a condition reads, also through signals and other conditions."""
    found: set[str] = set()
    waiting, met = [expression], set()
    while waiting:
        node = waiting.pop()
        if isinstance(node, Name):
            if node.kind is NameKind.POINT:
                found.add(node.name)
            meaning = sight.meaning(node)
            if meaning is not None and (node.kind, node.name) not in met:
                met.add((node.kind, node.name))
                waiting.append(meaning)
        waiting.extend(children(node))
    return found
