"""Why no connection comes about over the network, told in words before gRPC is asked.

gRPC says of every failed handshake that it is unavailable. So the same is tried here beforehand,
step by step, and the first step that fails is told.
"""

import contextlib
import socket
import ssl

from adapters.control.place import Remote

DEADLINE_S = 5.0
_ALERTS = {
    "UNKNOWN_CA": "it was not signed by whom the controller believes",
    "CERTIFICATE_EXPIRED": "it has expired",
    "CERTIFICATE_REVOKED": "it was revoked",
    "CERTIFICATE_REQUIRED": "the controller wants one",
}
"""What the controller objects to, by the end of the alert's name."""


def objection(remote: Remote) -> str:
    """Return why nobody can be asked there, or nothing."""
    try:
        welcome = _is_welcome(remote, _context(remote))
    except _PaperError as error:
        return str(error)
    except OSError as error:
        return _told(remote, error)
    return "" if welcome else _unwelcome(remote)


def _is_welcome(remote: Remote, context: ssl.SSLContext) -> bool:
    """Tell whether the controller, having seen our certificate, greets us. Raises OSError.

    It looks at it after we are done with its own; gRPC then greets, or hangs up without a word.
    """
    with (
        socket.create_connection((remote.host, remote.port), DEADLINE_S) as line,
        context.wrap_socket(line, server_hostname=remote.name or remote.host) as tls,
    ):
        return bool(tls.recv(1))


def _told(remote: Remote, error: OSError) -> str:
    where = remote.address
    match error:
        case ssl.SSLCertVerificationError():
            message = error.verify_message.rstrip(".")
            return f"the certificate of {where} is not believed: {message}; nothing was asked"
        case ssl.SSLError():
            return _refused(remote, error.reason or "")
        case TimeoutError():
            return f"{where} gave no answer in {DEADLINE_S:g} s: is the VPN up?"
        case ConnectionRefusedError():
            return f"nobody listens at {where}: does the site file have `control: tcp:`?"
        case ConnectionResetError():
            return _unwelcome(remote)
        case _:
            return f"cannot reach {where}: {error.strerror or error}"


def in_memory(client: ssl.SSLContext, server: ssl.SSLContext) -> ssl.SSLObject:
    """Let two ends in this process shake hands; returns the client's. Raises SSLError."""
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    one = client.wrap_bio(there, back)
    other = server.wrap_bio(back, there, server_side=True)
    for _ in range(3):
        for end in (one, other):
            with contextlib.suppress(ssl.SSLWantReadError):
                end.do_handshake()
    return one


class _PaperError(Exception):
    """Our own files are wrong."""


def _context(remote: Remote) -> ssl.SSLContext:
    for file in (remote.ca, remote.certificate, remote.key):
        try:
            file.open("rb").close()
        except OSError as error:
            raise _PaperError(f"cannot read {file}: {error.strerror}") from None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_alpn_protocols(["h2"])
    try:
        context.load_verify_locations(remote.ca)
    except ssl.SSLError:
        raise _PaperError(f"{remote.ca} holds no certificate") from None
    try:
        context.load_cert_chain(remote.certificate, remote.key, password=lambda: b"")
    except ssl.SSLError:
        text = f"{remote.certificate} and {remote.key} do not go together"
        raise _PaperError(text) from None
    return context


def _unwelcome(remote: Remote) -> str:
    """Say why the controller does not take our certificate, as far as it can be seen from here."""
    asking = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    asking.check_hostname, asking.verify_mode = False, ssl.CERT_NONE
    looking = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    looking.verify_mode = ssl.CERT_REQUIRED
    looking.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    looking.load_verify_locations(remote.certificate)
    for context in (asking, looking):
        context.load_cert_chain(remote.certificate, remote.key, password=lambda: b"")
    why = "the controller does not believe who signed it"
    try:
        in_memory(asking, looking)
    except ssl.SSLCertVerificationError as error:
        why = error.verify_message
    except ssl.SSLError as error:
        why = (error.reason or "").lower().replace("_", " ")
    return f"{remote.address} refuses {remote.certificate}: {why}"


def _refused(remote: Remote, reason: str) -> str:
    for end, words in _ALERTS.items():
        if reason.endswith(end):
            return f"{remote.address} refuses {remote.certificate}: {words}"
    told = reason.lower().replace("_", " ")
    return f"no TLS with {remote.address} and {remote.certificate}: {told}"
