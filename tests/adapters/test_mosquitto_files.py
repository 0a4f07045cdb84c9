"""The broker's files that ship, tried on the real Mosquitto: who gets through, and with what."""

import asyncio
import contextlib
import os
import socket
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from adapters.codec import mqtt_json, mqtt_request
from adapters.codec.mqtt_access import may_read, may_write, users_of
from adapters.codec.mqtt_topics import COMMANDS, Topics
from adapters.messaging.broker import broker_from, client, own_id
from adapters.messaging.mqtt import Messenger
from adapters.messaging.settings import settings_from
from adapters.simulated.broker import Mosquitto, free_port
from tests.adapters.mqtt_bench import (
    PLANT,
    Controller,
    Listener,
    drive,
    people,
    program_of,
    running,
    until,
)
from tests.house.source import ROOT

FILES = ROOT / "deploy" / "mosquitto"
SITE = Topics("asp1")
USERS = {user.name: user for user in users_of(SITE)}


class Shipped(Mosquitto):
    """The configuration that ships, with its addresses and its folder turned to this test's."""

    def __init__(self, folder: Path, acl: str | None = None) -> None:
        super().__init__(folder)
        self.tls_port = free_port()
        subprocess.run(
            ["/bin/bash", FILES / "set-up", folder, "127.0.0.1"], check=True, capture_output=True
        )
        self.conf = folder / "shipped.conf"
        text = (FILES / "mosquitto.conf").read_text("utf-8")
        for old, new in (
            ("listener 1883 127.0.0.1", f"listener {self.port} 127.0.0.1"),
            ("listener 8883 10.20.0.1", f"listener {self.tls_port} 127.0.0.1"),
            ("/etc/mosquitto", str(folder)),
            ("log_dest stderr", f"log_dest file {folder}/log"),
        ):
            assert text.count(old) >= 1, old
            text = text.replace(old, new)
        if os.geteuid() == 0:
            text += "user root\n"
        self.conf.write_text(text, "utf-8")
        if acl is not None:
            (folder / "acl").chmod(0o600)
            (folder / "acl").write_text(acl, "utf-8")

    def _command(self) -> list[str]:
        program = super()._command()[0]
        return [program, "-c", str(self.conf)]

    def password(self, user: str) -> str:
        return (self.folder / "secrets" / f"{user}.password").read_text("utf-8").strip()

    def options(self, user: str, *, tls: bool = False) -> dict[str, Any]:
        found: dict[str, Any] = {
            "host": "127.0.0.1",
            "port": self.tls_port if tls else self.port,
            "username": user,
            "password_file": str(self.folder / "secrets" / f"{user}.password"),
        }
        return found | ({"ca_file": str(self.folder / "certs" / "ca.pem")} if tls else {})


@contextlib.asynccontextmanager
async def as_user(
    at: Shipped, user: str, *topics: str, tls: bool = False, identifier: str | None = None
) -> AsyncIterator[Listener]:
    """Connect as a user of the list and hear what of `topics` gets through."""
    async with client(broker_from(at.options(user, tls=tls)), identifier) as link:
        one = Listener(link)
        if topics:
            await link.subscribe([(topic, 1) for topic in topics])
        task = asyncio.create_task(one.listen())
        try:
            yield one
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, aiomqtt.MqttError):
                await task


def controller_and_messenger(at: Shipped) -> tuple[Controller, Messenger]:
    """Return the controller of asp1 as far as MQTT is concerned, with the user that ships."""
    controller = Controller(program_of(PLANT.replace("name: test", "name: asp1")))
    one = Messenger(
        settings_from("asp1", at.options("thermiq")),
        controller.cycle,
        controller.clock,
        people(controller),
        setpoints=controller.setpoints,
    )
    controller.cycle.listeners.append(one.note)
    return controller, one


