"""A world in which the ids of requests exist and every optional field has a value."""

from typing import Any

from api.process.media_models import MediaModels
from dispatch.assistant.hint_kinds import HintTask
from dispatch.model.incidents import Attention, Hazard
from dispatch.model.job_fields import JobField
from dispatch.model.merges import MergeCandidate, Merging
from dispatch.model.offers import (
    CheckInClock,
    Confirmed,
    Distress,
    JobChange,
    Offer,
    TaskResult,
    TrustFigures,
    Unconfirmed,
    Watch,
)
from dispatch.model.places import Place
from dispatch.model.private_refs import message_ref
from dispatch.model.proposals import Proposal, Statement
from dispatch.model.reasons import ProposalCause, SoftRule
from dispatch.model.requirements import Climb
from dispatch.model.vocabulary import (
    Capability,
    CheckInState,
    ConfirmationState,
    IncidentStatus,
    OfferSource,
    OfferState,
    ResultKind,
    Task,
    TravelMode,
)
from streams import clock, wire
from streams.store.volunteer_view import VolunteerView
from streams.wire import (
    ConversationEnd,
    ConversationEnded,
    ConversationTaken,
    IncidentPrivate,
    MessageKind,
    MessagePrivate,
    PublicMessage,
    VolunteerPrivate,
)
from tests.support.api_fakes import DATA_KEY, FakeMedia, seal_incident
from tests.support.api_world import World
from tests.support.builders import (
    INCIDENT,
    NOW_MS,
    ZONE,
    Story,
    helpers,
    incident,
    offer,
    point,
    requirement,
    shortfall,
)

OFFER = f"o-{ZONE}-{INCIDENT.rsplit('-', 1)[1]}-" + "b" * 16
DIGITAL_OFFER = f"o-{ZONE}-{INCIDENT.rsplit('-', 1)[1]}-" + "c" * 16
HAZARD = f"i-{ZONE}-" + "d" * 32
CONVERSATION = "m-1"
PROPOSAL = f"p-{'a' * 16}"
CLOSED, MERGED, OTHER = (f"i-{ZONE}-" + letter * 32 for letter in "ef0")
OFFER_IN = {
    state: f"o-{ZONE}-{'0' * 32}-{number:016x}"
    for number, state in enumerate((OfferState.OFFERED, OfferState.ACCEPTED, OfferState.ON_SCENE, OfferState.DONE))
}
INCIDENTS = (INCIDENT, HAZARD, CLOSED, MERGED, OTHER)
OFFERS = (OFFER, DIGITAL_OFFER, *OFFER_IN.values())
POINT = {"type": "Point", "coordinates": [76.9, 43.2]}


def proposal(kind: ResultKind = ResultKind.LOCATED, **known: Any) -> Proposal:
    """A result that waits for an operator; of another kind than `located` it has no place."""
    right = TrustFigures(upheld=2.5, judged=3.0)
    defaults: dict[str, Any] = {
        "id": PROPOSAL,
        "requirement_id": "r1",
        "at_ms": NOW_MS,
        "said": (Statement(offer_id=DIGITAL_OFFER, volunteer_id="d-1", at_ms=NOW_MS, right=right),),
        "because": (ProposalCause.PRIORITY,),
        "area": point() if kind is ResultKind.LOCATED else None,
    }
    return Proposal(kind=kind, **(defaults | known))


def full_offer(state: OfferState, **known: Any) -> Offer:
    """An offer with a value in every field that a view shows."""
    ground = incident(id=HAZARD)
    return offer(
        state,
        volunteer_id="v-1",
        distance_m=500.0,
        eta_s=60.0,
        accepted_ms=NOW_MS,
        lease_expires_ms=NOW_MS,
        reason="late",
        staging=Place(lon=76.9, lat=43.2),
        check_in=CheckInClock(state=CheckInState.ASKED, due_ms=NOW_MS),
        watch=Watch(due_ms=NOW_MS, asked_ms=NOW_MS),
        distress=Distress(incident_id=INCIDENT, at_ms=NOW_MS),
        source=OfferSource.OPERATOR,
        set_aside=(SoftRule.TOO_FAR,),
        unconfirmed=Unconfirmed(
            changes=(JobChange(fields=(JobField.LOCATION,), version=1, at_ms=NOW_MS),),
            state=ConfirmationState.ASKED,
            due_ms=NOW_MS,
        ),
        confirmed=Confirmed(version=1, at_ms=NOW_MS),
        hazards_on_way={ground.id: 1},
        **known,
    )


