"""Topics: one table, in the code and on the page."""

import re

import pytest

from adapters.codec.mqtt_topics import NAME, TABLE, Kind, Topics, level, table
from tests.house.source import ROOT

TOPICS = Topics("asp1")


def test_the_table_on_the_page_is_the_table_in_the_code() -> None:
    page = (ROOT / "docs" / "COMMUNICATION.md").read_text("utf-8")
    assert table() in page


def test_every_kind_has_a_row_and_commands_are_never_retained() -> None:
    assert set(TABLE) == set(Kind)
    assert not TABLE[Kind.COMMAND].retained
    assert not TABLE[Kind.SET].retained
    assert not TABLE[Kind.REPLY].retained
    assert {row.qos for row in TABLE.values()} <= {0, 1}


@pytest.mark.parametrize(
    ("kind", "topic"),
    [
        (Kind.STATUS, TOPICS.status),
        (Kind.FACT, TOPICS.fact("POINT")),
        (Kind.DECISION, TOPICS.decision("OUTPUT")),
        (Kind.ALARM, TOPICS.alarm("ID")),
        (Kind.MODE, TOPICS.mode),
        (Kind.OVERRIDE, TOPICS.override("OUTPUT")),
        (Kind.READING, TOPICS.reading("DEVICE", "FIELD")),
        (Kind.EXTRA, TOPICS.own("TOPIC")),
        (Kind.SETPOINT, TOPICS.setpoint("NAME")),
        (Kind.SET, TOPICS.set("NAME")),
        (Kind.COMMAND, TOPICS.command("NAME")),
        (Kind.DISCOVERED, TOPICS.config),
        (Kind.BIRTH, TOPICS.birth),
    ],
)
def test_topics_are_those_of_the_table(kind: Kind, topic: str) -> None:
    assert TABLE[kind].topic.replace("SITE", "asp1") == topic


def test_only_topics_for_requests_ask_for_something() -> None:
    assert TOPICS.asked("thermiq/asp1/setpoints/buffer/set") == (Kind.SET, "buffer")
    assert TOPICS.asked("thermiq/asp1/commands/reset") == (Kind.COMMAND, "reset")
    for topic in ("commands/explode", "commands/reset/reply", "setpoints/buffer", "facts/a"):
        assert TOPICS.asked(f"thermiq/asp1/{topic}") is None
    assert TOPICS.asked("thermiq/other/commands/reset") is None


@pytest.mark.parametrize("name", ["a/b", "a+", "#", "", "a b", "a\0"])
def test_what_cannot_stand_in_a_topic_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="topic"):
        Topics(name)
    assert not NAME.fullmatch(name)
    assert re.fullmatch(r"[^/+#\s\0]+", level(name))


@pytest.mark.parametrize("path", ["facts/x", "status", "commands", "a//b", "a/+"])
def test_a_topic_of_the_site_does_not_take_one_of_ours(path: str) -> None:
    with pytest.raises(ValueError, match="cannot be a topic"):
        TOPICS.own(path)


def test_a_site_with_an_umlaut_has_an_id_that_home_assistant_takes() -> None:
    assert Topics("Haus-Süd").device_id == "thermiq_Haus-S_d"
