"""TLS of the API: versions, verification, and a certificate that is exchanged while the server runs."""

import asyncio
import shutil
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from streams.settings import Settings, SettingsError, load
from streams.tls import BadCertificate, ServerCertificate, client_context
from tests.support.self_signed import self_signed


@asynccontextmanager
async def serving(certificate: ServerCertificate) -> AsyncIterator[int]:
    """A TLS server on 127.0.0.1, by its port."""

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0, ssl=certificate.context)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def met(port: int, trust: ssl.SSLContext) -> str:
    """The name of the certificate that a client meets. Raises ssl.SSLError when it does not trust it."""
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trust)
    # Without verification the certificate would be empty.
    shown: dict[str, Any] = writer.get_extra_info("peercert")
    writer.transport.abort()
    ((_, name),) = shown["subject"][0]
    return str(name)


async def test_an_exchanged_certificate_is_shown_without_a_restart(tmp_path: Path) -> None:
    first, second = self_signed(tmp_path, "first"), self_signed(tmp_path, "second")
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    _install(first, cert, key)
    certificate = ServerCertificate(cert, key)

    async with serving(certificate) as port:
        before = await met(port, client_context(Settings(api_ca=first[0])))
        _install(second, cert, key)
        assert certificate.check()
        after = await met(port, client_context(Settings(api_ca=second[0])))

    assert (before, after) == ("first", "second")


async def test_files_that_do_not_fit_leave_the_previous_certificate(tmp_path: Path) -> None:
    first, second = self_signed(tmp_path, "first"), self_signed(tmp_path, "second")
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    _install(first, cert, key)
    certificate = ServerCertificate(cert, key)

    async with serving(certificate) as port:
        shutil.copy(second[0], cert)  # the certificate has been replaced, its key not yet
        assert not certificate.check()
        half_way = await met(port, client_context(Settings(api_ca=first[0])))
        shutil.copy(second[1], key)
        assert certificate.check()

    assert half_way == "first"


async def test_a_client_refuses_what_it_does_not_trust(tmp_path: Path) -> None:
    ours, other = self_signed(tmp_path, "ours"), self_signed(tmp_path, "other")
    elsewhere = self_signed(tmp_path, "elsewhere", "komek.example")

    async with serving(ServerCertificate(*ours)) as port:
        for trust in (client_context(Settings(api_ca=other[0])), client_context(Settings())):
            with pytest.raises(ssl.SSLCertVerificationError):
                await met(port, trust)
    async with serving(ServerCertificate(*elsewhere)) as port:
        with pytest.raises(ssl.SSLCertVerificationError, match="IP address mismatch"):
            await met(port, client_context(Settings(api_ca=elsewhere[0])))


async def test_this_machine_knows_its_own_certificate_whatever_it_names(tmp_path: Path) -> None:
    cert, key = self_signed(tmp_path, "elsewhere", "komek.example")
    other, _ = self_signed(tmp_path, "other", "komek.example")

    async with serving(ServerCertificate(cert, key)) as port:
        assert await met(port, client_context(Settings(tls_cert=cert, tls_key=key))) == "elsewhere"
        with pytest.raises(ssl.SSLCertVerificationError):
            await met(port, client_context(Settings(tls_cert=other, tls_key=key)))


async def test_old_versions_of_tls_are_refused(tmp_path: Path) -> None:
    cert, key = self_signed(tmp_path, "ours")
    certificate = ServerCertificate(cert, key)
    assert certificate.context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert client_context(Settings(api_ca=cert)).minimum_version is ssl.TLSVersion.TLSv1_2
    assert client_context(Settings()).minimum_version is ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize("broken", ["missing", "no PEM", "another key"])
def test_files_that_cannot_be_used_are_named(tmp_path: Path, broken: str) -> None:
    cert, key = self_signed(tmp_path, "ours")
    if broken == "missing":
        cert.unlink()
    elif broken == "no PEM":
        cert.write_text("hello")
    else:
        _, key = self_signed(tmp_path, "another")

    with pytest.raises(BadCertificate, match=r"KOMEK_TLS_CERT=.*ours\.pem, KOMEK_TLS_KEY=.*: expected"):
        ServerCertificate(cert, key)


@pytest.mark.parametrize("content", [None, "hello"])
def test_a_ca_that_cannot_be_used_is_named(tmp_path: Path, content: str | None) -> None:
    ca = tmp_path / "ca.pem"
    if content is not None:
        ca.write_text(content)

    with pytest.raises(BadCertificate, match="KOMEK_API_CA="):
        client_context(Settings(api_ca=ca))


def test_a_certificate_needs_its_key() -> None:
    assert load({}).tls_files() is None
    for name in ("KOMEK_TLS_CERT", "KOMEK_TLS_KEY"):
        with pytest.raises(SettingsError, match="expected both or neither"):
            load({name: "some.pem"}).tls_files()


@pytest.mark.parametrize("value", ["nobody", "10.0.0.0/33", "10.0.0.1/8", "0.0.0.0/0", "::/0", "10.0.0.1,"])
def test_proxies_are_addresses_and_never_everybody(value: str) -> None:
    with pytest.raises(SettingsError, match="KOMEK_PROXY="):
        load({"KOMEK_PROXY": value})


def _install(pair: tuple[Path, Path], cert: Path, key: Path) -> None:
    for made, place in zip(pair, (cert, key), strict=True):
        shutil.copy(made, place)
