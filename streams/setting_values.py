"""The accepted values of settings: each function parses one text, or raises ValueError with what is expected instead."""

import base64
import binascii
import re
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from streams import redis_url as redis_urls

Network = IPv4Network | IPv6Network


def text(value: str) -> str:
    if not value.strip():
        raise ValueError("a text that is not empty")
    return value.strip()


def secret_text(value: str) -> str:
    """Taken as it is: a password may begin or end with a space."""
    if not value.strip():
        raise ValueError("a text that is not empty")
    return value


def servers(value: str) -> str:
    for part in value.split(","):
        host, _, port = part.strip().rpartition(":")
        if not host or not port.isdecimal() or not 0 < int(port) < 65536:
            raise ValueError("host:port, several separated by commas")
    return value.strip()


def listener(value: str) -> tuple[str, int]:
    """Host and port to listen on. An IPv6 address stands in brackets."""
    host, _, port = value.strip().rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536 or (":" in host and host[0] + host[-1] != "[]"):
        raise ValueError("host:port to listen on, like 127.0.0.1:9100 or [::1]:9100")
    return host.strip("[]"), int(port)


def redis_url(value: str) -> str:
    """Validates only. `streams/store/redis_target.py` puts it together with the other settings of Redis."""
    redis_urls.parse(value)
    return value


def networks(value: str) -> tuple[Network, ...]:
    expected = "IP addresses or networks like 10.0.0.7 or 10.0.0.0/24, separated by commas"
    try:
        found = tuple(ip_network(part.strip()) for part in value.split(","))
    except ValueError:
        raise ValueError(expected) from None
    if any(network.prefixlen == 0 for network in found):
        raise ValueError(f"{expected}; /0 would believe everybody")
    return found


def routers(value: str) -> str:
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


def whole(low: int, high: int) -> Callable[[str], int]:
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


def factor(value: str) -> float | None:
    """None for `off`."""
    expected = "a number from 0.01 to 1000, or off"
    if value.lower() == "off":
        return None
    try:
        number = float(value)
    except ValueError:
        raise ValueError(expected) from None
    if not 0.01 <= number <= 1000:  # false for NaN
        raise ValueError(expected)
    return number


def share(value: str) -> float:
    expected = "a number from 0 to 1"
    try:
        number = float(value)
    except ValueError:
        raise ValueError(expected) from None
    if not 0 <= number <= 1:  # false for NaN
        raise ValueError(expected)
    return number


def collector(value: str) -> str:
    """The address of a service of the deployment, which may speak http inside it."""
    expected = "an http or https URL without user, query and fragment"
    try:
        url = urlsplit(value.strip())
        _ = url.port  # urlsplit checks the port only when it is read
    except ValueError:
        raise ValueError(expected) from None
    if url.scheme not in ("http", "https") or not url.hostname or url.username or url.query or url.fragment:
        raise ValueError(expected)
    return value.strip()


