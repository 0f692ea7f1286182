"""Access tokens for SASL OAUTHBEARER, by the client credentials grant (RFC 6749, section 4.4), for both client libraries."""

import asyncio
import base64
import functools
import json
import ssl
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiokafka.abc
import structlog
from kafka.net.sasl.oauth import AbstractTokenProvider

from dispatch.model.plain_reason import plain_reason
from streams import clock
from streams.errors import RetryLater
from streams.settings import Settings

WITHIN_S = 5.0
"""For one request to the token endpoint."""
DEFAULT_LIFETIME_S = 300.0
"""Where the endpoint states no `expires_in`."""
RENEW_AT = 0.8
"""Part of a token's lifetime after which the next connection asks for a new one."""
_MOST_BYTES = 64 * 1024

_log = structlog.get_logger(__name__)


# Also an OSError: both libraries handle those like a broker that does not answer, and try again.
class TokenUnavailable(RetryLater, OSError):
    """The token endpoint does not answer, or refuses. The message has no secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRequest:
    """What identifies a client at a token endpoint. `ca` is trusted beside the authorities of the system."""

    url: str
    client: str
    secret: str = field(repr=False)
    scope: str | None
    ca: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Token:
    text: str
    renew_at_s: float
    ends_at_s: float


class TokenSource:
    """The token of a process, shared by all its clients and threads. A token is used until `RENEW_AT` of its lifetime."""

    def __init__(self, fetch: Callable[[], tuple[str, float]], now_s: Callable[[], float] = clock.monotonic_s) -> None:
        """`fetch` returns a token and its lifetime in seconds, or raises TokenUnavailable."""
        self._fetch = fetch
        self._now_s = now_s
        self._lock = threading.Lock()
        self._held: _Token | None = None

    def token(self) -> str:
        """A token that has not ended. May wait `WITHIN_S`.

        Raises:
            TokenUnavailable: there is none, and the endpoint gives none.
        """
        with self._lock:  # one request, also when many connections are made at once
            held, now_s = self._held, self._now_s()
            if held is not None and now_s < held.renew_at_s:
                return held.text
            try:
                text, lifetime_s = self._fetch()
            except TokenUnavailable as error:
                if held is None or now_s >= held.ends_at_s:
                    raise
                _log.warning("token not renewed, the present one goes on", cause=str(error))
                return held.text
            self._held = _Token(text=text, renew_at_s=now_s + lifetime_s * RENEW_AT, ends_at_s=now_s + lifetime_s)
            return text


class BlockingProvider(AbstractTokenProvider):  # type: ignore[misc]
    """For kafka-python, which asks on its own thread."""

    def __init__(self, source: TokenSource) -> None:
        super().__init__()
        self.source = source

    def token(self) -> str:
        return self.source.token()


class AsyncProvider(aiokafka.abc.AbstractTokenProvider):  # type: ignore[misc]
    """For aiokafka and Faust, which ask in the event loop."""

    def __init__(self, source: TokenSource) -> None:
        self.source = source

    async def token(self) -> str:
        return await asyncio.to_thread(self.source.token)


def source_of(settings: Settings) -> TokenSource:
    """The one source of this process for these settings, which have a token endpoint."""
    assert settings.kafka_token_url
    assert settings.kafka_token_client
    assert settings.kafka_token_secret
    return _shared(
        TokenRequest(
            url=settings.kafka_token_url,
            client=settings.kafka_token_client,
            secret=settings.kafka_token_secret,
            scope=settings.kafka_token_scope,
            ca=settings.kafka_ca,
        )
    )


@functools.lru_cache(maxsize=8)
def _shared(request: TokenRequest) -> TokenSource:
    return TokenSource(functools.partial(fetch, request))


def fetch(request: TokenRequest) -> tuple[str, float]:
    """Asks the endpoint once; returns the token and its lifetime in seconds.

    Raises:
        TokenUnavailable: no answer, a refusal, or an answer without a token.
    """
    context = ssl.create_default_context()
    if request.ca is not None:
        context.load_verify_locations(request.ca)
    # A proxy of the environment must not see the secret.
    direct = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context), _NoRedirects()
    )
    form = {"grant_type": "client_credentials"} | ({"scope": request.scope} if request.scope else {})
    asked = urllib.request.Request(  # noqa: S310 - the settings accept only https, and http on this machine
        request.url,
        urllib.parse.urlencode(form).encode(),
        {"Authorization": _basic(request), "Accept": "application/json"},
    )
    try:
        with direct.open(asked, timeout=WITHIN_S) as answer:
            return _read(json.loads(answer.read(_MOST_BYTES)))
    except urllib.error.HTTPError as error:
        error.close()
        cause = f"it answers {error.code} (check KOMEK_KAFKA_TOKEN_CLIENT and KOMEK_KAFKA_TOKEN_SECRET)"
    except OSError as error:
        cause = plain_reason(error)
    except (ValueError, TypeError, KeyError):
        cause = "its answer has no access token"
    raise TokenUnavailable(f"the token endpoint {request.url} gives no token: {cause}")


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """The secret goes to the configured address only: a redirect is an error."""


def _basic(request: TokenRequest) -> str:
    # Both are form-encoded before base64 (RFC 6749, section 2.3.1).
    pair = ":".join(urllib.parse.quote(part, safe="") for part in (request.client, request.secret))
    return "Basic " + base64.b64encode(pair.encode()).decode()


def _read(answer: dict[str, Any]) -> tuple[str, float]:
    text = answer["access_token"]
    if not isinstance(text, str) or not text.isascii() or not text.isprintable() or not text:
        raise ValueError("access_token")
    return text, max(1.0, float(answer.get("expires_in", DEFAULT_LIFETIME_S)))
