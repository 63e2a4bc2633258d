"""A server that takes the connection and says nothing does not hold up the taking of evidence."""

import socket
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_network

import pytest

from crawler.network import tls_certificates
from crawler.network.guard import AddressGuard
from crawler.network.tls_certificates import certificate_chain

HERE = AddressGuard((ip_network("127.0.0.1/32"),))


@pytest.mark.parametrize("says", [b"", b"\x16\x03\x03\x40\x00\x02", b"HTTP/1.1 400 Bad Request\r\n\r\n"])
def test_a_server_without_a_handshake_is_named_and_left(monkeypatch: pytest.MonkeyPatch, says: bytes) -> None:
    monkeypatch.setattr(tls_certificates, "_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as other:
        answered = other.submit(_answer, server, says)
        url = f"https://127.0.0.1:{server.getsockname()[1]}/"
        chain, fault = certificate_chain(url, HERE)
        answered.result()[0].close()
    assert chain == []
    assert fault.startswith("证书链未取：")


def _answer(server: socket.socket, says: bytes) -> tuple[socket.socket, object]:
    """Take one connection, and keep it."""
    connection, address = server.accept()
    connection.sendall(says)
    return connection, address
