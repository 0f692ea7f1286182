"""Login of operators, admins and monitors at an issuer, by two redirects of the browser (`api/process/oidc_issuer.py`).

Not in the OpenAPI document, because no program calls them.
"""

import hmac
import secrets
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.caller import Caller
from api.deps import ServicesDep
from api.http import session_cookies
from api.http.audit import record_done
from api.http.auth import PUBLIC, refused
from api.http.problems import ProblemResponse, retry_later
from api.http.strict_route import StrictRoute
from api.process.oidc_issuer import CALLBACK, IssuerUnavailable, LoginRefused, OidcIssuer
from api.process.services import Services
from streams import clock
from streams.sessions.sessions import OpenSession

router = APIRouter(route_class=StrictRoute, include_in_schema=False, dependencies=[PUBLIC])
LOGIN_MS = 10 * 60_000
AFTER = "/"
"""Always the same page: an address in the request would make this an open redirect."""
Text = Annotated[str | None, Query(max_length=4096)]


@router.get("/v1/session/oidc")
async def begin(request: Request, services: ServicesDep) -> Response:
    """Sends the browser to the issuer. State, nonce and PKCE verifier wait in a signed cookie, so any API process can go on."""
    issuer, name = _issuer(services), _login_cookie(request)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    try:
        url = await issuer.authorization_url(state=state, nonce=nonce, verifier=verifier)
    except IssuerUnavailable:
        raise _unavailable() from None
    until_ms = clock.now_ms() + LOGIN_MS
    value = services.sessions.signer.sealed(state, nonce, verifier, until_ms=until_ms)
    # Lax: the issuer sends the browser back from another site, and a Strict cookie would stay behind.
    header = session_cookies.set_cookie(name, value, LOGIN_MS // 1000, same_site="Lax")
    return Response(status_code=303, headers={"Location": url, "Set-Cookie": header})


@router.get(CALLBACK)
async def callback(
    request: Request, services: ServicesDep, code: Text = None, state: Text = None, iss: Text = None
) -> Response:
    """Opens the session and goes on to the console."""
    issuer, name = _issuer(services), _login_cookie(request)
    begun = session_cookies.only_value(request, name)
    parts = services.sessions.signer.unsealed(begun, clock.now_ms()) if begun is not None else None
    if parts is None or not state or not hmac.compare_digest(state.encode("utf-8", "replace"), parts[0].encode()):
        raise refused(request, ProblemResponse("login_refused", "this login was not begun in this browser"))
    if not code:
        raise refused(request, ProblemResponse("login_refused", "the issuer did not log the person in"))
    try:
        person = await issuer.identity(
            code, nonce=parts[1], verifier=parts[2], now_s=clock.now_ms() // 1000, issuer=iss
        )
    except LoginRefused as error:
        raise refused(request, ProblemResponse("login_refused", str(error))) from None
    except IssuerUnavailable:
        raise _unavailable() from None
    opened = await services.sessions.open(person.role, person.sub, "oidc", person.organisation)
    record_done(services, Caller(person.sub, person.role, session_id=opened.id), "session.open", person.sub)
    return _logged_in(request, name, opened)


def _logged_in(request: Request, login_name: str, opened: OpenSession) -> Response:
    answer = Response(status_code=303, headers={"Location": AFTER})
    lasts_s = (opened.record.until_ms - clock.now_ms()) // 1000
    session_name = session_cookies.require_connection(request)
    answer.headers.append("Set-Cookie", session_cookies.set_cookie(session_name, opened.cookie, lasts_s))
    # The login is over: its state must not be used again.
    answer.headers.append("Set-Cookie", session_cookies.set_cookie(login_name, "", 0, same_site="Lax"))
    return answer


def _issuer(services: Services) -> OidcIssuer:
    if services.issuer is None:
        raise ProblemResponse("not_found", "no issuer is set up: KOMEK_OIDC_ISSUER")
    return services.issuer


def _login_cookie(request: Request) -> str:
    return f"{session_cookies.require_connection(request)}-login"


def _unavailable() -> ProblemResponse:
    return retry_later("issuer_unavailable", "the issuer does not answer; a login link works without it", 10)
