"""Faust's own consumer and producer authenticate as every other client does."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from faust.transport.drivers.aiokafka import credentials_to_aiokafka_auth

from streams.kafka import security
from streams.local.certificates import Authority
from streams.settings import Settings
from streams.worker.broker_credentials import broker_credentials

TOKENS = {
    "kafka_mechanism": "OAUTHBEARER",
    "kafka_token_url": "https://issuer.example/token",
    "kafka_token_client": "komek",
    "kafka_token_secret": "hunter2",
}
PASSWORD = {"kafka_user": "komek-worker", "kafka_password": "hunter2"}


@pytest.mark.parametrize(
    "given",
    [
        {"kafka_security": "SSL"},
        {"kafka_security": "SASL_SSL", **PASSWORD},
        {"kafka_security": "SASL_PLAINTEXT", "kafka_mechanism": "PLAIN", **PASSWORD},
        {"kafka_security": "SASL_SSL", **TOKENS},
        {"kafka_security": "SASL_PLAINTEXT", **TOKENS},
    ],
)
def test_faust_gives_its_clients_what_ours_are_given(given: dict[str, str], tmp_path: Path) -> None:
    settings: Settings = replace(Settings(kafka="127.0.0.1:1", kafka_ca=Authority(tmp_path).ca), **given)  # type: ignore[arg-type]

    of_faust = credentials_to_aiokafka_auth(broker_credentials(settings))

    assert comparable(of_faust) == comparable(security.of_aiokafka(settings))


def test_without_security_faust_has_no_credentials() -> None:
    assert broker_credentials(Settings(kafka="127.0.0.1:1")) is None


def comparable(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Contexts and providers are made anew for each client; their kind and source must be the same."""
    shown = {name: value for name, value in arguments.items() if value is not None}
    if "ssl_context" in shown:
        shown["ssl_context"] = (shown["ssl_context"].verify_mode, shown["ssl_context"].check_hostname)
    if "sasl_oauth_token_provider" in shown:
        shown["sasl_oauth_token_provider"] = shown["sasl_oauth_token_provider"].source
    return shown
