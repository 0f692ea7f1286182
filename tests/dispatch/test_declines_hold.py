"""The world of `test_world.py`, whose people are never asked again for work that they declined (DESIGN 56)."""

from collections import defaultdict
from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from dispatch.model.answer_commands import DeclineOffer
from dispatch.model.commands import Command, EscalateIncident, UpdateIncident
from dispatch.model.decisions import Decision
from dispatch.model.incidents import Incident
from dispatch.model.merge_events import ReportAdopted
from dispatch.model.offer_events import OfferMade, OfferMoved
from dispatch.model.requirements import WorkKind
from dispatch.model.vocabulary import OfferSource, OfferState
from tests.dispatch.test_world import NUMBERS, DispatchWorld, LifeOfAWorld, number_of


@dataclass
class DecliningWorld(DispatchWorld):
    declined: dict[str, dict[str, tuple[str, WorkKind]]] = field(default_factory=lambda: defaultdict(dict))
    """Per incident: the offers that are declined, with their people and the work; those of adopted incidents too."""

    def _apply(self, command: Command, decision: Decision) -> None:
        super()._apply(command, decision)
        incident = self.incidents.get(decision.incident_id)
        for fact in decision.events:
            self._note(decision.incident_id, fact)
        for fact in decision.events:
            # An operator may name somebody all the same.
            if incident is not None and isinstance(fact, OfferMade) and fact.source is OfferSource.SEARCH:
                assert not self._has_declined(incident, fact), "an offer of work that the person declined"

    def _note(self, incident: str, fact: object) -> None:
        known = self.declined[incident]
        if isinstance(fact, OfferMoved):
            known.pop(fact.offer_id, None)
        if isinstance(fact, OfferMoved) and fact.state is OfferState.DECLINED:
            offer = next(one for one in self.offers() if one.id == fact.offer_id)
            work = WorkKind(capability=offer.capability, skill=offer.skill, task=offer.task)
            known[offer.id] = offer.volunteer_id, work
        if isinstance(fact, ReportAdopted):
            for one in fact.refused:
                work = WorkKind(capability=one.capability, skill=one.skill, task=one.task)
                known |= {f"{fact.other} {name} {work}": (name, work) for name in one.volunteer_ids}

    def _has_declined(self, incident: Incident, fact: OfferMade) -> bool:
        """Whether the person declined work that the requirement accepts now."""
        entry = next(one for one in incident.requirements if one.id == fact.requirement_id)
        accepted = {*entry.skills, *(entry.climb.substitutes if entry.climb else ())}
        return any(
            name == fact.volunteer_id
            and (work.capability, work.task) == (entry.capability, entry.task)
            and work.skill in accepted
            for name, work in self.declined[incident.id].values()
        )


class LifeOfPeopleWhoDecline(LifeOfAWorld):
    def __init__(self) -> None:
        super().__init__()
        self.world = DecliningWorld()

    @precondition(LifeOfAWorld.is_asked)
    @rule(number=NUMBERS)
    def the_newest_declines(self, number: int) -> None:
        asked = [at for at, one in enumerate(self.world.offers()) if one.state is OfferState.OFFERED]
        if asked:
            self.send(DeclineOffer(**self.answer(number_of(asked, number))))

    @precondition(LifeOfAWorld.is_reported)
    @rule(number=NUMBERS, incident_type=st.sampled_from(["flood", "medical.cardiac_arrest", "welfare.check"]))
    def an_operator_corrects_the_type(self, number: int, incident_type: str) -> None:
        incident = number_of(list(self.world.incidents), number)
        self.send(UpdateIncident(**self.order(incident), type=incident_type))

    @precondition(LifeOfAWorld.is_reported)
    @rule(number=NUMBERS)
    def an_operator_escalates(self, number: int) -> None:
        self.send(EscalateIncident(**self.order(number_of(list(self.world.incidents), number))))


TestLifeOfPeopleWhoDecline = LifeOfPeopleWhoDecline.TestCase
TestLifeOfPeopleWhoDecline.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
