"""An encrypted broker with passwords and certificates: whom we trust, and who is let in."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from adapters.messaging.broker import broker_from, client
from adapters.port import DeviceError
from adapters.simulated.broker import Mosquitto
from tests.adapters.mqtt_bench import (
    Controller,
    drive,
    messenger,
    program_of,
    running,
    until,
)

PASSWORD = "sword fish"  # noqa: S105 - of a broker that lives as long as its test


def run(*words: str | Path) -> None:
    subprocess.run([str(each) for each in words], check=True, capture_output=True, timeout=60)


class Papers:
    """A certificate authority and what it signed, made by openssl for one test."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self.ca, self.ca_key = folder / "ca.pem", folder / "ca.key"
        self._make(self.ca, self.ca_key, "/CN=house", ("-x509", "-days", "2"))

    def _make(self, what: Path, key: Path, subject: str, more: tuple[str, ...]) -> None:
        curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
        run("openssl", "req", *curve, "-keyout", key, "-out", what, "-subj", subject, *more)

    def signed(self, name: str, where: str) -> tuple[Path, Path]:
        """Return a certificate for an address, and its key."""
        request, key, paper = (self.folder / f"{name}.{end}" for end in ("csr", "key", "pem"))
        self._make(request, key, f"/CN={name}", ())
        (self.folder / "ext").write_text(f"subjectAltName={where}\n", "utf-8")
        signing = ("-CA", self.ca, "-CAkey", self.ca_key, "-CAcreateserial", "-days", "2")
        extras = ("-extfile", self.folder / "ext")
        run("openssl", "x509", "-req", "-in", request, "-out", paper, *signing, *extras)
        return paper, key


class Guarded:
    """A Mosquitto that wants a certificate of ours, a name and a password."""

    def __init__(self, folder: Path, where: str = "IP:127.0.0.1") -> None:
        self.papers = Papers(folder / "papers")
        certificate, key = self.papers.signed("broker", where)
        own, own_key = self.papers.signed("plc", "DNS:plc")
        passwords = folder / "passwords"
        tool = shutil.which("mosquitto_passwd", path="/usr/bin:/usr/local/bin:/opt/homebrew/bin")
        assert tool is not None
        run(tool, "-c", "-b", passwords, "thermiq", PASSWORD)
        admission = (
            f"allow_anonymous false\npassword_file {passwords}\ncafile {self.papers.ca}\n"
            f"certfile {certificate}\nkeyfile {key}\nrequire_certificate true"
        )
        (folder / "broker").mkdir()
        self.broker = Mosquitto(
            folder / "broker", "user thermiq\ntopic readwrite #\n", admission=admission
        )
        self.password = folder / "password"
        self.password.write_text(f"{PASSWORD}\n", "utf-8")
        self.section: dict[str, Any] = {
            "username": "thermiq",
            "password_file": str(self.password),
            "ca_file": str(self.papers.ca),
            "certificate_file": str(own),
            "key_file": str(own_key),
        }


def test_with_the_right_papers_it_connects_and_tells(tmp_path: Path) -> None:
    async def test() -> None:
        guarded, controller = Guarded(tmp_path), Controller(program_of())
        with guarded.broker as at:
            one = messenger(at, controller, section=guarded.section)
            async with running(one):
                assert one.is_connected, one.last_error
                controller.step()
                settings = broker_from({"host": "127.0.0.1", "port": at.port, **guarded.section})
                async with client(settings) as link:
                    await link.subscribe("thermiq/test/status", qos=1)
                    told = await anext(aiter(link.messages))
                    assert b"online" in bytes(told.payload)

    drive(test())


# paho leaves a socket whose handshake failed to the garbage collector, which closes it.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("wrong", ["ca", "certificate", "password", "name", "plain"])
def test_with_wrong_papers_it_stays_outside_and_says_why(
    tmp_path: Path, wrong: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def test() -> None:
        where = "IP:127.0.0.2" if wrong == "name" else "IP:127.0.0.1"
        guarded, controller = Guarded(tmp_path, where), Controller(program_of())
        section = dict(guarded.section)
        if wrong == "ca":
            section["ca_file"] = str(Papers(tmp_path / "stranger").ca)
        if wrong == "certificate":
            del section["certificate_file"], section["key_file"]
        if wrong == "password":
            guarded.password.write_text("guess", "utf-8")
        if wrong == "plain":
            section = {key: section[key] for key in ("username", "password_file")}
        with guarded.broker as at:
            one = messenger(at, controller, section={**section, "timeout_s": 2.0})
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr("adapters.messaging.mqtt.PAUSES_S", (0.01,))
                async with running_outside(one):
                    await until(lambda: one.last_error)
                    assert controller.step().decisions[0].value is True, "no scan waits for it"
            assert one.connections == 0
            assert PASSWORD not in caplog.text + one.last_error
            assert "guess" not in caplog.text + one.last_error
            if wrong in {"ca", "name"}:
                assert "certificate verify failed" in one.last_error

    drive(test())


def running_outside(one: Any) -> Any:
    """Run a messenger that shall not get in."""
    return running(_Outside(one))  # type: ignore[arg-type]


class _Outside:
    """Looks connected to whoever waits for that."""

    is_connected = True

    def __init__(self, one: Any) -> None:
        self.run = one.run


def test_papers_that_are_not_there_are_a_reason_and_no_traceback(tmp_path: Path) -> None:
    settings = broker_from({"ca_file": str(tmp_path / "none.pem")})
    with pytest.raises(DeviceError, match=r"cannot read .*none\.pem: No such file"):
        client(settings)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"certificate_file": "a", "ca_file": "b"}, "belong together"),
        ({"key_file": "a", "ca_file": "b"}, "belong together"),
        ({"certificate_file": "a", "key_file": "b"}, "without a `ca_file`"),
    ],
)
def test_half_of_the_papers_is_a_mistake(options: dict[str, object], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        broker_from(options)
