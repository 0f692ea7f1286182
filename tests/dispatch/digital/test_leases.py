"""Digital work is held for a time only: a sign of life begins it anew, silence gives it to somebody else."""

from dispatch.deadlines import timers_of
from dispatch.model.commands import PassDeadline
from dispatch.model.decisions import Decision
from dispatch.model.vocabulary import DeadlineKind, OfferState, Outcome
from tests.support.builders import INCIDENT, Story, digital_spec, helpers, remote, spec

LEASE_S = 300


def story_of(*volunteer_ids: str) -> Story:
    story = Story([remote(one, load=number) for number, one in enumerate(volunteer_ids)])
    story.report(digital_spec(lease_s=LEASE_S))
    return story


def lease_passes(story: Story, offer_id: str) -> Decision:
    return story.tell(
        PassDeadline(
            id=f"lease-{len(story.decisions)}",
            incident_id=INCIDENT,
            by="dispatcher",
            sent_ms=story.now_ms,
            deadline=DeadlineKind.LEASE,
            due_ms=story.now_ms,
            offer_id=offer_id,
        )
    )


def test_an_accepted_task_is_held_for_as_long_as_the_plan_says() -> None:
    story = story_of("d-1")

    story.accept("d-1")

    held = story.offer_of("d-1")
    assert held.lease_expires_ms == story.now_ms + LEASE_S * 1000
    timers = [timer for timer in timers_of(story.incident) if timer.kind is DeadlineKind.LEASE]
    assert [(timer.ref, timer.due_ms) for timer in timers] == [(held.id, held.lease_expires_ms)]


def test_a_check_in_begins_the_lease_anew() -> None:
    story = story_of("d-1")
    story.accept("d-1")
    story.wait(200)

    story.check_in("d-1")

    assert story.offer_of("d-1").lease_expires_ms == story.now_ms + LEASE_S * 1000


def test_a_lease_that_runs_out_gives_the_task_to_somebody_else() -> None:
    story = story_of("d-1", "d-2", "d-3")
    story.accept("d-1")
    story.wait(LEASE_S)

    passed = lease_passes(story, story.offer_of("d-1").id)

    assert passed.why.rule == "lease"
    assert (story.state_of("d-1"), story.offer_of("d-1").reason) == (OfferState.EXPIRED, "lease_expired")
    assert "d-1" not in story.asked()
    assert story.asked()


def test_a_skipped_task_is_released_at_once() -> None:
    story = story_of("d-1", "d-2", "d-3")
    story.accept("d-1")

    story.decline("d-1")

    assert story.state_of("d-1") is OfferState.DECLINED
    assert story.asked()
    assert not [timer for timer in timers_of(story.incident) if timer.kind is DeadlineKind.LEASE]


def test_a_lease_timer_that_comes_early_late_or_for_nothing_changes_nothing() -> None:
    story = story_of("d-1")
    offer = story.offer_of("d-1")
    before_acceptance = lease_passes(story, offer.id)
    story.accept("d-1")
    early = lease_passes(story, offer.id)
    story.give_result("d-1", "unclear")
    story.wait(LEASE_S)
    done = lease_passes(story, offer.id)

    assert [(one.outcome, one.reason) for one in (before_acceptance, early, done)] == [
        (Outcome.UNCHANGED, "already_offered"),
        (Outcome.UNCHANGED, "not_yet_due"),
        (Outcome.UNCHANGED, "already_done"),
    ]
    assert lease_passes(story, "o-unknown").reason == "unknown_offer"


def test_who_lost_a_lease_may_take_the_task_again_while_it_is_open() -> None:
    story = story_of("d-1")
    story.accept("d-1")
    story.wait(LEASE_S)
    lease_passes(story, story.offer_of("d-1").id)

    again = story.accept("d-1")

    assert (again.outcome, again.why.rule) == (Outcome.APPLIED, "late_accept")
    assert story.offer_of("d-1").lease_expires_ms == story.now_ms + LEASE_S * 1000


def test_field_work_has_no_lease() -> None:
    story = Story(helpers("near"))
    story.report(spec())

    story.accept("near")

    assert story.offer_of("near").lease_expires_ms is None
