from pathlib import Path

import pytest

from adapters.runtime.journal import Kind
from adapters.runtime.notes import Notes
from adapters.runtime.operations import (
    AUTHOR_LETTERS_MAX,
    KEEP_REST_S,
    KEPT_AT_ONCE,
    Operations,
    author_of,
)
from adapters.runtime.refusal import Refusal, RefusedError
from adapters.runtime.reset import Asked, arm
from engine.control.decision import Alarm, AlarmKind
from engine.inference.image import Override
from tests.unit.test_runtime_cycle import start


def test_the_ways_of_mqtt_return_why_not_or_nothing() -> None:
    cycle, _, clock = start()
    operations = Operations(cycle, clock, lambda: "n")
    operations.after(cycle.step())
    assert operations.modes() == ("automatic", "manual", "off")
    assert operations.set_mode("manual", "anna") == ""
    assert operations.mode() == "manual"
    assert "did you mean `off`?" in operations.set_mode("offf", "anna")
    assert "not an alarm" in operations.acknowledge("x", "anna")


def test_requests_that_stood_before_are_taken_over() -> None:
    cycle, plc, clock = start()
    plc.tank_c = 80.0
    cycle.requests.overrides["pump.run"] = Override("o1", "pump.run", True, "anna", 200.0)
    Operations(cycle, clock, lambda: "n")
    cycle.step()
    assert plc.written == [True]


def test_an_override_that_has_expired_cannot_be_withdrawn() -> None:
    cycle, _, clock = start()
    operations = Operations(cycle, clock, lambda: "n")
    operations.override("pump.run", True, 10.0, "anna")
    clock.now_s += 10.0
    with pytest.raises(RefusedError, match="has no override"):
        operations.withdraw("pump.run", "anna")


def test_an_override_outside_what_an_output_can_be_is_refused() -> None:
    cycle, _, clock = start()
    operations = Operations(cycle, clock, lambda: "n")
    with pytest.raises(RefusedError, match="it is on/off value") as raised:
        operations.override("pump.run", 3.0, 10.0, "anna")
    assert raised.value.kind is Refusal.INVALID


def test_alarms_that_chatter_are_not_written_down_every_time(tmp_path: Path) -> None:
    cycle, _, clock = start()
    operations = Operations(cycle, clock, lambda: "n", tmp_path)
    alarm = Alarm(AlarmKind.CONFLICT, "pump.run", "a, b disagree: failsafe")
    written = []
    for number in range(300):
        clock.now_s += 0.5
        scan = cycle.step()
        alarms = (alarm,) * (number % 2)
        operations.after(scan._replace(trace=scan.trace._replace(alarms=alarms)))
        if not operations._unkept and number % 2:
            written.append(number)
    assert len(written) == 3
    operations.close()
    (kept,) = Notes(tmp_path).read().alarms
    assert (kept.subject, kept.count) == ("pump.run", 150)


def test_f104_alarms_that_chatter_for_hours_are_written_down_every_ten_minutes(
    tmp_path: Path,
) -> None:
    cycle, _, clock = start()
    operations = Operations(cycle, clock, lambda: "n", tmp_path)
    alarm = Alarm(AlarmKind.CONFLICT, "pump.run", "a, b disagree: failsafe")
    scan, written, hours = cycle.step(), 0, 5
    for number in range(hours * 360):
        moment = scan.trace.moment._replace(monotonic_s=1000.0 + 10.0 * number)
        trace = scan.trace._replace(alarms=(alarm,) * (number % 2), moment=moment)
        kept_s = operations._kept_s
        operations.after(scan._replace(trace=trace))
        written += operations._kept_s != kept_s
        clock.now_s += 10.0
    assert written == pytest.approx(KEPT_AT_ONCE + hours * 3600 / KEEP_REST_S, abs=1)
    operations.close()


def test_an_author_is_named_in_printable_letters() -> None:
    assert author_of(" Änne ") == "Änne"
    for by in ("", " ", "a" * (AUTHOR_LETTERS_MAX + 1), "a\x1b[2J"):
        with pytest.raises(RefusedError, match="say who asks"):
            author_of(by)


def test_a_restart_forgives_no_reset() -> None:
    cycle, _, clock = start()
    before, after = (Operations(cycle, clock, lambda: "n") for _ in range(2))
    before.restore([clock.wall_s() - each for each in (400.0, 300.0, 200.0, 100.0, -50.0)])
    after.restore(before.retained())
    assert after.retained() == before.retained()
    asked = Asked("relay_open", "anna", "n", clock.monotonic_s(), latched=True, cause=False)
    _, objection = arm(after._reset, asked)
    assert objection is not None
    assert objection.kind is Refusal.TOO_OFTEN
    _, objection = arm(after._reset, asked._replace(now_s=clock.monotonic_s() + 500.0))
    assert objection is None, "the first of them is more than 15 min ago"
    odd: tuple[object, ...] = (None, {}, ["soon", float("nan")])
    for nonsense in odd:
        after.restore(nonsense)
        assert after.retained() == []


def test_f76_the_journal_hears_who_did_what_and_what_was_refused() -> None:
    cycle, _, clock = start()
    operations = Operations(cycle, clock, lambda: "n")
    told: list[tuple[Kind, str, str, str]] = []
    operations.tell = lambda *entry: told.append(entry)
    operations.after(cycle.step())
    operations.override("pump.run", True, 10.0, "anna")
    operations.withdraw("pump.run", "bob")
    operations.change_mode("off", "carla")
    operations.refused("ConfirmReset", "nothing is armed", "dora")
    assert told == [
        (Kind.OVERRIDE, "pump.run", "True for 10 s", "anna"),
        (Kind.OVERRIDE_ENDED, "pump.run", "", "bob"),
        (Kind.MODE, "off", "before: automatic", "carla"),
        (Kind.REFUSED, "ConfirmReset", "nothing is armed", "dora"),
    ]
