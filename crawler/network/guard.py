"""Which hosts may be reached: one rule for the crawler, the browser, certificates and webhooks.

Only globally routable addresses (IANA special-purpose registries, RFC 6890) and names of the public DNS,
unless the settings allow a network. An address that carries another (IPv4 within IPv6) is judged by both.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Networks that Python's own table lacks, or calls global although they must not be reached: relays of 6to4,
# local NAT64, documents, segment routing, site-local addresses, and Azure's host, which answers at a public
# address with a machine's secrets.
_NOT_PUBLIC: tuple[Network, ...] = tuple(
    ip_network(network)
    for network in (
        *("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32"),
        *(
            "::/96",
            "64:ff9b:1::/48",
            "100:0:0:1::/64",
            "2001::/23",
            "2001:db8::/32",
            "3fff::/20",
            "5f00::/16",
        ),
        *("fc00::/7", "fe80::/10", "fec0::/10"),
    )
)
# All unicast addresses that IANA has assigned on the public internet; and NAT64, which carries those of IPv4.
_GIVEN_OUT = (IPv6Network("2000::/3"), IPv6Network("64:ff9b::/96"))
# Where the IPv4 address stands in the last four bytes: mapped, translated (RFC 2765), compatible (RFC 4291), NAT64.
_LAST_FOUR = tuple(
    map(IPv6Network, ("::ffff:0:0/96", "::ffff:0:0:0/96", "::/96", "64:ff9b::/96", "64:ff9b:1::/96"))
)
_LOCAL_NAT64 = IPv6Network("64:ff9b:1::/48")
_ISATAP = frozenset({0x0000_5EFE, 0x0200_5EFE})  # RFC 5214, 6.1
# Endings that no public DNS gives (RFC 6761, 6762, 8375, 9476; ICANN's "internal"; those of routers), as those of clouds'
# metadata are.
_INNER_ENDINGS = frozenset(
    {
        *("localhost", "local", "internal", "localdomain", "lan", "home", "corp", "intranet", "private"),
        *("arpa", "test", "invalid", "example", "onion", "alt", "workgroup", "router"),
    }
)


@dataclass(frozen=True)
class AddressGuard:
    """Decides on addresses and names; `allowed` are networks that may be reached although they are not public."""

    allowed: tuple[Network, ...] = ()

    def refuses(self, address: str) -> bool:
        """Whether `address` (an IP address in text, with or without a zone) must not be reached."""
        return any(not (self._is_allowed(one) or is_public(one)) for one in _meant(address))

    def is_public(self, address: str) -> bool:
        """Whether `address` is on the public internet, allowed or not."""
        return all(map(is_public, _meant(address)))

    def refused_among(self, addresses: Iterable[str]) -> str | None:
        """The first address that must not be reached, or None."""
        return next((address for address in addresses if self.refuses(address)), None)

    def refusal(self, host: str, addresses: Iterable[str]) -> str | None:
        """Why the host that resolves to `addresses` must not be reached, in Chinese; None where it may."""
        found = list(addresses)
        if refused := self.refused_among(found):
            return f"拒绝访问内部地址 {refused}（{host}）"
        all_allowed = all(self._is_allowed(one) for address in found for one in _meant(address))
        if is_inner_name(host) and not (found and all_allowed):
            return f"拒绝访问内部名称 {host}"
        return None

    def _is_allowed(self, address: Address) -> bool:
        return any(address.version == network.version and address in network for network in self.allowed)


def is_public(address: Address) -> bool:
    """Whether `address` itself is assigned on the public internet."""
    if not address.is_global or address.is_multicast or any(address in network for network in _NOT_PUBLIC):
        return False
    return isinstance(address, IPv4Address) or any(address in network for network in _GIVEN_OUT)


def is_inner_name(host: str) -> bool:
    """Whether only an inner network can resolve this name: it has one label, or an inner network's ending."""
    name = host.strip("[]").rstrip(".").lower()
    try:
        ip_address(name.split("%", maxsplit=1)[0])
    except ValueError:
        labels = name.split(".")
        return len(labels) < 2 or labels[-1] in _INNER_ENDINGS
    return False


def _meant(address: str) -> list[Address]:
    """The addresses that packets to `address` may reach: those embedded in it, and itself, unless it is only
    another form of the embedded one."""
    parsed = ip_address(address.split("%", maxsplit=1)[0])
    if isinstance(parsed, IPv4Address):
        return [parsed]
    if parsed.ipv4_mapped:  # the system's own form, for sockets of both kinds
        return [parsed.ipv4_mapped]
    return [parsed, *_carried(parsed)]


def _carried(address: IPv6Address) -> Iterator[IPv4Address]:
    """IPv4 addresses inside an IPv6 one: NAT64, 6to4, Teredo (server and client), ISATAP, compatible, translated."""
    number = int(address)
    if any(address in network for network in _LAST_FOUR) and number > 1:
        yield IPv4Address(number & 0xFFFFFFFF)
    if address in _LOCAL_NAT64:  # RFC 6052, 2.2: split by the eighth byte, which is zero
        yield IPv4Address((number >> 64 & 0xFFFF) << 16 | number >> 40 & 0xFFFF)
    if address.sixtofour:
        yield address.sixtofour
    if address.teredo:
        yield from address.teredo
    if number >> 32 & 0xFFFFFFFF in _ISATAP:
        yield IPv4Address(number & 0xFFFFFFFF)
