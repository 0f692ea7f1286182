"""Signs warnings (XML Signature, enveloped, as CAP 1.2 §3.3.4 asks for), with the key of the deployment."""

from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from lxml import etree
from signxml.algorithms import CanonicalizationMethod
from signxml.signer import XMLSigner

from dispatch.model.plain_reason import plain_reason
from streams import private_file
from streams.errors import InvalidInput


class BadSigner(InvalidInput, ValueError):
    """The files are no certificate and its private key in PEM (RSA from 2,048 bits on, or an elliptic curve)."""


class Signer:
    """One key, read once. A change of the files needs a restart."""

    def __init__(self, cert: Path, key: Path) -> None:
        """Raises BadSigner."""
        expected = "expected a certificate and its private key, both PEM, the key RSA from 2,048 bits on or EC"
        try:
            chain = x509.load_pem_x509_certificates(cert.read_bytes())
            loaded = serialization.load_pem_private_key(private_file.read_bytes(key), None)
        except (OSError, ValueError, TypeError) as error:
            raise BadSigner(f"KOMEK_CAP_CERT={cert}, KOMEK_CAP_KEY={key}: {expected} ({plain_reason(error)})") from None
        is_weak = isinstance(loaded, rsa.RSAPrivateKey) and loaded.key_size < 2_048
        if not isinstance(loaded, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) or is_weak:
            raise BadSigner(f"KOMEK_CAP_CERT={cert}, KOMEK_CAP_KEY={key}: {expected}")
        if loaded.public_key() != chain[0].public_key():
            raise BadSigner(f"KOMEK_CAP_CERT={cert}, KOMEK_CAP_KEY={key}: {expected}")
        self._key = loaded
        self._certificates = [one.public_bytes(serialization.Encoding.PEM).decode() for one in chain]
        self._algorithm = "rsa-sha256" if isinstance(loaded, rsa.RSAPrivateKey) else "ecdsa-sha256"

    def signed(self, document: bytes) -> bytes:
        """The document with its signature. Its own documents only: what strangers wrote is never signed."""
        signer = XMLSigner(
            signature_algorithm=self._algorithm,
            # Exclusive: it stays valid within a wrapper with namespaces of its own.
            c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
        )
        root = etree.fromstring(document, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
        done = signer.sign(root, key=self._key, cert=self._certificates)
        return bytes(etree.tostring(done, xml_declaration=True, encoding="UTF-8"))
