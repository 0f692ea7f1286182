"""The after-action report of an incident."""

from api.schemas.base import Shown, Time
from dispatch.model.reasons import EndCode
from dispatch.model.vocabulary import IncidentStatus, OfferSource, OfferState, Outcome, Priority


class Intervals(Shown):
    """Seconds to the first of each; null if there was none. Times are those of the decisions."""

    report_to_offer: float | None
    offer_to_accept: float | None
    accept_to_on_scene: float | None
    report_to_on_scene: float | None
    report_to_staffed: float | None


class PersonAsked(Shown):
    """One offer, from the first to the last step. `label`: how the person chose to be shown. `state` and `reason`: how it
    ended, or where it is now."""

    offer_id: str
    volunteer_id: str
    label: str | None
    skill: str
    source: OfferSource
    state: OfferState
    reason: str | None
    offered_at: Time
    accepted_at: Time | None
    en_route_at: Time | None
    on_scene_at: Time | None
    done_at: Time | None


class OrderGiven(Shown):
    """What an operator ordered. The text of a reason is in the timeline."""

    at: Time
    what: str
    by: str
    outcome: Outcome
    reason: str | None


class AfterAction(Shown):
    """`complete`: the report itself was among the decisions that were read; at most the newest 500 are, and the log keeps a
    year."""

    incident_id: str
    type: str
    priority: Priority
    status: IncidentStatus
    exercise: bool
    end_code: EndCode | None
    reported_at: Time
    closed_at: Time | None
    intervals_s: Intervals
    asked: list[PersonAsked]
    orders: list[OrderGiven]
    complete: bool
