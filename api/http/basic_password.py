"""A token as the password of HTTP Basic (RFC 7617), for desk programs that cannot send a bearer token.

Only where a route permits it. The name before the colon means nothing: who somebody is stands in the token. A token in the
address instead would stand in logs, histories and saved projects.
"""

import base64
import binascii

from fastapi import Request

CHALLENGE = 'Bearer, Basic realm="Komek", charset="UTF-8"'


def presented(request: Request) -> str | None:
    """The password of the header Authorization; None: the header is absent, of another scheme or malformed."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        pair = base64.b64decode(encoded.strip(), validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return None
    return pair.partition(":")[2] or None


def may_be_asked_for(request: Request) -> bool:
    """Whether to name Basic in a challenge. Not to a browser, which would keep the token for every later visit."""
    return "sec-fetch-mode" not in request.headers
