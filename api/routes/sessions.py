"""Sessions of people: login by a one-time code, renewal, logout, the list of sessions, and revocations."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from api.caller import Caller
from api.deps import ServicesDep, checked_volunteer_id
from api.http import session_cookies
from api.http.audit import disclosed, record_done
from api.http.auth import PUBLIC, Admin, AdminOrOperator, Anybody, refused, unauthenticated
from api.http.problems import ProblemResponse, invalid
from api.http.responses import problems, shown
from api.http.strict_route import StrictRoute
from api.process.services import Services
from api.schemas.sessions import (
    CodeIn,
    CodeShown,
    CodeWanted,
    RevocationIn,
    RevocationShown,
    SessionList,
    SessionShown,
)
from api.views import sessions as views
from api.views.values import time
from api.writes.channels import end_of_sessions
from streams import clock
from streams.sessions.limits import SESSION_MS
from streams.sessions.sessions import CodeRefused, OpenSession, SessionEnded
from streams.tokens import BadToken, Role
from streams.wire import Revoked, SessionRecord

router = APIRouter(prefix="/v1", tags=["sessions"], route_class=StrictRoute)
SessionId = Annotated[str, Path(max_length=64)]


@router.post("/session/exchange", dependencies=[PUBLIC], response_model=SessionShown, responses=problems(400, 413, 415))
async def exchange(body: CodeIn, request: Request, services: ServicesDep) -> Response:
    """Spends the code of a login link and sets the session cookie. A code opens exactly one session, on any API process.

    GET and HEAD, as link previews send them, never spend it. No Idempotency-Key: a repeat is refused.
    """
    name = session_cookies.require_own_page(request)
    try:
        opened = await services.sessions.exchange(body.code)
    except CodeRefused as error:
        raise refused(request, ProblemResponse("code_refused", str(error))) from None
    return _logged_in(services, name, opened)


@router.post("/session/renew", dependencies=[PUBLIC], response_model=SessionShown, responses=problems())
async def renew(request: Request, services: ServicesDep) -> Response:
    """Replaces the session cookie, which is accepted for 15 minutes; an expired one can be renewed until the session ends.

    An old cookie that is presented again ends the session, because somebody has copied it.
    """
    name, value = session_cookies.require_own_page(request), session_cookies.presented(request)
    if value is None:
        raise refused(request, unauthenticated("expected a session cookie"))
    try:
        renewed = await services.sessions.renew(value)
    except SessionEnded as error:
        raise refused(request, unauthenticated(str(error))) from None
    return _with_cookie(name, renewed)


@router.get("/session", response_model=SessionShown, responses=problems())
async def read_session(caller: Anybody, services: ServicesDep) -> Response:
    """Who the caller is, and until when."""
    record = _record_of(services, caller)
    if record is None or caller.session_id is None:
        return shown(views.of_token(caller))
    return shown(views.session(caller.session_id, record, caller))


@router.delete("/session", status_code=204, response_model=None, responses=problems())
async def end_session(request: Request, caller: Anybody, services: ServicesDep) -> Response:
    """Logs out: ends the session and removes its cookie, or revokes the bearer token of the request."""
    record = _record_of(services, caller)
    if caller.bearer is not None:
        await services.sessions.revoke_token(caller.bearer)
    elif record is not None and caller.session_id is not None:
        await services.sessions.end(caller.session_id, record)
        await _forget_devices(services, record, caller.session_id)
    record_done(services, caller, "session.end", caller.id)
    name = session_cookies.name_for(request)
    headers = {"Set-Cookie": session_cookies.set_cookie(name, "", 0)} if name and caller.session_id else {}
    return Response(status_code=204, headers=headers)


@router.post("/session/codes", status_code=201, response_model=CodeShown, responses=problems(400, 413, 415))
async def create_code(body: CodeWanted, caller: AdminOrOperator, services: ServicesDep) -> Response:
    """A one-time login link for a person, valid for 10 minutes. Operators make them for volunteers only.

    It is shown once and stored nowhere. No Idempotency-Key: a repeat gives another one.
    """
    checked_volunteer_id(body.id)
    if caller.role is Role.OPERATOR and body.role is not Role.VOLUNTEER:
        raise ProblemResponse("forbidden", "an operator makes login links for volunteers only")
    if body.role not in SESSION_MS:
        raise invalid("role", "one of " + ", ".join(SESSION_MS))
    made = await services.sessions.new_code(body.role, body.id, caller.id)
    record_done(services, caller, "session.code", body.id)
    return shown(views.code(made), 201)


@router.get("/sessions", response_model=SessionList, responses=problems())
async def list_sessions(
    request: Request,
    caller: Anybody,
    services: ServicesDep,
    subject: Annotated[str | None, Query(max_length=128, description="admins only: sessions of this person")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=100)] = None,
) -> Response:
    """The caller's valid sessions, oldest first; for admins everybody's, or those of `subject`."""
    is_admin = caller.role is Role.ADMIN
    if not is_admin and subject not in (None, caller.id):
        raise ProblemResponse("forbidden", "only admins see sessions of others")
    after = views.position_of(cursor)
    if after is None:
        raise invalid("cursor", "the `next` of a page", "text")
    book, whose = services.sessions.book, subject if is_admin else caller.id
    # One more than shown tells whether there are more.
    page = book.sessions(whose, clock.now_ms(), after=after, most=limit + 1)
    following = views.cursor(*page[limit - 1]) if len(page) > limit else None
    items = [views.session(session_id, record, caller) for session_id, record in page[:limit]]
    about = dict.fromkeys([whose, *(record.sub for _, record in page[:limit])])
    disclosed(request, [person for person in about if person])
    return shown({"items": items, "next": following})


@router.delete("/sessions/{session_id}", status_code=204, response_model=None, responses=problems(404))
async def end_other(session_id: SessionId, caller: Anybody, services: ServicesDep) -> Response:
    """Ends one of the caller's sessions; an admin ends any."""
    record = services.sessions.book.session(session_id, clock.now_ms())
    # The same answer for a session of somebody else: an id tells nothing.
    if record is None or (caller.role is not Role.ADMIN and record.sub != caller.id):
        raise ProblemResponse("not_found", "there is no session with this id")
    await services.sessions.end(session_id, record)
    await _forget_devices(services, record, session_id)
    record_done(services, caller, "session.end", record.sub or "")
    return Response(status_code=204)


