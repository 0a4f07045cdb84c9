"""Who may what on the broker: list, table and the site's own devices say the same."""

import pytest

from adapters.codec.mqtt_access import User, access_list, may_read, may_write, users_of
from adapters.codec.mqtt_topics import COMMANDS, TABLE, Kind, Topics
from adapters.devices.mqtt_source import MqttSource
from adapters.devices.tariff import Tariff
from adapters.runtime.loading import load_all
from tests.adapters.mqtt_bench import RealClock
from tests.house.source import ROOT

SITE = Topics("asp1")
USERS = {user.name: user for user in users_of(SITE)}
EXAMPLES: dict[Kind, tuple[str, ...]] = {
    Kind.STATUS: (SITE.status,),
    Kind.FACT: (SITE.fact("buffer.top"),),
    Kind.DECISION: (SITE.decision("p3.run_target"),),
    Kind.ALARM: (SITE.alarm("safety_relay"),),
    Kind.MODE: (SITE.mode,),
    Kind.OVERRIDE: (SITE.override("p3.run_target"),),
    Kind.READING: (SITE.reading("miner1", "power"),),
    Kind.EXTRA: (SITE.own("p3/relay"),),
    Kind.SETPOINT: (SITE.setpoint("buffer"),),
    Kind.SET: (SITE.set("buffer"),),
    Kind.COMMAND: tuple(map(SITE.command, COMMANDS)),
    Kind.REPLY: (f"{SITE.command('override')}/reply", f"{SITE.set('buffer')}/reply"),
    Kind.DISCOVERED: (SITE.config,),
    Kind.BIRTH: (SITE.birth,),
}


def test_the_list_that_ships_is_made_of_the_table() -> None:
    shipped = (ROOT / "deploy" / "mosquitto" / "acl").read_text("utf-8")
    assert shipped == access_list(SITE), "write it anew: see deploy/mosquitto/README.md"
    assert shipped.replace("asp1", "other") == access_list(Topics("other"))


def test_who_publishes_in_the_table_may_and_nobody_else() -> None:
    assert set(EXAMPLES) == set(Kind)
    for kind, topics in EXAMPLES.items():
        publisher = TABLE[kind].publisher
        for user in USERS.values():
            listed = bool(user.called) and user.called in publisher
            if user.name == "thermiq" and kind in (Kind.SET, Kind.COMMAND):
                listed = True  # it clears what somebody retained there
            if user.name == "homeassistant" and kind is Kind.DISCOVERED:
                listed = True  # its own tree
            allowed = [may_write(user, topic) for topic in topics]
            assert any(allowed) is listed, (kind, user.name)


@pytest.mark.parametrize("name", sorted(USERS))
def test_a_latch_is_released_by_operators_alone(name: str) -> None:
    for command in ("reset", "confirm"):
        allowed = may_write(USERS[name], SITE.command(command))
        assert allowed is (name in {"operator", "thermiq"})
        nonce = may_read(USERS[name], f"{SITE.command(command)}/reply")
        assert nonce is (name in {"operator", "thermiq"})


def test_another_site_and_the_broker_itself_are_nobodys_business() -> None:
    for user in USERS.values():
        for topic in ("thermiq/other/commands/reset", "thermiq", "$SYS/broker/clients", "x"):
            assert not may_write(user, topic), (user.name, topic)
            assert not may_read(user, topic), (user.name, topic)


def test_what_the_devices_of_asp1_hear_is_let_through_and_has_its_publisher() -> None:
    loaded = load_all(ROOT / "rules" / "asp1" / "site.yaml", RealClock()).loaded
    assert loaded is not None
    topics = set()
    for device in loaded.devices:
        if isinstance(device, MqttSource):
            topics |= set(device._topics)
        if isinstance(device, Tariff):
            topics.add(device._topic)
    assert len(topics) >= 3
    for topic in topics:
        assert may_read(USERS["thermiq"], topic), topic
        publishers = {user.name for user in USERS.values() if may_write(user, topic)}
        assert publishers, topic
        assert publishers <= {"emsesp", "weather", "tariff"}, topic


def test_a_pattern_ends_where_it_says() -> None:
    user = User("x", "x", writes=("a/+/set", "b/#"))
    assert may_write(user, "a/1/set")
    assert may_write(user, "b/1/2")
    for topic in ("a/set", "a/1/2/set", "a/1/set/reply", "c", "ab/1"):
        assert not may_write(user, topic), topic
