"""Who answers at an address: the certificates that a server shows."""

import socket
from contextlib import closing, suppress
from select import POLLIN, POLLOUT, poll
from time import monotonic
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.serialization import Encoding
from OpenSSL import SSL

from crawler.network.guard import AddressGuard

_SECONDS = 5


def certificate_chain(url: str, guard: AddressGuard) -> tuple[list[bytes], str]:
    """The chain that the server of `url` shows, each certificate as DER, leaf first; and what went wrong, in
    Chinese ("" where nothing did). Empty for http. Trust is not judged: the chain is kept as shown."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        return [], ""
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
        addresses = [str(entry[4][0]) for entry in found]
        if refusal := guard.refusal(parts.hostname, addresses):
            return [], f"证书链未取：{refusal}"
        end = monotonic() + _SECONDS
        with closing(socket.create_connection((addresses[0], parts.port or 443), _SECONDS)) as connection:
            return _shown(connection, parts.hostname, end), ""
    except (OSError, SSL.Error, UnicodeError) as error:
        return [], f"证书链未取：{type(error).__name__} {error}"


def _shown(connection: socket.socket, host: str, end: float) -> list[bytes]:
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_verify(SSL.VERIFY_NONE, lambda *_: True)
    connection.setblocking(False)
    secure = SSL.Connection(context, connection)
    secure.set_tlsext_host_name(host.encode("idna"))
    secure.set_connect_state()
    _shake_hands(secure, connection, end)
    chain = secure.get_peer_cert_chain(as_cryptography=True) or []
    with suppress(SSL.Error):
        secure.shutdown()
    return [certificate.public_bytes(Encoding.DER) for certificate in chain]


def _shake_hands(secure: SSL.Connection, connection: socket.socket, end: float) -> None:
    """Until `end` (monotonic seconds): a server may take the connection and say nothing. Raises TimeoutError."""
    waiting = poll()
    while (left := end - monotonic()) > 0:
        try:
            return secure.do_handshake()
        except SSL.WantReadError:
            waiting.register(connection, POLLIN)
        except SSL.WantWriteError:
            waiting.register(connection, POLLOUT)
        waiting.poll(left * 1000)
    raise TimeoutError(f"no TLS handshake within {_SECONDS} s")
