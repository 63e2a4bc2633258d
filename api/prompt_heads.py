"""A deadline for the head of a request, for which uvicorn itself waits without end: each such client holds a connection."""

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

_SECONDS = 20.0


class PromptHeads(H11Protocol):
    """Uvicorn's end of a connection. It hangs up where the head of a request is not complete in time; a response under way
    and a connection that is kept open for the next request have their own limits."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn does
        """Wait for the first head."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Take a part of a request; where a head is begun with it and not complete, its time runs."""
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop()
        elif self._deadline is None:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the deadline."""
        self._stop()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._deadline = self.loop.call_later(_SECONDS, self.transport.close)

    def _stop(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
