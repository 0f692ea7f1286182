"""Certificates of a secure local stack: a certificate authority (CA) and what it signs, in a folder for its owner only.

Every process of the stack trusts `ca.pem` and no other CA. A server proves that it is 127.0.0.1 or localhost; a client proves its
name (the common name of its certificate). Files are PEM: a certificate and its key are separate, and `both` has them in one file.
"""

import datetime
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from streams import clock, private_file
from streams.local.keys import OWNER_ONLY_FOLDER

LIFETIME = datetime.timedelta(days=397)
RENEW_BEFORE = datetime.timedelta(days=30)
_BACKDATED = datetime.timedelta(hours=1)
"""A clock that is slightly behind must not refuse a new certificate."""

_Key: TypeAlias = ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    certificate: Path
    key: Path

    @property
    def both(self) -> Path:
        """Key and certificate in one file, as Kafka and some other servers expect it."""
        return self.certificate.with_suffix(".both.pem")

    @property
    def files(self) -> tuple[Path, ...]:
        return (self.certificate, self.key, self.both)


class Authority:
    """The CA of one folder. Certificates are kept, and made anew 30 days before their end."""

    def __init__(self, folder: Path, *, renew_before: datetime.timedelta = RENEW_BEFORE) -> None:
        """Opens the folder; creates it and the CA if they are missing or about to end."""
        self.folder = folder
        self._renew_before = renew_before
        folder.mkdir(mode=OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
        folder.chmod(OWNER_ONLY_FOLDER)
        own = self._named("ca")
        if not self._is_good(own):
            # What the old CA signed is worthless without it.
            for file in folder.glob("*.pem"):
                file.unlink()
            _write(own, *_authority())

    @property
    def ca(self) -> Path:
        """The certificate that every client and server of the stack trusts."""
        return self._named("ca").certificate

    def server(self, name: str, hosts: Sequence[str] = ()) -> Certificate:
        """A certificate for 127.0.0.1, ::1, localhost and `hosts`. The server may use it as a client too, as brokers do."""
        return self._signed(name, [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH], hosts)

    def client(self, name: str) -> Certificate:
        """A certificate with the common name `name`, which is good for no server."""
        return self._signed(name, [ExtendedKeyUsageOID.CLIENT_AUTH])

    def _signed(self, name: str, usages: list[x509.ObjectIdentifier], hosts: Sequence[str] = ()) -> Certificate:
        made = self._named(name)
        if not self._is_good(made):
            ca = x509.load_pem_x509_certificate(self._named("ca").certificate.read_bytes())
            key = serialization.load_pem_private_key(self._named("ca").key.read_bytes(), password=None)
            assert isinstance(key, ec.EllipticCurvePrivateKey)
            _write(made, *_signed_by(ca, key, name, usages, hosts))
        return made

    def _is_good(self, made: Certificate) -> bool:
        if not all(file.exists() for file in made.files):
            return False
        try:
            ends = x509.load_pem_x509_certificate(made.certificate.read_bytes()).not_valid_after_utc
        except ValueError:
            return False
        return ends - self._renew_before > _now()

    def _named(self, name: str) -> Certificate:
        return Certificate(certificate=self.folder / f"{name}.pem", key=self.folder / f"{name}.key.pem")


def _authority() -> tuple[_Key, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Komek local stack")
    made = (
        _begun(name, name, key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
    )
    return key, made.sign(key, hashes.SHA256())


def _signed_by(
    ca: x509.Certificate, ca_key: _Key, name: str, usages: list[x509.ObjectIdentifier], hosts: Sequence[str]
) -> tuple[_Key, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    made = (
        _begun(_name(name), ca.subject, key)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(usages), critical=False)
        # Python 3.13 refuses a chain without it.
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
    )
    if ExtendedKeyUsageOID.SERVER_AUTH in usages:
        addresses = [x509.IPAddress(ipaddress.ip_address(address)) for address in ("127.0.0.1", "::1")]
        names = [x509.DNSName(host) for host in ("localhost", *hosts)]
        made = made.add_extension(x509.SubjectAlternativeName([*addresses, *names]), critical=False)
    return key, made.sign(ca_key, hashes.SHA256())


def _begun(subject: x509.Name, issuer: x509.Name, key: _Key) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_now() - _BACKDATED)
        .not_valid_after(_now() + LIFETIME)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _now() -> datetime.datetime:
    return datetime.datetime.fromtimestamp(clock.now_ms() / 1000, datetime.UTC)


def _write(made: Certificate, key: _Key, certificate: x509.Certificate) -> None:
    private = key.private_bytes(
        # PKCS 8: Kafka reads no other form of a PEM key.
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = certificate.public_bytes(serialization.Encoding.PEM)
    # The certificate last: `_is_good` reads it, and files of an interrupted attempt must not count.
    for path, content in ((made.both, private + public), (made.key, private), (made.certificate, public)):
        private_file.replace(path, content)
