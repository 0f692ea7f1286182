"""To which hosts pushes are sent. A subscription comes from a browser, so its address is a stranger's choice of our requests."""

from collections.abc import Collection
from ipaddress import ip_address
from urllib.parse import urlsplit

KNOWN_SERVICES = (
    "fcm.googleapis.com",
    "jmt17.google.com",
    "android.googleapis.com",
    "updates.push.services.mozilla.com",
    "*.push.services.mozilla.com",
    "web.push.apple.com",
    "*.push.apple.com",
    "*.notify.windows.com",
)
"""Push services of Chrome and its relatives, Firefox, Safari, Edge."""
EXPECTED = "an https address of a push service that Komek knows or that KOMEK_PUSH_HOSTS names"


def is_accepted(endpoint: str, more: Collection[str] = ()) -> bool:
    """Whether pushes may be sent there. `more`: further hosts, `host` or `host:port`; plain http only to loopback addresses that
    are named with their port."""
    try:
        url = urlsplit(endpoint)
        port = url.port
    except ValueError:
        return False
    host = (url.hostname or "").lower()
    if (
        not host
        or url.username is not None
        or url.password is not None
        or len(endpoint) > 2000
        or not endpoint.isascii()
    ):
        return False
    named = f"{host}:{port}" if port is not None else host
    if url.scheme == "http":
        return named in more and port is not None and _is_loopback(host)
    if url.scheme != "https":
        return False
    return named in more or (port in (None, 443) and any(_matches(host, pattern) for pattern in KNOWN_SERVICES))


def service_of(endpoint: str) -> str:
    """The push service of an endpoint, by the pattern that names it; its host for one that KOMEK_PUSH_HOSTS names."""
    host = (urlsplit(endpoint).hostname or "").lower()
    return next((pattern for pattern in KNOWN_SERVICES if _matches(host, pattern)), host)


def _matches(host: str, pattern: str) -> bool:
    if pattern.startswith("*."):
        # A dot before it: evilpush.apple.com is no subdomain of push.apple.com.
        return host.endswith(pattern[1:])
    return host == pattern


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
