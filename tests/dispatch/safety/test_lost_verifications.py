"""A verification ends while its person holds an offer: pending offers are withdrawn, operators are asked about the others."""

from dataclasses import replace

import pytest

from dispatch.model.answer_commands import LoseVerification
from dispatch.model.context import NOTHING
from dispatch.model.decisions import Decision
from dispatch.model.people import Candidate
from dispatch.model.reasons import AttentionReason, Exclusion, ShortfallReason, SoftRule
from dispatch.model.vocabulary import OfferState, Outcome
from dispatch.safety.lost_verifications import command_of
from tests.support.builders import Story, candidate, presence_of, spec


def doctor(name: str = "v-1", **known: object) -> Candidate:
    return candidate(name, "doctor", **known)


def claimed(name: str = "v-1") -> Candidate:
    return doctor(name, verified=frozenset())


def ends(story: Story, person: Candidate, skill: str = "doctor") -> Decision:
    """The command of the service; the store shows the person like this."""
    offer = story.offer_of(person.volunteer_id)
    story.around = replace(NOTHING, presence={person.volunteer_id: presence_of(person)})
    command = command_of(person.volunteer_id, offer.id, skill, ended_ms=story.now_ms)
    assert command is not None
    return story.tell(command)


def asked(*people: Candidate) -> Story:
    story = Story(list(people))
    story.report(spec("doctor"))
    return story


def test_who_only_claims_to_be_a_doctor_is_not_asked_and_the_shortfall_says_why() -> None:
    story = asked(claimed())

    assert story.asked() == []
    assert story.last.why.requirements[0].excluded == {Exclusion.NOT_VERIFIED: 3}
    assert story.shortfalls()["r1"].reason is ShortfallReason.NOT_VERIFIED


@pytest.mark.parametrize("skill", ["doctor", "nurse", "rescue", "firefighting"])
def test_these_skills_need_a_verification_wherever_a_report_asks_for_them(skill: str) -> None:
    story = Story([candidate("v-1", skill, verified=frozenset())])
    story.report(spec(skill))

    assert story.asked() == []


def test_a_claim_counts_for_other_skills() -> None:
    story = Story([candidate("v-1", "boat", verified=frozenset())])
    story.report(spec("boat"))

    assert story.asked() == ["v-1"]


def test_a_self_made_doctor_is_asked_as_what_counts_without_a_verification() -> None:
    story = Story([candidate("v-1", "doctor", "first_aid", verified=frozenset())])
    story.report(spec("doctor", any_of=("first_aid",)))

    assert story.offer_of("v-1").skill == "first_aid"


def test_a_pending_offer_is_withdrawn_and_goes_to_somebody_else() -> None:
    story = asked(doctor())
    story.people = [claimed(), doctor("v-2")]

    ends(story, claimed())

    assert story.offer_of("v-1").state is OfferState.WITHDRAWN
    assert story.offer_of("v-1").reason == Exclusion.NOT_VERIFIED
    assert story.offer_of("v-2").state is OfferState.OFFERED


def test_who_was_withdrawn_may_be_asked_again_once_verified() -> None:
    story = asked(doctor())
    story.people = [claimed()]
    ends(story, claimed())

    story.people = [doctor()]
    story.retry()

    assert story.offer_of("v-1").state is OfferState.OFFERED


def test_who_accepted_keeps_the_job_and_an_operator_is_asked() -> None:
    story = asked(doctor())
    story.accept("v-1")

    ends(story, claimed())

    assert story.offer_of("v-1").state is OfferState.ACCEPTED
    (attention,) = story.incident.attention
    assert (attention.reason, attention.offer_id) == (AttentionReason.VERIFICATION_ENDED, story.offer_of("v-1").id)


def test_the_attention_ends_with_the_offer() -> None:
    story = asked(doctor())
    story.accept("v-1")
    ends(story, claimed())

    story.decline("v-1")

    assert AttentionReason.VERIFICATION_ENDED not in {entry.reason for entry in story.incident.attention}


def test_a_verification_of_another_skill_changes_nothing() -> None:
    story = asked(doctor())

    told = ends(story, claimed(), "nurse")

    assert (told.outcome, told.reason) == (Outcome.UNCHANGED, "not_needed")


def test_who_was_verified_again_meanwhile_keeps_the_offer() -> None:
    story = asked(doctor())

    told = ends(story, doctor())

    assert (told.outcome, told.reason) == (Outcome.UNCHANGED, "verified_again")


def test_an_ended_offer_stays_as_it_is() -> None:
    story = asked(doctor())
    story.decline("v-1")

    assert ends(story, claimed()).reason == "already_declined"


def test_after_the_end_of_the_incident_nothing_changes() -> None:
    story = asked(doctor())
    story.accept("v-1")
    story.close()

    assert ends(story, claimed()).outcome is Outcome.UNCHANGED


def test_an_operator_may_send_a_person_who_is_not_verified_with_a_reason() -> None:
    story = Story([])
    story.report(spec("doctor"))

    refused = story.assign(claimed())
    assert refused.against == (SoftRule.NOT_VERIFIED,)
    story.assign(claimed(), force=True)

    assert story.offer_of("v-1").set_aside == (SoftRule.NOT_VERIFIED,)
    assert ends(story, claimed()).reason == "set_aside"


def test_an_acceptance_after_the_end_of_the_verification_does_not_count() -> None:
    story = asked(doctor())
    story.around = replace(NOTHING, presence={"v-1": presence_of(claimed())})

    story.accept("v-1")

    assert story.offer_of("v-1").state is OfferState.STOOD_DOWN
    assert story.offer_of("v-1").reason == Exclusion.NOT_VERIFIED


def test_one_end_gives_one_command() -> None:
    offer = asked(doctor()).offer_of("v-1").id

    assert command_of("v-1", offer, "doctor", ended_ms=5) == command_of("v-1", offer, "doctor", ended_ms=5)
    assert command_of("v-1", "nonsense", "doctor", ended_ms=5) is None


def test_a_command_about_an_unknown_offer_changes_nothing() -> None:
    story = asked(doctor())
    order = command_of("v-1", story.offer_of("v-1").id, "doctor", ended_ms=5)
    assert isinstance(order, LoseVerification)

    assert story.tell(replace(order, id="c-other", offer_id="o-nobody")).reason == "unknown_offer"
