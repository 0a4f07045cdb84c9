"""Where the control interface listens: the `control:` section of a site file.

    control:
      socket: /run/thermiq/control.sock
      users: {anna: operator}
      groups: {thermiq-engineers: engineer}
      others: viewer
      tcp: {listen: 127.0.0.1:7443, certificate: tls/plc.pem, key: tls/plc.key, clients: tls/ca.pem,
            roles: {anna: operator}, revoked: tls/revoked}
      modes: {holiday: {heatpump.sg_ready: locked}}

TCP is off unless it is asked for, and never without certificates on both sides. What the roles on
either way are made of: `visitors.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from adapters.codec.control_methods import ROLES, Role
from adapters.control.doorman import inner_socket

SOCKET = "/run/thermiq/control.sock"
_SOCKET_LETTERS_MAX = 107
"""What the system allows for the path of a socket."""
_KEYS = frozenset({"socket", "users", "groups", "others", "tcp", "modes", "mode_from"})
_TCP_KEYS = frozenset({"listen", "certificate", "key", "clients", "roles", "revoked"})


@dataclass(frozen=True, slots=True)
class TcpSettings:
    """A listener with certificates on both sides; paths of PEM files."""

    listen: str
    certificate: Path
    key: Path
    clients: Path
    roles: Mapping[str, Role] = field(default_factory=dict)
    revoked: Path | None = None
    """Fingerprints of certificates that count no longer, read at each call."""


@dataclass(frozen=True, slots=True)
class ControlSettings:
    """Where to listen, and who is what on the socket."""

    socket: Path = Path(SOCKET)
    tcp: TcpSettings | None = None
    users: Mapping[str, Role] = field(default_factory=dict)
    groups: Mapping[str, Role] = field(default_factory=dict)
    others: Role = Role.VIEWER

    @classmethod
    def of(cls, options: Mapping[str, object], folder: Path) -> "ControlSettings":
        """Return what a site file in `folder` says. Raises ValueError in user words."""
        for key in options:
            if key not in _KEYS:
                raise ValueError(f"`control` has no `{key}`: {', '.join(sorted(_KEYS))}")
        socket = folder / str(options.get("socket", SOCKET))
        paths = (str(each.absolute()) for each in (socket, inner_socket(socket)))
        if max(map(len, paths)) > _SOCKET_LETTERS_MAX:
            raise ValueError(f"the path of the socket is too long: {socket}")
        tcp = options.get("tcp")
        return cls(
            socket,
            None if tcp is None else _tcp(tcp, folder),
            _roles("users", options.get("users", {})),
            _roles("groups", options.get("groups", {})),
            _role("others", options.get("others", "viewer")),
        )


def _tcp(options: object, folder: Path) -> TcpSettings:
    if not isinstance(options, Mapping):
        raise ValueError("`tcp` holds `listen`, `certificate`, `key` and `clients`")  # noqa: TRY004 - one error for all that is wrong
    for key in options:
        if key not in _TCP_KEYS:
            raise ValueError(f"`tcp` has no `{key}`: {', '.join(sorted(_TCP_KEYS))}")
    for key in ("listen", "certificate", "key", "clients"):
        if key not in options:
            raise ValueError(f"`tcp` needs `{key}`: there is no listening without certificates")
    return TcpSettings(
        str(options["listen"]),
        folder / str(options["certificate"]),
        folder / str(options["key"]),
        folder / str(options["clients"]),
        _roles("roles", options.get("roles", {})),
        folder / str(options["revoked"]) if "revoked" in options else None,
    )


def _roles(key: str, named: object) -> dict[str, Role]:
    if not isinstance(named, Mapping):
        raise ValueError(f"`{key}` holds lines of `name: role`")  # noqa: TRY004 - one error for all that is wrong
    return {str(name): _role(str(name), role) for name, role in named.items()}


def _role(name: str, role: object) -> Role:
    if role not in ROLES:
        raise ValueError(f"`{name}` cannot be `{role}`: {', '.join(ROLES)}")
    return ROLES[str(role)]
