"""Only public addresses are reached: every range that is not global is refused, however it is written."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.network.guard import AddressGuard, is_inner_name
from tests.crawler.network.registries import IPV4, IPV6, OTHERS

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


def some_of(network: str) -> list[str]:
    """The first, the last and a middle address of a network."""
    found = ip_network(network)
    return [str(found[number]) for number in {0, found.num_addresses // 3, found.num_addresses - 1}]


@pytest.mark.parametrize(
    "network", [name for name, reachable in (*IPV4, *IPV6) if not reachable] + list(OTHERS)
)
def test_what_the_registries_do_not_call_reachable_is_refused(network: str) -> None:
    reachable = [ip_network(name) for name, may in (*IPV4, *IPV6) if may]
    for address in map(ip_address, some_of(network)):
        carried = getattr(address, "sixtofour", None) or getattr(address, "ipv4_mapped", None)
        if carried and AddressGuard().is_public(str(carried)):
            continue  # a form of a public address
        if not any(address in own for own in reachable if own.version == address.version):
            assert AddressGuard().refuses(str(address)), address


@given(st.integers(0, (1 << 128) - 1))
def test_what_is_no_unicast_address_of_the_open_net_is_refused(number: int) -> None:
    address = ip_address(number.to_bytes(16, "big"))
    in_the_open = (
        address in ip_network("2000::/3") or address in ip_network("64:ff9b::/96") or address.ipv4_mapped
    )
    assert in_the_open or AddressGuard().refuses(str(address))


FORMS = {
    "mapped": "::ffff:{v4}",
    "translated": "::ffff:0:{v4}",
    "compatible": "::{v4}",
    "NAT64": "64:ff9b::{v4}",
    "local NAT64": "64:ff9b:1::{v4}",
    "local NAT64, /48": "64:ff9b:1:{high}:{low_high}:{low_low}::",
    "6to4": "2002:{high}:{low}::1",
    "Teredo, client": "2001:0:808:808:0:0:{not_high}:{not_low}",
    "Teredo, server": "2001:0:{high}:{low}:0:0:f7f7:f7f7",
    "ISATAP": "2606:4700::5efe:{v4}",
    "ISATAP, global": "2606:4700::200:5efe:{v4}",
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
@pytest.mark.parametrize(
    "inner", ["10.1.2.3", "127.0.0.1", "169.254.169.254", "192.168.7.9", "168.63.129.16"]
)
def test_an_inner_address_is_refused_in_whatever_form_another_carries_it(form: str, inner: str) -> None:
    number = int(ip_address(inner))
    high, low = number >> 16, number & 0xFFFF
    written = form.format(
        v4=inner,
        high=f"{high:x}",
        low=f"{low:x}",
        low_high=f"{low >> 8:x}",
        low_low=f"{(low & 0xFF) << 8:x}",
        not_high=f"{high ^ 0xFFFF:x}",
        not_low=f"{low ^ 0xFFFF:x}",
    )
    assert AddressGuard().refuses(written), written
    assert AddressGuard().refuses(f"{written}%eth0")


def test_a_public_address_is_reached_in_the_forms_that_the_open_net_carries() -> None:
    guard = AddressGuard()
    assert not guard.refuses("::ffff:8.8.8.8")
    assert not guard.refuses("64:ff9b::8.8.8.8")
    assert not guard.refuses("2002:808:808::1")


@pytest.mark.parametrize(
    "address",
    [
        *(
            "169.254.169.254",
            "fd00:ec2::254",
            "100.100.100.200",
            "169.254.0.23",
            "192.0.0.192",
            "168.63.129.16",
        ),
        *("169.254.170.2", "fd20:ce::254"),
    ],
)
def test_where_clouds_keep_a_machine_s_secrets_is_refused(address: str) -> None:
    assert AddressGuard().refuses(address)


@pytest.mark.parametrize(
    "name",
    [
        *("metadata", "localhost", "intranet", "db.", "metadata.google.internal", "a.LOCAL", "router.lan."),
        *("x.home.arpa", "10.in-addr.arpa", "instance-data", "2130706433", "0x7f000001", ""),
    ],
)
def test_names_that_only_an_inner_network_gives_are_refused(name: str) -> None:
    assert is_inner_name(name)
    assert AddressGuard().refusal(name, ["8.8.8.8"])


@pytest.mark.parametrize(
    "name", ["yx.example.cn", "医院.中国", "a.b.gov.cn.", "8.8.8.8", "[2606:4700::1111]"]
)
def test_others_are_not(name: str) -> None:
    assert not is_inner_name(name)
    assert AddressGuard().refusal(name, ["8.8.8.8"]) is None


def test_an_inner_name_of_an_allowed_network_is_reached() -> None:
    guard = AddressGuard((ip_network("10.20.0.0/16"),))
    assert guard.refusal("oa.intranet", ["10.20.0.7"]) is None
    assert guard.refusal("oa.intranet", ["10.20.0.7", "8.8.8.8"])
    assert guard.refusal("oa.intranet", [])
