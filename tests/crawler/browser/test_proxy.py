"""The browser's proxy connects only to the host that was checked, however a request is written."""

import socket
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_network

import pytest

from crawler.browser.proxy import BrowserProxy
from crawler.network.guard import AddressGuard
from tests.servers.background import in_background


@pytest.fixture
def port() -> Iterator[int]:
    """The port of a proxy that may reach 127.0.0.1."""
    made = BrowserProxy(AddressGuard((ip_network("127.0.0.1/32"),)))
    yield int(made.start().rsplit(":", 1)[1])
    made.stop()


@contextmanager
def recording() -> Iterator[tuple[str, list[bytes]]]:
    """A server that keeps the bytes it receives; its host and port."""
    kept: list[bytes] = []

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.settimeout(5)
            kept.append(self.request.recv(65536))
            self.request.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            while part := self.request.recv(65536):
                kept.append(part)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server, in_background(server):
        yield f"127.0.0.1:{server.server_address[1]}", kept


def sent(port: int, request: bytes) -> bytes:
    """The proxy's response to these bytes."""
    with socket.create_connection(("127.0.0.1", port), 5) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while part := connection.recv(65536):
            answer += part
        return answer


@pytest.mark.parametrize(
    "request_",
    [
        "GET http://{there}/ HTTP/1.1\r\nHost: 10.0.0.1\r\n\r\n",
        "GET http://{there}/ HTTP/1.1\r\nHost: {there}\r\nHost: 10.0.0.1\r\n\r\n",
        "GET http://{there}@10.0.0.1/ HTTP/1.1\r\nHost: {there}\r\n\r\n",
        "GET http://10.0.0.1@{there}/ HTTP/1.1\r\nHost: {there}\r\n\r\n",
        "GET http://{there}\\@10.0.0.1/ HTTP/1.1\r\nHost: {there}\r\n\r\n",
        "GET http://{there}/ HTTP/1.1\r\nHost: {there}\r\n folded\r\n\r\n",
        "GET http://{there}/ HTTP/1.1\r\nHost : {there}\r\n\r\n",
        "GET http://{there}/ HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: {there}\r\n\r\n",
        "GET //{there}/ HTTP/1.1\r\nHost: {there}\r\n\r\n",
        "GET ftp://{there}/ HTTP/1.1\r\nHost: {there}\r\n\r\n",
        "GET http://{there}/ HTTP/1.1 HTTP/1.1\r\nHost: {there}\r\n\r\n",
        "POST http://{there}/ HTTP/1.1\r\nHost: {there}\r\nContent-Length: 3\r\nTransfer-Encoding: x\r\n\r\n0\r\n",
        "POST http://{there}/ HTTP/1.1\r\nHost: {there}\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabc",
        "CONNECT {there} HTTP/1.1\r\nHost: 10.0.0.1:443\r\n\r\n",
        "CONNECT {there}/x HTTP/1.1\r\nHost: {there}\r\n\r\n",
        "CONNECT x@{there} HTTP/1.1\r\nHost: {there}\r\n\r\n",
        "CONNECT 127.0.0.1 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        "CONNECT http://{there} HTTP/1.1\r\nHost: {there}\r\n\r\n",
        "\x16\x03\x01\x02\x00",
    ],
)
def test_a_request_that_names_two_hosts_or_none_is_refused(port: int, request_: str) -> None:
    with recording() as (there, kept):
        answer = sent(port, request_.format(there=there).encode())
    assert b"403" in answer.split(b"\r\n")[0]
    assert kept == []


def test_what_is_passed_on_names_the_host_that_was_checked_and_says_that_it_ends(port: int) -> None:
    with recording() as (there, kept):
        head = f"POST http://{there}/a?b=1 HTTP/1.1\r\nHost: {there}\r\nProxy-Connection: keep-alive\r\n"
        sent(port, f"{head}Transfer-Encoding: chunked\r\nX-Own: 1\r\n\r\n3\r\nabc\r\n0\r\n\r\n".encode())
    passed = b"".join(kept)
    lines = passed.split(b"\r\n")
    assert lines[0] == b"POST /a?b=1 HTTP/1.1"
    assert [line for line in lines if line.lower().startswith(b"host:")] == [f"Host: {there}".encode()]
    assert b"proxy-connection" not in passed.lower()
    assert b"connection: close" in passed.lower()
    assert passed.endswith(b"\r\n3\r\nabc\r\n0\r\n\r\n")


def test_a_second_request_on_the_connection_goes_nowhere(port: int) -> None:
    with recording() as (there, kept):
        one = f"GET http://{there}/1 HTTP/1.1\r\nHost: {there}\r\n\r\n"
        two = "GET http://10.0.0.1/2 HTTP/1.1\r\nHost: 10.0.0.1\r\n\r\n"
        answer = sent(port, (one + two).encode())
    assert answer.count(b"HTTP/1.1 200") == 1
    assert b"/2" not in b"".join(kept)


def test_a_tunnel_carries_what_was_sent_with_its_request(port: int) -> None:
    with recording() as (there, kept):
        answer = sent(port, f"CONNECT {there} HTTP/1.1\r\nHost: {there}\r\n\r\nearly".encode())
    assert answer.startswith(b"HTTP/1.1 200 Connected")
    assert kept[0] == b"early"
