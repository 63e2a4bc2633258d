"""Which addresses may be reached.

Only addresses that are globally routable (IANA special-purpose registries, RFC 6890), unless a network is
allowed by the settings.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address


@dataclass(frozen=True)
class AddressGuard:
    """Decides on addresses; `allowed` are networks that may be reached although they are not public."""

    allowed: tuple[IPv4Network | IPv6Network, ...] = ()

    def refuses(self, address: str) -> bool:
        """Whether `address` (an IP address in text) must not be reached."""
        parsed = _unwrapped(ip_address(address.split("%", maxsplit=1)[0]))
        if any(parsed.version == network.version and parsed in network for network in self.allowed):
            return False
        return not _is_public(parsed)

    def is_public(self, address: str) -> bool:
        """Whether `address` is one of the open net, allowed or not."""
        return _is_public(_unwrapped(ip_address(address.split("%", maxsplit=1)[0])))

    def refused_among(self, addresses: Iterable[str]) -> str | None:
        """The first address that must not be reached, or None."""
        return next((address for address in addresses if self.refuses(address)), None)


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    return address.is_global and not address.is_multicast


def _unwrapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address inside an IPv6 one that only carries it (mapped, 6to4, NAT64, Teredo)."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped:
        return address.ipv4_mapped
    if address.sixtofour:
        return address.sixtofour
    if address.teredo:
        return address.teredo[1]
    if address in IPv6Network("64:ff9b::/96"):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address
