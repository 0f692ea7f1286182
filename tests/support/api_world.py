"""One API over fakes, called over HTTP. Every response is compared with the OpenAPI document."""

import copy
import itertools
import json
from functools import cache
from typing import Any

import httpx2
from fastapi import FastAPI
from joserfc.jwk import OKPKey
from starlette.datastructures import State

from api.app import assembled
from api.process.intake_marks import IntakeMarks
from api.process.latency import Latency
from api.process.media_models import MediaModels
from api.process.oidc_issuer import OidcIssuer
from api.process.plans_in_force import PlansInForce
from api.process.services import Services, TokenVerifier
from api.reads.event_stream import Live
from dispatch.plans.book import load_builtin
from streams import clock
from streams.lookups.report_preview import ReportPreviews
from streams.readers.alarm_answers import AlarmBook
from streams.readers.conversation_book import ConversationBook
from streams.readers.feed import Feed
from streams.readers.handovers import HandoverBook
from streams.ring import KeyRing, LiveRing
from streams.sessions.book import SessionBook
from streams.sessions.sessions import Sessions
from streams.settings import Settings
from streams.store.memory.operators_here import MemoryHere
from streams.store.memory.reach import MemoryReach
from streams.store.memory.store import MemoryStore
from streams.tokens import Role, TokenKeys
from tests.support.api_contract import check_response
from tests.support.api_fakes import (
    DATA_KEY,
    FakeAlarms,
    FakeAssistant,
    FakeDecisions,
    FakeLag,
    FakeLastKnown,
    FakeLog,
    FakePrivateLog,
    FakeRedis,
    FakeSessionLog,
)

_keys = itertools.count()


@cache
def token_keys() -> TokenKeys:
    return TokenKeys.of_jwks({"keys": [OKPKey.generate_key("Ed25519", private=True).as_dict(private=True)]})


@cache
def token(role: str, subject: str, claims: str = "{}") -> str:
    """`claims`: further ones, as JSON."""
    return token_keys().issue(Role(role), subject, now_s=clock.now_ms() // 1000, more=json.loads(claims))


def _token(role: str, subject: str, claims: dict[str, Any] | None) -> str:
    return token(role, subject, json.dumps(claims)) if claims else token(role, subject)


_built = cache(assembled)


def _app_of(services: Services) -> FastAPI:
    """An application of its own whose routes are those of all others: FastAPI prepares them with the first request, which takes
    longer than most tests."""
    app = copy.copy(_built())
    app.state = State(dict(app.state._state, services=services))
    # Middleware has a state: it is made anew.
    app.middleware_stack = None
    return app


class World:
    """The API writes to `log` and reads from `redis`; `restart()` starts another process over the same."""

    def __init__(self, keys: TokenVerifier | None = None, issuer: OidcIssuer | None = None) -> None:
        self.log = FakeLog()
        self.keys = keys or token_keys()
        self.issuer = issuer
        self.ahead_ms = 0
        self.redis = FakeRedis()
        self.store = MemoryStore(self.now_ms)
        """Where previews look; nothing else of the API reads it."""
        self.reach = MemoryReach()
        self.decisions = FakeDecisions()
        self.last_known = FakeLastKnown()
        self.private_log = FakePrivateLog(self.log)
        self.lag = FakeLag()
        self.alarms = FakeAlarms()
        self.alarm_book = AlarmBook(self.now_ms)
        self.log.alarm_book = self.alarm_book
        self.handover_book = HandoverBook(self.now_ms)
        self.log.handover_book = self.handover_book
        self.conversations = ConversationBook(self.now_ms)
        self.log.conversations = self.conversations
        self.here = MemoryHere()
        self.assistant = FakeAssistant()
        self.media_models = MediaModels()
        self.settings = Settings(data_key=DATA_KEY, kafka="127.0.0.1:9", redis="redis://127.0.0.1:9")
        self.ring = LiveRing.of(self.settings)
        self.feed = Feed(self.settings, "test")
        self.restart()

    def now_ms(self) -> int:
        """The clock of sessions, which a test may put forward."""
        return clock.now_ms() + self.ahead_ms

    def forget_sessions(self) -> None:
        """What was revoked is valid again, for tests that use one token after another request has revoked it."""
        vars(self.sessions.book).update(vars(SessionBook()))

    def restart(self) -> None:
        book = SessionBook()
        self.session_log = FakeSessionLog(self.log, book, self.feed.interrupt_listeners)
        self.sessions = Sessions(book, self.session_log, lambda: KeyRing.of_key(DATA_KEY), now_ms=self.now_ms)
        services = Services(
            settings=self.settings,
            ring=self.ring,
            keys=self.keys,
            sessions=self.sessions,
            issuer=self.issuer,
            plans_in_force=PlansInForce(load_builtin()),
            intake=self.log,
            audit=self.log,
            audit_pages=self.log,
            positions=self.log,
            reads=self.redis,
            operator_search=self.redis.operator_search,
            previews=ReportPreviews(self.store),
            people=self.redis,
            marks=IntakeMarks(self.redis),
            explanations=self.decisions,
            last_known=self.last_known,
            private_log=self.private_log,
            live=Live(self.feed),
            monitor=self.lag,
            alarms=self.alarms,
            alarm_book=self.alarm_book,
            handover_book=self.handover_book,
            conversations=self.conversations,
            conversation_log=self.log,
            operators_here=self.here,
            assistant=self.assistant,
            assistant_modes=self.log.assistant_modes,
            assistant_standing=self.log.assistant_standing,
            latency=Latency(),
            reach=self.reach,
            media_models=self.media_models,
        )
        self.app = _app_of(services)
        transport = httpx2.ASGITransport(app=self.app, raise_app_exceptions=False)
        self.client = httpx2.AsyncClient(
            transport=transport, base_url="http://komek", event_hooks={"response": [self._check]}
        )

    async def _check(self, answer: httpx2.Response) -> None:
        await answer.aread()
        check_response(answer)

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        role: str | None = "operator",
        subject: str | None = None,
        key: str | None = "",
        raw: bytes | None = None,
        headers: dict[str, str] | None = None,
        claims: dict[str, Any] | None = None,
    ) -> httpx2.Response:
        """A request with a fresh Idempotency-Key, unless `key` is another or None."""
        sent: dict[str, str] = {}
        if role is not None:
            sent["Authorization"] = f"Bearer {_token(role, subject or f'{role}-1', claims)}"
        if key is not None and method != "GET":
            sent["Idempotency-Key"] = key or f"key-{next(_keys)}"
        content = raw if raw is not None else (json.dumps(body).encode() if body is not None else None)
        if content is not None:
            sent["Content-Type"] = "application/json"
        return await self.client.request(method, path, content=content, headers=sent | (headers or {}))

    async def report(self, **changes: Any) -> httpx2.Response:
        key = changes.pop("key", "")
        return await self.ask("POST", "/v1/incidents", report(**changes), key=key)


def report(**changes: Any) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": "medical.other",
        "location": {"type": "Point", "coordinates": [76.945, 43.238]},
        "description": "Үйдің 3-қабатынан түтін",
        "caller": {"name": "Айгүл", "phone": "+7 701 000 00 00"},
    }
    return {name: value for name, value in (body | changes).items() if value is not ...}


def code(answer: httpx2.Response) -> str:
    """The stable code of a problem."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem = answer.json()
    assert problem["status"] == answer.status_code
    return str(problem["code"])


def fields(answer: httpx2.Response) -> list[str]:
    return [error["field"] for error in answer.json()["errors"]]
