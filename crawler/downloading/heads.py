"""A bound on the bytes of a response's head. Twisted bounds its lines, but not how many there are, so that a server
could send header lines until the crawler's memory is full."""

from scrapy.core.downloader.handlers import http11
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress
from twisted.python.failure import Failure
from twisted.web import _newclient
from twisted.web.iweb import IResponse

MOST_BYTES = 256 * 1024  # Chromium's own bound


class HeadTooLong(Exception):
    """A response's head exceeds MOST_BYTES."""


class BoundedHeads(http11._LenientHTTP11ClientProtocol):
    """Scrapy's end of a connection. It hangs up where the head of a response, with the interim responses before it, is
    too long."""

    _received = 0

    def request(self, request: _newclient.Request) -> Deferred[IResponse]:
        """Send a request, whose response is counted from nothing."""
        self._received = 0
        return super().request(request)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        """Take what the server sent."""
        if self._parser is not None and self._parser.state in (_newclient.STATUS, _newclient.HEADER):
            self._received += len(data)
            if self._received > MOST_BYTES:
                why = Failure(HeadTooLong(f"more than {MOST_BYTES} bytes"))  # type: ignore[no-untyped-call]
                self._giveUp(why)  # type: ignore[no-untyped-call]
                return
        super().dataReceived(data)  # type: ignore[no-untyped-call]


class BoundedConnections(http11._LenientHTTP11ClientFactory):
    """Makes connections whose responses have bounded heads."""

    def buildProtocol(self, _: IAddress | None) -> BoundedHeads:  # noqa: N802
        """A connection's end."""
        return BoundedHeads(self._quiescentCallback)  # type: ignore[no-untyped-call]
