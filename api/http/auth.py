"""Authentication by token or session, and authorisation by role.

A route without `Allow` or `PUBLIC` prevents the API from starting.
"""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.security import HTTPBearer

from api.caller import Caller
from api.http import basic_password, link_scope, session_cookies
from api.http.client_address import client_address
from api.http.problems import ProblemResponse
from api.http.request_limits import limited
from api.process.rate_limits import RequestClass
from api.process.services import Services, TokenVerifier
from streams import clock
from streams.sessions.sessions import SessionEnded
from streams.tokens import BadToken, Bearer, Role

OPERATOR, VOLUNTEER, TRACKER, MONITOR, ADMIN = Role.OPERATOR, Role.VOLUNTEER, Role.TRACKER, Role.MONITOR, Role.ADMIN
FEED = Role.FEED
_CHALLENGE = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
_NOTHING_PRESENTED = {"WWW-Authenticate": "Bearer"}
"""RFC 6750 §3.1: no error where there were no credentials. A page without a session then need not try to renew one."""


class Allow(HTTPBearer):
    """A dependency that returns the caller if their role is one of these. Adds the bearer token to the OpenAPI document."""

    def __init__(self, *roles: Role) -> None:
        # auto_error=False: `admit` raises problem details instead of FastAPI's own error.
        super().__init__(scheme_name="token", bearerFormat="JWT", auto_error=False)
        self.roles = frozenset(roles)

    async def __call__(self, request: Request) -> Caller:  # type: ignore[override]
        # StrictRoute has admitted the caller before it read the body; the signature is verified once for each request.
        caller: Caller | None = getattr(request.state, "caller", None)
        return caller if caller is not None else await self.admit(request)

    async def admit(self, request: Request) -> Caller:
        """Raises ProblemResponse: 401 without a valid token or session, 403 with another role, 409 for another session's page."""
        try:
            caller = await identified(request)
        except ProblemResponse as problem:
            # A link that has ended is no attack; guesses have a limit of their own.
            raise (problem if link_scope.presented(request) is not None else refused(request, problem)) from None
        # Before the role: what the page of another person sends is neither refused for good nor carried out.
        session_cookies.require_expected(request, caller.session_id)
        if caller.role not in self.roles:
            raise ProblemResponse("forbidden", "expected a token of role " + " or ".join(sorted(self.roles)))
        link_scope.require_permitted(request, caller)
        request.state.caller = caller
        return caller


class AllowDesk(Allow):
    """As `Allow`, for programs of a desk: the token may also be the password of HTTP Basic."""

    async def admit(self, request: Request) -> Caller:
        request.state.password = basic_password.presented(request)
        try:
            return await super().admit(request)
        except ProblemResponse as problem:
            if problem.status_code == 401 and basic_password.may_be_asked_for(request):
                challenge = {"WWW-Authenticate": basic_password.CHALLENGE}
                raise ProblemResponse("unauthenticated", problem.detail, headers=challenge) from None
            raise


async def identified(request: Request) -> Caller:
    """The caller by the header Authorization (a token, or a one-offer link), or by a session cookie if there is no such header.

    A header that is present counts alone: an invalid token is never replaced by a cookie that the browser added.

    Raises:
        ProblemResponse: 401, or as `link_scope.caller_of`.
        LogUnavailable: the session was opened a moment ago and Kafka does not answer.
    """
    # From the state of the application: `Allow` is constructed at import, before there are keys.
    services: Services = request.app.state.services
    token = link_scope.presented(request)
    if token is not None:
        return await link_scope.caller_of(request, services, token)
    if "authorization" in request.headers:
        return _by_token(request, services)
    value = session_cookies.presented(request)
    if value is None:
        detail = "expected the header Authorization: Bearer <token>, or a session cookie"
        raise ProblemResponse("unauthenticated", detail, headers=_NOTHING_PRESENTED)
    try:
        cookie, record = await services.sessions.used(value)
    except SessionEnded as error:
        raise unauthenticated(str(error)) from None
    sessions = services.sessions
    return Caller(
        record.sub or "",
        Role(record.role or ""),
        cookie.expires_ms,
        # Asked by live views, which outlast the request.
        lambda: sessions.valid_until_ms(cookie) == 0,
        lambda: sessions.valid_until_ms(cookie),
        session_id=cookie.session_id,
    )


