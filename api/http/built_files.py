"""The built pages as responses: pre-compressed variants, caching by name, and what a browser may do on these pages."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from fastapi import Request
from fastapi.responses import FileResponse, Response

from api.http.encodings import accepted
from api.http.entity_tags import is_known
from api.process.build import pages_build

YEAR = "public, max-age=31536000, immutable"
NO_CACHE = "no-cache"
"""Stored, and asked for again before each use: `ETag` makes that a 304."""


def policy(origins: Sequence[str] = ()) -> str:
    """The Content-Security-Policy of the built pages. `origins`: of the deployment's map, checked by `streams.page_values`.

    MapLibre fetches styles, tiles and glyphs, and sprites as images; scripts come from this site alone.
    """
    here = " ".join(["'self'", *origins])
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; connect-src {here}; img-src {here} data: blob:; "
        "worker-src 'self'; manifest-src 'self'; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    )


STRICT = policy()
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
}
_SUFFIXES = {"br": ".br", "gzip": ".gz"}


def is_name(name: str) -> bool:
    """Whether this may be the name of a file of the build: no path leads out of its folder."""
    return _NAME.fullmatch(name) is not None and Path(name).suffix in _TYPES


def answer(request: Request, path: str, cache: str, more: Mapping[str, str] | None = None) -> Response | None:
    """The file at `path` below the build, in the smallest form that the browser accepts; None if there is none.

    `more`: further headers, which take the place of those of every file.
    """
    folder: Path = request.app.state.built
    plain = folder / path
    wanted = accepted(request.headers.getlist("accept-encoding"))
    variant = next(
        (encoding for encoding in wanted if plain.with_name(plain.name + _SUFFIXES[encoding]).is_file()), None
    )
    found = plain if variant is None else plain.with_name(plain.name + _SUFFIXES[variant])
    headers = {
        "Cache-Control": cache,
        "Content-Security-Policy": STRICT,
        "Referrer-Policy": "no-referrer",
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
        **({"Komek-Build": build} if (build := pages_build(folder)) else {}),
        **({"Content-Encoding": variant} if variant else {}),
        **(more or {}),
    }
    try:
        stat = found.stat()
    except OSError:
        return None
    file = FileResponse(found, headers=headers, media_type=_TYPES[plain.suffix], stat_result=stat)
    if is_known(request, file.headers["etag"]):
        return Response(status_code=304, headers={**headers, "ETag": file.headers["etag"]})
    return file
