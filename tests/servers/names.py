"""A real DNS server on loopback that knows some names, denies all others, or fails."""

import socketserver
from collections.abc import Iterator
from contextlib import contextmanager

import dns.message
import dns.rcode
import dns.rrset

from tests.servers.background import in_background


@contextmanager
def naming(*known: str, failing: bool = False, at: tuple[str, ...] = ("127.0.0.1",)) -> Iterator[str]:
    """Serve; yields `127.0.0.1#PORT`. The names in `known` are at the addresses `at`."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            content, sock = self.request
            asked = dns.message.from_wire(content)
            answer = dns.message.make_response(asked)
            name = asked.question[0].name
            if failing:
                answer.set_rcode(dns.rcode.SERVFAIL)
            elif name.to_text(omit_final_dot=True) in known:
                answer.answer.append(dns.rrset.from_text(name, 60, "IN", "A", *at))
            else:
                answer.set_rcode(dns.rcode.NXDOMAIN)
            sock.sendto(answer.to_wire(), self.client_address)

    server = socketserver.ThreadingUDPServer(("127.0.0.1", 0), Handler)
    with in_background(server):
        yield f"127.0.0.1#{server.server_address[1]}"
