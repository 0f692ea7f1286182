"""What came of the incidents of an interval, counted from decisions: the same of the record and of each replay."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

from dispatch.model.decisions import Decision
from dispatch.model.incident_events import IncidentReported
from dispatch.model.incidents import Incident
from dispatch.model.offer_events import OfferMade, OfferMoved
from dispatch.model.staffing_events import ShortfallFound
from dispatch.model.vocabulary import Capability, OfferState, Priority


@dataclass(slots=True, kw_only=True)
class IncidentCourse:
    """Of one incident; times in ms. `priority`: as reported. `is_drawn`: the first acceptance is that of somebody whose answer
    nobody knows."""

    priority: Priority
    reported_ms: int
    is_field: bool
    is_digital: bool
    field_accept_ms: int | None = None
    digital_accept_ms: int | None = None
    on_scene_ms: int | None = None
    offers: int = 0
    acceptances: int = 0
    shortfalls: set[str] = field(default_factory=set)
    is_merged: bool = False
    is_drawn: bool = False


@dataclass(slots=True, kw_only=True)
class ReplayTally:
    """`compared`: ids of the incidents that count; drills are left out."""

    compared: Collection[str]
    courses: dict[str, IncidentCourse] = field(default_factory=dict)
    load: Counter[str] = field(default_factory=Counter)
    """Offers by person."""
    drills: set[str] = field(default_factory=set)
    unknown_offers: int = 0
    """Offers to people whose answer the record does not have."""
    drawn_acceptances: int = 0
    _capability: dict[str, Capability] = field(default_factory=dict)

    def note(self, decision: Decision, incident: Incident, unknown: Collection[str] = ()) -> None:
        """`incident`: the state after the decision. `unknown`: ids of offers whose answer the record does not have."""
        if incident.id not in self.compared:
            return
        if incident.exercise:
            self.drills.add(incident.id)
            return
        for fact in decision.events:
            if isinstance(fact, IncidentReported):
                self._begin(incident, fact)
        course = self.courses.get(incident.id)
        if course is None:
            return
        for fact in decision.events:
            if isinstance(fact, OfferMade):
                self._offer(course, fact, fact.offer_id in unknown)
            elif isinstance(fact, OfferMoved):
                self._move(course, fact, decision.decided_ms, fact.offer_id in unknown)
            elif isinstance(fact, ShortfallFound):
                course.shortfalls.add(str(fact.shortfall.reason))
        kinds = {entry.capability for entry in incident.requirements}
        course.is_field |= Capability.FIELD in kinds
        course.is_digital |= Capability.DIGITAL in kinds
        course.is_merged = incident.merged_into is not None

    def _begin(self, incident: Incident, fact: IncidentReported) -> None:
        self.courses[incident.id] = IncidentCourse(
            priority=fact.priority, reported_ms=fact.logged_ms, is_field=False, is_digital=False
        )

    def _offer(self, course: IncidentCourse, fact: OfferMade, is_unknown: bool) -> None:
        course.offers += 1
        self.load[fact.volunteer_id] += 1
        self.unknown_offers += is_unknown
        self._capability[fact.offer_id] = fact.capability

    def _move(self, course: IncidentCourse, fact: OfferMoved, at_ms: int, is_drawn: bool) -> None:
        is_field = self._capability.get(fact.offer_id) is Capability.FIELD
        if fact.state is OfferState.ACCEPTED:
            course.acceptances += 1
            self.drawn_acceptances += is_drawn
            if not is_field:
                course.digital_accept_ms = at_ms if course.digital_accept_ms is None else course.digital_accept_ms
            elif course.field_accept_ms is None:
                course.field_accept_ms, course.is_drawn = at_ms, is_drawn
        elif fact.state is OfferState.ON_SCENE and is_field and course.on_scene_ms is None:
            course.on_scene_ms = at_ms
