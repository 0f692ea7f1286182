"""How clients connect to Kafka: protocol, TLS and credentials of the settings, for aiokafka and kafka-python.

The factories (`clients.py`) and the Faust app (`streams/worker/broker_credentials.py`) use it; nothing else reads these settings.
"""

import ssl
from typing import Any

from streams import client_tls
from streams.kafka import token_source
from streams.setting_combinations import OAUTHBEARER, SASL_SSL, SSL
from streams.settings import Settings


def of_aiokafka(settings: Settings) -> dict[str, Any]:
    """The arguments of aiokafka's clients."""
    given = _common(settings)
    if _uses_tokens(settings):
        given["sasl_oauth_token_provider"] = token_source.AsyncProvider(token_source.source_of(settings))
    return given


def of_kafka_python(settings: Settings) -> dict[str, Any]:
    """The arguments of kafka-python's clients."""
    given = _common(settings)
    if _uses_tokens(settings):
        given["sasl_oauth_token_provider"] = token_source.BlockingProvider(token_source.source_of(settings))
    return given


def _common(settings: Settings) -> dict[str, Any]:
    given: dict[str, Any] = {"security_protocol": settings.kafka_security}
    if (context := _context(settings)) is not None:
        given["ssl_context"] = context
    if settings.kafka_security.startswith("SASL_"):
        given["sasl_mechanism"] = settings.kafka_mechanism
        if not _uses_tokens(settings):
            given["sasl_plain_username"] = settings.kafka_user
            given["sasl_plain_password"] = settings.kafka_password
    return given


def _uses_tokens(settings: Settings) -> bool:
    return settings.kafka_security.startswith("SASL_") and settings.kafka_mechanism == OAUTHBEARER


def _context(settings: Settings) -> ssl.SSLContext | None:
    # Read anew for each client, so that a renewed certificate counts from the next connection of a new client.
    if settings.kafka_security not in (SSL, SASL_SSL):
        return None
    return client_tls.client_context(ca=settings.kafka_ca, cert=settings.kafka_cert, key=settings.kafka_key)
