"""A client of the takedown queue, for an office's own programs: typed, synchronous, safe to try again.

    with QueueClient("https://qingyi.example.gov.cn", token) as queue:
        held = queue.lease(limit=20, seconds=600)
        for transfer in held.transfers:
            package = queue.package(transfer.id)
            queue.take(transfer.id, lease=held.id)

Each change is sent with an Idempotency-Key of its own, so that a change whose response was lost is sent again
and made once. Calls that fail for a reason that may pass (no connection, 429, 5xx) are tried again, later
each time, and not before the moment that the server names (`Retry-After`), as long as that is within two
minutes.
"""

import secrets
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.request import getproxies, proxy_bypass

import httpx
from httpx_retries import Retry, RetryTransport

_RETRY = Retry(
    total=4,
    allowed_methods=("GET", "POST"),  # a POST carries its Idempotency-Key
    status_forcelist=(429, 500, 502, 503, 504),
    retry_on_exceptions=(httpx.TransportError,),
    backoff_factor=1.0,
    max_backoff_wait=120.0,  # seconds: a server may ask for hours, too long for a program to wait
)
_SECONDS = 60.0


class QueueRefused(Exception):
    """The server refuses a call; `status` is HTTP's, the message is the server's own, in Chinese."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


class QueueUnreachable(Exception):
    """No response came after all tries."""


@dataclass(frozen=True)
class PulledTransfer:
    """A transfer as the queue gives it; `whole` is all of it, as the API's description says."""

    id: int
    state: str
    url: str
    title: str
    institution: str
    due_on: date
    whole: dict[str, Any] = field(repr=False)


@dataclass(frozen=True)
class HeldTransfers:
    """A lease: transfers that only its holder works on until a moment."""

    id: str
    until: datetime
    transfers: Sequence[PulledTransfer]


@dataclass(frozen=True)
class Report:
    """The office's report on a transfer: `result` is deleted, blocked, site_closed, … as the API names them,
    or `measure` the office's own word for it."""

    transfer_id: int
    result: str
    disposed_on: date
    document_number: str = ""
    note: str = ""
    measure: str = ""


@dataclass(frozen=True)
class ReportedOutcome:
    """The outcome of a report: done, or why not."""

    transfer_id: int
    done: bool
    detail: str


