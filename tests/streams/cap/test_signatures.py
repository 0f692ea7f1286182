"""Signed alerts: verified, unverified, or refused."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree
from signxml.signer import XMLSigner

from dispatch.cap.messages import Fault, SignatureState
from dispatch.cap.reading import Contents, contents_of
from streams.cap.signatures import BadTrust, signatures_in, trusted_in
from tests.support.cap_alerts import DATA, alert, needed

NOW_MS = 1_795_316_500_000


def _certified(key: rsa.RSAPrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "meteo.example")])
    now = datetime.fromtimestamp(NOW_MS / 1000, UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = (
        builder.serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    )
    return builder.sign(key, hashes.SHA256())


KEY = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
CERTIFICATE = _certified(KEY)


def signed() -> bytes:
    root = etree.fromstring(alert().encode())
    pem = CERTIFICATE.public_bytes(serialization.Encoding.PEM).decode()
    return bytes(etree.tostring(XMLSigner().sign(root, key=KEY, cert=pem)))


def judged(raw: bytes, *trusted: x509.Certificate, now_ms: int = NOW_MS) -> Contents:
    return contents_of(raw, lambda: signatures_in(raw, trusted, now_ms))


def state(contents: Contents) -> SignatureState:
    (found,) = contents.alerts
    return found.signature


def test_a_signature_is_verified_by_a_certificate_that_is_trusted_and_in_time() -> None:
    raw = signed()

    assert state(judged(raw, CERTIFICATE)) is SignatureState.VERIFIED
    assert state(judged(raw)) is SignatureState.UNVERIFIED
    assert state(judged(raw, CERTIFICATE, now_ms=NOW_MS + 10 * 86_400_000)) is SignatureState.UNVERIFIED
    assert state(judged(alert().encode(), CERTIFICATE)) is SignatureState.NONE


@pytest.mark.parametrize(
    ("found", "instead"),
    [
        (b"Flood", b"Fire"),
        (b"43.20,76.80", b"43.21,76.80"),
        (b"SignatureValue>", b"SignatureValue>AAAA"),
        (b"DigestValue>", b"DigestValue>AAAA"),
        (b"X509Certificate>", b"X509Certificate>AAAA"),
        (b"rsa-sha256", b"no-such"),
    ],
)
def test_what_was_changed_after_signing_is_refused(found: bytes, instead: bytes) -> None:
    raw = signed()
    assert found in raw

    contents = judged(raw.replace(found, instead, 1), CERTIFICATE)

    assert contents.alerts == ()
    assert [one.fault for one in contents.unusable] == [Fault.WRONG_SIGNATURE]


def test_a_signature_that_cannot_be_read_is_refused_and_one_without_a_certificate_is_unverified() -> None:
    empty = alert(extra='<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/>').encode()

    assert state(judged(empty)) is SignatureState.UNVERIFIED


@needed
def test_an_alert_signed_twice_by_strangers_is_unverified() -> None:
    assert state(judged((DATA / "alerts/google/canada_signed.cap").read_bytes())) is SignatureState.UNVERIFIED


def test_a_file_without_certificates_is_no_trust(tmp_path: Path) -> None:
    empty = tmp_path / "trust.pem"
    empty.write_text("nothing")

    with pytest.raises(BadTrust):
        trusted_in(empty)
    assert trusted_in(None) == ()
