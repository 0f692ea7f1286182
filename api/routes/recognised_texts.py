"""Texts that a model of the deployer writes down of a recording or a picture: drafts for an operator, who compares and decides.

What is sent goes to the model that the deployer named and nowhere else; nothing of it is stored, logged or repeated.
"""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.caller import Caller
from api.deps import ServicesDep
from api.http.audit import record_audit
from api.http.auth import Operator
from api.http.problems import ProblemResponse
from api.http.responses import problems, shown
from api.http.strict_route import StrictRoute, read_at_most
from api.process.services import Services
from api.schemas.assistant import TextRecognised
from api.views.hints import MADE_BY
from dispatch.assistant.hint_kinds import HintTask
from dispatch.assistant.media_types import PICTURES, RECORDINGS, Begins, is_what_it_says
from dispatch.assistant.recognised_texts import Recognised
from streams import clock
from streams.assistant.media_models import MediaModel
from streams.assistant.model_port import ModelUnavailable
from streams.wire import Mode

router = APIRouter(tags=["assistant"], route_class=StrictRoute)
LIMIT = 4 * 1024 * 1024
"""Some minutes of speech as phones record it, or one photograph."""


def _takes(kinds: Mapping[str, Begins]) -> dict[str, Any]:
    content = {kind: {"schema": {"type": "string", "format": "binary", "maxLength": LIMIT}} for kind in kinds}
    return {"requestBody": {"required": True, "content": content}}


@router.post(
    "/v1/assistant/transcription",
    response_model=TextRecognised,
    responses=problems(413, 415),
    openapi_extra=_takes(RECORDINGS),
)
async def write_down(request: Request, caller: Operator, services: ServicesDep) -> Response:
    """What is said in a recording, as a model of the deployer wrote it down: a draft to be compared with it. Stores nothing.

    503 `assistant_off`: no model is set, or its work is switched off. 503 `assistant_busy`: it gave no usable text within 12 s.
    """
    return await _recognised(request, caller, services, HintTask.TRANSCRIPTION, RECORDINGS)


@router.post(
    "/v1/assistant/picture",
    response_model=TextRecognised,
    responses=problems(413, 415),
    openapi_extra=_takes(PICTURES),
)
async def read_picture(request: Request, caller: Operator, services: ServicesDep) -> Response:
    """The text that stands in a picture, as a model of the deployer copied it: a draft to be compared with it. Stores nothing.

    503 `assistant_off`: no model is set, or its work is switched off. 503 `assistant_busy`: it gave no usable text within 12 s.
    """
    return await _recognised(request, caller, services, HintTask.PICTURE, PICTURES)


async def _recognised(
    request: Request, caller: Caller, services: Services, task: HintTask, kinds: Mapping[str, Begins]
) -> Response:
    model = services.media_models.of(task)
    if model is None or services.assistant_modes.mode(task) is not Mode.ON:
        raise ProblemResponse("assistant_off", "no model is set for it, or its switch is not on: GET /v1/assistant")
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in kinds:
        raise ProblemResponse("unsupported_media_type", f"expected Content-Type: {', '.join(kinds)}")
    with services.media_models.place() as is_free:
        if not is_free:
            raise _busy()
        content = await read_at_most(request, LIMIT)
        if not is_what_it_says(content, kinds[media_type]):
            raise ProblemResponse("unsupported_media_type", f"the content is no {media_type}")
        record_audit(services, caller, f"assistant.{task}", "")
        found, took_ms = await _asked(model, content, media_type)
    if services.assistant_modes.mode(task, found.language.value) is not Mode.ON:
        raise ProblemResponse("assistant_off", "this work is switched off in this language")
    language = {"value": found.language.value, "probability": round(found.language.probability, 3)}
    return shown(
        {"made_by": MADE_BY, "text": found.text, "language": language, "model": model.name, "took_ms": took_ms}
    )


async def _asked(model: MediaModel, content: bytes, media_type: str) -> tuple[Recognised, float]:
    begun_s = clock.monotonic_s()
    try:
        found = await model.text_of(content, media_type)
    except ModelUnavailable:
        raise _busy() from None
    return found, round((clock.monotonic_s() - begun_s) * 1000, 1)


def _busy() -> ProblemResponse:
    return ProblemResponse("assistant_busy", headers={"Retry-After": "5"})
