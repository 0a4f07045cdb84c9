"""The desk: what it bounds, and whom it answers."""

import json

from adapters.codec.mqtt_state import Content
from adapters.codec.mqtt_topics import Kind
from adapters.messaging.desk import RESETS_MAX, Desk, PlainOperations
from tests.adapters.mqtt_bench import Controller, program_of


def test_resets_wait_for_their_scan_in_a_bounded_queue() -> None:
    controller = Controller(program_of())
    answers: list[tuple[str, Content]] = []
    operations = PlainOperations(controller.cycle, controller.clock)
    desk = Desk(controller.cycle, controller.clock, lambda *said: answers.append(said), operations)
    controller.step(closed=False)
    for number in range(RESETS_MAX + 1):
        wish = {"id": str(number), "by": "anna", "ttl_s": 60, "trip": "relay_open"}
        payload = json.dumps(wish).encode()
        desk.hear(Kind.COMMAND, "reset", "t", payload, retained=False)
    (refused,) = answers
    assert "requests in 10 s" in str(refused[1]["reason"])
    desk.after(controller.step())
    assert len(answers) == RESETS_MAX + 1
    assert all(said["accepted"] for _, said in answers[1:])
    desk.after(controller.step())
    assert len(answers) == RESETS_MAX + 1, "each is answered once"
    assert desk.refused == 1


def test_an_empty_message_is_how_a_topic_is_cleared_and_asks_for_nothing() -> None:
    controller = Controller(program_of())
    answers: list[Content] = []
    operations = PlainOperations(controller.cycle, controller.clock)
    desk = Desk(
        controller.cycle, controller.clock, lambda _, said: answers.append(said), operations
    )
    desk.hear(Kind.COMMAND, "reset", "t", b"", retained=True)
    assert not answers
