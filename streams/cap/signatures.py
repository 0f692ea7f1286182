"""Signatures of alerts (XML Signature). The outcome stands here alone:

unsigned                                                      `none`
signed, unchanged, by a certificate that is trusted           `verified`
signed, unchanged, by another one, or by outdated SHA-1       `unverified`: taken, and the description says so
several signatures, or one without a certificate              `unverified`: the library judges one, with its certificate
signed, and changed since; or a signature that is not read    refused (`wrong_signature`)

CAP asks for an enveloped signature over the whole alert. Within a wrapper each alert is judged as a document of its own.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.verifier import SignatureConfiguration, XMLVerifier

from dispatch.cap.messages import BadAlert, Fault, SignatureState
from dispatch.cap.reading import Signatures
from dispatch.cap.schema import NAMESPACES, SIGNATURES
from dispatch.model.plain_reason import plain_reason
from streams.errors import InvalidInput

Trusted = Sequence[x509.Certificate]
_SIGNATURE = f"{{{SIGNATURES}}}Signature"
_ALERTS = tuple(f"{{{namespace}}}alert" for namespace in NAMESPACES)


class BadTrust(InvalidInput, ValueError):
    """The file holds no certificates in PEM."""


_CURRENT = SignatureConfiguration(expect_references=1)
_OUTDATED = replace(
    _CURRENT,
    signature_methods=_CURRENT.signature_methods
    | {SignatureMethod.RSA_SHA1, SignatureMethod.DSA_SHA1, SignatureMethod.ECDSA_SHA1},
    digest_algorithms=_CURRENT.digest_algorithms | {DigestAlgorithm.SHA1},
)
_NOT_READ = (
    SignXMLException,
    InvalidSignature,
    UnsupportedAlgorithm,
    etree.LxmlError,
    binascii.Error,
    ValueError,
    # An element of the signature without text.
    TypeError,
)


def trusted_in(path: Path | None) -> Trusted:
    """The certificates in a PEM file; none without a file.

    Raises:
        BadTrust: it cannot be read, or has none.
    """
    if path is None:
        return ()
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        raise BadTrust(f"{path}: expected certificates in PEM ({plain_reason(error)})") from None


def signatures_in(raw: bytes, trusted: Trusted, now_ms: int) -> Signatures:
    """Judges the signatures of the alerts in bytes that `xml_tree.tree_of` has read, so there is no document type in them."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    root = etree.fromstring(raw.lstrip(b" \t\r\n"), parser)
    alerts = list(root.iter(*_ALERTS))
    now = datetime.fromtimestamp(now_ms / 1000, UTC)
    return lambda number: _judged(alerts[number], trusted, now)


def _judged(alert: etree._Element, trusted: Trusted, now: datetime) -> SignatureState:
    signatures = alert.findall(_SIGNATURE)
    certificates = [one.text or "" for found in signatures for one in found.iter(f"{{{SIGNATURES}}}X509Certificate")]
    if not signatures:
        return SignatureState.NONE
    if len(signatures) > 1 or not certificates:
        return SignatureState.UNVERIFIED
    try:
        certificate = x509.load_der_x509_certificate(base64.b64decode("".join(certificates[0].split())))
        is_current = _is_unchanged(etree.tostring(alert, with_tail=False), certificate)
    except _NOT_READ as error:
        raise BadAlert(Fault.WRONG_SIGNATURE, f"{type(error).__name__} {error}") from None
    is_trusted = is_current and any(_is_of(certificate, one) for one in trusted)
    is_in_time = certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc
    return SignatureState.VERIFIED if is_trusted and is_in_time else SignatureState.UNVERIFIED


def _is_unchanged(document: bytes, certificate: x509.Certificate) -> bool:
    """Whether the signature uses an algorithm of today; raises if it does not fit the document."""
    # At a time when the certificate was valid: an old alert is not a forged one.
    at = certificate.not_valid_before_utc
    try:
        XMLVerifier().verify(document, x509_cert=certificate, expect_config=replace(_CURRENT, verification_time=at))
    except SignXMLException:
        XMLVerifier().verify(document, x509_cert=certificate, expect_config=replace(_OUTDATED, verification_time=at))
        return False
    return True


def _is_of(certificate: x509.Certificate, trusted: x509.Certificate) -> bool:
    """Whether it is the trusted one or was issued by it."""
    if certificate == trusted:
        return True
    try:
        constraints = trusted.extensions.get_extension_for_class(x509.BasicConstraints).value
        certificate.verify_directly_issued_by(trusted)
    except (x509.ExtensionNotFound, InvalidSignature, ValueError, TypeError):
        return False
    return constraints.ca
