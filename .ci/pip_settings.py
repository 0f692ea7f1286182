"""What pip is told on this machine (index, proxy, certificates), in the words of uv, which reads none of it.

Standard library only: it runs before anything is installed.
"""

import ast
import os
from collections.abc import Mapping

Settings = dict[str, str]
"""Of `pip config list`: "index-url" -> what pip would use. Of several values, all in one text."""


def read(listing: str) -> Settings:
    """The listing of `pip config list`: a later section has the last word, as in pip itself."""
    found: dict[str, Settings] = {"global": {}, "install": {}, ":env:": {}}
    for line in listing.splitlines():
        name, equals, value = line.partition("=")
        section, dot, option = name.rpartition(".")
        if equals and dot and section in found:
            found[section][option] = _text(value)
    return {option: value for section in found.values() for option, value in section.items()}


def for_pip(settings: Settings) -> dict[str, str]:
    """For pip itself: what a lock installs into an environment is not for the user's settings to say."""
    alone = {} if _is_on(settings.get("no-index", "")) else {"PIP_FIND_LINKS": ""}
    return {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", "PIP_USER": "0", **alone}


def for_uv(settings: Settings, environ: Mapping[str, str]) -> dict[str, str]:
    """What pip says goes before uv's own settings; what pip leaves open is as uv finds it."""
    chosen = {
        "UV_DEFAULT_INDEX": settings.get("index-url", ""),
        "UV_INDEX": " ".join(settings.get("extra-index-url", "").split()),
        "UV_INSECURE_HOST": " ".join(settings.get("trusted-host", "").split()),
        "UV_HTTP_TIMEOUT": settings.get("timeout") or settings.get("default-timeout", ""),
        "SSL_CERT_FILE": settings.get("cert") or environ.get("REQUESTS_CA_BUNDLE") or environ.get("CURL_CA_BUNDLE", ""),
        "SSL_CLIENT_CERT": settings.get("client-cert", ""),
        "HTTP_PROXY": settings.get("proxy", ""),
        "HTTPS_PROXY": settings.get("proxy", ""),
        "UV_KEYRING_PROVIDER": "subprocess" if settings.get("keyring-provider") in ("import", "subprocess") else "",
    }
    if _is_on(settings.get("no-index", "")):
        # Only then: beside an index a folder of wheels may hold other builds of a pinned version, whose hashes do not fit.
        chosen |= {"UV_NO_INDEX": "1", "UV_FIND_LINKS": ",".join(settings.get("find-links", "").split())}
    # pip looks at all indexes alike. uv would stop at the first that knows a name; the hashes say what may come from where.
    # And it compiles, as pip does: else the processes of the first start all do it at once, each for itself, and where Python
    # is told to write no bytecode they do it at every start.
    fixed = {"UV_INDEX_STRATEGY": "unsafe-best-match", "UV_COMPILE_BYTECODE": "1", "UV_NO_PROGRESS": "1"}
    return {name: value for name, value in chosen.items() if value} | fixed


def _text(literal: str) -> str:
    """`pip config list` prints values as Python writes them."""
    try:
        return str(ast.literal_eval(literal))
    except (ValueError, SyntaxError):
        return literal


def _is_on(value: str) -> bool:
    return value.strip().lower() in ("1", "true", "yes", "on", "y", "t")


def environment(settings: Settings) -> dict[str, str]:
    """This process's environment, and what both installers are told."""
    return {**os.environ, **for_pip(settings), **for_uv(settings, os.environ)}
