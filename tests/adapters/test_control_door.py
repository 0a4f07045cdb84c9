"""Who comes through the door of the unix socket, as what, and how many at a time."""

import asyncio
import os
import socket
from pathlib import Path

import grpc
import pytest

from adapters.codec import control_methods as methods
from adapters.codec.control_methods import METHODS, Role
from adapters.control import doorman as door
from adapters.control import pace, visitors
from adapters.control.client import Client, RefusedByDaemonError, UnreachableError
from adapters.control.pace import Flow, Pace
from adapters.control.visitors import Admission
from adapters.pb.thermiq.v1 import control_pb2 as pb
from adapters.port import DeviceError
from adapters.runtime.journal import Kind
from tests.adapters.control_bench import PATIENCE_S, Bench, bench, served
from tests.adapters.door_bench import MEMBER_OF, STRANGER, ask_as, walkable

MODE = pb.ModeRequest(mode="manual", author="otto")
ME = os.geteuid()
WHO, GROUP = (STRANGER, MEMBER_OF) if ME == 0 else (ME, os.getegid())
"""Only root can become somebody else; elsewhere the daemon takes this user for one."""
ASKED = {
    "status": Role.VIEWER,
    "mode": Role.OPERATOR,
    "arm": Role.OPERATOR,
    "stage": Role.ENGINEER,
}


def admits(monkeypatch: pytest.MonkeyPatch, admission: Admission) -> None:
    """Let the daemon know users by number: a test machine has no names for them."""
    monkeypatch.setattr(Admission, "of", classmethod(lambda *_: admission))


def as_a_stranger(role: Role) -> Admission:
    """Whom the kernel names as this process is somebody else, with that role."""
    return Admission(frozenset(), {ME: role})


@pytest.mark.parametrize(
    ("admission", "role"),
    [
        (Admission(frozenset()), Role.VIEWER),
        (Admission(frozenset(), groups={GROUP: Role.OPERATOR}), Role.OPERATOR),
        (Admission(frozenset(), {WHO: Role.ENGINEER}, {GROUP: Role.VIEWER}), Role.ENGINEER),
        (Admission(frozenset(), others=Role.NOBODY), Role.NOBODY),
    ],
)
def test_f76_the_kernel_says_who_asks_and_the_site_file_what_for(
    monkeypatch: pytest.MonkeyPatch, admission: Admission, role: Role
) -> None:
    admits(monkeypatch, admission)
    with walkable() as folder, served(folder) as daemon:
        daemon.scan()
        daemon.socket.chmod(0o666)
        name = admission.visitor(WHO, (GROUP,)).name
        told = dict(zip(ASKED, ask_as(WHO, GROUP, daemon.socket, *ASKED), strict=True))
        for word, takes in ASKED.items():
            if role < takes:
                assert (
                    told[word]
                    == f"`{name}` is {role.name.lower()}; this takes {takes.name.lower()}"
                )
        if role >= Role.VIEWER:
            assert told["status"].startswith("done")
        if role >= Role.OPERATOR:
            assert told["mode"] == f"done otto ({name})", "nobody is somebody else"
        if role >= Role.ENGINEER:
            assert told["stage"].startswith("done")


def test_who_may_not_open_the_file_is_told_that_its_group_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with socket.socket(socket.AF_UNIX) as line:
        line.bind(str(tmp_path / "c.sock"))
        with (
            Client(tmp_path / "c.sock") as client,
            pytest.raises(UnreachableError, match="its group"),
        ):
            client.ask(methods.STATUS, pb.StatusRequest())


async def refused(house: Bench, folder: Path) -> dict[str, str]:
    """Return why each method keeps us out; empty: it lets us through."""
    told = {}
    async with grpc.aio.insecure_channel(f"unix:{folder / 'c.sock'}") as line:
        for method in METHODS:
            if method.streams:
                continue
            call = line.unary_unary(
                method.path, method.request.SerializeToString, method.response.FromString
            )
            try:
                await call(method.request(), timeout=PATIENCE_S)
                told[method.name] = ""
            except grpc.aio.AioRpcError as error:
                kept_out = error.code() is grpc.StatusCode.PERMISSION_DENIED
                told[method.name] = error.details() or "" if kept_out else ""
    assert house.cycle.requests.resets == []
    return told


@pytest.mark.parametrize("role", list(Role))
def test_f76_every_method_asks_for_its_role(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, role: Role
) -> None:
    monkeypatch.setattr(pace, "CHANGES_AT_ONCE", 100.0)
    admits(monkeypatch, as_a_stranger(role))

    async def test() -> None:
        async with bench(tmp_path) as house:
            house.step()
            told = await refused(house, tmp_path)
            for method in METHODS:
                if not method.streams:
                    passes = role is not Role.NOBODY and role >= method.role
                    assert (told[method.name] == "") is passes, method.name

    asyncio.run(test())


