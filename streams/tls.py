"""TLS of the API: the certificate that it shows, reloaded when its files change, and what its clients trust.

Both sides speak TLS 1.2 or newer, and clients always verify certificate and host name.
"""

import asyncio
import ssl
from pathlib import Path

import structlog

from dispatch.model.plain_reason import plain_reason
from streams import private_file
from streams.errors import InvalidInput
from streams.settings import Settings
from streams.watched_files import WatchedFiles

CHECK_EVERY_S = 5.0
_log = structlog.get_logger(__name__)


class BadCertificate(InvalidInput, ValueError):
    """A certificate, key or CA file cannot be used. The message names the setting and the file."""


class ServerCertificate:
    """The server side. `context` stays the same object: a reload changes what later handshakes show.

    Raises:
        BadCertificate: a file cannot be read, or the key does not belong to the certificate.
    """

    def __init__(self, cert: Path, key: Path) -> None:
        self._cert, self._key = cert, key
        self._files = WatchedFiles(cert, key)
        self._content = self._read()
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        _load(self.context, cert, key)

    def check(self) -> bool:
        """Loads the files if they have changed; true when it did. Files that cannot be used leave the previous ones in force."""
        if not self._files.may_have_changed():
            return False
        content = self._read()
        if content == self._content:
            return False
        self._content = content
        try:
            # On a context of its own first: a key that does not fit would leave the new certificate with the old key.
            _load(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), self._cert, self._key)
            _load(self.context, self._cert, self._key)
        except BadCertificate as error:
            _log.error("the certificate cannot be reloaded; the previous one remains in force", reason=str(error))
            return False
        _log.info("the certificate was reloaded")
        return True

    async def follow(self) -> None:
        """Checks the files until cancelled."""
        while True:
            await asyncio.sleep(CHECK_EVERY_S)
            self.check()

    def _read(self) -> list[bytes | None]:
        """None for a file that cannot be read."""
        return [_content(path) for path in (self._cert, self._key)]


def client_context(settings: Settings) -> ssl.SSLContext:
    """What a client of the API trusts: KOMEK_API_CA, else KOMEK_TLS_CERT itself where it is set, else the usual CAs.

    Raises:
        BadCertificate: a file cannot be read or contains no certificate.
    """
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if settings.api_ca is not None:
        return trusting(settings.api_ca, "KOMEK_API_CA")
    if settings.tls_cert is not None:
        # The API of this machine: its certificate is known, and seldom names the loopback address by which it is asked here.
        context = trusting(settings.tls_cert, "KOMEK_TLS_CERT")
        context.check_hostname = False
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


def trusting(ca: Path, setting: str) -> ssl.SSLContext:
    """A client context that trusts only the certificates in this file.

    Raises:
        BadCertificate: the file cannot be read or contains no certificate.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_verify_locations(cafile=ca)
    except (OSError, ssl.SSLError) as error:
        raise BadCertificate(
            f"{setting}={ca}: expected a readable file with PEM certificates ({plain_reason(error)})"
        ) from None
    return context


def _load(context: ssl.SSLContext, cert: Path, key: Path) -> None:
    try:
        private_file.check(key)
        # With an empty password an encrypted key is refused; OpenSSL would ask for one at the terminal.
        context.load_cert_chain(cert, key, password="")
    except (OSError, ssl.SSLError) as error:
        raise BadCertificate(
            f"KOMEK_TLS_CERT={cert}, KOMEK_TLS_KEY={key}: expected a certificate chain and its private key, both PEM, the key "
            f"without a password ({plain_reason(error)})"
        ) from None


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
