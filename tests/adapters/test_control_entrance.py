"""The entrance: every call is somebody's, bears their name, and comes no faster than it may."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from adapters.codec import control_methods as methods
from adapters.codec.control_methods import Role
from adapters.control.doorman import Doorman
from adapters.control.entrance import Entrance
from adapters.control.pace import LOOKS_AT_ONCE
from adapters.control.settings import TcpSettings
from adapters.control.visitors import Admission, Visitor
from adapters.pb.thermiq.v1 import control_pb2 as pb
from adapters.runtime.refusal import Refusal, RefusedError

TICKET = "unix-abstract:thermiq-1"
TCP = TcpSettings("x", Path("x"), Path("x"), Path("x"), {"anna": Role.OPERATOR})


class Call:
    """What gRPC tells of a call."""

    def __init__(self, peer: str = TICKET, *names: str) -> None:
        self._peer, self._names = peer, [name.encode() for name in names]

    def peer(self) -> str:
        return self._peer

    def auth_context(self) -> Mapping[str, Iterable[bytes]]:
        return {"x509_common_name": self._names}


def entrance(visitor: Visitor, tcp: TcpSettings | None = None) -> Entrance:
    doorman = Doorman(Path("c.sock"), Admission(frozenset()))
    doorman._tickets[TICKET] = visitor
    return Entrance(doorman, tcp, lambda: 0.0)


def author(visitor: Visitor, claimed: str) -> str:
    request = pb.ModeRequest(mode="off", author=claimed)
    admitted = entrance(visitor).admit(methods.MODE, request, Call())
    return str(admitted.author)


ANNA = Visitor("anna", Role.OPERATOR)


@pytest.mark.parametrize(
    ("claimed", "told"),
    [
        ("anna", "anna"),
        ("", "anna"),
        ("  ", "anna"),
        ("otto", "otto (anna)"),
        ("otto (otto)", "otto (otto) (anna)"),
        ("x" * 200, "x" * 57 + " (anna)"),
    ],
)
def test_nobody_signs_as_somebody_else(claimed: str, told: str) -> None:
    assert author(ANNA, claimed) == told
    assert len(author(ANNA, claimed)) <= 64


def test_a_long_name_is_cut_and_the_daemons_own_user_speaks_for_others() -> None:
    assert author(Visitor("n" * 100, Role.OPERATOR), "x") == "n" * 64
    assert author(Visitor("root", Role.ENGINEER, is_own=True), "anna") == "anna"


@pytest.mark.parametrize(
    ("peer", "tcp", "why"),
    [
        ("unix:", None, "not for you"),
        ("unix:/run/thermiq/.control/g", TCP, "not for you"),
        ("unix-abstract:thermiq-2", None, "not for you"),
        ("ipv4:192.0.2.66:5", None, "nobody is let in by that way"),
        ("ipv4:192.0.2.66:5", TCP, "one common name"),
        ("", None, "nobody is let in by that way"),
    ],
)
def test_who_is_nobodys_guest_is_shut_out(peer: str, tcp: TcpSettings | None, why: str) -> None:
    with pytest.raises(RefusedError, match=why) as refusal:
        entrance(ANNA, tcp).admit(methods.STATUS, pb.StatusRequest(), Call(peer))
    assert refusal.value.kind is Refusal.FORBIDDEN


def test_a_name_in_a_certificate_has_its_role_and_any_other_looks() -> None:
    door = entrance(ANNA, TCP)
    mode = pb.ModeRequest(mode="off", author="otto")
    admitted = door.admit(methods.MODE, mode, Call("ipv4:192.0.2.66:5", "anna"))
    assert admitted.author == "otto (anna)"
    guest = Call("ipv4:192.0.2.66:5", "guest")
    assert door.admit(methods.STATUS, pb.StatusRequest(), guest) is not None
    with pytest.raises(RefusedError, match="`guest` is viewer; this takes operator"):
        door.admit(methods.MODE, mode, guest)


def test_who_may_not_leaves_a_line_in_the_log_with_their_own_name(
    caplog: pytest.LogCaptureFixture,
) -> None:
    door, mode = entrance(Visitor("mallory", Role.VIEWER)), pb.ModeRequest(author="anna")
    with pytest.raises(RefusedError):
        door.admit(methods.MODE, mode, Call())
    assert "SetMode refused: `mallory` is viewer" in caplog.text
    assert mode.author == "anna (mallory)", "what the journal is told"


def test_looking_has_an_end_too() -> None:
    door = entrance(ANNA)
    for _ in range(int(LOOKS_AT_ONCE)):
        door.admit(methods.STATUS, pb.StatusRequest(), Call())
    with pytest.raises(RefusedError, match="asks too often") as refusal:
        door.admit(methods.STATUS, pb.StatusRequest(), Call())
    assert refusal.value.kind is Refusal.TOO_OFTEN