@router.post("/revocations", response_model=RevocationShown, responses=problems(400, 404, 413, 415))
async def revoke(body: RevocationIn, caller: Admin, services: ServicesDep) -> Response:
    """Ends a token, a session, or everything that was issued to a subject or role before now, with its live views.

    No Idempotency-Key: a repeat revokes again. Revoking the role `admin` also ends the token of the request.
    """
    what, subject = await _revoked(body, services)
    record_done(services, caller, f"revoke.{what}", subject)
    return shown({"revoked": what.value, "at": time(clock.now_ms())})


async def _revoked(body: RevocationIn, services: Services) -> tuple[Revoked, str]:
    """Revokes what the body names. Returns its kind, and for the audit whom or what it concerns."""
    sessions, now_ms = services.sessions, clock.now_ms()
    if body.token is not None:
        try:
            bearer = services.keys.verify(body.token, now_s=now_ms // 1000)
        except BadToken as error:
            raise invalid("token", f"a valid token: {error}") from None
        await sessions.revoke_token(bearer)
        return Revoked.TOKEN, bearer.sub
    if body.session is not None:
        record = sessions.book.session(body.session, now_ms)
        if record is None:
            raise ProblemResponse("not_found", "there is no session with this id")
        await sessions.end(body.session, record)
        await _forget_devices(services, record, body.session)
        return Revoked.SESSION, record.sub or ""
    if body.jti is not None:
        await sessions.revoke(Revoked.TOKEN, body.jti)
        return Revoked.TOKEN, body.jti
    what, value = (Revoked.ROLE, body.role) if body.role is not None else (Revoked.SUBJECT, body.subject or "")
    if what is Revoked.SUBJECT:
        checked_volunteer_id(value)
    await sessions.revoke(what, str(value))
    if what is Revoked.SUBJECT:
        await end_of_sessions(services, str(value))
    return what, str(value)


async def _forget_devices(services: Services, record: SessionRecord, session_id: str) -> None:
    if record.role == Role.VOLUNTEER and record.sub:
        await end_of_sessions(services, record.sub, session_id)


def _record_of(services: Services, caller: Caller) -> SessionRecord | None:
    if caller.session_id is None:
        return None
    return services.sessions.book.session(caller.session_id, clock.now_ms())


def _logged_in(services: Services, name: str, opened: OpenSession) -> Response:
    person = Caller(opened.record.sub or "", Role(opened.record.role or ""), session_id=opened.id)
    record_done(services, person, "session.open", person.id)
    return _with_cookie(name, opened)


def _with_cookie(name: str, opened: OpenSession) -> Response:
    person = Caller(
        opened.record.sub or "", Role(opened.record.role or ""), opened.cookie_expires_ms, session_id=opened.id
    )
    lasts_s = (opened.record.until_ms - clock.now_ms()) // 1000
    header = session_cookies.set_cookie(name, opened.cookie, lasts_s)
    return shown(views.session(opened.id, opened.record, person), headers={"Set-Cookie": header})