def refused(request: Request, problem: ProblemResponse) -> ProblemResponse:
    """The answer to an invalid token, cookie or code: the problem, or 429 for an address with many of them."""
    services: Services = request.app.state.services
    wait_s = services.rates.refused_wait_s(client_address(request.scope))
    return limited(RequestClass.REFUSED, "none", wait_s) if wait_s > 0 else problem


def unauthenticated(detail: str) -> ProblemResponse:
    return ProblemResponse("unauthenticated", detail, headers=_CHALLENGE)


def _by_token(request: Request, services: Services) -> Caller:
    keys, sessions = services.keys, services.sessions
    bearer = _bearer(request, keys)
    if sessions.refuses(bearer):
        raise unauthenticated("the token was revoked")
    return Caller(
        bearer.sub,
        bearer.role,
        bearer.expires_s * 1000,
        lambda: not keys.accepts(bearer) or sessions.refuses(bearer),
        bearer=bearer,
    )


def _bearer(request: Request, keys: TokenVerifier) -> Bearer:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    password: str | None = getattr(request.state, "password", None)
    if password is not None:
        scheme, token = "bearer", password
    if scheme.lower() != "bearer" or not token.strip():
        raise unauthenticated("expected the header Authorization: Bearer <token>")
    try:
        return keys.verify(token.strip(), now_s=clock.now_ms() // 1000)
    except BadToken as error:
        raise unauthenticated(str(error)) from None


class Public:
    """Marks a route that needs no token."""

    async def __call__(self) -> None:
        return None


PUBLIC = Depends(Public())
operators = Depends(Allow(OPERATOR))
admins = Depends(Allow(ADMIN))
keepers = Depends(Allow(ADMIN, OPERATOR))
reporters = Depends(Allow(OPERATOR, FEED))
"""A feed orders something only of incidents that it reported itself (`writes/incident_orders.py`)."""
watchers = Depends(Allow(OPERATOR, MONITOR))
desks = Depends(AllowDesk(OPERATOR, MONITOR))
trackers = Depends(Allow(TRACKER))
everybody = Depends(Allow(*Role))
people = Depends(Allow(OPERATOR, ADMIN, MONITOR, VOLUNTEER))

Operator = Annotated[Caller, operators]
Reporter = Annotated[Caller, reporters]
Watcher = Annotated[Caller, watchers]
Desk = Annotated[Caller, desks]
Reader = Annotated[Caller, Depends(Allow(OPERATOR, MONITOR, VOLUNTEER))]
Volunteer = Annotated[Caller, Depends(Allow(VOLUNTEER))]
Tracker = Annotated[Caller, trackers]
VolunteerOrOperator = Annotated[Caller, Depends(Allow(VOLUNTEER, OPERATOR))]
VolunteerOrKeeper = Annotated[Caller, Depends(Allow(VOLUNTEER, OPERATOR, ADMIN))]
Admin = Annotated[Caller, Depends(Allow(ADMIN))]
PlaceReader = Annotated[Caller, people]
AdminOrOperator = Annotated[Caller, keepers]
Anybody = Annotated[Caller, everybody]
VolunteerOrAdmin = Annotated[Caller, Depends(Allow(VOLUNTEER, ADMIN))]


def allowance(dependant: Dependant) -> Allow | Public | None:
    """The access rule of a route; None if it declares none."""
    return next(_declared(dependant), None)


def _declared(dependant: Dependant) -> Iterator[Allow | Public]:
    # The rule may stand in a dependency of a dependency, as in the parameters of a route.
    for part in dependant.dependencies:
        if isinstance(part.call, (Allow, Public)):
            yield part.call
        yield from _declared(part)


def only_own(caller: Caller, volunteer_id: str) -> None:
    """Refuses a volunteer who acts for somebody else. Raises ProblemResponse (403)."""
    if caller.role is Role.VOLUNTEER and caller.id != volunteer_id:
        raise ProblemResponse("forbidden", "a volunteer's token is valid only for its own id")
