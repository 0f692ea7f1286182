"""The list of settings: environment variables with the prefix `KOMEK_`, their defaults and accepted values.

`load` rejects unknown `KOMEK_` names and invalid values; the error names the setting, its value and what is expected.
"""

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from streams.errors import InvalidInput

PREFIX = "KOMEK_"


class SettingsError(InvalidInput, ValueError):
    """One or more settings are missing or invalid. The message has one line per setting."""


def _text(value: str) -> str:
    if not value.strip():
        raise ValueError("a text that is not empty")
    return value.strip()


def _servers(value: str) -> str:
    for part in value.split(","):
        host, _, port = part.strip().rpartition(":")
        if not host or not port.isdecimal() or not 0 < int(port) < 65536:
            raise ValueError("host:port, several separated by commas")
    return value.strip()


def _redis_url(value: str) -> str:
    expected = "a URL like redis://127.0.0.1:6379/0"
    try:
        scheme = urlsplit(value).scheme
    except ValueError:  # a broken IPv6 address
        raise ValueError(expected) from None
    if scheme not in ("redis", "rediss", "unix"):
        raise ValueError(expected)
    return value


def _routers(value: str) -> str:
    """Validates only. `streams/worker/travel_router.py` parses the value and creates the routers."""
    expected = (
        "URLs separated by commas, like osrm+http://127.0.0.1:5000?modes=car or valhalla+http://127.0.0.1:8002; "
        "modes: car, bicycle, foot, separated by dots"
    )
    for part in value.split(","):
        try:
            url = urlsplit(part.strip())
            asked = parse_qs(url.query, strict_parsing=bool(url.query))
            _ = url.port  # urlsplit checks the port only when it is read
        except ValueError:
            raise ValueError(expected) from None
        modes = asked.pop("modes", ["car"])[0].split(".")
        known = {kind + scheme for kind in ("osrm+", "valhalla+") for scheme in ("http", "https")}
        if url.scheme not in known or not url.hostname or asked or not set(modes) <= {"car", "bicycle", "foot"}:
            raise ValueError(expected)
    return value


def _whole(low: int, high: int) -> Callable[[str], int]:
    def check(value: str) -> int:
        expected = f"a whole number from {low} to {high}"
        try:
            number = int(value)
        except ValueError:
            raise ValueError(expected) from None
        if not low <= number <= high:
            raise ValueError(expected)
        return number

    return check


def _one_of(*words: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        if value.lower() not in words:
            raise ValueError("one of " + ", ".join(words))
        return value.lower()

    return check


def _data_key(value: str) -> bytes:
    expected = "32 bytes as base64url (43 or 44 characters)"
    try:
        key = base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(expected) from None
    if len(key) != 32:
        raise ValueError(expected)
    return key


def _path(value: str) -> Path:
    return Path(_text(value)).expanduser()


def _setting(default: Any, parse: Callable[[str], Any], about: str, *, secret: bool = False) -> Any:
    return field(default=default, metadata={"parse": parse, "about": about, "secret": secret})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    kafka: str | None = _setting(None, _servers, "bootstrap servers; unset: `komek up` starts its own")
    redis: str | None = _setting(
        None,
        _redis_url,
        "Redis URL of a database that only Komek uses; unset: `komek up` starts its own",
        secret=True,
    )
    host: str = _setting("127.0.0.1", _text, "address the API listens on")
    port: int | None = _setting(None, _whole(1, 65535), "port of the API (8000, or a free one when unset)")
    data: Path = _setting(Path(".komek"), _path, "folder of the local stack: data, keys, logs, stack.json")
    jwt_keys: Path | None = _setting(
        None,
        _path,
        "file with a JWK Set, reloaded when it changes; the API needs public keys only; unset: `komek up` creates one",
    )
    data_key: bytes | None = _setting(
        None,
        _data_key,
        "key that encrypts personal data (AES-256-GCM) and keys its digests; unset: `komek up` creates one",
        secret=True,
    )
    plans: Path | None = _setting(None, _path, "response plans (TOML); unset: the built-in ones")
    partitions: int = _setting(8, _whole(1, 256), "partitions of each topic when it is created")
    replication: int = _setting(1, _whole(1, 7), "replication factor of each topic when it is created")
    min_insync: int = _setting(1, _whole(1, 7), "min.insync.replicas of each topic when it is created")
    batch: int = _setting(64, _whole(1, 1024), "largest number of commands that a worker decides in one batch")
    position_ttl_s: int = _setting(3600, _whole(60, 86400), "seconds after which a position is deleted")
    routing: str | None = _setting(
        None,
        _routers,
        "routers for travel times: osrm+http://host:port?modes=car, valhalla+http://host:port; unset: the built-in model",
    )
    service_area: Path | None = _setting(
        None,
        _path,
        "GeoJSON file of the service area: a report from outside is shown as unlikely; `off`: no check; unset: Kazakhstan",
    )
    budget: str = _setting(
        "on",
        _one_of("on", "off"),
        "limits of the plans on offers to one person; off: for drills that run faster than real time",
    )
    stall_s: int = _setting(
        20,
        _whole(5, 3600),
        "a worker with lag that commits nothing for so many seconds ends itself, to be restarted",
    )
    log_level: str = _setting("info", _one_of("debug", "info", "warning", "error"), "lowest level that is logged")

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
        """The 32-byte encryption key. Raises SettingsError when it is not set."""
        if self.data_key is None:
            raise SettingsError("KOMEK_DATA_KEY is not set: expected 32 bytes as base64url (`komek up` creates one)")
        return self.data_key

    def require_jwt_keys(self) -> Path:
        """The path of the JWK Set. Raises SettingsError when it is not set."""
        if self.jwt_keys is None:
            raise SettingsError("KOMEK_JWT_KEYS is not set: expected a file with a JWK Set (`komek up` creates one)")
        return self.jwt_keys


def names() -> dict[str, str]:
    """Maps each environment variable to its description. A test compares `deploy/.env.example` with it."""
    return {PREFIX + entry.name.upper(): entry.metadata["about"] for entry in fields(Settings)}


def load(environ: Mapping[str, str]) -> Settings:
    """Reads settings from an environment. An empty value counts as unset.

    Raises:
        SettingsError: unknown names or invalid values, one line each. Values of secrets are not shown.
    """
    known = {PREFIX + entry.name.upper(): entry for entry in fields(Settings)}
    # All problems at once, so that a deployment is corrected in one attempt.
    problems = [
        f"{name}={value!r}: no such setting; known are {', '.join(known)}"
        for name, value in environ.items()
        if name.startswith(PREFIX) and name not in known
    ]
    values: dict[str, Any] = {}
    for name, entry in known.items():
        raw = environ.get(name, "")
        if not raw:
            continue
        try:
            values[entry.name] = entry.metadata["parse"](raw)
        except ValueError as error:
            shown = "(secret)" if entry.metadata["secret"] else repr(raw)
            problems.append(f"{name}={shown}: expected {error}")
    if problems:
        raise SettingsError("\n".join(problems))
    return Settings(**values)


# `load` passes only the settings that the environment has.
assert all(entry.default is not MISSING for entry in fields(Settings))
