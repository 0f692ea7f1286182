"""Idempotency-Key: a repeat with the same body gets the first response, another body 422.

The ids of commands and incidents are derived from caller and key, so a repeat that is not detected here has no second effect.
"""

import hashlib
import re
from typing import Annotated, Any

import msgspec
from fastapi import Depends, Header, Request
from fastapi.responses import Response

from api.caller import Caller
from api.http.problems import ProblemResponse
from api.process.intake_marks import IntakeMarks
from dispatch.model import ids

_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, Any]).decode
NOTHING = hashlib.sha256(b"").hexdigest()
"""Digest of an empty body."""


def digest_of(*parts: str) -> str:
    return ids.derived("digest", *parts).hex


class IdempotentRequest:
    """A request of one caller under one Idempotency-Key."""

    def __init__(self, caller: Caller, key: str, body_digest: str, fingerprint: str, marks: IntakeMarks) -> None:
        self.caller = caller
        self.key = key
        self.body_digest = body_digest
        self._fingerprint = fingerprint
        # With the caller: keys of different people are independent.
        self._key_digest = digest_of(caller.id, key)
        self._marks = marks

    def command_id(self, what: str) -> str:
        """Includes the digest of the body: if a reused key was not detected here, the dispatcher refuses the second command."""
        return ids.command_id(self.caller.id, self.key, f"{what}:{self.body_digest}")

    async def repeated(self) -> Response | None:
        """The first response under this key; None if the key is new or the response is unknown.

        Raises:
            ProblemResponse: 422, the key was used for another request.
        """
        # Marks the key before the preconditions, so a concurrent repeat with another body is refused.
        known = await self._marks.first_use(self._key_digest, self._fingerprint)
        if known is None:
            return None
        # The digest covers method, path and body: the same key for another route is a reuse as well.
        if known.digest != self._fingerprint:
            raise ProblemResponse("idempotency_key_reused", "expected a new Idempotency-Key for another request")
        # Without a stored response the request runs again: ids are derived, so the command has no second effect.
        return accepted_again(known.answer) if known.answer else None

    def accepted(self, subject: str, status: str, links: dict[str, str]) -> Response:
        """The 202 response, stored for repeats. Call it once Kafka has acknowledged the command."""
        answer = _encode({"id": subject, "status": status, "links": links})
        self._marks.answered(self._key_digest, self._fingerprint, answer)
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
    body_digest: str = getattr(request.state, "body_digest", NOTHING)
    fingerprint = digest_of(request.method, request.url.path, body_digest)
    caller: Caller = request.state.caller
    return IdempotentRequest(caller, idempotency_key, body_digest, fingerprint, request.app.state.services.marks)


OnceOnly = Annotated[IdempotentRequest, Depends(_once)]
