"""The certificates of the TCP listener: looked at before they are used, read anew when they change.

gRPC takes any pair and lets every handshake fail; here what is wrong is said beforehand, by file.
"""

import ssl
from pathlib import Path

import grpc

from adapters.control.handshake import in_memory
from adapters.control.settings import TcpSettings

SOON_S = 30 * 86_400.0
"""A certificate that ends within this time is worth a line in the log."""


class PapersError(Exception):
    """These certificates let nobody in; says why."""


def look_at(tcp: TcpSettings, now_wall_s: float) -> str:
    """Return what a person should know of the certificates, or nothing. Raises PapersError."""
    for file in (tcp.certificate, tcp.key, tcp.clients):
        try:
            file.open("rb").close()
        except OSError as error:
            raise PapersError(f"cannot read {file}: {error.strerror}") from None
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        server.load_cert_chain(tcp.certificate, tcp.key, password=lambda: b"")
    except ssl.SSLError as error:
        reason = (error.reason or "no PEM").lower().replace("_", " ")
        raise PapersError(f"{tcp.certificate} and {tcp.key} do not go together: {reason}") from None
    until_s = [_ends(server, tcp.certificate), *_authorities(tcp.clients, now_wall_s)]
    left_s = min(until_s) - now_wall_s
    return f"a certificate ends in {left_s / 86_400:.0f} days" if left_s < SOON_S else ""


def _ends(server: ssl.SSLContext, certificate: Path) -> float:
    """Return when our own certificate ends, as who trusts it alone would see it.

    The library tells that of a peer only, so it is shown to ourselves, in memory.
    """
    reader = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    reader.check_hostname = False
    reader.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    reader.load_verify_locations(certificate)
    try:
        one = in_memory(reader, server)
    except ssl.SSLCertVerificationError as error:
        raise PapersError(f"{certificate}: {error.verify_message}") from None
    except ssl.SSLError as error:
        raise PapersError(f"{certificate}: {error.reason}") from None
    told = one.getpeercert() or {}
    return ssl.cert_time_to_seconds(str(told["notAfter"]))


def _authorities(file: Path, now_wall_s: float) -> list[float]:
    """Return when those end who sign for clients. Raises PapersError if none is good now."""
    known = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        known.load_verify_locations(file)
    except ssl.SSLError:
        raise PapersError(f"{file} holds no certificate") from None
    ends_s: list[float] = [
        ssl.cert_time_to_seconds(str(each["notAfter"])) for each in known.get_ca_certs()
    ]
    good_s = [each for each in ends_s if each > now_wall_s]
    if ends_s and not good_s:
        raise PapersError(f"{file}: who signs for clients has expired")
    return good_s


class Renewed:
    """What gRPC uses for each handshake: the files as they are, the last good ones meanwhile."""

    def __init__(self, tcp: TcpSettings) -> None:
        """Read nothing yet."""
        self._files = (tcp.key, tcp.certificate, tcp.clients)
        self._seen: tuple[int, ...] = ()

    def credentials(self) -> grpc.ServerCredentials:
        """Return credentials that ask for a certificate. Raises OSError."""
        self._seen = self._changed()
        return grpc.dynamic_ssl_server_credentials(
            self._read(),
            self._fetch,  # type: ignore[arg-type]  # the stub forgets that None keeps what there is
            require_client_authentication=True,
        )

    def _changed(self) -> tuple[int, ...]:
        return tuple(file.stat().st_mtime_ns for file in self._files)

    def _read(self) -> grpc.ServerCertificateConfiguration:
        key, certificate, clients = (file.read_bytes() for file in self._files)
        return grpc.ssl_server_certificate_configuration([(key, certificate)], clients)

    def _fetch(self) -> grpc.ServerCertificateConfiguration | None:
        try:
            now = self._changed()
            if now == self._seen:
                return None
            made = self._read()
        except OSError:  # in the midst of being renewed; the next handshake looks again
            return None
        self._seen = now
        return made
