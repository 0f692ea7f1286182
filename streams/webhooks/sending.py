"""One request to a receiver, and what its answer means. The table:

2xx, whatever it says                          delivered: the body is read up to 4 KB and means nothing
410                                            the receiver wants no more: the subscription stops until it is resumed
400, 413, 415, 422 and other 4xx not below     this event is refused; others may be taken
3xx                                            trouble: redirects are not followed
401, 403, 404, 405, 407, 408, 425, 429, 5xx    trouble: with the receiver, not with this event; Retry-After counts, to an hour
no connection, TLS, 10 s without a status, a private address    trouble
"""

import asyncio
import contextlib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import httpx2

from streams.pinned_address import AddressRefused, Resolve, addresses_of, pinned
from streams.webhooks.cloud_events import MEDIA
from streams.webhooks.signatures import signed_headers
from streams.webhooks.subscriptions import Subscription

WITHIN_S = 10.0
"""For a whole request. A receiver that needs longer answers first and works then."""
CONNECT_WITHIN_S = 5.0
REST_WITHIN_S = 1.0
READ_BYTES = 4_096
MOST_RETRY_AFTER_S = 3_600
_TROUBLE = frozenset({401, 403, 404, 405, 407, 408, 425, 429})
_GONE = 410


class Verdict(StrEnum):
    DELIVERED = "delivered"
    REFUSED = "refused"  # this event
    TROUBLE = "trouble"  # the receiver
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`code`: a status or the name of an error; never anything that the receiver wrote."""

    verdict: Verdict
    code: str
    retry_after_s: int | None = None


class Sender:
    """Sends for all subscriptions. Never raises what a receiver can cause."""

    def __init__(
        self,
        *,
        now_s: Callable[[], int],
        resolve: Resolve = addresses_of,
        verify: ssl.SSLContext | bool = True,
        transport: httpx2.AsyncBaseTransport | None = None,
        within_s: float = WITHIN_S,
    ) -> None:
        self._now_s = now_s
        self._resolve = resolve
        self._within_s = within_s
        # trust_env=False: a proxy of the environment would connect to any address.
        self._http = httpx2.AsyncClient(
            timeout=httpx2.Timeout(within_s, connect=CONNECT_WITHIN_S),
            trust_env=False,
            verify=verify,
            transport=transport,
            follow_redirects=False,
        )

    async def close(self) -> None:
        await self._http.aclose()

    async def send(self, subscription: Subscription, webhook_id: str, body: bytes) -> Answer:
        try:
            async with asyncio.timeout(self._within_s):
                return await self._sent(subscription, webhook_id, body)
        except AddressRefused as error:
            return Answer(verdict=Verdict.TROUBLE, code="private_address" if error.is_private else "bad_address")
        except TimeoutError:
            return Answer(verdict=Verdict.TROUBLE, code="timeout")
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            return Answer(verdict=Verdict.TROUBLE, code=type(error).__name__)

    async def _sent(self, subscription: Subscription, webhook_id: str, body: bytes) -> Answer:
        # In a thread: looking a name up may wait for seconds.
        place = await asyncio.to_thread(
            pinned, subscription.url, is_private_allowed=subscription.is_private_allowed, resolve=self._resolve
        )
        headers = {
            **place.headers,
            "Content-Type": MEDIA,
            "User-Agent": "Komek-Webhooks",
            # What is compressed may be a thousand times larger than its bytes.
            "Accept-Encoding": "identity",
            **signed_headers(webhook_id, self._now_s(), body, subscription.secrets),
        }
        request = self._http.build_request(
            "POST", place.url, content=body, headers=headers, extensions=dict(place.extensions)
        )
        response = await self._http.send(request, stream=True)
        try:
            # The status decides; the rest is read only so that the connection can be used again.
            with contextlib.suppress(TimeoutError, httpx2.HTTPError):
                async with asyncio.timeout(REST_WITHIN_S):
                    await _skip(response)
        finally:
            await response.aclose()
        return _answer_of(response)


async def _skip(response: httpx2.Response) -> None:
    if "content-encoding" in response.headers:
        return
    read = 0
    async for piece in response.aiter_bytes():
        read += len(piece)
        if read > READ_BYTES:
            return


def _answer_of(response: httpx2.Response) -> Answer:
    status = response.status_code
    if response.is_success:
        verdict = Verdict.DELIVERED
    elif status == _GONE:
        verdict = Verdict.GONE
    elif 400 <= status < 500 and status not in _TROUBLE:
        verdict = Verdict.REFUSED
    else:
        verdict = Verdict.TROUBLE
    return Answer(verdict=verdict, code=str(status), retry_after_s=_retry_after_s(response))


def _retry_after_s(response: httpx2.Response) -> int | None:
    stated = response.headers.get("retry-after", "")
    if not (stated.isascii() and stated.isdigit() and len(stated) < 9):
        return None
    return min(int(stated), MOST_RETRY_AFTER_S)
