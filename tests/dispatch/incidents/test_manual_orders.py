"""What operators do by hand: take an offer back, enter what a person told them."""

from typing import Any

from dispatch.explanations import of_person
from dispatch.matching.lessons import lessons_of
from dispatch.model.answer_commands import AskForHelp, ConfirmChanges, RaiseDistress
from dispatch.model.commands import RemindPerson, WithdrawOffer
from dispatch.model.copying import changed
from dispatch.model.incident_events import IncidentUpdated
from dispatch.model.incidents import Attention
from dispatch.model.reasons import AttentionReason
from dispatch.model.safety_events import HelpAsked
from dispatch.model.vocabulary import HeardBy, IncidentStatus, OfferState, Outcome
from dispatch.notices.safety_notices import notice_steps
from dispatch.state.pruning import ENDED_OFFERS_KEPT
from tests.support.builders import INCIDENT, NOW_MS, Story, helpers, incident, offer, spec

PHONE = HeardBy.PHONE


def asked(*people: str, count: int = 1) -> Story:
    story = Story(helpers(*people))
    story.report(spec(count=count))
    return story


def test_who_was_asked_is_withdrawn_and_the_place_is_filled_anew_by_somebody_else() -> None:
    story = asked("one", "two", "three")
    assert set(story.asked()) == {"one", "two"}

    story.withdraw("one", private_ref="incident:x")

    taken_back = story.offer_of("one")
    assert (taken_back.state, taken_back.reason, taken_back.private_ref) == (
        OfferState.WITHDRAWN,
        "operator",
        "incident:x",
    )
    assert set(story.asked()) == {"two", "three"}


def test_who_accepted_is_stood_down_and_replaced() -> None:
    story = asked("one", "two")
    story.accept("one")
    assert story.incident.status is IncidentStatus.STAFFED

    story.withdraw("one")

    assert (story.state_of("one"), story.offer_of("one").reason) == (OfferState.STOOD_DOWN, "operator")
    assert story.asked() == ["two"]


def test_who_was_withdrawn_by_hand_is_not_asked_again_for_the_same() -> None:
    story = asked("one")

    story.withdraw("one")
    story.retry()

    assert story.asked() == []
    assert story.shortfalls()["r1"].missing == 1


def test_their_own_late_yes_is_answered_by_a_stand_down() -> None:
    story = asked("one")
    story.withdraw("one")

    story.accept("one")
    again = story.accept("one")

    assert (story.state_of("one"), story.offer_of("one").reason) == (OfferState.STOOD_DOWN, "operator")
    assert (again.outcome, again.reason) == (Outcome.UNCHANGED, "already_stood_down")


def test_an_operator_may_think_better_of_it() -> None:
    story = asked("one")
    story.withdraw("one")

    story.accept("one", heard_by=PHONE)

    assert story.state_of("one") is OfferState.ACCEPTED


def test_the_place_of_somebody_assigned_can_be_given_up() -> None:
    story = asked("one", "two", "three", "four", count=2)
    story.accept("one")
    story.accept("two")

    story.withdraw("one", replace=False)

    updated = next(fact for fact in story.last.events if isinstance(fact, IncidentUpdated))
    assert (updated.changed, updated.by) == (("requirements",), "operator")
    assert [one.count for one in story.incident.requirements] == [1]
    assert story.incident.edits["requirements"].version == story.incident.version
    assert story.incident.status is IncidentStatus.STAFFED
    assert story.asked() == []


def test_the_place_of_somebody_asked_is_given_up_only_when_nobody_else_is_asked_for_it() -> None:
    shared = asked("one", "two")
    shared.withdraw("one", replace=False)
    alone = asked("one")
    alone.withdraw("one", replace=False)

    assert ([one.count for one in shared.incident.requirements], shared.asked()) == ([1], ["two"])
    assert (alone.incident.requirements, alone.asked(), alone.shortfalls()) == ((), [], {})


def test_with_the_last_requirement_its_attention_ends_and_nobody_is_said_to_have_come() -> None:
    story = asked("one")
    story.told = changed(
        story.incident, attention=(Attention(reason=AttentionReason.UNFILLED, since_ms=NOW_MS, requirement_id="r1"),)
    )

    story.withdraw("one", replace=False)

    assert story.incident.requirements == ()
    assert story.incident.attention == ()
    assert story.incident.times.staffed_ms is None


def test_a_translator_goes_with_the_need_that_is_given_up() -> None:
    story = asked("one")
    told = story.incident
    from_ladder = told.requirements[0].__class__
    bridge = from_ladder(
        id="r2",
        capability=told.requirements[0].capability,
        skill="translator",
        count=1,
        max_distance_m=1,
        window_s=60,
        bridges="r1",
    )
    story.told = incident(requirements=(told.requirements[0], bridge), offers=told.offers)

    story.withdraw("one", replace=False)

    assert story.incident.requirements == ()


def test_what_has_ended_is_not_withdrawn() -> None:
    story = asked("one")
    story.decline("one")

    ended = story.withdraw("one")
    unknown = story.tell(
        WithdrawOffer(id="c-x", incident_id=INCIDENT, by="operator", sent_ms=NOW_MS, offer_id="o-8320e5-x")
    )
    forgotten = Story(told=incident(forgotten_offers=3)).tell(
        WithdrawOffer(id="c-x", incident_id=INCIDENT, by="operator", sent_ms=NOW_MS, offer_id="o-8320e5-x")
    )

    assert (ended.outcome, ended.reason) == (Outcome.UNCHANGED, "already_declined")
    assert (unknown.outcome, unknown.reason) == (Outcome.REFUSED, "unknown_offer")
    assert forgotten.reason == "offer_no_longer_kept"


