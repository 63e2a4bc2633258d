"""A response's head is bounded in bytes, whatever its lines are."""

import pytest
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.web._newclient import Request
from twisted.web.http_headers import Headers

from crawler.downloading.heads import MOST_BYTES, BoundedHeads, HeadTooLong


class Connection:
    """A connection on which one page is asked for, with its result as it comes."""

    def __init__(self) -> None:
        self.transport = StringTransport()
        self.end = BoundedHeads(lambda _: None)
        self.end.makeConnection(self.transport)
        self.results: list[object] = []
        asked = Request(b"GET", b"/", Headers({b"host": [b"clinic.example"]}), None, persistent=True)
        self.end.request(asked).addBoth(self.results.append)

    def send(self, data: bytes, size: int = 65_536) -> None:
        """Deliver `data` in the sizes in which it comes from a socket, as long as somebody listens."""
        for start in range(0, len(data), size):
            if self.transport.disconnecting:
                return
            self.end.dataReceived(data[start : start + size])

    @property
    def causes(self) -> list[object]:
        """Why there is no response."""
        (result,) = self.results
        assert isinstance(result, Failure)
        return [each.type for each in result.value.reasons]


LINES = b"".join(b"X-%d: %s\r\n" % (number, b"a" * 100) for number in range(5_000))


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"HTTP/1.1 200 OK\r\n" + LINES, id="lines without end"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nX-Long: a\r\n" + b" a" * 9 + b"\r\n a" * 99_999, id="one folded line"
        ),
        pytest.param(b"HTTP/1.1 100 Continue\r\n\r\n" * 20_000, id="interim responses without end"),
    ],
)
def test_a_head_without_end_is_given_up(sent: bytes) -> None:
    connection = Connection()
    connection.send(sent)
    assert connection.causes == [HeadTooLong]
    assert connection.transport.disconnecting


def test_a_long_head_and_a_body_of_any_length_are_taken() -> None:
    connection = Connection()
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n" + LINES[: MOST_BYTES // 2].rpartition(b"\r\n")[0]
    connection.send(head + b"\r\n\r\n" + b"x" * 8_999_999)
    (response,) = connection.results
    assert response.code == 200
    assert not connection.transport.disconnecting
