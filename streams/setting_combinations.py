"""Rules about several settings together. Each function takes the values by field name and yields one line per problem."""

from collections.abc import Iterator, Mapping
from typing import Any

from streams import client_tls

PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL = "PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"
SCRAM, PLAIN, OAUTHBEARER = "SCRAM-SHA-512", "PLAIN", "OAUTHBEARER"
_TLS = ("kafka_ca", "kafka_cert", "kafka_key")
_PASSWORD = ("kafka_user", "kafka_password")
_TOKEN = ("kafka_token_url", "kafka_token_client", "kafka_token_secret")


def kafka_problems(found: Mapping[str, Any]) -> Iterator[str]:
    """What of `KOMEK_KAFKA_…` cannot work together. A setting without effect is a problem: somebody relies on it."""
    security = found.get("kafka_security", PLAINTEXT)
    mechanism = found.get("kafka_mechanism", SCRAM)
    needed, without_effect = _uses(security, mechanism)
    reason = f"KOMEK_KAFKA_SECURITY={security}"
    if security.startswith("SASL_"):
        reason += f" and KOMEK_KAFKA_MECHANISM={mechanism}"
    elif "kafka_mechanism" in found:
        yield f"KOMEK_KAFKA_MECHANISM has no effect: expected KOMEK_KAFKA_SECURITY={SASL_SSL} or {SASL_PLAINTEXT}"
    for name in needed:
        if name not in found:
            yield f"{_named(name)} is not set: expected with {reason}"
    for name in without_effect:
        if name in found:
            yield f"{_named(name)} is set: expected unset with {reason}, which does not use it"
    if ("kafka_cert" in found) != ("kafka_key" in found):
        yield "KOMEK_KAFKA_CERT and KOMEK_KAFKA_KEY: expected both or none"
    elif security in (SSL, SASL_SSL):
        yield from _bad_files(found)


def oidc_problems(found: Mapping[str, Any]) -> Iterator[str]:
    """What is missing for a login at an issuer."""
    needed = ("oidc_issuer", "oidc_client", "oidc_secret", "oidc_redirect", "oidc_roles")
    missing = [name for name in needed if name not in found]
    if len(missing) < len(needed):
        for name in missing:
            yield f"{_named(name)} is not set: expected with the other KOMEK_OIDC_ settings"


def cap_problems(found: Mapping[str, Any]) -> Iterator[str]:
    """What is missing for signed warnings."""
    if ("cap_cert" in found) != ("cap_key" in found):
        yield "KOMEK_CAP_CERT and KOMEK_CAP_KEY: expected both or none"


def public_problems(found: Mapping[str, Any]) -> Iterator[str]:
    """What is missing for messages from the public: without its secret a way takes nothing."""
    for way in found.get("public_messages", ()):
        if f"{way}_secret" not in found:
            yield f"{_named(f'{way}_secret')} is not set: expected with KOMEK_PUBLIC_MESSAGES={way}"


def _uses(security: str, mechanism: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The settings that are needed, and those that have no effect."""
    # Security without an address: `komek up` would start a Kafka that has neither these users nor these certificates.
    needed: tuple[str, ...] = () if security == PLAINTEXT else ("kafka",)
    unused: tuple[str, ...] = () if security in (SSL, SASL_SSL) else _TLS
    if not security.startswith("SASL_"):
        unused += (*_PASSWORD, *_TOKEN, "kafka_token_scope")
    elif mechanism == OAUTHBEARER:
        needed, unused = needed + _TOKEN, unused + _PASSWORD
    else:
        needed, unused = needed + _PASSWORD, (*unused, *_TOKEN, "kafka_token_scope")
    return needed, unused


def _bad_files(found: Mapping[str, Any]) -> Iterator[str]:
    try:
        client_tls.client_context(ca=found.get("kafka_ca"), cert=found.get("kafka_cert"), key=found.get("kafka_key"))
    except client_tls.BadPem as error:
        names = [f"kafka_{name}" for name in error.names]
        given = " and ".join(f"{_named(name)}={str(found[name])!r}" for name in names)
        yield f"{given}: expected {error}"


def _named(field: str) -> str:
    return f"KOMEK_{field.upper()}"
