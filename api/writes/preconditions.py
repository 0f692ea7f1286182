"""Answers that are refused before they reach the log, because the live picture already says that they cannot count.

Only what the dispatcher would refuse in any case; where it has a choice (a late yes), the answer is taken in.
"""

from dataclasses import dataclass

from api.deps import zone_of_known_cell
from api.http.problems import ProblemResponse, invalid
from api.schemas import Result
from dispatch.model.incidents import Incident, Offer
from dispatch.model.vocabulary import (
    ASSIGNED_STATES,
    FILLING_STATES,
    OUTCOMES_OF_TASK,
    PROGRESS_ORDER,
    Capability,
    OfferState,
    Task,
)

_WITH_TEXT = frozenset({"done"})
_WITH_LOCATION = frozenset({"located", "mapped"})
_WITHOUT_LOCATION = frozenset({"not_found"})
_ALL_OUTCOMES = sorted({outcome for outcomes in OUTCOMES_OF_TASK.values() for outcome in outcomes})


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An offer with its incident, as the live picture has them."""

    incident: Incident
    offer: Offer

    def refuse_unacceptable(self) -> None:
        if self.offer.state in FILLING_STATES:
            return
        if self.offer.state is OfferState.VOID:
            raise _ended(self.offer)
        need = next((entry for entry in self.incident.requirements if entry.id == self.offer.requirement_id), None)
        is_needed = self.incident.is_open and need is not None and self.incident.open_places(need) > 0
        if self.offer.state is not OfferState.OFFERED and not is_needed:
            raise _ended(self.offer)

    def refuse_step_back(self, state: OfferState) -> None:
        if self.offer.state not in FILLING_STATES:
            raise _not_now(self.offer, "accepted")
        if PROGRESS_ORDER.index(state) < PROGRESS_ORDER.index(self.offer.state):
            raise ProblemResponse("conflict", f"the offer is {self.offer.state} already", state=self.offer.state)

    def refuse_contradiction(self, body: Result) -> None:
        if self.offer.capability is not Capability.DIGITAL or self.offer.task is None:
            raise ProblemResponse("conflict", "the offer is no digital work: it has no result", state=self.offer.state)
        check_outcome(body, self.offer.task)
        if self.offer.result is not None:
            if self.offer.result.outcome != body.outcome:
                raise ProblemResponse("conflict", "another result was given before", state=self.offer.state)
        elif self.offer.state not in ASSIGNED_STATES:
            raise _not_now(self.offer, "accepted")

    def refuse_ended(self) -> None:
        if not self.offer.is_live:
            raise _ended(self.offer)

    def refuse_not_assigned(self) -> None:
        if self.offer.state not in ASSIGNED_STATES:
            raise _not_now(self.offer, "accepted")

    def refuse_unseen(self, version: int) -> None:
        """Nobody has seen what has not been decided."""
        if version > self.incident.version:
            raise ProblemResponse(
                "conflict", f"the incident is at version {self.incident.version}", version=self.incident.version
            )

    def refuse_not_on_scene(self) -> None:
        if self.offer.state is not OfferState.ON_SCENE or self.offer.capability is Capability.DIGITAL:
            raise _not_now(self.offer, "on_scene")

    def refuse_never_sent(self) -> None:
        """Distress counts for everybody who accepted once, whatever has become of the offer since."""
        if self.offer.accepted_ms is None or self.offer.capability is Capability.DIGITAL:
            raise _not_now(self.offer, "accepted")


def check_outcome(body: Result, task: Task | None) -> None:
    """What the outcome asks for and rules out, and whether the task knows it. Raises Problem (422)."""
    known = sorted(OUTCOMES_OF_TASK[task]) if task is not None else _ALL_OUTCOMES
    if body.outcome not in known:
        raise invalid("outcome", "one of " + ", ".join(known), "text")
    if body.outcome in _WITH_TEXT and not (body.text and body.text.strip()):
        raise invalid("text", f"a text with the outcome {body.outcome}")
    if body.outcome in _WITH_LOCATION and body.location is None:
        raise invalid("location", f"a geometry with the outcome {body.outcome}")
    if body.outcome in _WITHOUT_LOCATION and body.location is not None:
        raise invalid("location", f"no geometry with the outcome {body.outcome}", "object")
    if body.outcome == "duplicate" and body.incident_id is None:
        raise invalid("incident_id", "the incident that it is a duplicate of")
    if body.outcome == "none" and body.incident_id is not None:
        raise invalid("incident_id", "no incident with the outcome none", "text")


def check_other_incident(body: Result, own_incident_id: str) -> None:
    """Whether the id can be that of another incident. Raises Problem (422)."""
    if body.incident_id is not None and zone_of_known_cell(body.incident_id) is None:
        raise invalid("incident_id", "the id of an incident", "text")
    if body.outcome == "duplicate" and body.incident_id == own_incident_id:
        raise invalid("incident_id", "the id of another incident than the offer's own", "text")


def _ended(offer: Offer) -> ProblemResponse:
    return ProblemResponse("offer_ended", f"the offer is {offer.state}", state=offer.state)


def _not_now(offer: Offer, expected: str) -> ProblemResponse:
    if offer.state is OfferState.OFFERED:
        return ProblemResponse("conflict", f"the offer is {offer.state}, expected {expected}", state=offer.state)
    return _ended(offer)
