"""An incident as one row of a queue: at most half a kilobyte, without ids of people and without texts."""

from collections import Counter
from typing import NamedTuple

from api.views.ending import is_ready_to_close, said_safe_ms
from api.views.values import View, time
from dispatch.deadlines import timers_of
from dispatch.model.incidents import Incident
from dispatch.model.places import Place
from dispatch.model.reasons import AttentionReason
from dispatch.model.recorded_way import coarse_centre
from dispatch.model.timers import Timer
from dispatch.model.vocabulary import FILLING_STATES, DeadlineKind, OfferState
from dispatch.state.edits import edit_version

DECIMALS = 5
"""Of degrees: about a metre."""
SHOWN_DEADLINES = frozenset(
    {
        DeadlineKind.OFFER_EXPIRY,
        DeadlineKind.LEASE,
        DeadlineKind.LADDER,
        DeadlineKind.CHECK_IN,
        DeadlineKind.CONFIRMATION,
    }
)
"""Those that people wait for. The others are steps of the dispatcher itself: searches, waves, merges, looks at the way."""


ABOUT_PEOPLE = frozenset(
    {AttentionReason.DISTRESS.value, AttentionReason.CHECK_IN_OVERDUE.value, AttentionReason.PERSON_SILENT.value}
)
"""Reasons of `attention` that are alarms: a person is in danger, or may be."""


ABOUT_PLACES = ("unanswered", "severe")
"""Alarms of an incident that is short of people. Whoever accepts and leaves gives them a new cause."""
_LEFT = frozenset(OfferState) - FILLING_STATES - {OfferState.OFFERED}


class Tally(NamedTuple):
    """People of an incident, over all its requirements. `short`: open places by skill."""

    needed: int
    asked: int
    accepted: int
    on_scene: int
    short: dict[str, int]

    @property
    def is_short(self) -> bool:
        return bool(self.short)


def tally(state: Incident) -> Tally:
    """Counts of an incident. One that has ended needs nobody else."""
    short: Counter[str] = Counter()
    for entry in state.requirements if state.is_open else ():
        if missing := state.open_places(entry):
            short[entry.skill] += missing
    accepted = sum(offer.is_filling for offer in state.offers)
    return Tally(
        # Settled work and lowered counts have no open places, whatever was asked for at first.
        needed=accepted + short.total(),
        asked=sum(offer.state is OfferState.OFFERED for offer in state.offers),
        accepted=accepted,
        on_scene=sum(offer.state is OfferState.ON_SCENE for offer in state.offers),
        short=dict(short),
    )


def row(state: Incident) -> View:
    """`schemas.rows.IncidentRow` for operators. Optional keys are absent when they say nothing."""
    return _row(state, None if state.area is None else state.area.centre)


def row_for_monitor(state: Incident) -> View:
    """As `row`, with the coarse place."""
    return _row(state, None if state.area is None else coarse_centre(state.area))


def _row(state: Incident, place: Place | None) -> View:
    people = tally(state)
    due = next_deadline(state)
    optional: View = {
        "call_number": state.call_number and str(state.call_number),
        "short": people.short,
        "attention": list(dict.fromkeys(entry.reason for entry in state.attention)),
        "alarms_since": _since(state),
        "next_deadline": {"at": time(due.due_ms), "kind": due.kind} if due else None,
        "hazard": state.hazard is not None,
        "exercise": state.exercise,
        # The shape itself stays in the detail: a polygon may have a thousand points.
        "area": state.area is not None and state.area.reach_m > 0,
        "parent_id": state.parent_id,
        "sent_in_distress": len(state.sent_in_distress),
        "merging_into": state.merging.into if state.merging else None,
        "merged_into": state.merged_into,
        "ready_to_close": is_ready_to_close(state),
        "said_safe_at": None if (said_ms := said_safe_ms(state)) is None else time(said_ms),
    }
    return {
        "id": state.id,
        "version": state.version,
        "edit_version": edit_version(state),
        "type": state.type,
        "priority": state.priority,
        "status": state.status,
        "place": None if place is None else {"lon": round(place.lon, DECIMALS), "lat": round(place.lat, DECIMALS)},
        "reported_at": time(state.times.reported_ms),
        "needed": people.needed,
        "asked": people.asked,
        "accepted": people.accepted,
        "on_scene": people.on_scene,
        "alarm_level": state.alarm_level,
        **{name: value for name, value in optional.items() if value},
    }


def _since(state: Incident) -> View:
    """When the newest entry of each reason that sounds was raised, and when the last person left who had accepted."""
    # In the order of time, so that the newest of a reason stays.
    raised = {
        entry.reason: time(entry.since_ms)
        for entry in sorted(state.attention, key=lambda entry: entry.since_ms)
        if entry.reason in ABOUT_PEOPLE
    }
    left_ms = last_left_ms(state)
    return raised if left_ms is None else raised | dict.fromkeys(ABOUT_PLACES, time(left_ms))


def last_left_ms(state: Incident) -> int | None:
    """When the last person left who had accepted; None: nobody has, or nobody else is needed."""
    left = [offer.changed_ms for offer in state.offers if offer.accepted_ms is not None and offer.state in _LEFT]
    return max(left, default=None) if tally(state).is_short else None


def next_deadline(state: Incident) -> Timer | None:
    """The earliest deadline that people wait for; None if none runs."""
    shown = [timer for timer in timers_of(state) if timer.kind in SHOWN_DEADLINES]
    return min(shown, key=lambda timer: timer.due_ms, default=None)
