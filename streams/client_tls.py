"""TLS of clients of Kafka: one context, with verified host names and TLS 1.2 at least, from three PEM files."""

import ssl
from pathlib import Path

from dispatch.model.plain_reason import plain_reason
from streams import private_file
from streams.errors import InvalidInput


class BadPem(InvalidInput, ValueError):
    """A file cannot be used. `names` are the parameters of `client_context` that it came by; the message is what was expected."""

    def __init__(self, names: tuple[str, ...], expected: str) -> None:
        super().__init__(expected)
        self.names = names


def client_context(*, ca: Path | None, cert: Path | None, key: Path | None) -> ssl.SSLContext:
    """A context for connections to servers. `ca` None: the authorities of the system. `cert` and `key`: both or none.

    Raises:
        BadPem: a file cannot be read, is not PEM, or certificate and key do not belong together.
    """
    try:
        context = ssl.create_default_context(cafile=ca)
    except (OSError, ssl.SSLError) as error:
        raise BadPem(("ca",), f"a readable PEM file with CA certificates ({plain_reason(error)})") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if cert is not None and key is not None:
        for name, path, read in (("cert", cert, Path.read_bytes), ("key", key, private_file.read_bytes)):
            try:
                read(path)
            except OSError as error:
                raise BadPem((name,), f"a readable PEM file ({plain_reason(error)})") from None
        try:
            # An empty passphrase: without one OpenSSL would ask on the terminal for that of an encrypted key.
            context.load_cert_chain(cert, key, password="")
        except (OSError, ssl.SSLError) as error:
            expected = f"a certificate and its private key without a passphrase, as PEM ({plain_reason(error)})"
            raise BadPem(("cert", "key"), expected) from None
    return context
