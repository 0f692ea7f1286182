"""The session cookie of a request: its name, when it counts, the header that sets it, and the header that names its session."""

import re

from fastapi import Request

from api.http.problems import ProblemResponse

SECURE = "__Host-komek"
"""Over https. Browsers accept this prefix only with Secure, Path=/ and without Domain: no other host can set it (RFC 6265bis)."""
LOCAL = "komek"
"""Over plain http on this machine, where `__Host-` cannot be set."""
EXPECTED = "Komek-Session"
"""The session (`session_id`) for which a page speaks: a browser has one cookie, and another tab may have replaced it."""
_PORT = re.compile(r":\d*$")
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


def name_for(request: Request) -> str | None:
    """The name of the cookie on this connection; None: plain http from elsewhere, where a cookie could be read by others."""
    if request.scope["scheme"] == "https":
        return SECURE
    return LOCAL if _PORT.sub("", _host(request)) in _LOOPBACK else None


def presented(request: Request) -> str | None:
    """The value of the session cookie; None without one.

    Raises:
        ProblemResponse: 401 if it comes from another site or twice.
    """
    name = name_for(request)
    values = [] if name is None else _values(request, name)
    if not values:
        return None
    # A second one was set by another page of this host, or on another path: it is not known which is the person's.
    if len(values) > 1:
        raise ProblemResponse("unauthenticated", f"expected one cookie {name}", headers={"WWW-Authenticate": "Bearer"})
    if not is_same_origin(request, if_unstated=False):
        raise ProblemResponse(
            "unauthenticated",
            "a session cookie counts only with Sec-Fetch-Site: same-origin, or with the Origin of this site",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return values[0]


def require_connection(request: Request) -> str:
    """The name of the cookie on this connection. Raises ProblemResponse (403) over plain http from elsewhere."""
    name = name_for(request)
    if name is None:
        raise ProblemResponse("https_required")
    return name


def only_value(request: Request, name: str) -> str | None:
    """The value of a cookie that occurs exactly once; None otherwise."""
    values = _values(request, name)
    return values[0] if len(values) == 1 else None


def require_expected(request: Request, session_id: str | None) -> None:
    """A token says itself whose it is.

    Raises:
        ProblemResponse: 409 if the request names another session than that of its cookie.
    """
    expected = request.headers.get(EXPECTED)
    if session_id is not None and expected is not None and expected != session_id:
        raise ProblemResponse("other_session")


def require_own_page(request: Request) -> str:
    """The name of the cookie, for a request that is to set one. Programs state neither header and are accepted.

    Raises:
        ProblemResponse: 403 over plain http from elsewhere, or from a page of another site.
    """
    name = require_connection(request)
    if not is_same_origin(request, if_unstated=True):
        raise ProblemResponse("cross_site")
    return name


def is_same_origin(request: Request, *, if_unstated: bool) -> bool:
    """Whether the browser states that a page of this origin sent the request; `if_unstated` where it states nothing."""
    sites, origins = request.headers.getlist("sec-fetch-site"), request.headers.getlist("origin")
    own = f"{request.scope['scheme']}://{_host(request)}"
    if any(site != "same-origin" for site in sites) or any(origin.lower() != own for origin in origins):
        return False
    return bool(sites or origins) or if_unstated


def set_cookie(name: str, value: str, lasts_s: int, *, same_site: str = "Strict") -> str:
    """The header `Set-Cookie`. It lasts as long as the session, because an expired value can still be renewed."""
    secure = "; Secure" if name.startswith("__Host-") else ""
    return f"{name}={value}; Path=/; Max-Age={max(0, lasts_s)}; HttpOnly; SameSite={same_site}{secure}"


def _values(request: Request, name: str) -> list[str]:
    pairs = [pair.strip() for header in request.headers.getlist("cookie") for pair in header.split(";")]
    return [value.strip() for key, _, value in (pair.partition("=") for pair in pairs) if key.strip() == name]


def _host(request: Request) -> str:
    return request.headers.get("host", "").lower()
