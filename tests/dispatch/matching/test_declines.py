"""Nobody is asked again at an event for work they declined there, whatever becomes of the plan."""

from typing import Any

from dispatch.matching.declines import joined, to_bring, who_refused
from dispatch.model.answer_commands import DeclineOffer
from dispatch.model.commands import AdoptReport, MergeIncident, UpdateIncident
from dispatch.model.ids import incident_id
from dispatch.model.merges import RefusedBefore
from dispatch.model.staffing_events import RequirementsAdded
from dispatch.model.vocabulary import Capability, OfferState, Priority, Task
from dispatch.state.lifecycle import evolve
from dispatch.state.moment import Moment
from dispatch.state.pruning import ENDED_OFFERS_KEPT, pruned
from tests.dispatch.incidents.test_merging import LinkedIncidents
from tests.support.builders import (
    INCIDENT,
    NOW_MS,
    ZONE,
    Story,
    candidate,
    digital_spec,
    helpers,
    incident,
    offer,
    remote,
    requirement,
    spec,
)

A, B = (incident_id(ZONE, "operator", name) for name in ("a", "b"))


def test_removing_and_adding_a_requirement_keeps_its_declines() -> None:
    story = Story(helpers("no", "yes"))
    story.report(spec(), spec("boat"))
    story.decline("no")
    story.update(spec("boat"))

    story.update(spec("boat"), spec())

    assert "no" not in story.asked()
    assert "yes" in story.asked()


def test_a_higher_alarm_level_never_asks_people_who_declined_the_same_work() -> None:
    story = Story(helpers("no", "yes"))
    story.report(spec())
    story.decline("no")
    more = RequirementsAdded(requirements=(requirement(id="r2"),), reason="alarm_level_2")
    story.told = evolve(story.incident, (more,), Moment(incident_id=INCIDENT, zone=ZONE, version=9, at_ms=NOW_MS))

    story.people += helpers("new-1", "new-2", "new-3")
    story.update(priority=Priority.CRITICAL)

    asked = {one.volunteer_id for one in story.incident.offers_for("r2")}
    assert asked
    assert "no" not in asked


def test_a_wider_ring_and_substitutes_ask_nobody_who_declined() -> None:
    story = Story([candidate("no", "first_aid", "nurse")])
    story.report(spec())
    story.decline("no")

    for _ in range(4):
        story.climb()

    entry = story.incident.requirements[0]
    assert entry.climb is not None
    assert entry.climb.ring > 1
    assert [one.state for one in story.incident.offers_for("r1")] == [OfferState.DECLINED]


def test_a_decline_applies_to_one_kind_of_work_only() -> None:
    story = Story([candidate("both", "first_aid", "boat")])
    story.report(spec())
    story.decline("both")

    story.update(spec(), spec("boat"))

    assert [one.skill for one in story.incident.offers if one.state is OfferState.OFFERED] == ["boat"]


def test_work_that_accepts_the_declined_skill_among_others_is_not_asked_of_them() -> None:
    story = Story([candidate("no", "first_aid", "nurse")])
    story.report(spec())
    story.decline("no")

    story.update(spec(), spec("doctor", any_of=("nurse", "first_aid")))

    assert story.asked() == []


def test_work_with_another_skill_is_asked_of_who_declined_as_an_alternative() -> None:
    story = Story([candidate("no", "first_aid", "nurse")])
    story.report(spec("doctor", any_of=("nurse",)))
    story.decline("no")

    story.update(spec("doctor", any_of=("nurse",)), spec("first_aid"))

    assert [one.skill for one in story.incident.offers if one.state is OfferState.OFFERED] == ["first_aid"]


def test_a_substitute_is_not_asked_of_who_declined_it() -> None:
    story = Story([candidate("no", "nurse")])
    story.report(spec("nurse"))
    story.decline("no")
    story.update(spec("nurse"), spec("doctor"))

    for _ in range(6):
        story.climb("r2")

    entry = story.incident.requirements[1]
    assert entry.climb is not None
    assert "nurse" in entry.climb.substitutes
    assert story.incident.offers_for("r2") == ()


