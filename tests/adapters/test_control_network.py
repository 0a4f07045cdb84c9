"""The commands over the network: certificates on both sides, against the real listener."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from adapters.cli.main import run
from adapters.codec import control_methods as methods
from adapters.control import handshake
from adapters.control.client import Client, RefusedByDaemonError, UnreachableError
from adapters.control.place import CLIENT_BYTES_MAX, Place, Remote, client_file, place_of
from adapters.pb.thermiq.v1 import control_pb2 as pb
from tests.adapters.control_bench import Served, served
from tests.adapters.test_control_papers import printed, sign
from tests.adapters.test_control_server import make_keys, tcp

Capture = pytest.CaptureFixture[str]


@contextmanager
def listening(folder: Path, **options: object) -> Iterator[Served]:
    """Run a daemon that listens on the network, too, with the certificates in `folder`."""
    with served(folder, tcp={**tcp(folder), **options}) as daemon:
        daemon.scan()
        yield daemon


def remote(daemon: Served, folder: Path, who: str, **changes: Path | str) -> Remote:
    """Return the line of whom the certificate names."""
    papers: dict[str, Path | str] = {
        "ca": folder / "ca.pem",
        "certificate": folder / f"{who}.pem",
        "key": folder / f"{who}.key",
        "name": "localhost",
        **changes,
    }
    return Remote("127.0.0.1", port_of(daemon), **papers)  # type: ignore[arg-type]  # by key


def port_of(daemon: Served) -> int:
    port = daemon.house.control.server.port
    assert port is not None
    return port


def why_not(where: Remote) -> str:
    """Return what a person is told who asks there, once by a call and once by a stream."""
    with Client(where) as client, pytest.raises(UnreachableError) as refusal:
        client.ask(methods.STATUS, pb.StatusRequest())
    with Client(where) as client, pytest.raises(UnreachableError) as again:
        next(client.follow(methods.WATCH, pb.WatchRequest()))
    assert str(refusal.value) == str(again.value)
    return str(refusal.value)


def write_client_file(folder: Path, daemon: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write the file that knows anna and the guest, and point to it."""
    entries = [
        f"{name}: {{address: 127.0.0.1:{port_of(daemon)}, name: localhost, ca: ca.pem,"
        f" certificate: {name}.pem, key: {name}.key}}\n"
        for name in ("anna", "guest")
    ]
    (folder / "client.yaml").write_text("".join(entries), "utf-8")
    monkeypatch.setenv("THERMIQ_CLIENT", str(folder / "client.yaml"))
    monkeypatch.delenv("THERMIQ_SOCKET", raising=False)


def told(capsys: Capture, *words: str, code: int = 0) -> str:
    assert run(words) == code
    caught = capsys.readouterr()
    return caught.out + caught.err


def test_the_commands_ask_over_the_network_and_their_role_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    make_keys(tmp_path)
    with listening(tmp_path) as daemon:
        write_client_file(tmp_path, daemon, monkeypatch)
        monkeypatch.setenv("THERMIQ_AUTHOR", "Anna K.")
        assert "pump.run" in told(capsys, "status", "--at", "anna")
        assert "pump.run" in told(capsys, "status", "--at", "guest")
        assert "set by Anna K. (anna)" in told(capsys, "mode", "manual", "--at", "anna")
        refusal = told(capsys, "mode", "off", "--at", "guest", code=1)
        assert "`guest` is viewer; this takes operator" in refusal
        daemon.scan(95.0)
        daemon.scan(40.0)
        assert "too_hot" in told(capsys, "alarms", "--at", "anna", "--no-colour")
        assert "seen by Anna K. (anna)" in told(capsys, "ack", "too_hot", "--at", "anna")
        armed = told(capsys, "reset", "too_hot", "--at", "anna", "--no-colour")
        nonce = armed.split("--confirm", 1)[1].split()[0]
        assert told(capsys, "reset", "too_hot", "--confirm", nonce, "--at", "anna")
        assert "viewer; this takes operator" in told(
            capsys, "reset", "too_hot", "--at", "guest", code=1
        )
        monkeypatch.setenv("THERMIQ_SOCKET", "anna")
        assert "manual" in told(capsys, "mode")
        assert "warm_up" in told(capsys, "why", "pump.run") + told(capsys, "why-not", "warm_up")


