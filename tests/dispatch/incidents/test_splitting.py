"""One incident turns out to be two events: what the other one takes with it, and what stays."""

from dataclasses import fields, replace
from typing import Any

from dispatch.follow_ups import follow_ups
from dispatch.model.commands import AdoptReport, AssignVolunteer, Command, FinishMerge, ReportIncident, SplitIncident
from dispatch.model.context import DecisionContext, Neighbour
from dispatch.model.ids import incident_id
from dispatch.model.merge_events import IncidentSplit
from dispatch.model.merges import NewReport, NotMoved, ReportNumber
from dispatch.model.people import Candidate
from dispatch.model.private_refs import text_ref
from dispatch.model.requirements import WorkKind
from dispatch.model.vocabulary import Capability, IncidentStatus, OfferSource, OfferState, Outcome, Task
from dispatch.state.edits import unused_refs
from tests.support.builders import (
    ALMATY,
    INCIDENT,
    NOW_MS,
    ZONE,
    Story,
    candidate,
    helpers,
    incident,
    point,
    presence_of,
    remote,
    spec,
)

INTO = incident_id(ZONE, "operator", "split")
OTHER = incident_id(ZONE, "operator", "a further report")


def report(*specs: Any, **stated: Any) -> NewReport:
    return NewReport(
        command_id="c-new",
        incident_id=INTO,
        type="road.accident",
        body_digest="d",
        area=point(),
        requirements=specs or (spec(),),
        **stated,
    )


def reported(*specs: Any, **stated: Any) -> ReportIncident:
    made = report(*specs)
    names = [entry.name for entry in fields(made) if entry.name != "command_id"]
    same = {name: getattr(made, name) for name in names}
    return ReportIncident(id="c-new", by="operator", sent_ms=NOW_MS, **same, **stated)


def order(**stated: Any) -> SplitIncident:
    given: dict[str, Any] = {"report": report()} | stated
    return SplitIncident(id="c-split", incident_id=INCIDENT, by="operator", sent_ms=NOW_MS, **given)


def split(story: Story, **stated: Any) -> tuple[Command, ...]:
    """What the incident says to others after it was split."""
    decided = story.tell(order(**stated))
    assert decided.outcome is Outcome.APPLIED
    return follow_ups(decided)


def begun(made: Command, *people: Candidate) -> Story:
    other = Story(list(people))
    other.tell(made)
    return other


def test_a_part_becomes_an_incident_of_its_own_and_each_names_the_other() -> None:
    story = Story(helpers("one"))
    story.report(spec())

    (made,) = split(story)
    other = begun(made)

    assert story.incident.split_into == (INTO,)
    assert (other.incident.id, other.incident.split_from, other.incident.reported_by) == (INTO, INCIDENT, "operator")
    assert story.asked() == ["one"]
    assert follow_ups(other.last) == ()


def test_who_is_named_is_let_go_and_asked_by_name_at_the_other_place() -> None:
    story = Story(helpers("one", "two"))
    story.report(spec(count=2))
    story.accept("one")

    (made,) = split(story, offers=(story.offer_of("one").id, story.offer_of("two").id))

    assert (story.state_of("one"), story.state_of("two")) == (OfferState.STOOD_DOWN, OfferState.WITHDRAWN)
    assert {one.reason for one in story.incident.offers} == {"split"}
    assert story.incident.status is IncidentStatus.UNFILLED
    other = begun(made)
    asking = follow_ups(other.last)
    assert [(one.volunteer_id, one.force, one.by) for one in asking if isinstance(one, AssignVolunteer)] == [
        ("one", True, "operator"),
        ("two", True, "operator"),
    ]
    other.around = DecisionContext(presence={"one": presence_of(candidate("one", "boat"))})
    other.tell(asking[0])
    offer = other.offer_of("one")
    assert (offer.requirement_id, offer.source, offer.set_aside) == ("r1", OfferSource.OPERATOR, ("skill",))


