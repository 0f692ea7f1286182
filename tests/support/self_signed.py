"""A certificate for localhost and 127.0.0.1 that is its own CA."""

import datetime
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from streams.local.keys import write_secret

_FROM = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
_LOCAL = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]


def self_signed(folder: Path, name: str, *names: str, days: int = 36_500) -> tuple[Path, Path]:
    """Certificate and key as PEM files. `names`: host names instead of the local ones. `days`: valid from 2026 on."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(_FROM)
        .not_valid_after(_FROM + datetime.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(one) for one in names] or _LOCAL), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = folder / f"{name}.pem", folder / f"{name}.key"
    cert_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    pkcs8, no_password = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    write_secret(key_file, key.private_bytes(serialization.Encoding.PEM, pkcs8, no_password).decode("ascii"))
    return cert_file, key_file
