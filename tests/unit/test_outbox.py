"""The outbox: the latest of each topic, bounded."""

import asyncio

from adapters.codec.mqtt_topics import Kind
from adapters.messaging import outbox
from adapters.messaging.outbox import Message, Outbox


def drain(box: Outbox) -> list[Message]:
    found = []
    while (message := box.take()) is not None:
        found.append(message)
    return found


def test_only_the_latest_of_a_topic_is_sent_and_events_come_first() -> None:
    box = Outbox()
    box.put(Kind.FACT, "a", {"value": 1}, 1, 0.0)
    box.put(Kind.FACT, "a", {"value": 2}, 2, 1.0)
    box.post(Kind.REPLY, "r", b"x")
    assert drain(box) == [Message("r", b"x", 1, False), Message("a", b'{"value":2}', 0, True)]
    assert box.take() is None


def test_news_is_what_changed_or_is_old() -> None:
    box = Outbox()
    assert box.is_news("a", 1, 0.0)
    box.put(Kind.FACT, "a", {}, 1, 0.0)
    assert not box.is_news("a", 1, 59.0)
    assert box.is_news("a", 1, 60.0)
    assert box.is_news("a", 2, 0.0)
    assert not box.is_news("a", 2, 0.5, rest_s=1.0)
    assert box.is_news("a", 2, 1.0, rest_s=1.0)


def test_a_broker_that_is_back_gets_everything_once() -> None:
    box = Outbox()
    for topic in "abc":
        box.put(Kind.DECISION, topic, {}, 1, 0.0)
    drain(box)
    box.clear("b")
    box.renew()
    assert {m.topic: m.payload for m in drain(box)} == {"a": b"{}", "b": b"", "c": b"{}"}
    box.renew()
    assert {m.topic for m in drain(box)} == {"a", "c"} == box.topics()


def test_what_could_not_be_sent_is_sent_later_but_not_instead_of_newer() -> None:
    box = Outbox()
    box.put(Kind.FACT, "a", {"value": 1}, 1, 0.0)
    box.post(Kind.REPLY, "r", b"x")
    event, state = drain(box)
    box.put(Kind.FACT, "a", {"value": 2}, 2, 0.0)
    box.give_back(state)
    box.give_back(event)
    assert [m.payload for m in drain(box)] == [b"x", b'{"value":2}']


def test_everything_is_bounded() -> None:
    box = Outbox()
    for number in range(outbox.TOPICS_MAX + 5):
        box.put(Kind.FACT, f"t{number}", {}, 1, 0.0)
    assert box.refused == 5
    for number in range(outbox.EVENTS_MAX + 7):
        box.post(Kind.REPLY, "r", str(number).encode())
    assert box.take() == Message("r", b"7", 1, False), "the oldest are lost"
    for number in range(3 * outbox.TOPICS_MAX):
        box.clear(f"x{number}")
    assert len(drain(box)) <= outbox.EVENTS_MAX + 2 * outbox.TOPICS_MAX


def test_who_waits_is_woken() -> None:
    async def test() -> None:
        box = Outbox()
        waiting = asyncio.create_task(box.ready())
        await asyncio.sleep(0)
        assert not waiting.done()
        box.again("unknown")
        await asyncio.sleep(0)
        assert not waiting.done()
        box.put(Kind.FACT, "a", {}, 1, 0.0)
        await waiting
        drain(box)
        box.again("a")
        assert [m.topic for m in drain(box)] == ["a"]

    asyncio.run(test())