def test_an_offer_of_a_need_that_is_gone_gives_up_no_place() -> None:
    story = Story(told=incident(requirements=(), offers=(offer(),)))

    story.withdraw("v-1", replace=False)

    assert not any(isinstance(fact, IncidentUpdated) for fact in story.last.events)


def test_who_was_withdrawn_by_hand_is_remembered_when_their_offer_is_forgotten() -> None:
    others = tuple(
        offer(OfferState.EXPIRED, id=f"o-{number}", volunteer_id=f"x-{number}", changed_ms=NOW_MS - 1_000)
        for number in range(ENDED_OFFERS_KEPT)
    )
    taken_back = offer(
        OfferState.WITHDRAWN, id="o-hand", volunteer_id="hand", reason="operator", changed_ms=NOW_MS - 9_000
    )
    story = Story(helpers("hand"), told=incident(offers=(taken_back, *others)))

    story.retry()
    story.note()

    assert story.incident.offer("o-hand") is None
    assert story.incident.declined == {"r1": ("hand",)}
    story.retry()
    assert story.asked() == []


def test_an_operator_enters_what_a_person_told_them() -> None:
    story = asked("one")

    said = story.accept("one", heard_by=PHONE, said_by="")
    story.progress("one", OfferState.ON_SCENE, heard_by=HeardBy.RADIO, said_by="")
    story.wait(60)
    story.check_in("one", heard_by=PHONE, said_by="")

    assert (said.by, said.heard_by) == ("operator", PHONE)
    assert story.state_of("one") is OfferState.ON_SCENE
    assert story.offer_of("one").changed_ms == story.now_ms


def test_every_answer_may_be_entered_for_the_person_who_gave_it() -> None:
    story = asked("one", "two", "three")
    story.decline("one", heard_by=PHONE, said_by="")
    assert story.state_of("one") is OfferState.DECLINED
    story.accept("two", heard_by=PHONE, said_by="")
    story.progress("two", OfferState.ON_SCENE, heard_by=PHONE, said_by="")
    held = story.offer_of("two").id
    order: dict[str, Any] = {
        "incident_id": INCIDENT,
        "by": "op",
        "sent_ms": NOW_MS,
        "offer_id": held,
        "volunteer_id": "",
    }

    helped = story.tell(AskForHelp(id="c-h", **order, heard_by=PHONE))
    confirmed = story.tell(ConfirmChanges(id="c-c", **order, heard_by=PHONE, version=1))
    danger = story.tell(RaiseDistress(id="c-d", **order, heard_by=PHONE))

    assert any(isinstance(fact, HelpAsked) for fact in helped.events)
    assert (confirmed.outcome, confirmed.reason) == (Outcome.UNCHANGED, "nothing_to_confirm")
    assert danger.outcome is Outcome.APPLIED


def test_a_person_still_speaks_for_nobody_else() -> None:
    story = asked("one")

    said = story.accept("one", said_by="two")

    assert (said.outcome, said.reason) == (Outcome.REFUSED, "not_your_offer")


def test_what_an_operator_enters_says_nothing_of_how_the_person_answers() -> None:
    story = asked("one", "two", "three")
    story.decline("one", heard_by=PHONE)
    by_phone = lessons_of(story.last, story.incident)
    story.withdraw("two")
    by_hand = lessons_of(story.last, story.incident)
    story.accept("three")
    themselves = lessons_of(story.last, story.incident)

    assert by_phone == ()
    assert by_hand == ()
    assert [(one.volunteer_id, one.accepted) for one in themselves] == [("three", 1.0)]


def test_those_who_are_let_go_by_it_teach_as_always() -> None:
    story = asked("one", "two")
    story.wait(80)

    story.accept("one", heard_by=PHONE)

    assert [one.volunteer_id for one in lessons_of(story.last, story.incident)] == ["two"]


def test_why_says_who_entered_it_and_how_they_heard_it() -> None:
    story = asked("one")
    story.accept("one", heard_by=PHONE)

    told = of_person(story.incident, story.decisions, "one", None)

    assert "accepted, heard by phone and entered by operator, at" in told.text


def test_a_reminder_is_a_notice_and_no_sign_of_life() -> None:
    story = asked("one")
    story.wait(21)
    before = story.offer_of("one")

    story.remind("one")

    assert [step.notice for step in notice_steps(story.incident, story.last, 0, 0)] == ["reminder"]
    assert story.offer_of("one") == changed(before, reminded_ms=story.now_ms)


def test_two_clicks_remind_once() -> None:
    story = asked("one")
    at_once = story.remind("one")
    story.wait(21)
    story.remind("one")
    story.wait(19)
    again = story.remind("one")
    story.wait(1)

    assert (at_once.reason, again.reason) == ("reminded_lately", "reminded_lately")
    assert story.remind("one").outcome is Outcome.APPLIED


def test_nobody_is_reminded_of_an_offer_that_has_ended() -> None:
    story = asked("one")
    story.withdraw("one")

    late = story.remind("one")
    unknown = story.tell(RemindPerson(id="c-x", incident_id=INCIDENT, by="operator", sent_ms=NOW_MS, offer_id="o-9"))

    assert (late.outcome, late.reason) == (Outcome.UNCHANGED, "offer_withdrawn")
    assert (unknown.outcome, unknown.reason) == (Outcome.REFUSED, "unknown_offer")
