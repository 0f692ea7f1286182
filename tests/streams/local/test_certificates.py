"""Certificates of a secure local stack: who trusts whom, and who can read the keys."""

import ssl
from pathlib import Path

import pytest

from streams.local import certificates
from streams.local.certificates import Authority, Certificate


def handshake(server: Certificate, trusted: Path, *, host: str = "127.0.0.1", client: Certificate | None = None) -> str:
    """A TLS handshake in memory; returns its version. With `client`, the server asks for a certificate."""
    listening = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    listening.load_cert_chain(server.certificate, server.key)
    calling = ssl.create_default_context(cafile=trusted)
    if client is not None:
        listening.verify_mode = ssl.CERT_REQUIRED
        listening.load_verify_locations(trusted)
        calling.load_cert_chain(client.certificate, client.key)
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [calling.wrap_bio(back, there, server_hostname=host), listening.wrap_bio(there, back, server_side=True)]
    for _ in range(4):
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
    return str(ends[0].version())


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_a_server_is_this_machine_by_each_of_its_names(tmp_path: Path, host: str) -> None:
    authority = Authority(tmp_path / "tls")

    assert handshake(authority.server("kafka"), authority.ca, host=host) == "TLSv1.3"


def test_a_server_is_no_other_machine(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "tls")

    with pytest.raises(ssl.SSLCertVerificationError, match="kafka.example"):
        handshake(authority.server("kafka"), authority.ca, host="kafka.example")


def test_a_certificate_of_another_stack_is_refused(tmp_path: Path) -> None:
    here, elsewhere = Authority(tmp_path / "here"), Authority(tmp_path / "elsewhere")

    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(elsewhere.server("kafka"), here.ca)


def test_a_client_proves_its_name_and_cannot_be_a_server(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "tls")

    assert handshake(authority.server("kafka"), authority.ca, client=authority.client("worker")) == "TLSv1.3"
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(authority.client("worker"), authority.ca)


def test_every_file_and_the_folder_is_for_its_owner_only(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "tls")
    authority.server("kafka")
    authority.client("worker")

    files = list((tmp_path / "tls").iterdir())
    assert len(files) == 9
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert (tmp_path / "tls").stat().st_mode & 0o777 == 0o700


def test_certificates_are_kept_until_a_month_before_their_end(tmp_path: Path) -> None:
    first = Authority(tmp_path / "tls").server("kafka")
    made = first.certificate.read_bytes()

    assert Authority(tmp_path / "tls").server("kafka").certificate.read_bytes() == made

    late = Authority(tmp_path / "tls", renew_before=certificates.LIFETIME)
    assert late.server("kafka").certificate.read_bytes() != made


def test_a_file_of_an_interrupted_start_is_made_again(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "tls")
    authority.server("kafka").key.unlink()

    assert handshake(authority.server("kafka"), authority.ca) == "TLSv1.3"