ROOT_TOPIC = SITE.root
TOPICS = (
    *(f"{ROOT_TOPIC}/{each}" for each in ("status", "facts/a", "mode", "miner1/power")),
    *(f"{ROOT_TOPIC}/setpoints/limit{end}" for end in ("", "/set", "/set/reply")),
    *(SITE.command(name) for name in COMMANDS),
    *(f"{SITE.command(name)}/reply" for name in COMMANDS),
    *("thermiq/other/commands/reset", "thermiq-shadow/asp1/facts/a", "x", "$SYS/broker/x"),
    *("homeassistant/status", SITE.config, "homeassistant/light/x/config"),
    *("ems-esp/boiler_data", "weather/now", "tariff/prices"),
)
WISH = {"by": "x", "ttl_s": 60, "output": "pump.run", "value": False}


def test_who_may_publish_what_is_what_the_broker_lets_through(tmp_path: Path) -> None:
    async def test() -> None:
        with Shipped(tmp_path) as at:
            heard = [topic for topic in TOPICS if may_read(USERS["thermiq"], topic)]
            async with as_user(at, "thermiq", *heard) as ear:
                for user in USERS.values():
                    ear.heard.clear()
                    async with as_user(at, user.name) as hand:
                        for topic in TOPICS:
                            await hand.link.publish(topic, user.name, qos=1)
                    await ear.link.publish(f"{ROOT_TOPIC}/status", b"the end", qos=1)
                    await ear.until(lambda: any(said == b"the end" for _, said, _ in ear.heard))
                    passed = {topic for topic, said, _ in ear.heard if said == user.name.encode()}
                    wanted = {topic for topic in heard if may_write(user, topic)}
                    assert passed == wanted, user.name

    drive(test())


def test_who_may_hear_what_is_what_the_broker_passes_on(tmp_path: Path) -> None:
    async def test() -> None:
        with Shipped(tmp_path) as at:
            said = [topic for topic in TOPICS if may_write(USERS["thermiq"], topic)]
            async with as_user(at, "thermiq") as mouth:
                for user in USERS.values():
                    if not user.reads or user.name == "thermiq":
                        continue
                    async with as_user(at, user.name, "#", "$SYS/#") as ear:
                        for topic in (*said, f"{ROOT_TOPIC}/end"):
                            await mouth.link.publish(topic, b"secret", qos=1)
                        end = f"{ROOT_TOPIC}/end"
                        await ear.until(lambda ear=ear, end=end: end in {e[0] for e in ear.heard})  # type: ignore[misc]  # mypy knows no defaults of lambdas
                        passed = {topic for topic, _, _ in ear.heard} - {end}
                        assert passed == {each for each in said if may_read(user, each)}, user.name

    drive(test())


@pytest.mark.parametrize("listener", ["plain", "tls"])
@pytest.mark.parametrize("name", ["nobody", "wrong password", "stranger", "right"])
def test_who_has_no_name_and_password_stays_outside(
    tmp_path: Path, listener: str, name: str
) -> None:
    async def test() -> None:
        with Shipped(tmp_path) as at:
            options = at.options("guest", tls=listener == "tls")
            if name == "nobody":
                del options["username"], options["password_file"]
            if name == "wrong password":
                options["password_file"] = at.options("panel")["password_file"]
            if name == "stranger":
                options["username"] = "stranger"
            link = client(broker_from(options))
            if name == "right":
                async with link:
                    await link.subscribe(f"{ROOT_TOPIC}/#")
                return
            with pytest.raises(aiomqtt.MqttError, match=r"Not authori[sz]ed"):
                await link.__aenter__()

    drive(test())


# paho leaves a socket whose handshake failed to the garbage collector, which closes it.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_listener_of_the_vpn_speaks_tls_alone(tmp_path: Path) -> None:
    async def test() -> None:
        with Shipped(tmp_path) as at:
            plain = {**at.options("guest"), "port": at.tls_port, "timeout_s": 2.0}
            with pytest.raises(aiomqtt.MqttError):
                await client(broker_from(plain)).__aenter__()
            async with as_user(at, "guest", tls=True):
                pass

    drive(test())


