"""Certificates of the TCP listener: expired, revoked, renewed, mixed up; the socket goes on."""

import asyncio
import ssl
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.codec import control_methods as methods
from adapters.control import server
from adapters.control.papers import SOON_S, PapersError, look_at
from adapters.control.settings import ControlSettings, TcpSettings
from adapters.control.visitors import by_certificate, revoked_in
from adapters.pb.thermiq.v1 import control_pb2 as pb
from adapters.runtime.refusal import RefusedError
from tests.adapters.control_bench import PATIENCE_S, bench
from tests.adapters.test_control_server import ask, channel, make_keys, tcp

_OPENSSL = "/usr/bin/openssl"


def settings(folder: Path) -> TcpSettings:
    found = ControlSettings.of({"tcp": tcp(folder)}, folder).tcp
    assert found is not None
    return found


def sign(folder: Path, name: str, days: int) -> None:
    """Sign what `make_keys` asked for anew, for so many days; below 0: it has ended."""
    words = [
        *("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key"),
        *("-CAcreateserial", "-copy_extensions", "copy", "-out", f"{name}.pem"),
        *("-days", str(days)),
    ]
    subprocess.run([_OPENSSL, *words], cwd=folder, check=True, capture_output=True)


def printed(folder: Path, name: str) -> str:
    words = ["x509", "-in", f"{name}.pem", "-noout", "-fingerprint", "-sha256"]
    done = subprocess.run(
        [_OPENSSL, *words], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout


def test_a_revoked_certificate_counts_no_longer_from_the_next_call_on(tmp_path: Path) -> None:
    make_keys(tmp_path)
    revoked = tmp_path / "revoked"
    revoked.write_text("# nobody yet\n", "ascii")

    async def test() -> None:
        options = {**tcp(tmp_path), "revoked": str(revoked)}
        async with bench(tmp_path, tcp=options) as house:
            house.step()
            async with channel(house, tmp_path, "anna") as anna:
                assert isinstance(await ask(anna, methods.STATUS, pb.StatusRequest()), pb.Status)
                revoked.write_text(f"{printed(tmp_path, 'anna')}# lost with her telephone\n")
                told = await ask(anna, methods.STATUS, pb.StatusRequest())
                assert told == "PERMISSION_DENIED: this certificate of `anna` was revoked"
            async with channel(house, tmp_path, "guest") as guest:
                assert isinstance(await ask(guest, methods.STATUS, pb.StatusRequest()), pb.Status)
                revoked.unlink()
                told = await ask(guest, methods.STATUS, pb.StatusRequest())
                assert told == "PERMISSION_DENIED: nobody can say which are revoked"

    asyncio.run(test())


@pytest.mark.parametrize("content", [b"anna", b"\xff", b"AB:CD", b"0" * 70_000])
def test_a_list_of_revoked_that_cannot_be_read_lets_nobody_in(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "revoked").write_bytes(content)
    with pytest.raises(RefusedError, match="nobody can say"):
        revoked_in(tmp_path / "revoked")


@pytest.mark.parametrize("names", [[], [b"an", b"na"]])
def test_a_certificate_has_one_name(names: list[bytes]) -> None:
    with pytest.raises(RefusedError, match="one common name"):
        by_certificate({"x509_common_name": names}, {"anna": methods.Role.ENGINEER}, None)


def test_a_client_whose_certificate_has_expired_stays_outside(tmp_path: Path) -> None:
    make_keys(tmp_path)
    sign(tmp_path, "anna", -1)

    async def test() -> None:
        async with bench(tmp_path, tcp=tcp(tmp_path)) as house:
            house.step()
            async with channel(house, tmp_path, "anna") as anna:
                assert "UNAVAILABLE" in str(await ask(anna, methods.STATUS, pb.StatusRequest()))

    asyncio.run(test())


def test_papers_of_our_own_that_are_wrong_are_named_and_the_socket_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    make_keys(tmp_path)
    sign(tmp_path, "plc", -1)
    monkeypatch.setattr(server, "RETRY_S", 0.0)

    async def test() -> None:
        async with bench(tmp_path, tcp=tcp(tmp_path)) as house:
            house.step()
            assert await house.ask(methods.STATUS, pb.StatusRequest())
            assert "plc.pem: certificate has expired" in house.control.server.tcp_trouble
            sign(tmp_path, "plc", 90)
            async with asyncio.timeout(PATIENCE_S):
                while not house.control.server.port:
                    house.clock.advance(1.0)
                    await asyncio.sleep(0)
            async with channel(house, tmp_path, "anna") as anna:
                assert isinstance(await ask(anna, methods.STATUS, pb.StatusRequest()), pb.Status)

    asyncio.run(test())
    assert caplog.text.count("nobody is heard over TCP") == 1


def test_a_renewed_certificate_is_shown_without_a_restart(tmp_path: Path) -> None:
    make_keys(tmp_path)

    async def shown(port: int) -> str:
        words = [_OPENSSL, "s_client", "-connect", f"127.0.0.1:{port}", "-cert", "anna.pem"]
        words += ["-key", "anna.key", "-alpn", "h2"]
        line = await asyncio.create_subprocess_exec(
            *words,
            cwd=tmp_path,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        told, _ = await asyncio.wait_for(line.communicate(), PATIENCE_S)
        return told.decode("latin-1").partition("BEGIN CERTIFICATE")[2].partition("END")[0]

    async def test() -> None:
        async with bench(tmp_path, tcp=tcp(tmp_path)) as house:
            before = await shown(house.control.server.port)
            assert before
            sign(tmp_path, "plc", 60)
            assert await shown(house.control.server.port) not in ("", before)
            (tmp_path / "plc.pem").unlink()
            assert await shown(house.control.server.port), "the last good one counts"

    asyncio.run(test())


def test_what_is_wrong_with_papers_is_told_by_file(tmp_path: Path) -> None:
    make_keys(tmp_path)
    good = settings(tmp_path)
    told = [
        ("certificate", "none.pem", r"cannot read .*none\.pem: No such file"),
        ("certificate", "anna.pem", r"do not go together: key values mismatch"),
        ("certificate", "plc.key", r"do not go together"),
        ("clients", "plc.key", r"holds no certificate"),
    ]
    for which, file, why in told:
        wrong = replace(good, **{which: tmp_path / file})
        with pytest.raises(PapersError, match=why):
            look_at(wrong, 1.0)


def test_an_authority_that_has_expired_is_told_and_one_that_soon_does(tmp_path: Path) -> None:
    make_keys(tmp_path)
    sign(tmp_path, "plc", 4000)
    words = [_OPENSSL, "x509", "-in", "ca.pem", "-noout", "-enddate"]
    ends = subprocess.run(words, cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    end_s = ssl.cert_time_to_seconds(ends.partition("=")[2].strip())
    assert look_at(settings(tmp_path), end_s - 2 * SOON_S) == ""
    assert look_at(settings(tmp_path), end_s - 86_400) == "a certificate ends in 1 days"
    with pytest.raises(PapersError, match="who signs for clients has expired"):
        look_at(settings(tmp_path), end_s + 1)
