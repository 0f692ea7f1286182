"""The list of settings: environment variables with the prefix `KOMEK_`, their defaults and accepted values.

`load` rejects unknown `KOMEK_` names and invalid values; the error names the setting, its value and what is expected.
"""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any

from dispatch.model.plain_reason import plain_reason
from streams import private_file, setting_combinations
from streams import setting_values as values
from streams.errors import InvalidInput
from streams.notice_settings import setting as _setting
from streams.page_settings import PageSettings

PREFIX = "KOMEK_"
FROM_FILE = "_FILE"
COMPATIBLE, STRICT = "compatible", "strict"
"""Values of KOMEK_TOKENS."""
"""Ending of the name of a setting that names the file with a secret."""


class SettingsError(InvalidInput, ValueError):
    """One or more settings are missing or invalid. The message has one line per setting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(PageSettings):
    kafka: str | None = _setting(None, values.servers, "bootstrap servers; unset: `komek up` starts its own")
    kafka_security: str = _setting(
        "PLAINTEXT",
        values.name_of("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"),
        "protocol of the Kafka listener: PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL; TLS 1.2 at least, host names are verified",
    )
    kafka_mechanism: str = _setting(
        "SCRAM-SHA-512",
        values.name_of("SCRAM-SHA-512", "PLAIN", "OAUTHBEARER"),
        "SASL mechanism: SCRAM-SHA-512, PLAIN or OAUTHBEARER",
    )
    kafka_ca: Path | None = _setting(
        None, values.path, "PEM file with the CA certificates that sign the brokers; unset: those of the system"
    )
    kafka_cert: Path | None = _setting(None, values.path, "PEM file with the certificate of this client and its chain")
    kafka_key: Path | None = _setting(None, values.path, "PEM file with the private key of KOMEK_KAFKA_CERT")
    kafka_user: str | None = _setting(None, values.text, "user of SCRAM-SHA-512 and PLAIN")
    kafka_password: str | None = _setting(None, values.secret_text, "password of KOMEK_KAFKA_USER", secret=True)
    kafka_token_url: str | None = _setting(
        None, values.token_url, "token endpoint (OAuth 2.0, client credentials) of OAUTHBEARER"
    )
    kafka_token_client: str | None = _setting(None, values.text, "client id at the token endpoint")
    kafka_token_secret: str | None = _setting(
        None, values.secret_text, "client secret at the token endpoint", secret=True
    )
    kafka_token_scope: str | None = _setting(None, values.text, "scope that the token endpoint is asked for")
    redis: str | None = _setting(
        None,
        values.redis_url,
        "Redis URL of a database that only Komek uses (redis://, rediss://, redis+sentinel://, rediss+sentinel://); unset: "
        "`komek up` starts its own",
        secret=True,
    )
    redis_user: str | None = _setting(None, values.text, "user of Redis, if not in KOMEK_REDIS")
    redis_password: str | None = _setting(None, values.text, "password of KOMEK_REDIS_USER", secret=True)
    redis_sentinel_user: str | None = _setting(None, values.text, "user of the Sentinels, which is not that of Redis")
    redis_sentinel_password: str | None = _setting(None, values.text, "password for the Sentinels", secret=True)
    redis_ca: Path | None = _setting(
        None, values.path, "CA certificates (PEM) that Redis and Sentinels are verified with; unset: the system's"
    )
    redis_cert: Path | None = _setting(None, values.path, "certificate (PEM) that is shown to Redis and Sentinels")
    redis_key: Path | None = _setting(None, values.path, "private key (PEM, no password) of KOMEK_REDIS_CERT")
    host: str = _setting("127.0.0.1", values.text, "address the API listens on")
    port: int | None = _setting(None, values.whole(1, 65535), "port of the API (8000, or a free one when unset)")
    probes: tuple[str, int] | None = _setting(
        None,
        values.listener,
        "host:port at which a worker, notifier, assistant or follower serves /metrics, /healthz and /readyz (the API has them on "
        "its own port); unset: nowhere; `komek up` chooses ports",
    )
    tls_cert: Path | None = _setting(
        None,
        values.path,
        "certificate chain (PEM) with which the API serves TLS; reloaded when it changes, like its key",
    )
    tls_key: Path | None = _setting(None, values.path, "private key (PEM, no password) of KOMEK_TLS_CERT")
    proxy: tuple[values.Network, ...] = _setting(
        (),
        values.networks,
        "addresses (CIDR, commas between) of proxies whose X-Forwarded-For, -Proto and -Host are believed; unset: nobody's",
    )
    api_ca: Path | None = _setting(
        None, values.path, "CA certificates (PEM) that the commands trust for the API; unset: the system's"
    )
    data: Path = _setting(Path(".komek"), values.path, "folder of the local stack: data, keys, logs, stack.json")
    jwt_keys: Path | None = _setting(
        None,
        values.path,
        "file with a JWK Set, reloaded when it changes; the API needs public keys only; unset: `komek up` creates one",
    )
    tokens: str = _setting(
        COMPATIBLE,
        values.one_of(COMPATIBLE, STRICT),
        "access tokens without `jti` or `typ`: compatible accepts, strict refuses them; choose strict for production",
    )
    oidc_issuer: str | None = _setting(
        None, values.web_url, "OpenID Connect issuer that operators, admins and monitors log in with; unset: links only"
    )
    oidc_client: str | None = _setting(None, values.text, "client id of Komek at KOMEK_OIDC_ISSUER")
    oidc_secret: str | None = _setting(None, values.secret_text, "client secret of KOMEK_OIDC_CLIENT", secret=True)
    oidc_redirect: str | None = _setting(
        None,
        values.web_url,
        "address of Komek for browsers; the issuer must permit it with /v1/session/oidc/callback as redirect URI",
    )
    oidc_role_claim: str = _setting(
        "roles", values.text, "claim of the identity token with the roles; dots lead into objects: realm_access.roles"
    )
    oidc_roles: tuple[tuple[str, str], ...] = _setting(
        (),
        values.role_map,
        "values of that claim and their roles; the first that applies: komek-admins=admin,desk=operator",
    )
    oidc_organisation_claim: str = _setting(
        "organisation",
        values.text,
        "claim of the identity token with the person's organisation, shown with the session",
    )
    data_key: bytes | None = _setting(
        None,
        values.data_key,
        "one key for everything: encrypts personal data, keys digests, signs sessions; KOMEK_DATA_KEYS takes its place",
        secret=True,
    )
    data_keys: Path | None = _setting(
        None,
        values.path,
        "file (0600) with the key ring, reloaded when it changes: api all keys; assistant those of use data and digest; worker, "
        "notifier and `komek rebuild` those of use data; unset: `komek up` creates one",
    )
    plans: Path | None = _setting(None, values.path, "response plans (TOML); unset: the built-in ones")
    shadow_plans: Path | None = _setting(
        None,
        values.path,
        "response plans (TOML) that decide beside those in force and change nothing; differences: `komek shadow`; unset: none",
    )
    partitions: int = _setting(8, values.whole(1, 256), "partitions of each topic when it is created")
    replication: int = _setting(1, values.whole(1, 7), "replication factor of each topic when it is created")
    min_insync: int = _setting(1, values.whole(1, 7), "min.insync.replicas of each topic when it is created")
    batch: int = _setting(64, values.whole(1, 1024), "largest number of commands that a worker decides in one batch")
    position_ttl_s: int = _setting(3600, values.whole(60, 86400), "seconds after which a position is deleted")
    private_days: int = _setting(
        30,
        values.whole(1, 35),
        "days after the end of an incident until its private records (caller, address, texts) are erased",
    )
    routing: str | None = _setting(
        None,
        values.routers,
        "routers for travel times: osrm+http://host:port?modes=car, valhalla+http://host:port; unset: the built-in model",
    )
    service_area: Path | None = _setting(
        None,
        values.path,
        "GeoJSON file of the service area: a report from outside is shown as unlikely; `off`: no check; unset: Kazakhstan",
    )
    budget: bool = _setting(
        True,
        values.switch,
        "limits of the plans on offers to one person; off: for drills that run faster than real time",
    )
    live_index: bool = _setting(
        False,
        values.switch,
        "on: workers search people in their own memory, for deployments whose Redis is the limit and whose workers are not",
    )
    rates: float | None = _setting(
        1.0, values.factor, "factor of the API's rate limits, for each process; off: no rate limits"
    )
    stall_s: int = _setting(
        20,
        values.whole(5, 3600),
        "a worker with lag that commits nothing for so many seconds ends itself, to be restarted",
    )
    traces: str | None = _setting(
        None,
        values.collector,
        "address of a collector of OpenTelemetry traces (OTLP over HTTP), as http://127.0.0.1:4318; headers and certificates "
        "by OTEL_EXPORTER_OTLP_…; unset: no traces",
    )
    traces_share: float = _setting(
        1.0, values.share, "share of the incidents that are traced, 0 to 1; see deploy/capacity.md for its cost"
    )
    log_level: str = _setting("info", values.one_of("debug", "info", "warning", "error"), "lowest level that is logged")

    def require_kafka(self) -> str:
        """The bootstrap servers. Raises SettingsError when they are not set."""
        if self.kafka is None:
            raise SettingsError("KOMEK_KAFKA is not set: expected host:port of a Kafka broker (`komek up` starts one)")
        return self.kafka

    def require_redis(self) -> str:
        """The Redis URL. Raises SettingsError when it is not set."""
        if self.redis is None:
            raise SettingsError("KOMEK_REDIS is not set: expected a Redis URL (`komek up` starts one)")
        return self.redis

    def require_data_key(self) -> bytes:
        """The key that stands for a whole ring (`streams.ring.LiveRing.of`). Raises SettingsError when it is not set."""
        if self.data_key is None:
            raise SettingsError(
                "KOMEK_DATA_KEY is not set: expected it, or a key ring in KOMEK_DATA_KEYS (`komek up` creates one)"
            )
        return self.data_key

    def tls_files(self) -> tuple[Path, Path] | None:
        """Certificate and key of the API, if it serves TLS. Raises SettingsError when only one of them is set."""
        if self.tls_cert is not None and self.tls_key is not None:
            return self.tls_cert, self.tls_key
        if self.tls_cert is not None or self.tls_key is not None:
            raise SettingsError("KOMEK_TLS_CERT and KOMEK_TLS_KEY: expected both or neither")
        return None

    def require_jwt_keys(self) -> Path:
        """The path of the JWK Set. Raises SettingsError when it is not set."""
        if self.jwt_keys is None:
            raise SettingsError("KOMEK_JWT_KEYS is not set: expected a file with a JWK Set (`komek up` creates one)")
        return self.jwt_keys


def names() -> dict[str, str]:
    """Maps each environment variable to its description. A test compares `deploy/.env.example` with it."""
    found = {}
    for entry in fields(Settings):
        name = PREFIX + entry.name.upper()
        found[name] = entry.metadata["about"]
        if entry.metadata["secret"]:
            found[name + FROM_FILE] = f"file with the value of {name}"
    return found


def load(environ: Mapping[str, str]) -> Settings:
    """Reads settings from an environment. An empty value counts as unset.

    A secret `KOMEK_X` may be in a file that `KOMEK_X_FILE` names; newlines at its end are removed.

    Raises:
        SettingsError: unknown names or invalid values, one line each. Values of secrets are not shown.
    """
    known = names()
    # All problems at once, so that a deployment is corrected in one attempt.
    problems = [
        f"{name}={value!r}: no such setting; known are {', '.join(known)}"
        for name, value in environ.items()
        if name.startswith(PREFIX) and name not in known
    ]
    found: dict[str, Any] = {}
    for entry in fields(Settings):
        name = PREFIX + entry.name.upper()
        try:
            if raw := _raw(environ, name, secret=entry.metadata["secret"]):
                found[entry.name] = _parsed(entry.metadata, name, raw)
        except SettingsError as error:
            problems.append(str(error))
    if "data_key" in found and "data_keys" in found:
        problems.append("KOMEK_DATA_KEY and KOMEK_DATA_KEYS are both set: expected one of them")
    # Not beside other problems: a value that was refused would be reported as missing as well.
    problems = problems or [
        *setting_combinations.kafka_problems(found),
        *setting_combinations.oidc_problems(found),
        *setting_combinations.cap_problems(found),
        *setting_combinations.public_problems(found),
    ]
    if problems:
        raise SettingsError("\n".join(problems))
    return Settings(**found)


def overridden(environ: Mapping[str, str], chosen: Mapping[str, str]) -> dict[str, str]:
    """The environment with `chosen` settings. A file that names the value of one of them is removed."""
    return {name: value for name, value in environ.items() if name.removesuffix(FROM_FILE) not in chosen} | dict(chosen)


def _raw(environ: Mapping[str, str], name: str, *, secret: bool) -> str:
    """The text of a setting, empty when it is unset."""
    text, file = environ.get(name, ""), environ.get(name + FROM_FILE, "") if secret else ""
    if not file:
        return text
    if text:
        raise SettingsError(f"{name} and {name}{FROM_FILE} are both set: expected one of them")
    try:
        text = private_file.read_text(Path(file).expanduser())
    except (OSError, UnicodeDecodeError) as error:
        reason = plain_reason(error)
        raise SettingsError(f"{name}{FROM_FILE}={file!r}: expected a readable file with the value ({reason})") from None
    if not text:
        raise SettingsError(f"{name}{FROM_FILE}={file!r}: expected a file that is not empty")
    return text


def _parsed(metadata: Mapping[str, Any], name: str, raw: str) -> Any:
    try:
        return metadata["parse"](raw)
    except ValueError as error:
        shown = "(secret)" if metadata["secret"] else repr(raw)
        raise SettingsError(f"{name}={shown}: expected {error}") from None


# `load` passes only the settings that the environment has.
assert all(entry.default is not MISSING for entry in fields(Settings))