async def asked_as(at: Shipped, user: str, topic: str, wish: dict[str, object]) -> bool:
    """Ask the controller for something and tell whether it did anything about it."""
    controller, one = controller_and_messenger(at)
    async with running(one), as_user(at, "operator", f"{ROOT_TOPIC}/#") as witness:
        controller.step(40.0)
        async with as_user(at, user) as hand:
            await hand.link.publish(topic, mqtt_json.dump(wish), qos=1)
        reply = await witness.ask(
            f"{ROOT_TOPIC}/commands/ack", {"id": "last", "by": "x", "ttl_s": 60, "alarm": "none"}
        )
        assert reply["id"] == "last", "what came before it was dealt with"
        return any(each[0] == f"{topic}/reply" for each in witness.heard)


@pytest.mark.parametrize(
    ("user", "command", "passes"),
    [
        ("guest", "override", False),
        ("guest", "reset", False),
        ("panel", "override", False),
        ("panel", "confirm", False),
        ("homeassistant", "reset", False),
        ("emsesp", "mode", False),
        ("homeassistant", "override", True),
        ("operator", "reset", True),
    ],
)
def test_f36_who_may_not_ask_is_not_heard(
    tmp_path: Path, user: str, command: str, *, passes: bool
) -> None:
    wish = {**WISH, "id": "w1"}
    with Shipped(tmp_path) as at:
        drive(_expect(at, user, SITE.command(command), wish, passes=passes))


def test_f36_sabotage_without_the_list_a_guest_would_be_heard(tmp_path: Path) -> None:
    with Shipped(tmp_path, "pattern readwrite #\n") as at:
        drive(_expect(at, "guest", SITE.command("override"), {**WISH, "id": "w1"}, passes=True))


async def _expect(
    at: Shipped, user: str, topic: str, wish: dict[str, object], *, passes: bool
) -> None:
    assert await asked_as(at, user, topic, wish) is passes


def test_a_panel_may_set_a_setpoint_through_the_vpn(tmp_path: Path) -> None:
    async def test() -> None:
        with Shipped(tmp_path) as at:
            controller, one = controller_and_messenger(at)
            async with running(one), as_user(at, "panel", f"{ROOT_TOPIC}/#", tls=True) as panel:
                controller.step(40.0)
                wish = {"id": "s1", "by": "hall", "ttl_s": 600, "value": 60, "unit": "°C"}
                assert (await panel.ask(SITE.set("limit"), wish))["accepted"]

    drive(test())


async def _padded(at: Shipped, size: int) -> dict[str, Any]:
    controller, one = controller_and_messenger(at)
    async with running(one), as_user(at, "operator", f"{ROOT_TOPIC}/#") as hand:
        controller.step(40.0)
        wish = mqtt_json.dump({**WISH, "id": "p1"})
        return await hand.ask(SITE.command("override"), wish + b" " * (size - len(wish)))


def test_f37_a_request_above_1_kib_is_refused_unread(tmp_path: Path) -> None:
    async def test() -> None:
        with Shipped(tmp_path) as at:
            assert (await _padded(at, 1024))["accepted"]
            reply = await _padded(at, 1025)
            assert not reply["accepted"]
            assert reply["reason"] == "1025 bytes, at most 1024 are read"

    drive(test())


def test_f37_sabotage_without_the_bound_it_would_be_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mqtt_request, "COMMAND_BYTES_MAX", 1_000_000)

    async def test() -> None:
        with Shipped(tmp_path) as at:
            assert (await _padded(at, 5000))["accepted"]

    drive(test())


