"""Idempotency-Key: a repeat with the same body gets the first response, another body 422.

The ids of commands and incidents are derived from caller and key, so a repeat that is not detected here has no second effect.
"""

import hashlib
import re
from typing import Annotated, Any, NamedTuple

import msgspec
from fastapi import Depends, Header, Request
from fastapi.responses import Response

from api.caller import Caller
from api.http.problems import ProblemResponse
from api.process.intake_marks import IntakeMarks
from api.process.services import Services
from dispatch.model import ids
from streams.wire.client_digests import Purpose, client_digests

_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, Any]).decode
NOTHING = hashlib.sha256(b"").hexdigest()
"""Digest of an empty body."""


class RequestDigests(NamedTuple):
    """How one request is recognised when it is repeated."""

    key: str
    """Digest of caller and Idempotency-Key. With the caller: keys of different people are independent."""
    request: str
    """Digest of method, path and body: the same key for another route is a reuse as well."""
    body: str
    """Digest of the body alone: part of the id of the command."""


class IdempotentRequest:
    """A request of one caller under one Idempotency-Key."""

    def __init__(
        self, caller: Caller, key: str, digests: RequestDigests, unkeyed: RequestDigests, marks: IntakeMarks
    ) -> None:
        self.caller = caller
        self.key = key
        self.body_digest = digests.body
        """Keyed; for the command."""
        self._digests = digests
        self._unkeyed = unkeyed
        self._body_in_ids = digests.body
        self._marks = marks

    def command_id(self, what: str) -> str:
        """Includes the digest of the body: if a reused key was not detected here, the dispatcher refuses the second command."""
        return ids.command_id(self.caller.id, self.key, f"{what}:{self._body_in_ids}")

    async def repeated(self) -> Response | None:
        """The first response under this key; None if the key is new or the response is unknown.

        Raises:
            ProblemResponse: 422, the key was used for another request.
        """
        # Marks the key before the preconditions, so a concurrent repeat with another body is refused.
        known = await self._marks.first_use(self._digests.key, self._digests.request, earlier_key=self._unkeyed.key)
        if known is None:
            return None
        if known.digest == self._unkeyed.request:
            # First sent to a process of an earlier version: with the same ids, a command already in the log has no second effect.
            self._body_in_ids = self._unkeyed.body
        elif known.digest != self._digests.request:
            raise ProblemResponse("idempotency_key_reused", "expected a new Idempotency-Key for another request")
        # Without a stored response the request runs again: ids are derived, so the command has no second effect.
        return accepted_again(known.answer) if known.answer else None

    def accepted(self, subject: str, status: str, links: dict[str, str]) -> Response:
        """The 202 response, stored for repeats. Call it once Kafka has acknowledged the command."""
        answer = _encode({"id": subject, "status": status, "links": links})
        self._marks.answered(self._digests.key, self._digests.request, answer)
        return accepted_again(answer)


def accepted_again(answer: bytes) -> Response:
    headers = {"Location": str(_decode(answer)["links"]["self"])}
    return Response(answer, 202, headers, "application/json")


async def _once(
    request: Request,
    idempotency_key: Annotated[
        str | None,
        Header(
            description="1 to 200 visible ASCII characters; the same key with the same body has the same effect once",
            json_schema_extra={"pattern": "^[\\x21-\\x7e]{1,200}$"},
        ),
    ] = None,
) -> IdempotentRequest:
    if idempotency_key is None or not _KEY.fullmatch(idempotency_key):
        raise ProblemResponse(
            "idempotency_key_required", "expected the header Idempotency-Key: 1 to 200 visible ASCII characters"
        )
    # Set by `StrictRequest.json`; absent if the request has no body.
    body_sha256: str = getattr(request.state, "body_sha256", NOTHING)
    caller: Caller = request.state.caller
    services: Services = request.app.state.services
    digests = client_digests(services.ring.now)
    keyed = RequestDigests(
        key=digests.digest(Purpose.IDEMPOTENCY_KEY, caller.id, idempotency_key),
        request=digests.digest(Purpose.REQUEST, request.method, request.scope["path"], body_sha256),
        body=digests.body_digest(body_sha256),
    )
    # Only looked up, never stored: marks of processes before digests were keyed, which expire after a day (DESIGN 106).
    unkeyed = RequestDigests(
        key=ids.derived("digest", caller.id, idempotency_key).hex,
        request=ids.derived("digest", request.method, request.scope["path"], body_sha256).hex,
        body=body_sha256,
    )
    return IdempotentRequest(caller, idempotency_key, keyed, unkeyed, services.marks)


OnceOnly = Annotated[IdempotentRequest, Depends(_once)]
