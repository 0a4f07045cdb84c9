"""Who may ask for what: users and groups of this machine, and names in certificates.

who comes                                      is
root, the daemon's own user                    engineer, and may speak for others
a user under `users:`                          what stands there
else a member of groups under `groups:`        the highest of them
else whoever may open the socket's file        `others:`, a viewer unless it says otherwise
over TCP: the name in a certificate            what `roles:` says, a viewer unless it does
a certificate that was revoked                 nobody
"""

import grp
import hashlib
import logging
import os
import pwd
import re
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from adapters.codec.control_methods import Role
from adapters.runtime.refusal import Refusal, RefusedError

REVOKED_BYTES_MAX = 65_536
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")

log = logging.getLogger(__name__)


class Visitor(NamedTuple):
    """Somebody at the door. `is_own`: root or the daemon's own user, who may speak for others."""

    name: str
    role: Role
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class Admission:
    """Roles on the unix socket, by the names of the site file turned into numbers."""

    own: frozenset[int]
    users: Mapping[int, Role] = field(default_factory=dict)
    groups: Mapping[int, Role] = field(default_factory=dict)
    others: Role = Role.VIEWER

    @classmethod
    def of(cls, users: Mapping[str, Role], groups: Mapping[str, Role], others: Role) -> "Admission":
        """Look names up on this machine; one that is not there gives nobody anything."""
        uids, gids = {}, {}
        for name, role in users.items():
            try:
                uids[pwd.getpwnam(name).pw_uid] = role
            except KeyError:
                log.warning("control: this machine has no user `%s`", name)
        for name, role in groups.items():
            try:
                gids[grp.getgrnam(name).gr_gid] = role
            except KeyError:
                log.warning("control: this machine has no group `%s`", name)
        return cls(frozenset({0, os.geteuid()}), uids, gids, others)

    def visitor(self, uid: int, gids: Iterable[int]) -> Visitor:
        """Return who a user of the machine is here."""
        name = _user(uid)
        if uid in self.own:
            return Visitor(name, Role.ENGINEER, is_own=True)
        if uid in self.users:
            return Visitor(name, self.users[uid])
        found = [self.groups[gid] for gid in gids if gid in self.groups]
        return Visitor(name, max(found, default=self.others))


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def by_certificate(
    told: Mapping[str, Iterable[bytes]], roles: Mapping[str, Role], revoked: Path | None
) -> Visitor:
    """Return who a certificate names, from what gRPC tells of the connection.

    Raises RefusedError for one that names nobody or was revoked, and while nobody can say whether.
    """
    names = list(told.get("x509_common_name", ()))
    if len(names) != 1:
        raise RefusedError(Refusal.FORBIDDEN, "the certificate must have one common name")
    name = names[0].decode("utf-8", "replace")
    if revoked is not None:
        prints = {fingerprint(each) for each in told.get("x509_pem_cert", ())}
        if not prints or prints & revoked_in(revoked):
            raise RefusedError(Refusal.FORBIDDEN, f"this certificate of `{name}` was revoked")
    return Visitor(name, roles.get(name, Role.VIEWER))


def fingerprint(pem: bytes) -> str:
    """Return the SHA-256 of a certificate, as `openssl x509 -fingerprint -sha256` counts it."""
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem.decode("ascii"))).hexdigest()


def revoked_in(path: Path) -> frozenset[str]:
    """Return the fingerprints in a file, read anew: one a line, colons or not, `#` comments.

    Raises RefusedError if it cannot be read or holds something else: then nobody comes in.
    """
    try:
        with path.open("rb") as file:
            text = file.read(REVOKED_BYTES_MAX + 1).decode("ascii")
    except (OSError, UnicodeDecodeError) as error:
        log.error("control: cannot read %s, so no certificate counts: %s", path, error)  # noqa: TRY400 - told
        raise RefusedError(Refusal.FORBIDDEN, "nobody can say which are revoked") from None
    lines = (line.partition("#")[0].rpartition("=")[2] for line in text.splitlines())
    found = frozenset(line.strip().replace(":", "").lower() for line in lines if line.strip())
    if len(text) > REVOKED_BYTES_MAX or not all(map(_FINGERPRINT.fullmatch, found)):
        log.error("control: %s holds what is no fingerprint, so no certificate counts", path)
        raise RefusedError(Refusal.FORBIDDEN, "nobody can say which are revoked")
    return found