def test_f76_sabotage_with_everybody_an_engineer_the_tests_above_would_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    admits(monkeypatch, Admission(frozenset(), others=Role.ENGINEER))

    async def test() -> None:
        async with bench(tmp_path) as house:
            house.step()
            told = await refused(house, tmp_path)
            assert told["SetMode"] == told["Stage"] == ""

    asyncio.run(test())


def test_a_stranger_who_finds_the_inner_socket_is_nobody(tmp_path: Path) -> None:
    async def test() -> None:
        async with bench(tmp_path) as house:
            house.step()
            inner = door.inner_socket(tmp_path / "c.sock")
            assert inner.parent.stat().st_mode & 0o777 == 0o700
            past_the_door = Client(inner)
            with (
                past_the_door,
                pytest.raises(RefusedByDaemonError, match="this way in is not for you"),
            ):
                await asyncio.to_thread(past_the_door.ask, methods.STATUS, pb.StatusRequest())
        assert not inner.parent.exists(), "nothing stays behind"

    asyncio.run(test())


def test_a_folder_that_somebody_else_laid_there_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / ".c").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DeviceError, match="is somebody else's"):
        door.Doorman(tmp_path / "c.sock", as_a_stranger(Role.VIEWER)).prepare()


def test_one_user_has_so_many_connections_and_the_others_still_come_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    admits(monkeypatch, as_a_stranger(Role.VIEWER))
    monkeypatch.setattr(door, "PER_USER_MAX", 3)

    async def test() -> None:
        async with bench(tmp_path) as house:
            house.step()
            lines = [await asyncio.open_unix_connection(tmp_path / "c.sock") for _ in range(3)]
            for reader, _ in lines:
                assert await reader.read(1), "gRPC greets"
            more, writer = await asyncio.open_unix_connection(tmp_path / "c.sock")
            assert await more.read() == b"", "shut at once"
            writer.close()
            assert "too many connections" in caplog.text
            for _, each in lines:
                each.close()
                await each.wait_closed()
            async with asyncio.timeout(PATIENCE_S):
                while True:  # the door hears of it in its own time
                    try:
                        await house.ask(methods.STATUS, pb.StatusRequest())
                        break
                    except UnreachableError:
                        await asyncio.sleep(0.01)

    asyncio.run(test())


def test_a_flood_of_one_name_is_refused_and_others_are_heard() -> None:
    buckets = Pace()
    flood = [buckets.admits("mallory", 0.0, changes=True) for _ in range(1000)]
    assert sum(flood) == pace.CHANGES_AT_ONCE
    assert buckets.admits("anna", 0.0, changes=True)
    assert buckets.admits("mallory", 0.0, changes=False), "looking has a bucket of its own"
    later_s = 2 / pace.CHANGES_A_SECOND
    again = [buckets.admits("mallory", later_s, changes=True) for _ in range(10)]
    assert sum(again) == 2
    for number in range(3 * pace.PEERS_MAX):
        buckets.admits(f"guest {number}", later_s, changes=False)
    assert len(buckets._buckets._of) <= pace.PEERS_MAX


def test_bytes_below_any_request_flow_no_faster_than_people_need() -> None:
    flow = Flow()
    assert flow.wait_s(7, pace.BYTES_AT_ONCE, 0.0) == 0.0
    assert flow.wait_s(7, pace.BYTES_A_SECOND, 0.0) == 1.0
    assert flow.wait_s(7, pace.BYTES_A_SECOND, 0.0) == 2.0, "other connections wait with it"
    assert flow.wait_s(8, pace.CONNECTION_BYTES, 0.0) == 0.0, "other users do not"
    assert flow.wait_s(7, pace.BYTES_A_SECOND, 3.0) == 0.0, "what waited is paid"
    assert flow.wait_s(7, 1e9, 3.0) == pace.WAIT_S_MAX
    assert flow.wait_s(7, 0.0, 3.0 + pace.WAIT_S_MAX) == 0.0, "no longer than that"