class QueueClient:
    """One connection to the queue; closed by `close` or at the end of a `with`."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        certificate: tuple[Path, Path] | None = None,
        authority: Path | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """`url` is where Qingyi is served; `token` is the office's. `certificate` are the files of a client certificate and
        its key (PEM), where the server asks for one; `authority` those that the server's own must come from,
        where the system does not know it. Raises OSError (ssl.SSLError) for files that are not valid."""
        if transport is None:
            trust = ssl.create_default_context(cafile=str(authority) if authority else None)
            if certificate:
                trust.load_cert_chain(*map(str, certificate))
            transport = httpx.HTTPTransport(verify=trust, proxy=_proxy_for(httpx.URL(url)))
        self._http = httpx.Client(
            base_url=f"{url.rstrip('/')}/api/v1",
            headers={"Authorization": f"Bearer {token}"},
            timeout=_SECONDS,
            transport=RetryTransport(transport, _RETRY),
        )

    def __enter__(self) -> "QueueClient":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def transfers(self, state: str = "") -> Iterator[PulledTransfer]:
        """The office's transfers that are not closed, or those in a state, oldest first."""
        after: int | None = 0
        while after is not None:
            asked = {"after": after, **({"state": state} if state else {})}
            part = self._call("GET", "/transfers", params=asked).json()
            yield from map(_transfer, part["items"])
            after = part["next_after"]

    def lease(self, limit: int = 20, seconds: int = 600, *, with_received: bool = False) -> HeldTransfers:
        """Lease a batch that nobody else holds."""
        body = {"limit": limit, "seconds": seconds, "with_received": with_received}
        return _held(self._change("/leases", body))

    def extend(self, lease: str, seconds: int = 600) -> HeldTransfers:
        """Extend the lease of the remaining transfers."""
        return _held(self._change(f"/leases/{lease}/extend", {"seconds": seconds}))

    def release(self, lease: str) -> int:
        """Give up the remaining transfers of a lease; returns how many."""
        return int(self._change(f"/leases/{lease}/release", None)["released"])

    def take(self, transfer_id: int, *, lease: str = "") -> PulledTransfer:
        """Acknowledge a transfer 签收."""
        return _transfer(self._change(f"/transfers/{transfer_id}/take", None, lease))

    def report(self, reports: Sequence[Report], *, lease: str = "") -> list[ReportedOutcome]:
        """Report disposals 处置, each by itself."""
        items = [
            {
                "transfer_id": one.transfer_id,
                **({"measure": one.measure} if one.measure else {"result": one.result}),
                "disposed_on": one.disposed_on.isoformat(),
                "document_number": one.document_number,
                "note": one.note,
            }
            for one in reports
        ]
        body = {"items": items, **({"lease": lease} if lease else {})}
        return [ReportedOutcome(**one) for one in self._change("/disposals", body)["items"]]

    def give_back(self, transfer_id: int, reason: str, *, lease: str = "") -> PulledTransfer:
        """Return a transfer 退回."""
        return _transfer(self._change(f"/transfers/{transfer_id}/return", {"reason": reason}, lease))

    def attach(self, transfer_id: int, file: Path) -> str:
        """Add a document to an acknowledged transfer; returns its SHA-256. The same content again changes
        nothing."""
        kind = {"Content-Type": "application/octet-stream"}
        sent: dict[str, Any] = {"params": {"name": file.name}, "content": file.read_bytes(), "headers": kind}
        answer = self._call("POST", f"/transfers/{transfer_id}/attachments", **sent)
        return str(answer.json()["sha256"])

    def ask_for_evidence(self, transfer_id: int, what: str) -> None:
        """Ask the health commission for more."""
        self._change(f"/transfers/{transfer_id}/more-evidence", {"what": what})

    def package(self, transfer_id: int) -> bytes | None:
        """The evidence package (ZIP); None where it is not complete yet."""
        try:
            return self._call("GET", f"/transfers/{transfer_id}/package").content
        except QueueRefused as refused:
            if refused.status == 409:
                return None
            raise

    def _change(self, path: str, body: object, lease: str = "") -> dict[str, Any]:
        params = {"lease": lease} if lease else None
        key = {"Idempotency-Key": secrets.token_urlsafe(18)}
        found: dict[str, Any] = self._call("POST", path, json=body, params=params, headers=key).json()
        return found

    def _call(self, method: str, path: str, **asked: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        """Raises QueueRefused or QueueUnreachable."""
        try:
            response = self._http.request(method, path, **asked)
        except httpx.TransportError as error:
            raise QueueUnreachable(f"连不上 {self._http.base_url}：{type(error).__name__}") from None
        if response.status_code in _RETRY.status_forcelist:
            raise QueueUnreachable(f"连不上 {self._http.base_url}：HTTP {response.status_code}")
        return _good(response)


def _proxy_for(url: httpx.URL) -> str | None:
    """The proxy that the environment names for an address (`HTTPS_PROXY`, `NO_PROXY`), if any."""
    return None if proxy_bypass(url.host) else getproxies().get(url.scheme)


def _good(answer: httpx.Response) -> httpx.Response:
    if answer.is_success:
        return answer
    try:
        detail = str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        detail = f"HTTP {answer.status_code}"
    raise QueueRefused(answer.status_code, detail)


def _transfer(found: dict[str, Any]) -> PulledTransfer:
    return PulledTransfer(
        id=found["id"],
        state=found["state"],
        url=found["url"],
        title=found["title"] or "",
        institution=found["institution"],
        due_on=date.fromisoformat(found["due_on"]),
        whole=found,
    )


def _held(found: dict[str, Any]) -> HeldTransfers:
    until = datetime.fromisoformat(found["until"].replace("Z", "+00:00"))
    return HeldTransfers(found["id"], until, [_transfer(item) for item in found["items"]])
