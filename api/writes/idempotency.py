"""Idempotency-Key: same key and body, same answer; another body, 422. Ids of what is ordered derive from caller and key."""

import hashlib
import re
from typing import Annotated, Any

import msgspec
from fastapi import Depends, Header, Request
from fastapi.responses import Response

from api.caller import Caller
from api.http.problems import ProblemResponse
from api.process.intake_marks import Marks
from dispatch.model import ids

_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, Any]).decode
NOTHING = hashlib.sha256(b"").hexdigest()
"""Digest of an absent body."""


def digest_of(*parts: str) -> str:
    return ids.derived("digest", *parts).hex


class IdempotentRequest:
    """One order of one caller under one key."""

    def __init__(self, caller: Caller, key: str, body_digest: str, fingerprint: str, marks: Marks) -> None:
        self.caller = caller
        self.key = key
        self.body_digest = body_digest
        self._fingerprint = fingerprint
        self._key_digest = digest_of(caller.id, key)
        self._marks = marks

    def command_id(self, what: str) -> str:
        """Another body gives another command, so that the dispatcher can refuse it by a record when nobody else knew."""
        return ids.command_id(self.caller.id, self.key, f"{what}:{self.body_digest}")

    async def repeated(self) -> Response | None:
        """The answer that was given before, if that is known. Raises Problem when the key was used for something else."""
        known = await self._marks.first_use(self._key_digest, self._fingerprint)
        if known is None:
            return None
        if known.digest != self._fingerprint:
            raise ProblemResponse("idempotency_key_reused", "expected a new Idempotency-Key for another request")
        return accepted_again(known.answer) if known.answer else None

    def accepted(self, order_id: str, status: str, links: dict[str, str]) -> Response:
        """202, once the order is in the log."""
        answer = _encode({"id": order_id, "status": status, "links": links})
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
    body_digest: str = getattr(request.state, "body_digest", NOTHING)
    fingerprint = digest_of(request.method, request.url.path, body_digest)
    caller: Caller = request.state.caller
    return IdempotentRequest(caller, idempotency_key, body_digest, fingerprint, request.app.state.parts.marks)


OnceOnly = Annotated[IdempotentRequest, Depends(_once)]
