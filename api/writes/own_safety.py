"""A person says that they are safe, without an offer or with one: to the incident of their danger."""

from api.http.audit import record_done
from api.process.services import Services
from api.reads.distress_line import present_distress
from api.schemas.answers import CheckInText
from api.writes.idempotency import IdempotentRequest
from api.writes.incident_orders import texts_of
from api.writes.offer_answers import heard_by_of
from api.writes.send import PreparedWrite
from dispatch.model.distress_commands import StateSafety
from dispatch.model.private_refs import text_ref
from streams import clock


async def prepared(
    services: Services, once: IdempotentRequest, person: str, body: CheckInText, links: dict[str, str]
) -> PreparedWrite:
    """Never refused for what Redis shows: the signal itself may have been accepted a moment ago.

    Raises:
        ProblemResponse: 403 for a volunteer with `on_behalf`, or an operator without it.
    """
    heard_by, now_ms = heard_by_of(once.caller, body), clock.now_ms()
    command_id = once.command_id(f"safe:{person}")
    incident_id = await present_distress(services, person, now_ms)
    command = StateSafety(
        id=command_id,
        incident_id=incident_id,
        by=once.caller.id,
        sent_ms=now_ms,
        volunteer_id=person,
        heard_by=heard_by,
        said_ms=body.at,
        private_ref=text_ref(incident_id, "check-in", command_id) if body.text else None,
    )
    if heard_by:
        record_done(services, once.caller, f"distress.safe.on_behalf.{heard_by}", person)
    return PreparedWrite(
        command=command, subject=person, links=links, status="received", private=texts_of(command, body.text)
    )
