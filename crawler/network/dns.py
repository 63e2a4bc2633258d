"""Whether a site's name no longer exists: a takedown may end like this, and a broken connection must not look
like it."""

from ipaddress import ip_address

import dns.exception
import dns.resolver

from records.settings import settings

_SECONDS = 5.0


def is_nxdomain(host: str) -> bool:
    """Whether DNS says that there is no such name (NXDOMAIN, RFC 8020). False without a clear answer: no
    server, a failing server, a name without addresses. Also False where the server denies the top-level
    domain too, as a server does that is cut off from the internet."""
    top = host.rstrip(".").rpartition(".")[2]
    return _is_name(host) and _exists(host) is False and _exists(top) is True


def _is_name(host: str) -> bool:
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return bool(host)
    return False


def _exists(name: str) -> bool | None:
    """None: the server does not say."""
    try:
        _resolver().resolve(name, "A", lifetime=_SECONDS, search=False)
    except dns.resolver.NXDOMAIN:
        return False
    except dns.resolver.NoAnswer:
        return True
    except dns.exception.DNSException:
        return None
    return True


def _resolver() -> dns.resolver.Resolver:
    """The system's, or the one that the settings name."""
    named = settings().nameserver
    if not named:
        return dns.resolver.Resolver()
    resolver = dns.resolver.Resolver(configure=False)
    address, _, port = named.partition("#")
    resolver.nameservers = [address]
    resolver.port = int(port or 53)
    return resolver
