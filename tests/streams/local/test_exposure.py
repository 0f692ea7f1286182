"""An API that strangers can listen to is warned about."""

from ipaddress import ip_network
from pathlib import Path

import pytest

from streams.local.check import Level
from streams.local.exposure import exposure
from streams.local.machine_checks import way_to_the_api
from streams.settings import Settings


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.9", "::1", "localhost"])
def test_on_this_machine_nothing_is_exposed(host: str) -> None:
    assert exposure(Settings(host=host)) is None
    assert way_to_the_api(Settings(host=host)).level is Level.OK


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "komek.example"])
def test_beyond_it_plain_http_is_warned_about(host: str) -> None:
    found = exposure(Settings(host=host))

    assert found is not None
    assert f"KOMEK_HOST={host}" in found
    assert way_to_the_api(Settings(host=host)).level is Level.WARN


def test_tls_or_a_named_proxy_is_enough() -> None:
    tls = Settings(host="0.0.0.0", tls_cert=Path("cert.pem"), tls_key=Path("key.pem"))
    proxied = Settings(host="0.0.0.0", proxy=(ip_network("10.0.0.7"),))

    assert exposure(tls) is None
    assert exposure(proxied) is None
