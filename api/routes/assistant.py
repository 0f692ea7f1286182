"""The assistant: what it reads out of a text, its hints about an incident, and the switches of its work.

Nothing of dispatch waits for it. It is switched off and on by operators and administrators, for everything or for one kind of
work.
"""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from api.caller import Caller
from api.deps import IncidentId, ServicesDep
from api.http.audit import disclosed, record_audit, record_done
from api.http.auth import AdminOrOperator, VolunteerOrOperator, everybody, operators
from api.http.problems import ProblemResponse
from api.http.responses import problems, shown
from api.http.strict_route import StrictRoute
from api.process.services import Services
from api.reads.decision_log import check_known
from api.reads.hint_standing import lag_of, learnt_of, mode_view, report_standing, task_standing
from api.reads.hints import hints_of_incident, judged_hint
from api.schemas.assistant import (
    AssistantShown,
    HintList,
    ModeBody,
    ModeShown,
    ReportRead,
    ReportText,
    TaskModeBody,
    VerdictBody,
    VerdictShown,
)
from api.views.hints import MADE_BY
from dispatch.assistant.hint_kinds import HintTask
from dispatch.assistant.languages import Language
from dispatch.assistant.oversight import HIDDEN_SHARE
from dispatch.assistant.said_judgements import Said, said_of
from dispatch.model.vocabulary import ASSIGNED_STATES, Task
from dispatch.ports import NotReady, StoreUnavailable
from streams import clock
from streams.clock import rfc3339
from streams.readers.assistant_modes import mode_key
from streams.store.assistant_calls import AssistantAway, AssistantBusy
from streams.tokens import Role
from streams.wire import JudgementRecord, Mode, ModeRecord

router = APIRouter(tags=["assistant"], route_class=StrictRoute)
TASKS = [one.value for one in HintTask]


@router.post("/v1/assistant/report", response_model=ReportRead, responses=problems(400, 413, 415))
async def read_report(body: ReportText, caller: VolunteerOrOperator, services: ServicesDep) -> Response:
    """What software reads out of a text: suggestions with the words that say so. Stores nothing and chooses nothing.

    503 `assistant_off` or `assistant_busy` within 300 ms: take the report without it.
    """
    await _require_call_taker(services, caller)
    if services.assistant_modes.mode(HintTask.REPORT) is not Mode.ON:
        raise ProblemResponse(
            "assistant_off", "the switch of `report`, or that of everything, is not on: GET /v1/assistant"
        )
    near = [body.near.lon, body.near.lat] if body.near else None
    try:
        answer = await services.assistant.ask({"text": body.text, "near": near, "exercise": services.settings.exercise})
    except AssistantAway:
        raise ProblemResponse("assistant_off", "no assistant takes questions at the moment") from None
    except AssistantBusy:
        raise ProblemResponse("assistant_busy", headers={"Retry-After": "1"}) from None
    if services.assistant_modes.mode(HintTask.REPORT, answer["language"]["value"]) is not Mode.ON:
        raise ProblemResponse("assistant_off", "reading reports is switched off in this language")
    if caller.role is Role.VOLUNTEER:
        answer = {**answer, "similar": []}
    elif answer["similar"]:
        record_audit(services, caller, "assistant.similar", "", [one["incident_id"] for one in answer["similar"]])
    standing = report_standing(services, answer["language"]["value"])
    return shown({"made_by": MADE_BY, **answer, "standing": standing})


@router.get(
    "/v1/incidents/{incident_id}/hints", response_model=HintList, dependencies=[operators], responses=problems(404)
)
async def list_hints(request: Request, incident_id: IncidentId, services: ServicesDep) -> Response:
    """Hints about the texts of an incident, also those that nobody at work sees (`mode`, `shown_to`)."""
    state = await services.reads.incident(incident_id)
    if state is None:
        await check_known(services, incident_id)
    # Before its first decision nobody has read it.
    items = await hints_of_incident(services, state) if state is not None else []
    disclosed(request, list(dict.fromkeys(person for item in items for person in item["shown_to"])))
    return shown({"items": items})


