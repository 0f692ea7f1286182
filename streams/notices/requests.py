"""Records of `notices` that ask the notifier for something: a code to an address, a test, an answer to a reply.

They say what is wanted and by whom; addresses and codes stand in the sealed record of the person's channels alone.
"""

from collections.abc import Mapping

from dispatch.model.decisions import Decision
from dispatch.model.ids import derived
from dispatch.model.incidents import Incident
from dispatch.model.safety_events import HazardWarned
from dispatch.notices.ladder import ChannelKind
from dispatch.notices.rules import APP, NoticeOutcome
from dispatch.notices.texts import TextKey
from streams import clock
from streams.wire import NoticeRecord

BY_API = "api"
"""`channel` of the records that the API writes."""
ADDRESS_ASKED = TextKey.VERIFY
REPLY = "reply"
"""Kind of the names of addresses that an offer was sent to (`wire.address_names`), each with its kind of channel."""
WAYS_OF: Mapping[str, frozenset[ChannelKind]] = {
    TextKey.DUTY_ENDS: frozenset({ChannelKind.WEBPUSH, ChannelKind.TELEGRAM})
}
"""Requests that go by some ways alone: the end of a duty is worth no SMS and no call."""
OF_NO_OFFER = frozenset({TextKey.DUTY_ENDS, TextKey.HAZARD_WARNED})
"""What workers say without an offer: the notifier carries it to devices like a request."""
ASKED_VALID_MS = 600_000
"""A request that waited longer is not carried out: the code has expired, the person has stopped looking."""


def asked(
    key: TextKey, volunteer_id: str, at_ms: int, *, device: str | None = None, offer_id: str = "", incident_id: str = ""
) -> NoticeRecord:
    """Asks for one text to one channel of a person, or to all of them."""
    identity = str(derived("asked", volunteer_id, key, clock.fresh_id()))
    return NoticeRecord(
        id=identity,
        event_id=identity,
        offer_id=offer_id,
        incident_id=incident_id,
        volunteer_id=volunteer_id,
        kind=key.value,
        channel=BY_API,
        outcome=NoticeOutcome.ASKED,
        attempts=0,
        at_ms=at_ms,
        device=device,
    )


def is_request(record: NoticeRecord) -> bool:
    """Whether the notifier is to carry something to devices: what is asked for, or what a worker says of no offer."""
    return record.outcome is NoticeOutcome.ASKED or (record.kind in OF_NO_OFFER and record.channel == APP)


def hazard_warnings(incident: Incident, decision: Decision) -> list[NoticeRecord]:
    """What the people that a decision warns of a hazard area are told on their devices; ids follow from the decision."""
    return [
        _warning(volunteer_id, decision, incident.exercise)
        for fact in decision.events
        if isinstance(fact, HazardWarned)
        for volunteer_id in fact.volunteer_ids
    ]


def _warning(volunteer_id: str, decision: Decision, exercise: bool) -> NoticeRecord:
    identity = str(derived("hazard-warned", decision.id, volunteer_id))
    return NoticeRecord(
        id=identity,
        event_id=identity,
        offer_id="",
        # The incident is not told: the record is the person's, who may not know of the incident (DESIGN 54).
        incident_id="",
        volunteer_id=volunteer_id,
        kind=TextKey.HAZARD_WARNED.value,
        channel=APP,
        outcome=NoticeOutcome.SENT,
        attempts=1,
        at_ms=decision.decided_ms,
        exercise=exercise,
    )


def said(
    outcome: NoticeOutcome,
    notice_id: str,
    volunteer_id: str,
    at_ms: int,
    *,
    offer_id: str = "",
    incident_id: str = "",
    device: str | None = None,
) -> NoticeRecord:
    """A person's device has shown a notice, or the person has seen it."""
    return NoticeRecord(
        id=notice_id,
        event_id="",
        offer_id=offer_id,
        incident_id=incident_id,
        volunteer_id=volunteer_id,
        kind="",
        channel=BY_API,
        outcome=outcome,
        attempts=0,
        at_ms=at_ms,
        device=device,
    )
