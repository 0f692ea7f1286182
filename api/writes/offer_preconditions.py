"""Preconditions of answers to offers, checked against the state in Redis before the command is written to the log.

They refuse only what the dispatcher refuses in every case. Where its decision depends on other commands, as for a late
acceptance, the answer is accepted.
"""

from dataclasses import dataclass

from api.deps import zone_of_known_cell
from api.http.problems import ProblemResponse, invalid
from api.schemas.answers import Result
from dispatch.digital.results import FIELDS, fields_of, outcomes_of
from dispatch.model.incidents import Incident
from dispatch.model.offers import Offer
from dispatch.model.vocabulary import (
    ASSIGNED_STATES,
    FILLING_STATES,
    PROGRESS_ORDER,
    Capability,
    OfferState,
    Task,
)

_JSON_TYPES = {"text": "text", "language": "text", "location": "object", "incident_id": "text"}


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferWithIncident:
    """An offer with its incident, as Redis has them. Each `refuse_…` raises ProblemResponse: 409, or 422 for a wrong outcome."""

    incident: Incident
    offer: Offer

    def refuse_unacceptable(self) -> None:
        """An ended offer can be accepted only while a place of its requirement is open; a void one never."""
        if self.offer.state in FILLING_STATES:
            return
        if self.offer.state is OfferState.VOID:
            raise _ended(self.offer)
        wanted = self.incident.requirement(self.offer.requirement_id)
        is_needed = self.incident.is_open and wanted is not None and self.incident.open_places(wanted) > 0
        if self.offer.state is not OfferState.OFFERED and not is_needed:
            raise _ended(self.offer)

    def refuse_step_back(self, state: OfferState) -> None:
        """Progress only moves forward: accepted, en route, on scene, done."""
        if self.offer.state not in FILLING_STATES:
            raise _not_now(self.offer, "accepted")
        if PROGRESS_ORDER.index(state) < PROGRESS_ORDER.index(self.offer.state):
            raise ProblemResponse("conflict", f"the offer is already {self.offer.state}", state=self.offer.state)

    def refuse_contradiction(self, body: Result) -> None:
        """A result must fit the task; a repeat must have the same outcome."""
        if self.offer.capability is not Capability.DIGITAL or self.offer.task is None:
            raise ProblemResponse("conflict", "the offer is not digital work: it has no result", state=self.offer.state)
        check_outcome(body, self.offer.task)
        if self.offer.result is not None:
            if self.offer.result.outcome != body.outcome:
                raise ProblemResponse("conflict", "another result was given before", state=self.offer.state)
        # A result ends the offer, so a repeat is compared with the result before the state.
        elif self.offer.state not in ASSIGNED_STATES:
            raise _not_now(self.offer, "accepted")

    def refuse_ended(self) -> None:
        if not self.offer.is_live:
            raise _ended(self.offer)

    def refuse_not_assigned(self) -> None:
        if self.offer.state not in ASSIGNED_STATES:
            raise _not_now(self.offer, "accepted")

    def refuse_unseen(self, version: int) -> None:
        """A version that is not decided yet cannot be confirmed."""
        if version > self.incident.version:
            raise ProblemResponse(
                "conflict", f"the incident is at version {self.incident.version}", version=self.incident.version
            )

    def refuse_not_on_scene(self) -> None:
        if self.offer.state is not OfferState.ON_SCENE or self.offer.capability is Capability.DIGITAL:
            raise _not_now(self.offer, "on_scene")

    def refuse_never_sent(self) -> None:
        """A distress signal is accepted from everybody who ever accepted field work, whatever the present state of the offer."""
        if self.offer.accepted_ms is None or self.offer.capability is Capability.DIGITAL:
            raise _not_now(self.offer, "accepted")


def check_outcome(body: Result, task: Task | None) -> None:
    """Checks the outcome and the other fields against the table of `dispatch/digital/results.py`.

    `task` None: the task is not known, so only what holds for every task with this outcome is checked.

    Raises:
        ProblemResponse: 422 with every field that is missing or not allowed.
    """
    fields = fields_of(body.outcome, task)
    if fields is None:
        raise invalid("outcome", "one of " + ", ".join(outcomes_of(task)), "text")
    given = {name for name in FIELDS if getattr(body, name) is not None}
    errors = [
        {"field": name, "expected": f"a value with the outcome {body.outcome}"}
        if name in fields.required
        else {"field": name, "expected": f"no value with the outcome {body.outcome}", "got": _JSON_TYPES[name]}
        for name in FIELDS
        if name in fields.required - given or name in fields.forbidden & given
    ]
    if errors:
        detail = "; ".join(f"{error['field']}: expected {error['expected']}" for error in errors)
        raise ProblemResponse("invalid", detail, errors=errors)


def check_other_incident(body: Result, own_incident_id: str) -> None:
    """Checks that `incident_id` is well formed and not the offer's own incident. Raises ProblemResponse (422)."""
    if body.incident_id is not None and zone_of_known_cell(body.incident_id) is None:
        raise invalid("incident_id", "the id of an incident", "text")
    if body.outcome == "duplicate" and body.incident_id == own_incident_id:
        raise invalid("incident_id", "the id of another incident than that of the offer", "text")


def _ended(offer: Offer) -> ProblemResponse:
    return ProblemResponse("offer_ended", f"the offer is {offer.state}", state=offer.state)


def _not_now(offer: Offer, expected: str) -> ProblemResponse:
    if offer.is_live:
        return ProblemResponse("conflict", f"the offer is {offer.state}, expected {expected}", state=offer.state)
    return _ended(offer)