@router.post(
    "/v1/incidents/{incident_id}/hints/{hint_id}/verdict",
    status_code=202,
    response_model=VerdictShown,
    responses=problems(400, 404, 413, 415),
)
async def judge_hint(
    incident_id: IncidentId,
    hint_id: Annotated[str, Path(max_length=64)],
    body: VerdictBody,
    caller: VolunteerOrOperator,
    services: ServicesDep,
) -> Response:
    """Says that a hint which the caller sees is right or wrong. It judges the assistant and changes nothing else.

    No Idempotency-Key: the first verdict of a person on a hint counts.
    """
    state = await services.reads.incident(incident_id)
    found = None if state is None else await judged_hint(services, caller, state, hint_id)
    if state is None or found is None:
        raise ProblemResponse("not_found", "there is no such hint that you see")
    hint, made, is_best = found
    said = Said(
        hint=hint,
        language=made.language,
        version=made.version,
        right=body.right,
        priority=state.priority,
        at_ms=clock.now_ms(),
        by=caller.id,
        volunteer_id=caller.id if caller.role is Role.VOLUNTEER else None,
        is_best=is_best,
    )
    record = JudgementRecord(incident_id=state.id, judgement=said_of(said))
    await services.intake.send_in_order([services.intake.judgement_message(record)])
    record_done(services, caller, "incident.hint.judged", state.id)
    return shown({"hint_id": hint.id, "right": body.right}, 202)


@router.get("/v1/assistant", response_model=AssistantShown, dependencies=[everybody], responses=problems())
async def read_assistant(services: ServicesDep) -> Response:
    """Whether an assistant is running, which of its work is on, in the shadow or off, and how good its hints have been."""
    try:
        is_running: bool | None = await services.assistant.is_alive()
    except (StoreUnavailable, NotReady):
        is_running = None
    whole = services.assistant_modes.record()
    tasks = [
        task_standing(services, task, language)
        for task in HintTask
        for language in (None, Language.KK, Language.RU, Language.EN, Language.MIXED)
    ]
    return shown(
        {
            "is_running": is_running,
            "mode": whole.mode if whole else Mode.ON,
            "by": whole.by if whole else None,
            "at": rfc3339(whole.at_ms) if whole else None,
            "hidden_share": HIDDEN_SHARE,
            "lag": lag_of(services),
            "learnt": learnt_of(services),
            "media": services.media_models.tasks,
            "tasks": tasks,
        }
    )


@router.put("/v1/assistant", status_code=202, response_model=ModeShown, responses=problems(400, 413, 415))
async def switch_all(body: ModeBody, caller: AdminOrOperator, services: ServicesDep) -> Response:
    """Switches all of the assistant's work, within a second. No Idempotency-Key: a repeat sets the same mode."""
    return await _switched(services, caller, body.mode, None, None)


@router.put("/v1/assistant/{task}", status_code=202, response_model=ModeShown, responses=problems(400, 404, 413, 415))
async def switch_task(
    task: Annotated[str, Path(max_length=32, json_schema_extra={"enum": TASKS})],
    body: TaskModeBody,
    caller: AdminOrOperator,
    services: ServicesDep,
) -> Response:
    """Switches the hints for one kind of work, in one language or in all. The strictest mode that applies is in force."""
    if task not in TASKS:
        raise ProblemResponse("not_found", "there is no work of the assistant with this name")
    return await _switched(services, caller, body.mode, HintTask(task), body.language)


async def _switched(
    services: Services, caller: Caller, mode: Mode, task: HintTask | None, language: Language | None
) -> Response:
    record = ModeRecord(mode=mode, by=caller.id, at_ms=clock.now_ms(), task=task, language=language)
    await services.intake.send_mode(mode_key(task, language), record)
    record_done(services, caller, "assistant.mode", mode_key(task, language))
    return shown(mode_view(task, language, mode, record), 202)


async def _require_call_taker(services: Services, caller: Caller) -> None:
    """Raises ProblemResponse (403): a volunteer who is not calling somebody back now."""
    if caller.role is not Role.VOLUNTEER:
        return
    held = await services.reads.offers_of(caller.id, limit=50)
    if not any(one.offer.task is Task.CALL_BACK and one.offer.state in ASSIGNED_STATES for one in held):
        raise ProblemResponse("forbidden", "only while you are calling somebody back")