@pytest.mark.parametrize("size", [66_000, 200_000])
def test_f37_what_is_huge_does_not_pass_the_broker(tmp_path: Path, size: int) -> None:
    async def test() -> None:
        with Shipped(tmp_path) as at:
            controller, one = controller_and_messenger(at)
            async with running(one), as_user(at, "operator", f"{ROOT_TOPIC}/#") as witness:
                controller.step(40.0)
                with contextlib.suppress(aiomqtt.MqttError):  # it may be thrown out for it
                    async with as_user(at, "operator") as hand:
                        await hand.link.publish(SITE.command("override"), b" " * size, qos=1)
                wish = {**WISH, "id": "h1"}
                assert (await witness.ask(SITE.command("override"), wish))["accepted"]
                sizes = [len(said) for topic, said, _ in witness.heard if "override" in topic]
                assert max(sizes) < 1024
                assert one.connections == 1

    drive(test())


def test_f37_a_header_that_promises_256_mb_ends_that_connection_alone(tmp_path: Path) -> None:
    async def test() -> None:
        with Shipped(tmp_path) as at:
            async with as_user(at, "guest", f"{ROOT_TOPIC}/#"):
                with socket.create_connection(("127.0.0.1", at.port)) as line:
                    line.settimeout(10)
                    line.sendall(b"\x30\xff\xff\xff\x7f" + b"x" * 1000)
                    with contextlib.suppress(ConnectionResetError):
                        assert line.recv(100) == b""
                async with as_user(at, "guest", f"{ROOT_TOPIC}/#"):
                    pass

    drive(test())


def test_a_retained_request_is_not_taken_and_is_cleared(tmp_path: Path) -> None:
    async def test() -> None:
        with Shipped(tmp_path) as at:
            topic = SITE.command("override")
            async with as_user(at, "operator", f"{ROOT_TOPIC}/#") as hand:
                wish = mqtt_json.dump({**WISH, "id": "r1"})
                await hand.link.publish(topic, wish, qos=1, retain=True)
                await hand.until(lambda: hand.last(topic))
                controller, one = controller_and_messenger(at)
                async with running(one):
                    controller.step(40.0)
                    await hand.until(lambda: (topic, b"", False) in hand.heard)
                    assert controller.step(40.0).decisions[0].value is True, "nothing was taken"
                    assert not hand.last(f"{topic}/reply")["accepted"]

    drive(test())


def test_f42_nobody_takes_the_place_of_the_controller(tmp_path: Path) -> None:
    async def test() -> None:
        with Shipped(tmp_path) as at:
            controller, one = controller_and_messenger(at)
            async with running(one):
                for name in ("thermiq-asp1", "thermiq-asp1-0000000000000000", "thermiq"):
                    async with as_user(at, "guest", identifier=name):
                        controller.step(40.0)
                async with as_user(at, "guest", f"{ROOT_TOPIC}/#") as ear:
                    await ear.until(lambda: ear.last(f"{ROOT_TOPIC}/status"))
                assert one.connections == 1

    drive(test())


def test_f42_sabotage_who_knew_the_name_would_and_it_is_an_alarm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.messaging.mqtt.PAUSES_S", (0.01,))

    async def test() -> None:
        with Shipped(tmp_path) as at:
            controller, one = controller_and_messenger(at)
            name = own_id(broker_from(at.options("thermiq")), "thermiq-asp1")
            async with running(one):
                for number in range(2, 6):
                    async with as_user(at, "guest", identifier=name):
                        await until(lambda number=number: one.connections >= number)  # type: ignore[misc]  # mypy knows no defaults of lambdas
                controller.step(40.0)
                assert "again and again" in one.trouble()

    drive(test())


def test_the_recipe_changes_nothing_that_is_there(tmp_path: Path) -> None:
    at = Shipped(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    again = subprocess.run(
        ["/bin/bash", FILES / "set-up", tmp_path], check=True, capture_output=True, text=True
    )
    assert again.stdout == ""
    after = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert after == before
    word = at.password("thermiq")
    assert len(word) == 40
    assert word.encode() not in (tmp_path / "passwd").read_bytes()
    for secret in (tmp_path / "secrets").iterdir():
        assert secret.stat().st_mode & 0o077 == 0
