"""Only public addresses are reached: every range that is not global is refused, however it is written."""

from ipaddress import ip_network

import pytest

from crawler.network.guard import AddressGuard

REFUSED = [
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "2001:db8::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "ff02::1",
]


@pytest.mark.parametrize("address", REFUSED)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert AddressGuard().refuses(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "8.8.8.8", "172.15.255.255", "172.32.0.1", "2606:4700::1111"])
def test_a_public_address_is_not(address: str) -> None:
    assert not AddressGuard().refuses(address)


def test_an_allowed_network_is_reached_and_no_other() -> None:
    guard = AddressGuard((ip_network("127.0.0.0/8"),))
    assert not guard.refuses("127.0.0.1")
    assert not guard.refuses("::ffff:127.0.0.1")
    assert guard.refuses("10.0.0.1")
    assert guard.refuses("::1")


def test_one_bad_address_among_several_is_enough() -> None:
    assert AddressGuard().refused_among(["1.1.1.1", "10.0.0.1"]) == "10.0.0.1"
