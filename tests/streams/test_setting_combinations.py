"""Settings that cannot work together stop the start with the name and what was expected."""

from pathlib import Path

import pytest

from streams.local.certificates import Authority
from streams.local.keys import write_secret
from streams.settings import SettingsError, load

KAFKA = {"KOMEK_KAFKA": "broker:9093"}
SASL = {**KAFKA, "KOMEK_KAFKA_SECURITY": "SASL_SSL", "KOMEK_KAFKA_USER": "api", "KOMEK_KAFKA_PASSWORD": "hunter2"}
TOKENS = {
    **KAFKA,
    "KOMEK_KAFKA_SECURITY": "SASL_SSL",
    "KOMEK_KAFKA_MECHANISM": "OAUTHBEARER",
    "KOMEK_KAFKA_TOKEN_URL": "https://issuer.example/token",
    "KOMEK_KAFKA_TOKEN_CLIENT": "komek",
    "KOMEK_KAFKA_TOKEN_SECRET": "hunter2",
}


def refusal(environ: dict[str, str]) -> str:
    with pytest.raises(SettingsError) as raised:
        load(environ)
    return str(raised.value)


def without(environ: dict[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in environ.items() if key != name}


@pytest.mark.parametrize("environ", [SASL, TOKENS, {**KAFKA, "KOMEK_KAFKA_SECURITY": "ssl"}, KAFKA])
def test_what_can_work_is_accepted(environ: dict[str, str]) -> None:
    assert load(environ).kafka_security == environ.get("KOMEK_KAFKA_SECURITY", "PLAINTEXT").upper()


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        (
            without(SASL, "KOMEK_KAFKA_USER"),
            "KOMEK_KAFKA_USER is not set: expected with KOMEK_KAFKA_SECURITY=SASL_SSL and KOMEK_KAFKA_MECHANISM=SCRAM-SHA-512",
        ),
        (
            without(SASL, "KOMEK_KAFKA_PASSWORD"),
            "KOMEK_KAFKA_PASSWORD is not set: expected with KOMEK_KAFKA_SECURITY=SASL_SSL and "
            "KOMEK_KAFKA_MECHANISM=SCRAM-SHA-512",
        ),
        (
            without(TOKENS, "KOMEK_KAFKA_TOKEN_SECRET"),
            "KOMEK_KAFKA_TOKEN_SECRET is not set: expected with KOMEK_KAFKA_SECURITY=SASL_SSL and "
            "KOMEK_KAFKA_MECHANISM=OAUTHBEARER",
        ),
        (
            {**TOKENS, "KOMEK_KAFKA_USER": "api"},
            "KOMEK_KAFKA_USER is set: expected unset with KOMEK_KAFKA_SECURITY=SASL_SSL and "
            "KOMEK_KAFKA_MECHANISM=OAUTHBEARER, which does not use it",
        ),
        # `komek up` would start a Kafka without this user
        (
            without(SASL, "KOMEK_KAFKA"),
            "KOMEK_KAFKA is not set: expected with KOMEK_KAFKA_SECURITY=SASL_SSL and "
            "KOMEK_KAFKA_MECHANISM=SCRAM-SHA-512",
        ),
        # somebody believes that this connection is protected
        (
            {**KAFKA, "KOMEK_KAFKA_USER": "api"},
            "KOMEK_KAFKA_USER is set: expected unset with KOMEK_KAFKA_SECURITY=PLAINTEXT, which does not use it",
        ),
        (
            {**KAFKA, "KOMEK_KAFKA_CA": "ca.pem"},
            "KOMEK_KAFKA_CA is set: expected unset with KOMEK_KAFKA_SECURITY=PLAINTEXT, which does not use it",
        ),
        (
            {**KAFKA, "KOMEK_KAFKA_MECHANISM": "PLAIN"},
            "KOMEK_KAFKA_MECHANISM has no effect: expected KOMEK_KAFKA_SECURITY=SASL_SSL or SASL_PLAINTEXT",
        ),
        (
            {**KAFKA, "KOMEK_KAFKA_SECURITY": "SSL", "KOMEK_KAFKA_CERT": "mine.pem"},
            "KOMEK_KAFKA_CERT and KOMEK_KAFKA_KEY: expected both or none",
        ),
        (
            {**SASL, "KOMEK_KAFKA_CA": "none.pem"},
            "KOMEK_KAFKA_CA='none.pem': expected a readable PEM file with CA certificates (there is no such file or folder)",
        ),
    ],
)
def test_what_cannot_work_is_named(environ: dict[str, str], said: str) -> None:
    assert refusal(environ) == said


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("KOMEK_KAFKA_SECURITY", "TLS", "one of PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL"),
        ("KOMEK_KAFKA_MECHANISM", "GSSAPI", "one of SCRAM-SHA-512, PLAIN, OAUTHBEARER"),
        # the client's secret would be sent in clear
        (
            "KOMEK_KAFKA_TOKEN_URL",
            "http://issuer.example/token",
            "an https URL (http only for 127.0.0.1, ::1 or localhost)",
        ),
    ],
)
def test_a_bad_value_is_named_with_what_was_expected(name: str, value: str, expected: str) -> None:
    assert refusal({name: value}) == f"{name}={value!r}: expected {expected}"


def test_a_file_that_is_no_certificate_or_another_ones_key_is_named(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    mine, theirs = authority.client("mine"), authority.client("theirs")
    text = tmp_path / "text"
    text.write_text("hunter2")

    def given(ca: Path, cert: Path, key: Path) -> str:
        paths = {"KOMEK_KAFKA_CA": str(ca), "KOMEK_KAFKA_CERT": str(cert), "KOMEK_KAFKA_KEY": str(key)}
        return refusal({**KAFKA, "KOMEK_KAFKA_SECURITY": "SSL", **paths}).replace(str(tmp_path), "")

    assert given(text, mine.certificate, mine.key).startswith("KOMEK_KAFKA_CA='/text': expected a readable PEM file")
    assert given(authority.ca, mine.certificate, theirs.key) == (
        "KOMEK_KAFKA_CERT='/mine.pem' and KOMEK_KAFKA_KEY='/theirs.key.pem': "
        "expected a certificate and its private key without a passphrase, as PEM (key values mismatch)"
    )
    assert given(authority.ca, mine.certificate, tmp_path / "none").startswith(
        "KOMEK_KAFKA_KEY='/none': expected a readable"
    )


def test_a_password_is_taken_as_it_is_and_never_shown(tmp_path: Path) -> None:
    file = tmp_path / "password"
    write_secret(file, " hunter2 \n")
    environ = {**without(SASL, "KOMEK_KAFKA_PASSWORD"), "KOMEK_KAFKA_PASSWORD_FILE": str(file)}

    settings = load(environ)

    assert settings.kafka_password == " hunter2 "
    assert "hunter2" not in repr(settings)
