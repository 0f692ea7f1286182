"""Problem details (RFC 9457): the table of stable codes, and how errors of other layers map to it.

    ProblemResponse           a code of TABLE
    BadJson                   strict_json.py: 400 or 422 with line, column and offset
    RequestValidationError    FastAPI: 422 with one entry for each invalid field
    IntakeError, LogUnavailable   streams/errors.py: 503 with Retry-After
    KeyMissing                streams/ring: 503 with Retry-After
    StoreUnavailable, NotReady    dispatch/ports.py: 503 with Retry-After

A problem never repeats values from the request, only field names and JSON types.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from api.http import methods
from api.http.field_errors import field_error
from api.http.strict_json import BadJson
from dispatch.ports import NotReady, StoreUnavailable
from streams.audit.audit_log import AuditUnavailable
from streams.errors import IntakeError, LogUnavailable, Overloaded
from streams.ring import KeyMissing

MEDIA_TYPE = "application/problem+json"
BASE = "urn:komek:problem:"
"""Of the member `type`: a URN identifies the problem and cannot be dereferenced."""

_log = structlog.get_logger(__name__)
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class ProblemType:
    status: int
    title: str


TABLE: dict[str, ProblemType] = {
    "bad_json": ProblemType(400, "The body is not JSON"),
    "bad_request": ProblemType(400, "The request is not HTTP/1.1, or too many requests were sent ahead"),
    "invalid_parameter": ProblemType(400, "A query parameter is unknown here, repeated or invalid"),
    "duplicate_key": ProblemType(422, "An object in the body has the same key twice"),
    "nul_character": ProblemType(422, "A string in the body contains a NUL character"),
    "idempotency_key_required": ProblemType(400, "The header Idempotency-Key is missing or malformed"),
    "unauthenticated": ProblemType(401, "A valid bearer token or session is required"),
    "code_refused": ProblemType(403, "The login link was used, has expired or does not exist"),
    "login_refused": ProblemType(403, "The login at the issuer was not accepted"),
    "cross_site": ProblemType(403, "Sessions are used only by pages of this site"),
    "https_required": ProblemType(403, "Sessions need https, or http on this machine"),
    "forbidden": ProblemType(403, "This role or person is not allowed to do that"),
    "not_your_offer": ProblemType(403, "The offer was made to somebody else"),
    "not_found": ProblemType(404, "The resource does not exist"),
    "method_not_allowed": ProblemType(405, "The method is not allowed here"),
    "not_acceptable": ProblemType(406, "None of the accepted media types is available"),
    "request_timeout": ProblemType(408, "The request did not arrive within its time limit"),
    "other_session": ProblemType(409, "The cookie belongs to another session than the header Komek-Session names"),
    "offer_ended": ProblemType(409, "The offer has ended"),
    "channel_code_refused": ProblemType(403, "The code is wrong, has expired or was tried too often"),
    "too_many_channels": ProblemType(409, "The person has as many channels as one may have"),
    "positions_withdrawn": ProblemType(409, "The person has withdrawn the consent to positions"),
    "incident_open": ProblemType(409, "The incident has not ended"),
    "incident_ended": ProblemType(409, "The incident has ended"),
    "ended_too_long_ago": ProblemType(409, "The incident ended too long ago to be reopened"),
    "reminded_lately": ProblemType(409, "A notice of this offer was sent less than 20 seconds ago"),
    "conflict": ProblemType(409, "The present state does not permit the request"),
    "unknown_volunteer": ProblemType(409, "No volunteer is registered with this id"),
    "off_duty": ProblemType(409, "The person is off duty"),
    "engaged": ProblemType(409, "The person holds another offer or assignment"),
    "in_distress": ProblemType(409, "An incident of the person's own danger is open"),
    "filled": ProblemType(409, "The requirement is filled"),
    "unreachable": ProblemType(409, "No device of the person takes notices; force with a reason overrides this"),
    "rules_against": ProblemType(409, "Soft rules exclude this person; force with a reason overrides them"),
    "alarm_not_standing": ProblemType(409, "The alarm is over, or has not begun"),
    "proposal_outdated": ProblemType(409, "The proposal has ended, or a newer one has taken its place"),
    "already_escalated": ProblemType(409, "The alarm level has been raised since"),
    "already_split": ProblemType(409, "Another order has split these people or reports off already"),
    "edit_conflict": ProblemType(409, "A field has another value or a later edit than the request expects"),
    "private_unreadable": ProblemType(409, "The request would replace a private record that cannot be decrypted"),
    "link_ended": ProblemType(410, "The link has ended or does not exist; log in instead"),
    "version_conflict": ProblemType(412, "Somebody else has changed the same field since it was read"),
    "body_too_large": ProblemType(413, "The body is too large"),
    "uri_too_long": ProblemType(414, "The request line is too long"),
    "unsupported_media_type": ProblemType(415, "The body must be JSON"),
    "range_not_satisfiable": ProblemType(416, "The range cannot be sent"),
    "invalid": ProblemType(422, "The request is invalid"),
    "out_of_range": ProblemType(422, "The coordinates of a position are out of range"),
    "zero_position": ProblemType(422, "A position of exactly 0, 0 is an unset variable"),
    "bad_accuracy": ProblemType(422, "The accuracy of a position must be from 0 to 100 km"),
    "too_old": ProblemType(422, "A position must have been recorded within the last hour"),
    "from_the_future": ProblemType(422, "A position must not be recorded more than a minute in the future"),
    "idempotency_key_reused": ProblemType(422, "The Idempotency-Key was used for another request"),
    "too_many_requests": ProblemType(429, "Too many requests of this kind; repeat it after Retry-After"),
    "too_many_live_views": ProblemType(429, "This identity has too many live views open"),
    "headers_too_large": ProblemType(431, "The request line and headers exceed 32 KiB"),
    "internal": ProblemType(500, "Internal error"),
    "waited_too_long": ProblemType(503, "The request waited too long before it was read; nothing was stored"),
    "overloaded": ProblemType(503, "Too many requests are in flight; nothing was stored"),
    # A record whose acknowledgement timed out may be in the log, so only a repeat under the same key is safe.
    "unknown_outcome": ProblemType(
        503, "It is unknown whether this was stored; repeat it with the same Idempotency-Key"
    ),
    # Codes never change, so this one keeps its old word for the state in Redis.
    "picture_unavailable": ProblemType(503, "The state in Redis cannot be read at the moment"),
    "key_missing": ProblemType(503, "The key ring of this process lacks the key that private data are encrypted with"),
    "issuer_unavailable": ProblemType(503, "The issuer of logins does not answer"),
    "audit_unavailable": ProblemType(503, "It cannot be recorded who sees this, so it is not shown"),
    "assistant_off": ProblemType(503, "The assistant is switched off or not running; everything else works without it"),
    "assistant_busy": ProblemType(503, "The assistant did not answer in time; everything else works without it"),
    "log_unavailable": ProblemType(503, "Kafka cannot be read at the moment"),
}


class ProblemResponse(HTTPException):
    """A response with problem details, raised anywhere below a route. `errors`: invalid fields; `more`: fields of this code."""

    def __init__(
        self,
        code: str,
        detail: str | None = None,
        *,
        errors: Sequence[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        entry = TABLE[code]
        super().__init__(entry.status, detail or entry.title, dict(headers) if headers else None)
        self.code = code
        self.body = {
            "type": BASE + code,
            "title": entry.title,
            "status": entry.status,
            "code": code,
            "detail": detail or entry.title,
            **({"errors": list(errors)} if errors else {}),
            **more,
        }

    def response(self) -> Response:
        # Also here: a response to an unexpected error, and one that the protocol writes, pass no middleware.
        headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", **(self.headers or {})}
        return Response(_encode(self.body), self.status_code, headers, MEDIA_TYPE)


def invalid(field: str, expected: str, got: str | None = None) -> ProblemResponse:
    """422 for one invalid field. `got`: the JSON type of its value, never the value."""
    error = {"field": field, "expected": expected, **({"got": got} if got else {})}
    return ProblemResponse("invalid", f"{field or 'body'}: expected {expected}", errors=[error])


def not_json(error: BadJson) -> ProblemResponse:
    """400 or 422 with the position of the fault."""
    place: dict[str, Any] = {"line": error.line, "column": error.column, "offset": error.offset}
    return ProblemResponse(
        error.code, str(error), errors=[{"field": "", "expected": "JSON (RFC 8259)", **place}], **place
    )


def retry_later(code: str, detail: str, after_s: int = 1) -> ProblemResponse:
    """503 with Retry-After."""
    return ProblemResponse(code, detail, headers={"Retry-After": str(after_s)})


def problem_of(error: Exception) -> ProblemResponse:
    """The response to an error of another layer; 500 for an unexpected one."""
    if isinstance(error, ProblemResponse):
        return error
    if isinstance(error, BadJson):
        return not_json(error)
    # Before IntakeError, of which it is a subclass: only here is it certain that nothing was sent.
    if isinstance(error, Overloaded):
        return retry_later("overloaded", TABLE["overloaded"].title)
    if isinstance(error, IntakeError):
        return retry_later("unknown_outcome", TABLE["unknown_outcome"].title)
    if isinstance(error, NotReady):
        return retry_later("picture_unavailable", "Redis is being rebuilt from Kafka", 3)
    if isinstance(error, StoreUnavailable):
        return retry_later("picture_unavailable", "Redis does not answer")
    if isinstance(error, AuditUnavailable):
        return retry_later("audit_unavailable", TABLE["audit_unavailable"].title, 5)
    if isinstance(error, LogUnavailable):
        return retry_later("log_unavailable", "Kafka does not answer")
    if isinstance(error, KeyMissing):
        return retry_later("key_missing", TABLE["key_missing"].title, 5)
    # Nobody reads this response; it only keeps the disconnect out of the log of unexpected errors.
    if isinstance(error, ClientDisconnect):
        return ProblemResponse("bad_json", "the body ended early")
    if isinstance(error, RequestValidationError):
        return _invalid_request(error)
    if isinstance(error, HTTPException):
        return _of_framework(error)
    return ProblemResponse("internal")


_HANDLED = (
    HTTPException,
    RequestValidationError,
    ClientDisconnect,
    IntakeError,
    StoreUnavailable,
    NotReady,
    LogUnavailable,
    AuditUnavailable,
    KeyMissing,
    BadJson,
)
_OF_STATUS = {404: "not_found", 405: "method_not_allowed", 406: "not_acceptable", 413: "body_too_large"}


def _of_framework(error: HTTPException) -> ProblemResponse:
    code = _OF_STATUS.get(error.status_code, "bad_json" if error.status_code == 400 else "internal")
    return ProblemResponse(code, headers=error.headers)


def _invalid_request(error: RequestValidationError) -> ProblemResponse:
    # A body within the size limit can have thousands of faults; 20 bound the response.
    faults = [field_error(fault) for fault in error.errors()[:20]]
    detail = "; ".join(f"{fault['field'] or 'body'}: expected {fault['expected']}" for fault in faults[:3])
    return ProblemResponse("invalid", detail, errors=faults)


def install(app: FastAPI) -> None:
    """Installs the error handlers: every error, expected or not, gives application/problem+json."""

    async def handled(request: Request, error: Exception) -> Response:
        problem = problem_of(error)
        if problem.code == "method_not_allowed":
            return methods.refused(request, problem.response())
        return problem.response()

    async def unexpected(request: Request, error: Exception) -> Response:
        # Type and frames only (`streams/logs.py`): the text of the error may quote the request.
        route = request.scope.get("route")
        kind = type(error).__name__
        _log.error("unexpected error", kind=kind, route=getattr(route, "path", "?"), exc_info=error)
        return ProblemResponse("internal").response()

    for kind in _HANDLED:
        app.add_exception_handler(kind, handled)
    app.add_exception_handler(Exception, unexpected)