def test_somebody_who_is_not_free_yet_is_left_to_the_search() -> None:
    """The end of their offer is not published yet: the claim would be lost, and the shell refuses the order."""
    story = Story(helpers("one"))
    story.report(spec())
    (made,) = split(story, offers=(story.offer_of("one").id,))
    other = begun(made)
    (asking,) = follow_ups(other.last)

    refused = other.tell(asking)

    assert (refused.outcome, refused.reason) == (Outcome.REFUSED, "unknown_volunteer")
    assert other.shortfalls()["r1"].missing == 1


def test_people_are_asked_for_the_work_that_is_most_like_theirs() -> None:
    def meant(*specs: Any, work: WorkKind) -> str | None:
        other = begun(reported(*specs))
        other.around = DecisionContext(presence={"one": presence_of(candidate("one"))})
        asked = other.tell(
            AssignVolunteer(
                id="c-a",
                incident_id=INTO,
                by="operator",
                sent_ms=NOW_MS,
                volunteer_id="one",
                requirement_id="",
                force=True,
                like=work,
            )
        )
        return other.offer_of("one").requirement_id if asked.outcome is Outcome.APPLIED else asked.reason

    aid = WorkKind(capability=Capability.FIELD, skill="first_aid")
    verify = WorkKind(capability=Capability.DIGITAL, skill="verification", task=Task.VERIFY_REPORT)
    assert meant(spec("boat"), spec(), work=aid) == "r2"
    assert meant(spec("boat"), spec("doctor", any_of=("first_aid",)), work=aid) == "r2"
    assert meant(spec("boat"), work=aid) == "r1"
    assert meant(spec("boat"), work=verify) == "unknown_requirement"
    digital = spec("verification", capability=Capability.DIGITAL)
    assert meant(spec(), digital, work=verify) == "r2"


def test_a_further_report_goes_over_to_the_event_it_is_about() -> None:
    story = Story()
    story.report(spec())
    numbers = (ReportNumber(digest="m1", reported_by="112"),)
    adopted = AdoptReport(
        id="c-adopt",
        incident_id=INCIDENT,
        by="dispatcher",
        sent_ms=NOW_MS,
        other=OTHER,
        numbers=numbers,
        in_distress=("v-1",),
    )
    story.tell(adopted)

    made, adopt = split(story, reports=(OTHER,))
    assert (story.incident.reports, story.incident.report_numbers) == ((), {})
    assert story.incident.people_in_distress == ()
    other = begun(made)
    other.tell(adopt)
    (finish,) = follow_ups(other.last)
    merged = Story(told=incident(id=OTHER, status=IncidentStatus.CLOSED, merged_into=INCIDENT))
    moved = merged.tell(finish)
    again = merged.tell(finish)

    assert (other.incident.reports, other.incident.report_numbers) == ((OTHER,), {OTHER: numbers})
    assert other.incident.people_in_distress == ("v-1",)
    assert isinstance(finish, FinishMerge)
    assert (merged.incident.merged_into, merged.incident.status) == (INTO, IncidentStatus.CLOSED)
    assert follow_ups(moved) == ()
    assert (again.outcome, again.reason) == (Outcome.UNCHANGED, "already_merged")


def test_what_cannot_be_split_is_told_and_changes_nothing() -> None:
    story = Story(helpers("one"))
    story.report(spec())
    gone = story.offer_of("one").id
    story.decline("one")
    before = story.incident

    assert story.tell(order(reports=(OTHER,))).reason == "no_such_report"
    assert story.tell(order(offers=("o-nobody",))).reason == "unknown_offer"
    into_itself = NewReport(command_id="c", incident_id=INCIDENT, type="flood", body_digest="d")
    assert story.tell(order(report=into_itself)).reason == "into_itself"
    ended = story.tell(order(offers=(gone,)))
    assert (ended.outcome, ended.reason, ended.other_incident) == (Outcome.REFUSED, "offer_ended", None)
    assert story.incident == before
    split(story)
    again = story.tell(order())
    assert (again.outcome, again.reason) == (Outcome.UNCHANGED, "already_split")


