"""Translates the pip configuration of this machine (index, proxy, certificates) for uv, which does not read it.

Standard library only, because it runs before anything is installed.
"""

import ast
import os
from collections.abc import Mapping

Settings = dict[str, str]
"""Option to value as pip would use it, such as "index-url". Several values are one space-separated text."""


def read(listing: str) -> Settings:
    """Parses the output of `pip config list`. Later sections take precedence, as in pip."""
    found: dict[str, Settings] = {"global": {}, "install": {}, ":env:": {}}
    for line in listing.splitlines():
        name, equals, value = line.partition("=")
        section, dot, option = name.rpartition(".")
        if equals and dot and section in found:
            found[section][option] = _text(value)
    return {option: value for section in found.values() for option, value in section.items()}


def for_pip(settings: Settings) -> dict[str, str]:
    """Environment variables for pip. They override user settings that would change what a lock installs."""
    alone = {} if _is_on(settings.get("no-index", "")) else {"PIP_FIND_LINKS": ""}
    return {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", "PIP_USER": "0", **alone}


def for_uv(settings: Settings, environ: Mapping[str, str]) -> dict[str, str]:
    """Environment variables for uv. Settings of pip take precedence; settings that pip does not have stay with uv."""
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
        # Only without an index: beside one, a folder of wheels may hold other builds of a pinned version with other hashes.
        chosen |= {"UV_NO_INDEX": "1", "UV_FIND_LINKS": ",".join(settings.get("find-links", "").split())}
    # pip searches all indexes, uv stops at the first that has a name; hashes verify the origin. Bytecode is compiled as by pip:
    # otherwise all processes of the first start compile at once, and at every start where Python writes no bytecode.
    fixed = {"UV_INDEX_STRATEGY": "unsafe-best-match", "UV_COMPILE_BYTECODE": "1", "UV_NO_PROGRESS": "1"}
    return {name: value for name, value in chosen.items() if value} | fixed


def _text(literal: str) -> str:
    """Parses a value, which `pip config list` prints as a Python literal."""
    try:
        return str(ast.literal_eval(literal))
    except (ValueError, SyntaxError):
        return literal


def _is_on(value: str) -> bool:
    return value.strip().lower() in ("1", "true", "yes", "on", "y", "t")


def environment(settings: Settings) -> dict[str, str]:
    """The environment of this process plus the variables for both installers."""
    return {**os.environ, **for_pip(settings), **for_uv(settings, os.environ)}
