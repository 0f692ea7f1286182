"""Addresses that others name: the public network only, judged once and connected to as judged."""

from collections.abc import Sequence

import pytest

from streams.pinned_address import AddressRefused, is_public, pinned, shown


def resolve(host: str, port: int) -> Sequence[str]:
    assert port
    return ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"] if host == "hook.example" else [host]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",  # the metadata of clouds
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",  # 127.0.0.1 behind a NAT64
        "2002:7f00:1::",  # 127.0.0.1 by 6to4
    ],
)
def test_a_private_address_is_refused_in_every_disguise(address: str) -> None:
    assert not is_public(address)
    literal = f"[{address}]" if ":" in address else address

    with pytest.raises(AddressRefused) as refused:
        pinned(f"https://{literal}/hook", is_private_allowed=False, resolve=lambda *_: [address])
    assert refused.value.is_private


def test_a_public_name_is_pinned_to_its_address_and_keeps_its_name() -> None:
    place = pinned("https://hook.example/in?x=1#part", is_private_allowed=False, resolve=resolve)

    assert place.url == "https://93.184.215.14:443/in?x=1"
    assert (place.headers, place.extensions) == ({"Host": "hook.example"}, {"sni_hostname": "hook.example"})
    assert is_public("::ffff:93.184.215.14")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hook.example/in",
        "ftp://hook.example/",
        "file:///etc/passwd",
        "https:///in",
        "https://hook.example:99999/",
        "https://user:secret@hook.example/",
        "https://[::1",
        f"https://hook.example/{'x' * 2_000}",
    ],
)
def test_what_is_no_address_is_refused_without_a_look_up(url: str) -> None:
    def never(host: str, port: int) -> Sequence[str]:
        raise AssertionError(f"looked up {host}:{port}")

    with pytest.raises(AddressRefused) as refused:
        pinned(url, is_private_allowed=True, resolve=never)
    assert not refused.value.is_private


def test_a_private_address_is_taken_where_it_is_allowed() -> None:
    assert pinned("http://127.0.0.1:8080/", is_private_allowed=True, resolve=resolve).url == "http://127.0.0.1:8080/"


def test_what_may_be_a_secret_is_not_shown() -> None:
    assert shown("https://user:secret@hook.example:8443/in?key=secret#x") == "https://hook.example:8443/in"
    assert shown("https://[::1") == "(no address)"
