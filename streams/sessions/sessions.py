"""Logging in, renewing, logging out and revoking: what the API does with the log of sessions."""

import asyncio
import contextlib
import os
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import structlog

from streams import clock, event_loop
from streams.errors import IntakeError, InvalidInput, LogUnavailable, Overloaded
from streams.ring import KeyRing
from streams.sessions.book import SessionBook
from streams.sessions.cookies import CookieSigner, SessionCookie
from streams.sessions.limits import ACCESS_MS, CODE_MS, RENEWAL_GRACE_MS, SESSION_MS, longest_token_ms
from streams.sessions.log import SessionLog
from streams.tokens import CLOCK_SKEW_S, Bearer, Role
from streams.wire import Revoked, SessionKind, SessionRecord

TIDY_EVERY_S = 600.0
TIDIED_AT_ONCE = 5000
MOST_CODES = 20_000
"""Of the last 70 minutes: some 15 MB in each process."""
FRESH_MS = 10_000
"""A session this young may be missing in the book of another process than the one that opened it."""
_log = structlog.get_logger(__name__)


class CodeRefused(InvalidInput):
    """A login code that was used, has expired, was revoked or never existed."""


class SessionEnded(InvalidInput):
    """A session that has ended, or a cookie that is none of this deployment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginCode:
    """A login code for its owner. `code` exists only here: the log has its keyed digest."""

    code: str
    role: Role
    sub: str
    expires_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSession:
    """A valid session with the next value of its cookie."""

    id: str
    record: SessionRecord
    cookie: str
    cookie_expires_ms: int


class Sessions:
    """One per API process. Every method that writes raises IntakeError or LogUnavailable while Kafka does not answer.

    Nothing here needs Redis.
    """

    def __init__(
        self,
        book: SessionBook,
        log: SessionLog,
        ring: Callable[[], KeyRing],
        *,
        now_ms: Callable[[], int] = clock.now_ms,
        secret: Callable[[int], str] = secrets.token_urlsafe,
    ) -> None:
        self.book = book
        self._log = log
        self.signer = CookieSigner(ring)
        self._now_ms = now_ms
        self._secret = secret
        # The newest cookie of each session that was presented here, by its number: the one before it is not needed any more.
        self._seen: dict[str, int] = {}
        self._over: set[str] = set()
        self.when_over: Callable[[str, str], Awaitable[None]] | None = None
        """Called with person and session when one has ended by itself, within minutes, in every process; never raises."""
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Removes records without effect from the log from time to time."""
        self._task = asyncio.ensure_future(self._keep_tidy())

    async def stop(self) -> None:
        await event_loop.cancel(self._task)

    def refuses(self, bearer: Bearer) -> bool:
        """Whether an access token has been revoked."""
        return self.book.refuses(bearer)

    def has_revoked(self, sub: str, role: Role, issued_ms: int) -> bool:
        """Whether what was issued then to this person and role has been revoked."""
        return self.book.has_revoked(sub, role, issued_ms)

    async def revoke(self, what: Revoked, value: str, *, until_ms: int | None = None) -> None:
        """Ends what was issued before now. `until_ms`: when all of it has expired by itself; None: the longest possible."""
        at_ms = self.book.next_at_ms(self._now_ms())
        longest_ms = longest_token_ms(Role(value) if what is Revoked.ROLE else None)
        ends_ms = at_ms + longest_ms if until_ms is None else until_ms + 2 * CLOCK_SKEW_S * 1000
        record = SessionRecord(kind=SessionKind.REVOKED, at_ms=at_ms, until_ms=ends_ms, what=what, value=value)
        # A key of its own for each revocation: the tombstone of an old one must not remove a new one.
        await self._log.write(f"revoked:{what}:{value}:{at_ms}", record)

    async def revoke_token(self, bearer: Bearer) -> None:
        await self.revoke(Revoked.TOKEN, bearer.name, until_ms=bearer.expires_s * 1000)

    async def new_code(self, role: Role, sub: str, issued_by: str) -> LoginCode:
        """A code of 192 random bits that opens one session within ten minutes. `issued_by`: who asked for it.

        Raises:
            Overloaded: there are too many, as somebody with an operator's token could make them.
        """
        if self.book.codes >= MOST_CODES:
            raise Overloaded(f"{MOST_CODES} login codes were made within the last hour")
        code, at_ms = self._secret(24), self.book.next_at_ms(self._now_ms())
        record = SessionRecord(
            kind=SessionKind.CODE, at_ms=at_ms, until_ms=at_ms + CODE_MS, sub=sub, role=role, issued_by=issued_by
        )
        await self._log.write(f"code:{self.signer.code_digests(code)[0]}", record)
        return LoginCode(code=code, role=role, sub=sub, expires_ms=record.until_ms)

    async def exchange(self, code: str) -> OpenSession:
        """Spends a code and opens its session.

        The first claim in the log counts, so that of several exchanges, also on several processes, exactly one succeeds.

        Raises:
            CodeRefused: the code is not valid, or somebody else was first.
        """
        digest, made = self._code(code)
        if made is None:
            # Made by another process a moment ago, perhaps.
            await self._log.catch_up()
            digest, made = self._code(code)
        if made is None or made.kind is not SessionKind.CODE or self._now_ms() >= made.until_ms:
            raise CodeRefused("the login code was used, has expired or does not exist")
        attempt = self._secret(16)
        claim = replace(made, kind=SessionKind.CLAIM, at_ms=self.book.next_at_ms(self._now_ms()), attempt=attempt)
        await self._log.write(f"code:{digest}", claim)
        first = self.book.code(digest)
        # After the claim, so that a revocation before it in the log counts.
        if first is None or first.attempt != attempt or self.book.is_code_revoked(made):
            raise CodeRefused("the login code was used, has expired or does not exist")
        assert made.role is not None
        assert made.sub is not None
        return await self.open(Role(made.role), made.sub, "link", issued_by=made.issued_by)

    async def open(
        self, role: Role, sub: str, method: str, organisation: str | None = None, *, issued_by: str | None = None
    ) -> OpenSession:
        """A new session, always with a new id. Raises CodeRefused for a role without sessions."""
        if role not in SESSION_MS:
            raise CodeRefused(f"the role {role} has no sessions")
        at_ms, session_id = self.book.next_at_ms(self._now_ms()), self._secret(16)
        record = SessionRecord(
            kind=SessionKind.SESSION,
            at_ms=at_ms,
            until_ms=at_ms + SESSION_MS[role],
            sub=sub,
            role=role,
            opened_ms=at_ms,
            method=method,
            organisation=organisation,
            issued_by=issued_by,
        )
        await self._log.write(f"session:{session_id}", record)
        return self._shown(session_id, record, record.renewals)

    async def presented(self, value: str) -> tuple[SessionCookie, SessionRecord]:
        """The cookie with this text and its session, also after the cookie's end.

        Raises:
            SessionEnded: the session has ended, or the cookie is none of this deployment.
        """
        cookie = self.signer.verified(value)
        if cookie is None:
            raise SessionEnded("the session cookie is invalid")
        record = self.book.session(cookie.session_id, self._now_ms())
        if record is None and cookie.expires_ms - ACCESS_MS > self._now_ms() - FRESH_MS:
            await self._log.catch_up()
            record = self.book.session(cookie.session_id, self._now_ms())
        if record is None:
            raise SessionEnded("the session has ended")
        return cookie, record

    async def used(self, value: str) -> tuple[SessionCookie, SessionRecord]:
        """As `presented`, for a cookie that gives access. Raises SessionEnded, also when it must be renewed."""
        cookie, record = await self.presented(value)
        if self._now_ms() >= cookie.expires_ms:
            raise SessionEnded("the session must be renewed: POST /v1/session/renew")
        self._seen[cookie.session_id] = max(cookie.renewals, self._seen.get(cookie.session_id, 0))
        return cookie, record

    def valid_until_ms(self, cookie: SessionCookie) -> int:
        """Until when a live view that was opened with this cookie may go on; 0 for an ended session.

        Renewals of the session extend it, so that a live view is not interrupted every quarter of an hour.
        """
        record = self.book.session(cookie.session_id, self._now_ms())
        if record is None:
            return 0
        return min(record.until_ms, max(cookie.expires_ms, record.at_ms + ACCESS_MS + RENEWAL_GRACE_MS))

    async def renew(self, value: str) -> OpenSession:
        """The next cookie of a session. Ends the session when an old cookie is presented again: it was copied.

        The cookie before the newest one is accepted while the newest has not been seen here (its response may have been lost) and
        within a minute of its making (two tabs). Without Kafka the cookie is renewed, but not its record: a revocation could not
        be read either, and people who are at work must not be logged out.

        Raises:
            SessionEnded: it has ended, or ends now.
        """
        cookie, record = await self.presented(value)
        if cookie.renewals < record.renewals:
            if not self._may_repeat(cookie, record):
                await self.end(cookie.session_id, record)
                _log.warning("a session ended because an old cookie was presented again")
                raise SessionEnded("the session has ended: its cookie was used twice")
            return self._shown(cookie.session_id, record, record.renewals)
        if record.renewals == cookie.renewals and record.renewals and self._now_ms() < record.at_ms + RENEWAL_GRACE_MS:
            # Renewed again within a minute: the cookie lasts a quarter of an hour from now on, and the log does not grow.
            return self._shown(cookie.session_id, record, record.renewals)
        at_ms = self.book.next_at_ms(self._now_ms())
        following = replace(record, at_ms=at_ms, renewals=cookie.renewals + 1)
        with contextlib.suppress(IntakeError, LogUnavailable):
            await self._log.write(f"session:{cookie.session_id}", following)
        # Somebody may have ended it meanwhile.
        if self.book.session(cookie.session_id, self._now_ms()) is None:
            raise SessionEnded("the session has ended")
        return self._shown(cookie.session_id, following, following.renewals)

    async def end(self, session_id: str, record: SessionRecord) -> None:
        """Ends a session in every process. Raises IntakeError, LogUnavailable."""
        await self.revoke(Revoked.SESSION, session_id, until_ms=record.until_ms)
        self._seen.pop(session_id, None)
        # The session's own record is not needed any more. Not instead of the revocation: a renewal under way may follow it.
        with contextlib.suppress(IntakeError, LogUnavailable):
            await self._log.write(f"session:{session_id}", None)

    async def tidy(self) -> int:
        """Writes tombstones for records without effect; returns how many. Several processes may write the same one."""
        # Before their records go.
        await self._tell_over()
        keys = self.book.ended(self._now_ms(), TIDIED_AT_ONCE)
        for key in keys:
            await self._log.write(key, None)
        now_ms = self._now_ms()
        self._seen = {name: seen for name, seen in self._seen.items() if self.book.session(name, now_ms) is not None}
        return len(keys)

    async def _tell_over(self) -> None:
        over = self.book.over(self._now_ms())
        for session_id, person in over.items():
            if self.when_over is not None and session_id not in self._over:
                await self.when_over(person, session_id)
        self._over = set(over)

    def _may_repeat(self, cookie: SessionCookie, record: SessionRecord) -> bool:
        if cookie.renewals < record.renewals - 1:
            return False
        was_received = self._seen.get(cookie.session_id, 0) >= record.renewals
        return not was_received or self._now_ms() < record.at_ms + RENEWAL_GRACE_MS

    def _shown(self, session_id: str, record: SessionRecord, renewals: int) -> OpenSession:
        expires_ms = min(self._now_ms() + ACCESS_MS, record.until_ms)
        cookie = SessionCookie(session_id=session_id, renewals=renewals, expires_ms=expires_ms)
        return OpenSession(
            id=session_id, record=record, cookie=self.signer.value_of(cookie), cookie_expires_ms=expires_ms
        )

    def _code(self, code: str) -> tuple[str, SessionRecord | None]:
        """The digest and record of a login code, which may have been made under a key that is accepted only."""
        digests = self.signer.code_digests(code)
        found = ((digest, self.book.code(digest)) for digest in digests)
        return next((one for one in found if one[1] is not None), (digests[0] if digests else "", None))

    async def _keep_tidy(self) -> None:
        while True:
            # Spread over the processes, so that the first one does the work of all.
            await asyncio.sleep(TIDY_EVERY_S + os.getpid() % 120)
            with contextlib.suppress(IntakeError, LogUnavailable):
                # One round: what is left waits for the next, and ten minutes of sessions are few.
                await self.tidy()