def seeded_world() -> World:
    """A world in which every optional field of an incident and its offers has a value."""
    world = World()
    translation: dict[str, Any] = {
        "capability": Capability.DIGITAL,
        "skill": "translator",
        "task": Task.TRANSLATE,
        "result": TaskResult(outcome="done", at_ms=NOW_MS, language="kk", private_ref="r-1", location=POINT),
    }
    state = incident(
        language="kk",
        external_id="7",
        alarm_level=2,
        escalations=("wider_ring",),
        attention=(Attention(reason="distress", since_ms=NOW_MS, offer_id=OFFER),),
        proposals=(proposal(),),
        hazard=Hazard(equipped=("boat",), since=1),
        warned={"v-1": 1},
        parent_id=HAZARD,
        distress_of="v-9",
        reports=(HAZARD,),
        split_from=HAZARD,
        split_into=(HAZARD,),
        merging=Merging(into=HAZARD, due_ms=NOW_MS),
        merge_candidates=(
            MergeCandidate(
                incident_id=HAZARD, score=0.9, distance_m=1.0, apart_s=2.0, type=1.0, text=0.5, reasons=("place",)
            ),
        ),
        requirements=(
            requirement(
                shortfall=shortfall(), any_of=("cpr",), max_eta_s=600, climb=Climb(ladder="field", due_ms=NOW_MS)
            ),
            requirement(
                id="r2", capability=Capability.DIGITAL, skill="translator", task=Task.TRANSLATE, settled="done"
            ),
        ),
        offers=(
            full_offer(OfferState.EN_ROUTE, id=OFFER),
            full_offer(OfferState.ACCEPTED, id=DIGITAL_OFFER, requirement_id="r2", **translation),
        ),
    )
    world.redis.add(state, incident(id=HAZARD, hazard=Hazard(since=1), warned={"v-1": 1}))
    seal_incident(world.redis, INCIDENT, description="d", address="a", caller={"name": "n", "phone": "1"})
    world.redis.sealed["r-1"] = wire.seal(DATA_KEY, "r-1", IncidentPrivate(text="a translation"))
    contact = {"name": "n", "phone": "1", "email": "e@example.org", "push": "p"}
    person = VolunteerPrivate(home=Place(lon=76.9, lat=43.2), contact=contact)
    world.redis.sealed["volunteer:v-1"] = wire.seal(DATA_KEY, "volunteer:v-1", person)
    for one in ("v-1", "v-9"):
        world.redis.volunteers[one] = volunteer_view(one)
    add_conversation(world)
    return world


def add_conversation(world: World) -> None:
    """A conversation that `operator-1` works on, and one that has become an incident."""
    now_ms = clock.now_ms()
    for id_ in (CONVERSATION, "m-2"):
        record = PublicMessage(
            id=id_,
            conversation_id=id_,
            sender=id_,
            way="sms",
            kind=MessageKind.TEXT,
            at_ms=now_ms,
            language="ru",
            sent_ms=now_ms,
            edits="m-0",
            volunteer_id="v-1",
        )
        world.conversations.apply(record)
        place = Place(lon=76.9, lat=43.2)
        content = MessagePrivate(way="sms", language="ru", address="+77", text="t", place=place, accuracy_m=5.0)
        world.redis.sealed[message_ref(id_)] = wire.seal(DATA_KEY, message_ref(id_), content)
    taken = ConversationTaken(conversation_id=CONVERSATION, by="operator-1", at_ms=now_ms, until_ms=now_ms + 10_000_000)
    world.conversations.apply(taken)
    ended = ConversationEnded(
        conversation_id="m-2", by="operator-1", at_ms=now_ms, end=ConversationEnd.INCIDENT, incident_id=INCIDENT
    )
    world.conversations.apply(ended)


def volunteer_view(volunteer_id: str) -> VolunteerView:
    return VolunteerView(
        id=volunteer_id,
        capabilities=(Capability.FIELD,),
        skills=("first_aid",),
        languages=("kk",),
        travel_mode=TravelMode.CAR,
        max_distance_m=1000,
        on_duty=True,
        offset=1,
        offer_id=OFFER,
        incident_id=INCIDENT,
        fix_at_ms=NOW_MS,
        fix_age_s=1.0,
        place=Place(lon=76.9, lat=43.2),
        accuracy_m=10.0,
    )


def decided_world() -> World:
    """The seeded world, whose incident has decisions that Kafka can be asked for."""
    world, story = seeded_world(), Story(people=helpers("v-1", "v-2", "v-3", "v-4"))
    model = FakeMedia()
    world.media_models = MediaModels({HintTask.TRANSCRIPTION: model, HintTask.PICTURE: model})
    world.restart()
    story.report()
    story.accept("v-1")
    world.decisions.at = {(0, offset): decided for offset, decided in enumerate(story.decisions)}
    world.redis.places[INCIDENT] = sorted(world.decisions.at)
    world.redis.add(
        incident(id=CLOSED, status=IncidentStatus.CLOSED),
        incident(id=MERGED, status=IncidentStatus.CLOSED, merged_into=HAZARD),
        incident(id=OTHER, offers=[offer(state, id=id_, volunteer_id="v-1") for state, id_ in OFFER_IN.items()]),
    )
    world.redis.decision_places[story.decisions[0].cause.command_id] = (0, 0)
    return world