def test_an_address_takes_its_certificates_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    make_keys(tmp_path)
    with listening(tmp_path) as daemon:
        monkeypatch.setenv("THERMIQ_CLIENT", str(tmp_path / "none.yaml"))
        for key, file in (("CA", "ca.pem"), ("CERTIFICATE", "anna.pem"), ("KEY", "anna.key")):
            monkeypatch.setenv(f"THERMIQ_{key}", str(tmp_path / file))
        assert "pump.run" in told(capsys, "status", "--at", f"localhost:{port_of(daemon)}")


def test_the_certificates_that_the_manual_makes_are_taken(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs/operating/control.md").read_text("utf-8")
    recipe = text.split("```sh\n", 1)[1].split("```", 1)[0]
    subprocess.run(["/bin/sh", "-ec", recipe], cwd=tmp_path, check=True, capture_output=True)
    with (
        listening(tmp_path) as daemon,
        Client(remote(daemon, tmp_path, "anna", name="plc")) as anna,
    ):
        assert anna.ask(methods.MODE, pb.ModeRequest(mode="manual")).author == "anna"


def test_a_certificate_that_was_revoked_is_told_as_a_refusal(tmp_path: Path) -> None:
    make_keys(tmp_path)
    revoked = tmp_path / "revoked"
    revoked.write_text("", "ascii")
    with (
        listening(tmp_path, revoked=str(revoked)) as daemon,
        Client(remote(daemon, tmp_path, "anna")) as anna,
    ):
        assert anna.ask(methods.STATUS, pb.StatusRequest())
        revoked.write_text(printed(tmp_path, "anna"), "ascii")
        with pytest.raises(RefusedByDaemonError, match="of `anna` was revoked"):
            anna.ask(methods.STATUS, pb.StatusRequest())


def test_what_is_wrong_with_certificates_is_told_in_words(tmp_path: Path) -> None:
    make_keys(tmp_path)
    (tmp_path / "other").mkdir()
    make_keys(tmp_path / "other")
    sign(tmp_path, "guest", -1)
    with listening(tmp_path) as daemon:
        anna = remote(daemon, tmp_path, "anna")
        address = f"127.0.0.1:{port_of(daemon)}"
        expired = why_not(remote(daemon, tmp_path, "guest"))
        assert expired == f"{address} refuses {tmp_path / 'guest.pem'}: certificate has expired"
        foreign = tmp_path / "other" / "anna.pem"
        files = {"certificate": foreign, "key": tmp_path / "other" / "anna.key"}
        assert why_not(remote(daemon, tmp_path, "anna", **files)) == (
            f"{address} refuses {foreign}: the controller does not believe who signed it"
        )
        mixed = why_not(remote(daemon, tmp_path, "anna", key=tmp_path / "guest.key"))
        assert "do not go together" in mixed
        assert "holds no certificate" in why_not(
            remote(daemon, tmp_path, "anna", ca=tmp_path / "ca.key")
        )
        assert "cannot read" in why_not(remote(daemon, tmp_path, "anna", ca=tmp_path / "none"))
        impostor = why_not(remote(daemon, tmp_path, "anna", ca=tmp_path / "other" / "ca.pem"))
        assert impostor.startswith(f"the certificate of {address} is not believed: ")
        assert "nothing was asked" in impostor
        assert "ismatch" in why_not(remote(daemon, tmp_path, "anna", name="plc.elsewhere"))
        with Client(anna) as client:
            assert client.ask(methods.STATUS, pb.StatusRequest())


def test_a_controller_whose_own_certificate_has_expired_is_not_believed(tmp_path: Path) -> None:
    make_keys(tmp_path)
    with listening(tmp_path) as daemon:
        where = remote(daemon, tmp_path, "anna")
        with Client(where) as client:
            assert client.ask(methods.STATUS, pb.StatusRequest())
        sign(tmp_path, "plc", -1)
        assert "is not believed: certificate has expired" in why_not(where)


def test_nobody_there_and_somebody_who_speaks_no_tls(tmp_path: Path) -> None:
    make_keys(tmp_path)
    with listening(tmp_path) as daemon:
        where = remote(daemon, tmp_path, "anna")
    assert (
        why_not(where)
        == f"nobody listens at {where.address}: does the site file have `control: tcp:`?"
    )
    line = f"TCP-LISTEN:{where.port},bind=127.0.0.1,reuseaddr,fork"
    deaf = subprocess.Popen(["/usr/bin/socat", line, "SYSTEM:echo no"])
    try:
        for _ in range(200):
            text = handshake.objection(where)
            if "nobody listens" not in text:
                break
        assert text.startswith(f"no TLS with {where.address}") or "hung up" in text
    finally:
        deaf.terminate()
        deaf.wait()


def test_a_line_that_is_lost_is_told_and_taken_up_again_by_the_next_call(tmp_path: Path) -> None:
    make_keys(tmp_path)
    with listening(tmp_path) as daemon:
        where = remote(daemon, tmp_path, "anna")
        client = Client(where)
        assert client.ask(methods.STATUS, pb.StatusRequest())
    with client, pytest.raises(UnreachableError, match="nobody listens"):
        client.ask(methods.STATUS, pb.StatusRequest())


@pytest.mark.parametrize(
    ("text", "path"), [("/run/c.sock", "/run/c.sock"), ("c.sock", "c.sock"), ("./asp1", "asp1")]
)
def test_a_path_is_a_path(text: str, path: str) -> None:
    assert place_of(text, {}) == Place(Path(path))


def test_whoever_has_no_client_file_is_told_where_it_would_be() -> None:
    assert client_file({"HOME": "/home/anna"}) == Path("/home/anna/.config/thermiq/client.yaml")
    assert client_file({"XDG_CONFIG_HOME": "/etc/x"}) == Path("/etc/x/thermiq/client.yaml")
    with pytest.raises(ValueError, match=r"`asp1` is no address, and there is no /none/\.config"):
        place_of("asp1", {"HOME": "/none"})
    with pytest.raises(ValueError, match=r"needs certificates: an entry in .*THERMIQ_CA"):
        place_of("plc:7443", {"HOME": "/none"})
    with pytest.raises(ValueError, match="needs THERMIQ_CERTIFICATE and THERMIQ_KEY as well"):
        place_of("plc:7443", {"THERMIQ_CA": "ca.pem"})
    with pytest.raises(ValueError, match="`plc:0` is no address"):
        place_of("plc:0", {"THERMIQ_CA": "ca.pem"})


ENTRY = "{address: '[::1]:7443', ca: ca.pem, certificate: /k/a.pem, key: a.key}"


def test_a_client_file_knows_names_and_their_addresses(tmp_path: Path) -> None:
    file = tmp_path / "client.yaml"
    file.write_text(f"asp1: {ENTRY}\n", "utf-8")
    environment = {"THERMIQ_CLIENT": str(file)}
    wanted = Remote("::1", 7443, tmp_path / "ca.pem", Path("/k/a.pem"), tmp_path / "a.key")
    assert place_of("asp1", environment) == Place(wanted)
    assert place_of("[::1]:7443", environment) == Place(wanted)
    assert wanted.address == "[::1]:7443"
    with pytest.raises(ValueError, match=r"knows no `asp2` .*asp1"):
        place_of("asp2", environment)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("[", "is no YAML"),
        ("\xff", "is no YAML"),
        ("[a]", "holds names"),
        ("asp1: 7443", "holds address"),
        ("asp1: {adress: x}", "has no `adress`"),
        ("asp1: {address: 'x:1', ca: c, key: k}", "needs `certificate`"),
        ("asp1: {address: x, ca: c, certificate: d, key: k}", "`x` is no address"),
        ("asp1: {address: 'x:70000', ca: c, certificate: d, key: k}", "`x:70000` is no address"),
        ("#" * (CLIENT_BYTES_MAX + 1), "is larger than 64 KiB"),
        ("[" * 1000, "is no YAML"),
    ],
)
def test_a_client_file_that_is_wrong_is_told_so(tmp_path: Path, content: str, problem: str) -> None:
    file = tmp_path / "client.yaml"
    file.write_bytes(content.encode("latin-1"))
    with pytest.raises(ValueError, match=problem):
        place_of("asp1", {"THERMIQ_CLIENT": str(file)})


def test_a_client_file_that_cannot_be_read_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot read"):
        place_of("asp1", {"THERMIQ_CLIENT": str(tmp_path)})


def test_a_wrong_place_is_wrong_usage(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THERMIQ_CLIENT", "/none")
    assert "needs certificates" in told(capsys, "status", "--at", "10.20.0.1:7443", code=2)
