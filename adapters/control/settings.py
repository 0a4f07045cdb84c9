"""Where the control interface listens: the `control:` section of a site file.

    control:
      socket: /run/thermiq/control.sock
      tcp: {listen: 127.0.0.1:7443, certificate: tls/plc.pem, key: tls/plc.key, clients: tls/ca.pem,
            roles: {anna: operator}}
      modes: {holiday: {heatpump.sg_ready: locked}}

TCP is off unless it is asked for, and never without certificates on both sides. Over it a peer is
who its certificate names (common name), and a viewer unless `roles` says more. Whoever may open the
socket's file is the site's own and may do everything.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from adapters.codec.control_methods import ROLES, Role

SOCKET = "/run/thermiq/control.sock"
_SOCKET_LETTERS_MAX = 107
"""What the system allows for the path of a socket."""
_KEYS = frozenset({"socket", "tcp", "modes"})
_TCP_KEYS = frozenset({"listen", "certificate", "key", "clients", "roles"})


@dataclass(frozen=True, slots=True)
class TcpSettings:
    """A listener with certificates on both sides; paths of PEM files."""

    listen: str
    certificate: Path
    key: Path
    clients: Path
    roles: Mapping[str, Role] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ControlSettings:
    """Where to listen."""

    socket: Path = Path(SOCKET)
    tcp: TcpSettings | None = None

    @classmethod
    def of(cls, options: Mapping[str, object], folder: Path) -> "ControlSettings":
        """Return what a site file in `folder` says. Raises ValueError in user words."""
        for key in options:
            if key not in _KEYS:
                raise ValueError(f"`control` has no `{key}`: {', '.join(sorted(_KEYS))}")
        socket = folder / str(options.get("socket", SOCKET))
        if len(str(socket.absolute())) > _SOCKET_LETTERS_MAX:
            raise ValueError(f"the path of the socket is too long: {socket}")
        tcp = options.get("tcp")
        return cls(socket, None if tcp is None else _tcp(tcp, folder))


def _tcp(options: object, folder: Path) -> TcpSettings:
    if not isinstance(options, Mapping):
        raise ValueError("`tcp` holds `listen`, `certificate`, `key` and `clients`")  # noqa: TRY004 - one error for all that is wrong
    for key in options:
        if key not in _TCP_KEYS:
            raise ValueError(f"`tcp` has no `{key}`: {', '.join(sorted(_TCP_KEYS))}")
    for key in ("listen", "certificate", "key", "clients"):
        if key not in options:
            raise ValueError(f"`tcp` needs `{key}`: there is no listening without certificates")
    named = options.get("roles", {})
    if not isinstance(named, Mapping):
        raise ValueError("`roles` holds lines of `name in the certificate: role`")  # noqa: TRY004 - same
    roles = {}
    for name, role in named.items():
        if role not in ROLES:
            raise ValueError(f"`{name}` cannot be `{role}`: {', '.join(ROLES)}")
        roles[str(name)] = ROLES[str(role)]
    return TcpSettings(
        str(options["listen"]),
        folder / str(options["certificate"]),
        folder / str(options["key"]),
        folder / str(options["clients"]),
        roles,
    )
