"""The built pages as responses: pre-compressed variants, caching by name, and what a browser may do on these pages."""

import re
from collections.abc import Mapping
from pathlib import Path

from fastapi import Request
from fastapi.responses import FileResponse, Response

from api.http.encodings import accepted
from api.process.build import pages_build

YEAR = "public, max-age=31536000, immutable"
NO_CACHE = "no-cache"
"""Stored, and asked for again before each use: `ETag` makes that a 304."""
STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; "
    "worker-src 'self'; manifest-src 'self'; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
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
    """The file at `path` below the build, in the smallest form that the browser accepts; None if there is none."""
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
    if file.headers["etag"] in _tags(request):
        return Response(status_code=304, headers={**headers, "ETag": file.headers["etag"]})
    return file


def _tags(request: Request) -> set[str]:
    """Of If-None-Match, compared weakly (RFC 9110 §13.1.2)."""
    listed = ",".join(request.headers.getlist("if-none-match")).split(",")
    return {tag.strip().removeprefix("W/") for tag in listed}