def one_of(*words: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        if value.lower() not in words:
            raise ValueError("one of " + ", ".join(words))
        return value.lower()

    return check


def words(*allowed: str) -> Callable[[str], tuple[str, ...]]:
    """Some of these words, commas between, each once."""

    def check(value: str) -> tuple[str, ...]:
        found = tuple(dict.fromkeys(one.strip() for one in value.split(",")))
        if not set(found) <= set(allowed):
            raise ValueError(f"one or more of {', '.join(allowed)}, with commas between")
        return found

    return check


def switch(value: str) -> bool:
    if value.lower() not in ("on", "off"):
        raise ValueError("one of on, off")
    return value.lower() == "on"


def name_of(*names: str) -> Callable[[str], str]:
    """One of these names, in upper or lower case."""

    def check(value: str) -> str:
        if value.upper() not in names:
            raise ValueError("one of " + ", ".join(names))
        return value.upper()

    return check


def token_url(value: str) -> str:
    """An https URL. Without TLS only on this machine, because the client's secret is sent there."""
    expected = "an https URL (http only for 127.0.0.1, ::1 or localhost)"
    try:
        url = urlsplit(value)
        _ = url.port  # urlsplit checks the port only when it is read
    except ValueError:
        raise ValueError(expected) from None
    is_local = url.scheme == "http" and url.hostname in ("127.0.0.1", "::1", "localhost")
    if not url.hostname or url.username or not (url.scheme == "https" or is_local):
        raise ValueError(expected)
    return value


def data_key(value: str) -> bytes:
    expected = "32 bytes as base64url (43 or 44 characters)"
    try:
        key = base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(expected) from None
    if len(key) != 32:
        raise ValueError(expected)
    return key


def path(value: str) -> Path:
    return Path(text(value)).expanduser()


def web_url(value: str) -> str:
    """The address of another service or of this one, as browsers see it."""
    expected = "an https URL (http only on this machine) without query and fragment"
    try:
        url = urlsplit(value.strip())
        _ = url.port  # urlsplit checks the port only when it is read
    except ValueError:
        raise ValueError(expected) from None
    is_local = url.scheme == "http" and url.hostname in ("localhost", "127.0.0.1", "::1")
    if not (url.scheme == "https" or is_local) or not url.hostname or url.query or url.fragment or url.username:
        raise ValueError(expected)
    return value.strip()


def web_addresses(value: str) -> tuple[str, ...]:
    """Several with blanks between, since a comma may be a part of one; a comma before the next is let pass."""
    found = tuple(dict.fromkeys(re.split(r"(?:\s|,)+(?=https?://)", value.strip())))
    for one in found:
        try:
            parts = urlsplit(one)
            _ = parts.port  # urlsplit checks the port only when it is read
        except ValueError:
            raise ValueError(_WEB_ADDRESSES) from None
        if parts.scheme not in ("http", "https") or not parts.hostname or one != "".join(one.split()):
            raise ValueError(_WEB_ADDRESSES)
        if parts.username is not None or parts.password is not None:
            raise ValueError(f"{_WEB_ADDRESSES}, without user and password")
    return found


_WEB_ADDRESSES = "addresses with http or https, blanks between"


def role_map(value: str) -> tuple[tuple[str, str], ...]:
    """Pairs of a value of the role claim and a role of Komek, in order of precedence."""
    expected = (
        "value=role pairs with commas between, like komek-admins=admin,desk=operator; roles: operator, admin, monitor"
    )
    found = tuple((name.strip(), role.strip()) for name, _, role in (part.rpartition("=") for part in value.split(",")))
    if not all(name and role in ("operator", "admin", "monitor") for name, role in found):
        raise ValueError(expected)
    return found


def contact(value: str) -> str:
    """A `sub` of VAPID (RFC 8292) that reaches somebody: push services refuse addresses of this machine."""
    expected = "mailto:somebody@a.domain or an https URL, of a real domain"
    text_ = value.strip()
    host = text_.rpartition("@")[2] if text_.startswith("mailto:") else urlsplit(text_).hostname or ""
    if (
        not text_.startswith(("mailto:", "https://"))
        or "." not in host.strip(".")
        or host.endswith((".local", ".localhost"))
    ):
        raise ValueError(expected)
    if (
        any(mark in text_ for mark in " ,<>")
        or not host.replace(".", "").replace("-", "").isalnum()
        or not text_.isascii()
    ):
        raise ValueError(expected)
    return text_


def cap_sender(value: str) -> str:
    """Without what CAP forbids: blanks, commas, < and &."""
    found = value.strip()
    if not found.isascii() or not found.isprintable() or any(mark in found for mark in " ,<&") or len(found) > 200:
        raise ValueError("a name without blanks, commas, < and &, such as duty@112.example")
    return text(found)


def hosts(value: str) -> tuple[str, ...]:
    found = tuple(part.strip().lower() for part in value.split(",") if part.strip())
    for part in found:
        host, _, port = part.partition(":")
        if (
            not host.replace(".", "").replace("-", "").isalnum()
            or (port and not port.isdecimal())
            or part.endswith(":")
        ):
            raise ValueError("hosts or host:port, separated by commas, without a scheme")
    return found


def apprise_url(value: str) -> str:
    """Validates the form only: Apprise itself is loaded by the notifier alone."""
    scheme, separator, rest = value.strip().partition("://")
    if not scheme.isalnum() or not separator or not rest or "{to}" not in rest:
        raise ValueError("a URL of Apprise with {to} in the place of the number or address")
    return value.strip()