def test_a_pruned_decline_keeps_the_skill_that_was_declined() -> None:
    declined = offer(OfferState.DECLINED, volunteer_id="no", skill="nurse", changed_ms=NOW_MS - 1)
    others = [
        offer(OfferState.EXPIRED, id=f"o-x{number}", volunteer_id=f"v-{number}") for number in range(ENDED_OFFERS_KEPT)
    ]
    state = pruned(incident(offers=(declined, *others)), NOW_MS + 1)

    assert "no" not in {one.volunteer_id for one in state.offers}
    assert who_refused(state, requirement(id="r7", skill="doctor", any_of=("nurse",))) == {"no"}
    assert who_refused(state, requirement(id="r7", skill="doctor")) == set()
    assert to_bring(state)[-1] == RefusedBefore(capability=Capability.FIELD, skill="nurse", volunteer_ids=("no",))


def test_a_person_who_declined_digital_work_is_not_asked_to_validate_it() -> None:
    story = Story([remote("no"), remote("a")])
    story.report(digital_spec(validated=True))
    story.decline("no")
    story.people.append(remote("b"))
    story.accept("a")

    story.give_result("a", "confirmed")

    assert story.asked() == ["b"]


def test_a_declined_offer_can_still_be_accepted() -> None:
    story = Story([candidate("no")])
    story.report(spec())
    story.decline("no")

    story.accept("no")

    assert story.state_of("no") is OfferState.ACCEPTED


def merged(town: LinkedIncidents) -> None:
    town.tell(MergeIncident, A, into=B)
    town.listen()


def declined_at_a(*also: str) -> LinkedIncidents:
    """`no` declines first aid at A; B asks for first aid as well, and its own people are `also`."""
    town = LinkedIncidents()
    town.people = helpers("no", *also)
    town.report(A)
    (held,) = [one for one in town.incidents[A].offers if one.volunteer_id == "no"]
    town.tell(DeclineOffer, A, offer_id=held.id, volunteer_id="no")
    town.people = []
    town.report(B)
    return town


def test_after_a_merge_the_other_incident_does_not_ask_who_declined() -> None:
    town = declined_at_a()
    merged(town)
    town.people = helpers("no", "yes")

    town.tell(UpdateIncident, B, requirements=(spec(count=2),))

    asked = {one.volunteer_id for one in town.incidents[B].offers}
    assert asked == {"yes"}
    assert town.incidents[B].refused == (
        RefusedBefore(capability=Capability.FIELD, skill="first_aid", volunteer_ids=("no",)),
    )


def test_a_decline_merged_twice_is_kept_once() -> None:
    town = declined_at_a()
    merged(town)
    said: dict[str, Any] = {"other": A, "refused": town.incidents[B].refused}

    town.tell(AdoptReport, B, **said)

    assert town.incidents[B].refused == said["refused"]


def test_pruned_declines_and_those_of_earlier_merges_are_passed_on() -> None:
    state = incident(
        requirements=(requirement(), requirement(id="r2", capability=Capability.DIGITAL, task=Task.TRANSLATE)),
        offers=(
            offer(OfferState.DECLINED, volunteer_id="now"),
            offer(OfferState.EXPIRED, id="o-2", volunteer_id="quiet"),
        ),
        declined={"r2": ("ago",), "r9": ("of-nothing",)},
        refused=(RefusedBefore(capability=Capability.FIELD, skill="first_aid", volunteer_ids=("before",)),),
    )

    first_aid, translation = to_bring(state)[::-1]

    assert first_aid.volunteer_ids == ("before", "now")
    assert (translation.task, translation.volunteer_ids) == (Task.TRANSLATE, ("ago",))
    assert who_refused(state, state.requirements[0]) == {"before", "now"}
    assert joined(to_bring(state) * 2) == to_bring(state)
