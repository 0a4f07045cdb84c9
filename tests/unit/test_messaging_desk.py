"""The desk: whom it answers, and when."""

import json

from adapters.codec.mqtt_state import Content
from adapters.codec.mqtt_topics import Kind
from adapters.messaging.desk import Desk
from adapters.runtime.journal import Kind as Journaled
from adapters.runtime.reset import NONCE_LIFE_S
from tests.adapters.mqtt_bench import Controller, people, program_of


class Asking:
    """A desk of a small plant, and everything that it answered."""

    def __init__(self) -> None:
        self.controller = Controller(program_of())
        cycle, clock = self.controller.cycle, self.controller.clock
        self.now_s = clock.monotonic_s()
        clock.monotonic_s = lambda: self.now_s  # type: ignore[method-assign]
        operations = self.operations = people(self.controller)
        self.answers: list[Content] = []
        self.desk = Desk(cycle, clock, lambda _, said: self.answers.append(said), operations)
        self._count = 0

    def ask(self, name: str, **own: str) -> None:
        self._count += 1
        wish = {"id": str(self._count), "by": "anna", "ttl_s": 60, **own}
        payload = json.dumps(wish).encode()
        self.desk.hear(Kind.COMMAND, name, "t", payload, retained=False)


def test_a_confirmation_is_answered_once_by_the_scan_that_heard_it() -> None:
    one = Asking()
    one.controller.step(closed=False)
    one.controller.step()
    one.ask("reset", trip="relay_open")
    one.ask("confirm", trip="relay_open", nonce="nonce")
    assert [said["accepted"] for said in one.answers] == [True]
    one.desk.after(one.controller.step())
    assert [said["accepted"] for said in one.answers] == [True, True]
    one.desk.after(one.controller.step())
    assert len(one.answers) == 2
    assert one.desk.refused == 0


def test_a_confirmation_that_comes_late_resets_nothing() -> None:
    one = Asking()
    one.controller.step(closed=False)
    one.controller.step()
    one.ask("reset", trip="relay_open")
    one.now_s += NONCE_LIFE_S
    one.ask("confirm", trip="relay_open", nonce="nonce")
    assert "30 s are over" in str(one.answers[-1]["reason"])
    assert not one.controller.cycle.requests.resets


def test_five_resets_in_a_quarter_of_an_hour_are_enough_whichever_way_they_came() -> None:
    one = Asking()
    for _ in range(5):
        one.controller.step(closed=False)
        one.controller.step()
        one.ask("reset", trip="relay_open")
        one.ask("confirm", trip="relay_open", nonce="nonce")
        one.desk.after(one.controller.step())
    one.controller.step(closed=False)
    one.controller.step()
    one.ask("reset", trip="relay_open")
    assert "5 resets in 15 min" in str(one.answers[-1]["reason"])


def test_an_empty_message_is_how_a_topic_is_cleared_and_asks_for_nothing() -> None:
    one = Asking()
    one.desk.hear(Kind.COMMAND, "reset", "t", b"", retained=True)
    assert not one.answers


def test_f36_what_is_refused_stands_in_the_journal_with_the_way_it_came() -> None:
    one = Asking()
    told: list[tuple[Journaled, str, str, str]] = []
    one.operations.tell = lambda *entry: told.append(entry)
    one.ask("confirm", trip="relay_open", nonce="guessed")
    one.ask("reset", trip="relay_opne")
    one.desk.hear(Kind.COMMAND, "reset", "t", b"{}", retained=True)
    assert [entry[:2] for entry in told] == [
        (Journaled.REFUSED, "MQTT command confirm"),
        (Journaled.REFUSED, "MQTT command reset"),
        (Journaled.REFUSED, "MQTT command reset"),
    ]
    assert told[0][3] == "anna"
    assert "retained" in told[2][2]