def test_a_sender_of_garbage_is_held_back_and_others_are_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    admits(monkeypatch, as_a_stranger(Role.VIEWER))
    passed = []
    wait_s = Flow.wait_s

    def counted(flow: Flow, user: int, size: float, now_s: float) -> float:
        passed.append(size)
        return wait_s(flow, user, size, now_s)

    monkeypatch.setattr(Flow, "wait_s", counted)

    async def test() -> None:
        async with bench(tmp_path) as house:
            house.step()
            _, writer = await asyncio.open_unix_connection(tmp_path / "c.sock")
            ping = (8).to_bytes(3) + b"\x06\x00\0\0\0\0" + b"12345678"
            writer.write(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0" + ping * 100_000)
            async with asyncio.timeout(PATIENCE_S):
                while sum(passed) < pace.BYTES_AT_ONCE:  # noqa: ASYNC110 - the door tells nobody
                    await asyncio.sleep(0)
            monkeypatch.setattr(
                door.Admission,
                "visitor",
                lambda *_: visitors.Visitor("x", Role.VIEWER, is_own=True),
            )
            assert await house.ask(methods.STATUS, pb.StatusRequest())
            assert sum(passed) < 2 * pace.BYTES_AT_ONCE, "the rest waits at the sender"
            writer.transport.abort()

    asyncio.run(test())


def test_f76_what_was_refused_is_told_to_the_journal_with_who_really_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    admits(monkeypatch, as_a_stranger(Role.VIEWER))
    told: list[tuple[object, ...]] = []

    async def test() -> None:
        async with bench(tmp_path) as house:
            house.step()
            house.control.operations.tell = lambda *entry: told.append(entry)
            with pytest.raises(RefusedByDaemonError, match="takes operator"):
                await house.ask(methods.MODE, MODE)

    asyncio.run(test())
    ((kind, subject, text, by),) = told
    name = visitors.Admission(frozenset()).visitor(ME, ()).name
    assert (kind, subject, by) == (Kind.REFUSED, "SetMode", f"otto ({name})")
    assert "is viewer" in str(text)


def test_a_flood_over_the_wire_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    admits(monkeypatch, as_a_stranger(Role.OPERATOR))

    async def test() -> None:
        async with bench(tmp_path) as house:
            house.step()
            for _ in range(int(pace.CHANGES_AT_ONCE)):
                await house.ask(methods.MODE, MODE)
            with pytest.raises(RefusedByDaemonError, match="asks too often"):
                await house.ask(methods.MODE, MODE)
            assert await house.ask(methods.STATUS, pb.StatusRequest()), "looking goes on"

    asyncio.run(test())


def test_more_than_a_request_may_be_is_refused_by_the_library(tmp_path: Path) -> None:
    async def test() -> None:
        async with bench(tmp_path) as house:
            house.step()
            huge = pb.OverrideRequest(output="x" * 100_000, author="anna")
            with pytest.raises(RefusedByDaemonError, match="larger than max"):
                await house.ask(methods.OVERRIDE, huge)

    asyncio.run(test())


@pytest.mark.parametrize(
    "path",
    [
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        "/grpc.health.v1.Health/Check",
        "/thermiq.v1.Control/../../etc/passwd",
    ],
)
def test_nothing_but_the_methods_of_the_table_answers(tmp_path: Path, path: str) -> None:
    async def test() -> None:
        async with (
            bench(tmp_path),
            grpc.aio.insecure_channel(f"unix:{tmp_path / 'c.sock'}") as line,
        ):
            with pytest.raises(grpc.aio.AioRpcError) as refusal:
                await line.unary_unary(path, bytes, bytes)(b"", timeout=PATIENCE_S)
            assert refusal.value.code() is grpc.StatusCode.UNIMPLEMENTED

    asyncio.run(test())


def test_a_plain_web_request_gets_no_page(tmp_path: Path) -> None:
    async def test() -> None:
        async with bench(tmp_path):
            reader, writer = await asyncio.open_unix_connection(tmp_path / "c.sock")
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            async with asyncio.timeout(PATIENCE_S):
                assert b"HTTP/1.1 200" not in await reader.read(65_536)
            writer.close()

    asyncio.run(test())


def test_roles_of_users_and_groups_and_of_all_others() -> None:
    admission = Admission(
        frozenset({0, 7}),
        {10: Role.OPERATOR, 11: Role.NOBODY},
        {20: Role.OPERATOR, 21: Role.ENGINEER},
    )
    assert admission.visitor(0, ()).is_own
    assert admission.visitor(7, ()).role is Role.ENGINEER
    assert admission.visitor(10, (21,)).role is Role.OPERATOR, "a user's own line counts first"
    assert admission.visitor(11, (21,)).role is Role.NOBODY
    assert admission.visitor(12, (20, 21)).role is Role.ENGINEER
    assert admission.visitor(12, (5,)).role is Role.VIEWER
    assert admission.visitor(12, ()).name == "user 12"
    assert not admission.visitor(10, ()).is_own


def test_names_that_this_machine_does_not_have_give_nobody_anything(
    caplog: pytest.LogCaptureFixture,
) -> None:
    found = Admission.of(
        {"root": Role.VIEWER, "nobody-of-that-name": Role.ENGINEER},
        {"no-such-group": Role.ENGINEER},
        Role.NOBODY,
    )
    assert found.users == {0: Role.VIEWER}
    assert not found.groups
    assert found.others is Role.NOBODY
    assert "no user `nobody-of-that-name`" in caplog.text
    assert "no group `no-such-group`" in caplog.text


def test_the_kernel_names_this_process() -> None:
    here, there = socket.socketpair()
    with here, there:
        uid, gids = door.peer_of(here)
    assert uid == ME
    assert gids >= {os.getegid(), *os.getgroups()}
    assert visitors.Admission(frozenset()).visitor(uid, gids).role is Role.VIEWER
