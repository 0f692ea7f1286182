"""The HTTP client of all who take part: every operation is written down before and after it."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import Any

import httpx2

from streams import clock, tokens
from streams.ring.ring_file import read_ring
from streams.tokens import Role
from streams.wire.client_digests import client_digests
from tests.faults.artefacts import Folder
from tests.faults.cluster import Cluster

PATIENCE_S = 6.0
SLOW_S = 1.0
REPEATS_AFTER_UNKNOWN = 4
HOURS_OF_TOKEN_S = 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What somebody wants to do. `key` None: the route needs none."""

    what: str
    role: str
    actor: str
    method: str
    path: str
    body: dict[str, Any] | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """`status` None: none came."""

    op: str
    status: int | None
    answer: Any

    @property
    def is_ok(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_unknown(self) -> bool:
        return self.status is None or self.status >= 500


class Client:
    def __init__(self, cluster: Cluster, folder: Folder, seed: int) -> None:
        self._apis = cluster.apis
        self._keys = tokens.load_keys(cluster.jwt_keys)
        self._digests = client_digests(read_ring(cluster.data_keys)[1])
        self._folder = folder
        self._random = Random(f"client {seed}")
        self._tokens: dict[tuple[str, str], str] = {}
        self._http = httpx2.AsyncClient(timeout=PATIENCE_S, limits=httpx2.Limits(max_connections=128), trust_env=False)
        self.slow_at_s = 0.0
        """When an operation last ended late or without an answer, on the monotonic clock."""
        self.counts: dict[str, int] = {}
        """Operations by their end: ok, fail, unknown."""

    async def close(self) -> None:
        await self._http.aclose()

    def draw_id(self) -> str:
        """As fresh as a uuid, and the same in every run of a seed."""
        return f"{self._random.getrandbits(128):032x}"

    def _digest_of(self, body: object) -> str | None:
        """What the log knows of the external id of a report: the checker finds the incident of an unknown answer by it."""
        return self._digests.external_digest(body.get("external_id")) if isinstance(body, dict) else None

    async def do(self, order: Order, *, repeat_of: str | None = None, other_body_of: str | None = None) -> Reply:
        """One attempt; nothing is raised."""
        op = clock.fresh_id()
        common = {
            "actor": order.actor,
            "role": order.role,
            "what": order.what,
            "method": order.method,
            "path": order.path,
            "key": order.key,
            "body": order.body,
            "external_digest": self._digest_of(order.body),
            "repeat_of": repeat_of,
            "other_body_of": other_body_of,
        }
        none = {"status": None, "answer": None}
        self._folder.history({"op": op, "phase": "invoke", "at_ms": clock.now_ms(), **common, **none})
        began_s = clock.monotonic_s()
        status, answer = await self._asked(order)
        if status is None or clock.monotonic_s() - began_s > SLOW_S:
            self.slow_at_s = clock.monotonic_s()
        reply = Reply(op=op, status=status, answer=answer)
        phase = "ok" if reply.is_ok else "unknown" if reply.is_unknown else "fail"
        self.counts[phase] = self.counts.get(phase, 0) + 1
        now_ms = clock.now_ms()
        self._folder.history({"op": op, "phase": phase, "at_ms": now_ms, **common, "status": status, "answer": answer})
        if status is not None and status >= 400:
            # What an edit lost against is told to the operator who may read it: no error text, and nothing for a log.
            body = {k: v for k, v in answer.items() if k != "conflicts"} if isinstance(answer, dict) else answer
            self._folder.errors.write({"at_ms": now_ms, "op": op, "status": status, "body": body})
        return reply

    async def done(self, order: Order, repeats: int = REPEATS_AFTER_UNKNOWN) -> Reply:
        """As `do`, but an unknown end is tried again with the same key, as the API asks for."""
        reply = await self.do(order)
        first = reply.op
        for attempt in range(repeats):
            if not reply.is_unknown:
                break
            await asyncio.sleep(min(4.0, 0.5 * 2**attempt))
            reply = await self.do(order, repeat_of=first)
        return reply

    async def read(self, path: str, role: str, actor: str) -> tuple[int | None, Any]:
        """A look that is no operation of anybody's: not written down."""
        return await self._asked(Order(what="read", role=role, actor=actor, method="GET", path=path))

    async def page(self, api: str, path: str) -> str | None:
        """What one API process says in plain text, if it does."""
        with suppress(httpx2.HTTPError):
            return (await self._http.get(api + path)).text
        return None

    async def _asked(self, order: Order) -> tuple[int | None, Any]:
        """Both processes stand behind one address, so to say: where one refuses the connection, the other is asked."""
        headers = {"Authorization": f"Bearer {self._token(order.role, order.actor)}"}
        if order.key is not None:
            headers["Idempotency-Key"] = order.key
        apis = self._random.sample(self._apis, len(self._apis))
        for api in apis:
            try:
                answer = await self._http.request(order.method, api + order.path, headers=headers, json=order.body)
            except httpx2.ConnectError:
                continue
            except httpx2.HTTPError:
                return None, None
            try:
                return answer.status_code, answer.json()
            except ValueError:
                return answer.status_code, answer.text
        return None, None

    def _token(self, role: str, actor: str) -> str:
        known = self._tokens.get((role, actor))
        if known is None:
            now_s = clock.now_ms() // 1000
            known = self._keys.issue(Role(role), actor, now_s=now_s, ttl_s=HOURS_OF_TOKEN_S)
            self._tokens[role, actor] = known
        return known
