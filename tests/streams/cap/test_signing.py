"""Warnings that this deployment signs: others can verify them, and a change is found."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from lxml import etree

from dispatch.cap.messages import Fault, SignatureState
from dispatch.cap.reading import contents_of
from dispatch.cap.writing import written
from streams.cap.signatures import signatures_in
from streams.cap.signing import BadSigner, Signer
from streams.local.keys import write_secret
from tests.dispatch.cap.test_warnings import FLOOD, NOW, chain
from tests.support.cap_alerts import DATA

AT = datetime.fromtimestamp(NOW / 1000, UTC)
Private = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


def files(folder: Path, key: Private, *, certified: Private | None = None) -> tuple[Path, Path]:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "112.example")])
    holder = certified or key
    algorithm = None if isinstance(holder, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(holder.public_key())
    builder = builder.serial_number(1).not_valid_before(AT - timedelta(days=1)).not_valid_after(AT + timedelta(days=9))
    cert, key_file = folder / "cert.pem", folder / "key.pem"
    cert.write_bytes(builder.sign(holder, algorithm).public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    write_secret(key_file, private.decode("ascii"))
    return cert, key_file


KEYS: dict[str, Callable[[], Private]] = {
    "RSA": lambda: rsa.generate_private_key(public_exponent=65_537, key_size=2_048),
    "EC": lambda: ec.generate_private_key(ec.SECP256R1()),
}


@pytest.mark.parametrize("kind", KEYS)
def test_a_signed_warning_is_verified_valid_and_sealed(kind: str, tmp_path: Path) -> None:
    cert, key = files(tmp_path, KEYS[kind]())
    trusted = x509.load_pem_x509_certificates(cert.read_bytes())

    raw = Signer(cert, key).signed(written(chain(FLOOD)[0]))

    (found,) = contents_of(raw, lambda: signatures_in(raw, trusted, NOW)).alerts
    assert found.signature is SignatureState.VERIFIED
    if DATA.exists():
        etree.XMLSchema(etree.parse(str(DATA / "xsd/CAP-v1.2.xsd"))).assertValid(etree.fromstring(raw))
    forged = raw.replace(b"43.200000,76.800000", b"43.300000,76.800000")
    (refused,) = contents_of(forged, lambda: signatures_in(forged, trusted, NOW)).unusable
    assert refused.fault is Fault.WRONG_SIGNATURE
    # Within a wrapper with a namespace of its own.
    wrapped = b'<d:x xmlns:d="urn:x">' + raw.partition(b"?>")[2] + b"</d:x>"
    (inside,) = contents_of(wrapped, lambda: signatures_in(wrapped, trusted, NOW)).alerts
    assert inside.signature is SignatureState.VERIFIED


def test_what_cannot_sign_is_refused_at_the_start(tmp_path: Path) -> None:
    good = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    weak = rsa.generate_private_key(public_exponent=65_537, key_size=1_024)  # noqa: S505 - refused
    other = ec.generate_private_key(ec.SECP256R1())

    for key, certified in ((weak, None), (good, other), (ed25519.Ed25519PrivateKey.generate(), None)):
        with pytest.raises(BadSigner):
            Signer(*files(tmp_path, key, certified=certified))
    with pytest.raises(BadSigner):
        Signer(tmp_path / "missing.pem", tmp_path / "missing.pem")
    cert, key_file = files(tmp_path, good)
    key_file.write_text("no key")
    with pytest.raises(BadSigner):
        Signer(cert, key_file)
