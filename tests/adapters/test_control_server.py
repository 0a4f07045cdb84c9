"""Where the interface listens, and who may ask what over TCP."""

import asyncio
import subprocess
from pathlib import Path

import grpc
import pytest

from adapters.codec import control_methods as methods
from adapters.codec.control_methods import Role
from adapters.control.settings import SOCKET, ControlSettings
from adapters.pb.thermiq.v1 import control_pb2 as pb
from adapters.port import DeviceError
from adapters.runtime.journal import Kind
from tests.adapters.control_bench import PATIENCE_S, Bench, bench


def make_keys(folder: Path) -> None:
    """Make an authority and pairs that it signed: the controller, anna and a guest."""
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    _openssl(folder, "req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=ca")
    for name in ("plc", "anna", "guest"):
        _openssl(
            folder,
            *("req", *key, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}"),
            *("-addext", "subjectAltName=DNS:localhost"),
        )
        _openssl(
            folder,
            *("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key"),
            *("-CAcreateserial", "-copy_extensions", "copy", "-out", f"{name}.pem"),
        )


def _openssl(folder: Path, *words: str) -> None:
    subprocess.run(["/usr/bin/openssl", *words], cwd=folder, check=True, capture_output=True)


def tcp(folder: Path) -> dict[str, object]:
    return {
        "listen": "127.0.0.1:0",
        "certificate": str(folder / "plc.pem"),
        "key": str(folder / "plc.key"),
        "clients": str(folder / "ca.pem"),
        "roles": {"anna": "operator"},
    }


def channel(house: Bench, folder: Path, name: str | None) -> grpc.aio.Channel:
    read = [(folder / f"{name}{end}").read_bytes() if name else None for end in (".key", ".pem")]
    credentials = grpc.ssl_channel_credentials((folder / "ca.pem").read_bytes(), *read)
    options = (("grpc.ssl_target_name_override", "localhost"), ("grpc.enable_http_proxy", 0))
    address = f"127.0.0.1:{house.control.server.port}"
    return grpc.aio.secure_channel(address, credentials, options=options)


async def ask(
    line: grpc.aio.Channel, method: methods.Method[methods.RequestT, methods.ResponseT],
    request: methods.RequestT,
) -> methods.ResponseT | str:  # fmt: skip
    call = line.unary_unary(
        method.path, method.request.SerializeToString, method.response.FromString
    )
    try:
        answer: methods.ResponseT = await call(request, timeout=PATIENCE_S)
    except grpc.aio.AioRpcError as error:
        return f"{error.code().name}: {error.details()}"
    return answer


def test_over_tcp_a_certificate_says_who_asks_and_a_role_what_for(tmp_path: Path) -> None:
    make_keys(tmp_path)
    mode = pb.ModeRequest(mode="manual", author="Anna K.")

    async def test() -> None:
        async with bench(tmp_path, tcp=tcp(tmp_path)) as house:
            house.step()
            async with channel(house, tmp_path, "guest") as guest:
                assert isinstance(await ask(guest, methods.STATUS, pb.StatusRequest()), pb.Status)
                told = "PERMISSION_DENIED: `guest` is viewer; this takes operator"
                assert await ask(guest, methods.MODE, mode) == told
            async with channel(house, tmp_path, "anna") as anna:
                answer = await ask(anna, methods.MODE, mode)
                assert isinstance(answer, pb.Mode)
                assert answer.author == "Anna K. (anna)"
                answer = await ask(anna, methods.MODE, pb.ModeRequest(mode="off"))
                assert isinstance(answer, pb.Mode)
                assert answer.author == "anna"
                reload = await ask(anna, methods.STAGE, pb.StageRequest())
                assert "takes engineer" in str(reload)
            async with channel(house, tmp_path, None) as nobody:
                assert "UNAVAILABLE" in str(await ask(nobody, methods.STATUS, pb.StatusRequest()))

    asyncio.run(test())


def test_f76_what_a_person_may_not_stands_in_the_journal(tmp_path: Path) -> None:
    make_keys(tmp_path)
    told: list[tuple[Kind, str, str, str]] = []

    async def test() -> None:
        async with bench(tmp_path, tcp=tcp(tmp_path)) as house:
            house.control.operations.tell = lambda *entry: told.append(entry)
            house.step()
            async with channel(house, tmp_path, "guest") as guest:
                asked = pb.ConfirmResetRequest(trip="too_hot", author="mallory", nonce="guessed")
                assert "PERMISSION_DENIED" in str(await ask(guest, methods.CONFIRM_RESET, asked))
                await ask(guest, methods.WHY, pb.WhyRequest(output="nonsense"))

    asyncio.run(test())
    ((kind, subject, why, _),) = told
    assert (kind, subject) == (Kind.REFUSED, "ConfirmReset")
    assert "this takes operator" in why


def test_a_place_where_it_cannot_listen_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")

    async def test() -> None:
        async with bench(tmp_path) as house:
            settings = ControlSettings(tmp_path / "file" / "c.sock")
            house.control.server._settings = settings
            with pytest.raises(DeviceError, match="cannot listen"):
                await house.control.server.run(lambda _: None)
            house.control.server._settings = ControlSettings(tmp_path / "c.sock")

    asyncio.run(test())


def test_without_a_section_it_listens_on_a_socket_alone(tmp_path: Path) -> None:
    assert ControlSettings.of({}, tmp_path) == ControlSettings(Path(SOCKET), None)
    settings = ControlSettings.of({"socket": "c.sock", "tcp": tcp(tmp_path)}, tmp_path)
    assert settings.socket == tmp_path / "c.sock"
    assert settings.tcp is not None
    assert settings.tcp.roles == {"anna": Role.OPERATOR}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"sockt": "c"}, "has no `sockt`"),
        ({"socket": "c" * 120}, "too long"),
        ({"tcp": 7443}, "`tcp` holds"),
        ({"tcp": {"port": 1}}, "has no `port`"),
        ({"tcp": {"listen": "x"}}, "needs `certificate`"),
        ({"tcp": {**tcp(Path()), "roles": []}}, "`roles` holds"),
        ({"tcp": {**tcp(Path()), "roles": {"anna": "king"}}}, "viewer, operator, engineer"),
    ],
)
def test_a_section_that_is_wrong_is_refused(options: dict[str, object], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        ControlSettings.of(options, Path("/run"))
