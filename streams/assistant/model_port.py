"""A service of the deployer that reads for the assistant, asked over HTTP by the paths of OpenAI: with a budget of time and of
size, and left alone for a while when it fails. What it answers is data, which others check.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import httpx2

from streams.assistant.breaker import Breaker
from streams.errors import RetryLater

Read = TypeVar("Read")
MOST_BYTES = 256 * 1024
"""Of an answer; a model that repeats itself is cut off."""


class ModelUnavailable(RetryLater):
    """No usable answer: `code` says why (`timeout`, `http_503`, `too_long`, `no_json`, `unusable`, `resting`)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class ModelPort:
    """`url`: as far as `/v1`. `session`: an own client, for tests."""

    def __init__(
        self,
        url: str,
        key: str | None,
        *,
        within_s: float,
        session: httpx2.AsyncClient | None = None,
        breaker: Breaker | None = None,
    ) -> None:
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._within_s = within_s
        self._breaker = breaker or Breaker()
        # No redirects: what is sent would go to an address that nobody configured.
        self._http = session or httpx2.AsyncClient(timeout=within_s, follow_redirects=False)

    @property
    def is_resting(self) -> bool:
        """Whether it failed so often that nothing is asked now."""
        return self._breaker.is_open

    async def close(self) -> None:
        await self._http.aclose()

    async def post(
        self, path: str, read: Callable[[object], Read], within_s: float | None = None, **content: Any
    ) -> Read:
        """What `read` makes of its answer, decoded from JSON. `read` raises ModelUnavailable where it has no use for it.
        `content`: as `httpx2` takes it.

        Raises:
            ModelUnavailable: it did not answer in time, not with JSON or with nothing that is of use; nothing was learnt.
        """
        if self.is_resting:
            raise ModelUnavailable("resting")
        try:
            async with asyncio.timeout(self._within_s if within_s is None else within_s):
                answer = read(decoded(await self._answered(path, content)))
        except TimeoutError:
            self._breaker.failed()
            raise ModelUnavailable("timeout") from None
        except httpx2.HTTPError as error:
            self._breaker.failed()
            raise ModelUnavailable(type(error).__name__) from None
        except ModelUnavailable:
            self._breaker.failed()
            raise
        self._breaker.succeeded()
        return answer

    async def _answered(self, path: str, content: Mapping[str, Any]) -> bytes:
        async with self._http.stream("POST", f"{self._url}/{path}", headers=self._headers, **content) as response:
            if response.status_code != 200:
                raise ModelUnavailable(f"http_{response.status_code}")
            found = bytearray()
            async for chunk in response.aiter_bytes():
                found += chunk
                if len(found) > MOST_BYTES:
                    raise ModelUnavailable("too_long")
            return bytes(found)


def chat_order(
    model: str, order: str, given: object, schema: Mapping[str, Any], *, name: str, most_tokens: int
) -> dict[str, Any]:
    """The body of a chat completion that is to answer with JSON by a schema. `given`: what the order is about, as data."""
    return {
        "model": model,
        "temperature": 0,
        "max_tokens": most_tokens,
        "messages": [{"role": "system", "content": order}, {"role": "user", "content": given}],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": name, "strict": True, "schema": dict(schema)},
        },
    }


def decoded(answer: bytes | str) -> object:
    """Raises ModelUnavailable: it is no JSON."""
    try:
        found: object = json.loads(answer)
    # RecursionError: nesting as deep as the answer is long.
    except (ValueError, RecursionError):
        raise ModelUnavailable("no_json") from None
    return found


def content_of_chat(answer: object) -> object:
    """The JSON that a chat completion says. Raises ModelUnavailable: there is none."""
    try:
        content = answer["choices"][0]["message"]["content"]  # type: ignore[index]
    except (KeyError, IndexError, TypeError):
        raise ModelUnavailable("no_json") from None
    if not isinstance(content, str):
        raise ModelUnavailable("no_json")
    return decoded(content)
