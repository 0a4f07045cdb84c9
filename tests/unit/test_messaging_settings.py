"""What the site file says about the broker."""

import asyncio
import shutil
from pathlib import Path

import aiomqtt
import pytest

from adapters.messaging.broker import BrokerSettings, broker_from, client, own_id
from adapters.messaging.settings import settings_from
from adapters.port import DeviceError
from adapters.simulated.broker import STANDS_IN, BrokerError, Mosquitto


def test_the_section_is_read() -> None:
    found = settings_from(
        "asp1",
        {"host": "broker.lan", "port": 8883, "username": "thermiq", "homeassistant": "ha"},
    )
    assert found.broker == BrokerSettings("broker.lan", 8883, "thermiq")
    assert found.topics.config == "ha/device/thermiq_asp1/config"
    assert found.has_homeassistant
    assert not settings_from("asp1", {"homeassistant": False}).has_homeassistant


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"hots": "x"}, "`hots` is no option: did you mean `host`"),
        ({"port": 0}, "`port` must be a number from 1"),
        ({"port": "1883"}, "`port` must be a number"),
        ({"keepalive_s": True}, "`keepalive_s` must be a number from 5 to 60"),
        ({"host": 5}, "`host` must be a text"),
        ({"password": "secret"}, "put it into a file"),
        ({"password_file": "a", "password_env": "B"}, "are both given"),
        ({"base": 5}, "`base` must be a text"),
        ({"base": "a/#"}, "cannot be part of a topic"),
        ({"homeassistant": 5}, "true, false or its prefix"),
        ({"topics": {"facts/x": "pump"}}, "cannot be a topic"),
        ({"topics": ["x"]}, "topic: point or output"),
    ],
)
def test_what_is_wrong_with_it_is_said(options: dict[str, object], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        settings_from("asp1", options)


def test_a_password_that_cannot_be_read_is_a_fault_of_the_device(tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match="No such file"):
        client(broker_from({"password_file": str(tmp_path / "none")}))
    (tmp_path / "bad").write_bytes(b"\xff")
    with pytest.raises(DeviceError, match="not text"):
        client(broker_from({"password_file": str(tmp_path / "bad")}))


def test_the_name_of_our_connection_stays_and_takes_our_password_to_know(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("sword fish\n", "utf-8")
    settings = broker_from({"password_file": str(tmp_path / "password")})
    own = own_id(settings, "thermiq-asp1")
    assert own.startswith("thermiq-asp1-")
    assert own == own_id(settings, "thermiq-asp1"), "the same over a restart"
    (tmp_path / "password").write_text("another", "utf-8")
    assert own != own_id(settings, "thermiq-asp1")
    assert own_id(broker_from({}), "thermiq-asp1") == "thermiq-asp1"


def test_a_missing_mosquitto_is_named_with_the_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    with pytest.raises(BrokerError, match="sudo apt-get install mosquitto"):
        Mosquitto(tmp_path).start()


def test_amqtt_stands_in_where_it_is_allowed_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = shutil.which
    monkeypatch.setattr(
        "shutil.which", lambda name, **where: None if name == "mosquitto" else found(name, **where)
    )

    async def there_and_back(port: int) -> bytes:
        async with aiomqtt.Client("127.0.0.1", port) as one:
            await one.subscribe("a/#", qos=1)
            await one.publish("a/b", b"21.5", qos=1)
            async for message in one.messages:
                assert isinstance(message.payload, bytes)
                return message.payload
        raise AssertionError("no message")

    with Mosquitto(tmp_path, stand_in=True) as broker:
        assert broker.note == STANDS_IN
        assert asyncio.run(asyncio.wait_for(there_and_back(broker.port), 30)) == b"21.5"


def test_a_mosquitto_that_does_not_start_says_why(tmp_path: Path) -> None:
    with Mosquitto(tmp_path) as first:
        second = Mosquitto(tmp_path)
        second.port = first.port
        (tmp_path / "log").unlink(missing_ok=True)
        second._access = "nonsense\n"
        second.port = 0
        with pytest.raises(BrokerError, match="did not start"):
            second.start()