def test_the_two_are_never_proposed_as_one() -> None:
    near = Neighbour(incident_id=INCIDENT, type="road.accident", centre=ALMATY, reach_m=0.0, logged_ms=NOW_MS)
    known = DecisionContext(neighbours=(near,))
    told, plain = Story(around=known), Story(around=known)

    told.tell(reported(split_from=INCIDENT))
    plain.tell(reported())

    assert told.incident.merge_candidates == ()
    assert [one.incident_id for one in plain.incident.merge_candidates] == [INCIDENT]


def test_what_was_sealed_for_an_incident_that_never_came_about_is_erased() -> None:
    ref = text_ref(INTO, "report", "c-new")
    command = order(report=report(private_ref=ref, private_fields=("address",)))

    assert unused_refs(command, None) == (ref,)
    assert unused_refs(command, incident()) == ()


def test_digital_work_goes_over_as_well() -> None:
    story = Story([remote("eyes")])
    story.report(spec("verification", capability=Capability.DIGITAL))

    (made,) = split(story, offers=(story.offer_of("eyes").id,))

    assert isinstance(made, ReportIncident)
    assert made.moved[0].work == WorkKind(capability=Capability.DIGITAL, skill="verification", task=Task.VERIFY_REPORT)


def second(**stated: Any) -> SplitIncident:
    """The order of another operator: its incident has another id."""
    made = replace(report(), command_id="c-newer", incident_id=incident_id(ZONE, "another", "split"))
    return replace(order(report=made, **stated), id="c-second", by="another")


def test_of_two_operators_who_split_off_the_same_people_the_second_is_refused_and_reads_where_they_are() -> None:
    story = Story(helpers("one", "two"))
    story.report(spec(count=2))
    named = tuple(one.id for one in story.incident.offers)
    split(story, offers=named)
    before = story.incident

    refused = story.tell(second(offers=named))

    assert (refused.outcome, refused.reason, refused.other_incident) == (Outcome.REFUSED, "already_split", INTO)
    assert (refused.events, follow_ups(refused), story.incident) == ((), (), before)


def test_a_report_that_another_split_has_taken_is_split_off_once() -> None:
    story = Story()
    story.report(spec())
    story.tell(AdoptReport(id="c-adopt", incident_id=INCIDENT, by="dispatcher", sent_ms=NOW_MS, other=OTHER))
    split(story, reports=(OTHER,))

    refused = story.tell(second(reports=(OTHER,)))

    assert (refused.outcome, refused.reason, refused.other_incident) == (Outcome.REFUSED, "already_split", INTO)
    assert follow_ups(refused) == ()


def test_where_only_some_are_gone_the_rest_moves_and_the_event_says_who_stayed_and_why() -> None:
    story = Story(helpers("one", "two", "three"))
    story.report(spec(count=3))
    by_name = {name: story.offer_of(name).id for name in ("one", "two", "three")}
    story.decline("two")
    split(story, offers=(by_name["one"],))

    decided = story.tell(second(offers=tuple(by_name.values())))

    (fact,) = [one for one in decided.events if isinstance(one, IncidentSplit)]
    assert [one.volunteer_id for one in fact.moved] == ["three"]
    assert fact.not_moved == (
        NotMoved(id=by_name["one"], volunteer_id="one", state=OfferState.WITHDRAWN, into=INTO),
        NotMoved(id=by_name["two"], volunteer_id="two", state=OfferState.DECLINED),
    )
    assert story.incident.moved_by_split == {"one": INTO, "three": second().report.incident_id}


def test_two_orders_that_name_nobody_are_two_events() -> None:
    story = Story(helpers("one"))
    story.report(spec())
    split(story)

    decided = story.tell(second())

    assert decided.outcome is Outcome.APPLIED
    assert story.incident.split_into == (INTO, second().report.incident_id)
