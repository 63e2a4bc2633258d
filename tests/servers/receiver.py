"""A real receiver of webhooks on loopback: the messages it got, and its response."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.servers.background import Reply, receiving_posts


@dataclass
class Receiver:
    """Messages as received: headers by lower-case name, and body. It answers with `status`."""

    url: str = ""
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Serve on a port of its own."""
    receiver = Receiver()

    def reply(headers: Mapping[str, str], body: bytes) -> Reply:
        receiver.got.append((dict(headers), body))
        return receiver.status, receiver.headers, receiver.body

    with receiving_posts(reply) as address:
        receiver.url = f"{address}/qingyi"
        yield receiver
