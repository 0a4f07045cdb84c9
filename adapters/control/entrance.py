"""The entrance of the control interface: who asks, whether they may, and how often.

Every call passes here before it is done, whichever way it came.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from adapters.codec.control_methods import Method, Role
from adapters.control.doorman import Doorman
from adapters.control.pace import Pace
from adapters.control.settings import TcpSettings
from adapters.control.visitors import Visitor, by_certificate
from adapters.runtime.refusal import Refusal, RefusedError

_LETTERS_MAX = 64
_LOCAL = "unix"

log = logging.getLogger(__name__)


class Context(Protocol):
    """What gRPC tells of a call."""

    def peer(self) -> str:
        """Return where it comes from."""
        ...

    def auth_context(self) -> Mapping[str, Iterable[bytes]]:
        """Return what the certificate says."""
        ...


class Entrance:
    """One for all ways in."""

    def __init__(
        self, doorman: Doorman, tcp: TcpSettings | None, now_s: Callable[[], float]
    ) -> None:
        """`now_s` is monotonic time."""
        self._doorman = doorman
        self._tcp = tcp
        self._now_s = now_s
        self._pace = Pace()

    def admit(self, method: Method[Any, Any], request: Any, context: Context) -> Any:
        """Return the request with the name of who really asks in it. Raises RefusedError."""
        try:
            return self._admitted(method, request, context)
        except RefusedError as error:
            log.warning("control: %s refused: %s", method.name, error)
            raise

    def _admitted(self, method: Method[Any, Any], request: Any, context: Context) -> Any:
        visitor = self._visitor(context)
        _sign(method, request, visitor)
        if visitor.role < method.role or visitor.role is Role.NOBODY:
            takes = max(method.role, Role.VIEWER).name.lower()
            text = f"`{visitor.name}` is {visitor.role.name.lower()}; this takes {takes}"
            raise RefusedError(Refusal.FORBIDDEN, text)
        changes = method.role > Role.VIEWER
        if not visitor.is_own and not self._pace.admits(
            visitor.name, self._now_s(), changes=changes
        ):
            raise RefusedError(Refusal.TOO_OFTEN, f"`{visitor.name}` asks too often")
        return request

    def _visitor(self, context: Context) -> Visitor:
        peer = context.peer()
        if peer.startswith(_LOCAL):
            visitor = self._doorman.visitor(peer)
            if visitor is None:
                raise RefusedError(Refusal.FORBIDDEN, "this way in is not for you")
            return visitor
        if self._tcp is None:
            raise RefusedError(Refusal.FORBIDDEN, "nobody is let in by that way")
        return by_certificate(context.auth_context(), self._tcp.roles, self._tcp.revoked)


def _sign(method: Method[Any, Any], request: Any, visitor: Visitor) -> None:
    """Put the visitor's own name beside the author that the request claims."""
    if visitor.is_own or "author" not in method.request.DESCRIPTOR.fields_by_name:
        return
    author, name = request.author.strip(), visitor.name
    if author == name:
        return
    room = _LETTERS_MAX - len(name) - 3
    request.author = f"{author[:room]} ({name})" if author and room > 0 else name[:_LETTERS_MAX]
