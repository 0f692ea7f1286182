"""When the certificates end that a deployment shows and is shown: of the API, the brokers, Redis, and our own as a client."""

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509

from dispatch.model.plain_reason import plain_reason
from streams import client_tls, clock
from streams.cli.client import Access
from streams.client_tls import BadPem
from streams.local.check import Check, fail, ok, warn
from streams.setting_combinations import SASL_SSL, SSL
from streams.settings import Settings, SettingsError
from streams.store.redis_target import target_of

WITHIN_S = 5.0
WARN_DAYS, FAIL_DAYS = 30.0, 7.0
_CURE = "Renew it; Komek takes a new one without a restart (USING.md)."


def certificate_checks(settings: Settings, api: Access | None) -> Iterator[Check]:
    """One for each server that is reached by TLS and each certificate in a file of the settings. `api` None: it is not asked."""
    try:
        servers = list(_servers(settings, api))
    except (BadPem, SettingsError) as error:
        yield fail("certificates", str(error), "Correct the settings.")
        return
    for name, host, port, context in servers:
        yield shown_by(name, host, port, context)
    for name, path in (
        ("certificate for Kafka", settings.kafka_cert),
        ("certificate for Redis", settings.redis_cert),
        ("certificate of the API", settings.tls_cert),
    ):
        if path is not None:
            yield in_file(name, path)


def _servers(settings: Settings, api: Access | None) -> Iterator[tuple[str, str, int, ssl.SSLContext]]:
    if api is not None and (url := urlsplit(api.url)).scheme == "https":
        yield f"certificate of {url.netloc}", url.hostname or "", url.port or 443, api.trust
    if settings.kafka is not None and settings.kafka_security in (SSL, SASL_SSL):
        context = client_tls.client_context(ca=settings.kafka_ca, cert=settings.kafka_cert, key=settings.kafka_key)
        for server in settings.kafka.split(","):
            host, _, number = server.strip().rpartition(":")
            yield f"certificate of {server.strip()}", host.strip("[]"), int(number), context
    if settings.redis is not None:
        target = target_of(settings)
        if target.url.tls:
            context = client_tls.client_context(ca=target.ca, cert=target.cert, key=target.key)
            for host, port in target.url.hosts:
                yield f"certificate of {host}:{port}", host, port, context


def shown_by(name: str, host: str, port: int, context: ssl.SSLContext) -> Check:
    """Of the certificate that a server shows, verified as clients do."""
    try:
        with (
            socket.create_connection((host, port), timeout=WITHIN_S) as plain,
            context.wrap_socket(plain, server_hostname=host) as secured,
        ):
            told = secured.getpeercert() or {}
    except ssl.SSLCertVerificationError as error:
        return fail(name, f"it is not accepted: {error.verify_message}", "Set the CA that signed it, or renew it.")
    except OSError as error:
        return fail(name, f"no TLS connection: {plain_reason(error)}", "See that the server runs and speaks TLS.")
    return _graded(name, datetime.fromtimestamp(ssl.cert_time_to_seconds(str(told["notAfter"])), UTC))


def in_file(name: str, path: Path) -> Check:
    try:
        (first, *_) = x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        return fail(name, f"{path} cannot be used: {plain_reason(error)}", "Correct the file.")
    return _graded(name, first.not_valid_after_utc)


def _graded(name: str, ends: datetime) -> Check:
    left = (ends - datetime.fromtimestamp(clock.now_ms() / 1000, UTC)).total_seconds() / 86_400
    found = f"ends on {ends:%Y-%m-%d}, in {left:.0f} days"
    if left < FAIL_DAYS:
        return fail(name, found, _CURE)
    return warn(name, found, _CURE) if left < WARN_DAYS else ok(name, found)
