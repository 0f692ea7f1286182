"""What a person in danger is told of their own signal: that it arrived, when it was seen, how many people come. No names, no
places."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from api.views.values import View
from dispatch.model.commands import DISPATCHER
from dispatch.model.incidents import Incident
from dispatch.model.offers import Offer
from dispatch.model.reasons import AttentionReason
from dispatch.model.recorded_way import recorded_m, rounded_s
from dispatch.model.travel import setting_out_s, travel_time_s
from dispatch.model.vocabulary import Capability, OfferSource, OfferState
from dispatch.safety.distress import TYPE
from dispatch.safety.distress_links import signalled_ms
from streams.clock import rfc3339
from streams.readers.alarm_answers import key_of
from streams.store.volunteer_view import VolunteerView
from streams.wire import AlarmAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDistress:
    """`incident`: of the person's danger. `present`: the incident that it was merged into, else the same. `parent`: the one to
    which the person was sent."""

    incident: Incident
    present: Incident
    parent: Incident | None = None

    @property
    def person(self) -> str | None:
        return self.incident.distress_of

    @property
    def ended_ms(self) -> int | None:
        return None if self.present.is_open else self.present.times.closed_ms


def newest_ms(own: OwnDistress) -> int:
    """When the newest signal arrived."""
    return max(own.incident.times.logged_ms, signalled_ms(own.incident))


def _safe_ms(own: OwnDistress) -> int | None:
    """When the person said that they are safe; None: not since their newest signal."""
    said = [state.said_safe_ms.get(own.person or "", 0) for state in (own.incident, own.present)]
    return max(said) if max(said) >= newest_ms(own) else None


def seen_ms(own: OwnDistress, answers: Mapping[str, AlarmAnswer]) -> int | None:
    """When an operator is first known to have seen it: they answered its alarm, or did something at the incident."""
    acts = [*_answered(own, answers), *_acted(own.incident)]
    return min(acts, default=None)


def _answered(own: OwnDistress, answers: Mapping[str, AlarmAnswer]) -> Iterator[int]:
    for one in answers.values():
        if one.name == TYPE and one.ref.partition(".")[0] in (own.incident.id, own.present.id):
            yield one.at_ms
    for entry in own.parent.attention if own.parent else ():
        offer = own.parent.offer(entry.detail or "") if own.parent else None
        # The entry of a colleague who is in danger at the same place says nothing about this person.
        if own.parent and entry.reason == AttentionReason.DISTRESS and offer and offer.volunteer_id == own.person:
            known = answers.get(key_of(TYPE, f"{own.parent.id}.{entry.since_ms}"))
            if known is not None:
                yield known.at_ms


def _acted(incident: Incident) -> Iterator[int]:
    nobody = (DISPATCHER, incident.distress_of)
    yield from (edit.at_ms for edit in incident.edits.values() if edit.by not in nobody and not edit.found)
    yield from (offer.created_ms for offer in incident.offers if offer.source is OfferSource.OPERATOR)


def helpers(own: OwnDistress) -> list[Offer]:
    """The accepted field work of others at it, while it is open. Whoever needs help themselves is not promised to anybody."""
    if not own.present.is_open:
        return []
    away = {own.person, *own.present.sent_in_distress, *own.present.people_in_distress}
    return [
        offer
        for offer in own.present.offers
        if offer.is_assigned
        and offer.capability is Capability.FIELD
        and offer.volunteer_id not in away
        # Their own incident may not be open yet.
        and (offer.distress is None or offer.distress.over_ms is not None)
    ]


def shown_to_person(
    own: OwnDistress, *, seen_at_ms: int | None, people: Iterable[VolunteerView | None], now_ms: int
) -> View:
    """`schemas.safety.OwnDistressShown`. `people`: of `helpers`, in their order."""
    sent = list(zip(helpers(own), people, strict=True))
    coming = [(offer, known) for offer, known in sent if offer.state is not OfferState.ON_SCENE]
    times = [time_s for offer, known in coming if (time_s := _first_s(own.present, offer, known, now_ms)) is not None]
    return {
        "incident_id": own.incident.id,
        "received_at": rfc3339(newest_ms(own)),
        "seen_at": None if seen_at_ms is None else rfc3339(seen_at_ms),
        "coming": len(coming),
        "first_in_s": min(times, default=None),
        "there": len(sent) - len(coming),
        "safe_said_at": None if (safe_ms := _safe_ms(own)) is None else rfc3339(safe_ms),
        "ended_at": None if own.ended_ms is None else rfc3339(own.ended_ms),
    }


def _first_s(state: Incident, offer: Offer, known: VolunteerView | None, now_ms: int) -> float | None:
    """Seconds between the two cells, in whole half minutes (DESIGN 116); without a position, what is left of the time that was
    foreseen. None: it is not known, or the time has passed."""
    if known is not None and known.place is not None and state.area is not None:
        whole_s = travel_time_s(recorded_m(known.place, state.area), known.travel_mode)
        # Who is under way has set out already.
        left_s = whole_s - setting_out_s(known.travel_mode) if offer.state is OfferState.EN_ROUTE else whole_s
        return rounded_s(max(1.0, left_s))
    if offer.eta_s is None or offer.accepted_ms is None:
        return None
    left_s = offer.eta_s - (now_ms - offer.accepted_ms) / 1000
    return rounded_s(left_s) if left_s > 0 else None
