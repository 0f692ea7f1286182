"""Deadlines: which the state implies, what each becomes when it passes, and when it no longer matters."""

import pytest

from dispatch.deadlines import deadline_command, timers_of, waiting_of
from dispatch.incidents import offers
from dispatch.model.commands import DISPATCHER, PassDeadline
from dispatch.model.offer_ends import SILENCE_REST_S
from dispatch.model.reasons import Exclusion
from dispatch.model.timers import Timer
from dispatch.model.vocabulary import DeadlineKind, IncidentStatus, OfferState, Outcome
from tests.support.builders import INCIDENT, NOW_MS, Story, helpers, incident, offer, requirement, shortfall, spec


def story_of(count: int, *volunteer_ids: str) -> Story:
    story = Story(helpers(*volunteer_ids))
    story.report(spec(count=count))
    return story


def test_every_open_offer_and_the_next_look_have_a_timer() -> None:
    story = story_of(2, "one")

    timers = timers_of(story.incident)

    due_ms = NOW_MS + 90_000
    assert timers == (
        Timer(kind=DeadlineKind.OFFER_EXPIRY, incident_id=INCIDENT, ref=story.offer_of("one").id, due_ms=due_ms),
        Timer(kind=DeadlineKind.RETRY, incident_id=INCIDENT, ref="", due_ms=NOW_MS + 2_000),
        Timer(
            kind=DeadlineKind.LADDER, incident_id=INCIDENT, ref="r1", due_ms=NOW_MS
        ),  # nobody is left for the second place
    )


def test_of_an_answered_offer_only_the_way_is_watched() -> None:
    story = story_of(1, "one", "two")

    story.accept("one")

    assert [timer.kind for timer in timers_of(story.incident)] == [DeadlineKind.WATCH]


@pytest.mark.parametrize("status", [IncidentStatus.CLOSED, IncidentStatus.CANCELLED])
def test_an_ended_incident_waits_for_nothing(status: IncidentStatus) -> None:
    ended = incident(
        status=status, offers=(offer(),), retry_at_ms=NOW_MS, requirements=(requirement(shortfall=shortfall()),)
    )

    assert timers_of(ended) == ()
    assert waiting_of(ended) == ()


def test_requirements_that_are_short_wait_for_people() -> None:
    waits = incident(requirements=(requirement(), requirement(id="r2", shortfall=shortfall())))

    assert waiting_of(waits) == ("r2",)


def test_a_timer_becomes_a_command_of_the_dispatcher() -> None:
    timer = Timer(kind=DeadlineKind.OFFER_EXPIRY, incident_id=INCIDENT, ref="o-1", due_ms=NOW_MS)

    command = deadline_command(timer, NOW_MS + 40)

    assert (command.by, command.offer_id, command.deadline) == (DISPATCHER, "o-1", DeadlineKind.OFFER_EXPIRY)
    assert (command.due_ms, command.sent_ms) == (NOW_MS, NOW_MS + 40)


def test_the_same_timer_gives_the_same_command_whoever_sweeps_it_and_another_one_another() -> None:
    def swept(kind: DeadlineKind = DeadlineKind.RETRY, ref: str = "", due_ms: int = NOW_MS, at_ms: int = 0) -> str:
        return deadline_command(Timer(kind=kind, incident_id=INCIDENT, ref=ref, due_ms=due_ms), at_ms).id

    assert swept(at_ms=1) == swept(at_ms=2)
    assert len({swept(), swept(ref="o-1"), swept(due_ms=NOW_MS + 1), swept(DeadlineKind.OFFER_EXPIRY)}) == 4


def test_a_deadline_that_is_not_yet_due_changes_nothing() -> None:
    story = story_of(1, "slow")
    story.wait(89.999)

    early = story.expire("slow")

    assert (early.outcome, early.reason) == (Outcome.UNCHANGED, "not_yet_due")
    assert story.state_of("slow") is OfferState.OFFERED


def test_a_silent_person_is_replaced_the_moment_the_deadline_is_over() -> None:
    story = story_of(1, "silent", "other", "next")
    story.wait(90)

    passed = story.expire("silent")

    assert passed.why.rule == "expiry"
    assert (story.state_of("silent"), story.offer_of("silent").reason) == (OfferState.EXPIRED, "no_answer")
    assert story.asked() == ["next"]


def test_all_whose_time_is_over_are_replaced_in_one_decision() -> None:
    story = story_of(1, "silent", "far", "next")
    asked = story.asked()
    story.wait(90)

    # The timer of one stands for all, also where its own offer was answered in the meantime.
    story.decline(asked[0])
    story.expire(asked[0])

    assert {story.state_of(name) for name in asked[1:]} == {OfferState.EXPIRED}
    assert not {*asked} & {*story.asked()}


def test_who_still_has_time_keeps_it_when_others_expire() -> None:
    story = story_of(1, "refusing", "silent", "later")
    story.wait(30)
    story.decline("refusing")
    story.wait(60)

    story.expire("silent")

    assert (story.state_of("silent"), story.state_of("later")) == (OfferState.EXPIRED, OfferState.OFFERED)


def test_a_deadline_of_an_answered_offer_changes_nothing() -> None:
    story = story_of(1, "one")
    story.accept("one")
    story.wait(100)

    late = story.expire("one")

    assert (late.outcome, late.reason) == (Outcome.UNCHANGED, "already_accepted")


def test_a_deadline_passes_once() -> None:
    story = story_of(1, "one")
    story.wait(100)
    story.expire("one")

    again = story.expire("one")

    assert (again.outcome, again.reason) == (Outcome.UNCHANGED, "already_expired")


@pytest.mark.parametrize("offer_id", ["o-unknown", None])
def test_a_deadline_of_an_unknown_offer_is_refused(offer_id: str | None) -> None:
    command = PassDeadline(
        id="c",
        incident_id=INCIDENT,
        by=DISPATCHER,
        sent_ms=NOW_MS,
        deadline=DeadlineKind.OFFER_EXPIRY,
        due_ms=NOW_MS,
        offer_id=offer_id,
    )

    ruling = offers.rule(incident(), command, NOW_MS)

    assert (ruling.outcome, ruling.reason) == (Outcome.REFUSED, "unknown_offer")


def test_a_silent_person_is_left_in_peace_for_a_while_and_may_then_be_asked_again() -> None:
    story = story_of(1, "silent")
    story.wait(90)
    story.expire("silent")

    story.wait(SILENCE_REST_S - 1)
    story.retry()
    resting = story.asked()
    story.wait(1)
    story.retry()

    assert resting == []
    assert story.asked() == ["silent"]


def test_a_person_silent_for_one_requirement_may_be_asked_for_another() -> None:
    story = story_of(1, "silent")
    story.wait(90)
    story.expire("silent")

    story.update(spec(), spec("first_aid", window_s=30))

    assert [(one.volunteer_id, one.requirement_id) for one in story.incident.offers] == [
        ("silent", "r1"),
        ("silent", "r2"),
    ]


def test_a_retry_finds_who_has_come_meanwhile() -> None:
    story = story_of(1)
    story.people = helpers("newcomer")

    retried = story.retry()

    assert retried.why.rule == "retry"
    assert story.asked() == ["newcomer"]
    assert story.incident.status is IncidentStatus.DISPATCHING
    assert story.incident.retry_at_ms is None


def test_a_retry_when_nothing_waits_changes_nothing() -> None:
    story = story_of(1, "one")

    idle = story.retry()

    assert (idle.outcome, idle.reason) == (Outcome.UNCHANGED, "nothing_waits")


def test_the_second_look_comes_soon_and_the_waits_after_it_double_up_to_five_minutes() -> None:
    story = story_of(1)
    waits = []

    for _ in range(7):
        waits.append((story.incident.retry_at_ms or 0) - story.now_ms)
        story.wait(waits[-1] / 1000)
        story.retry()

    assert waits == [2_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]


def test_the_next_shortfall_begins_with_a_short_wait_again() -> None:
    story = story_of(1)
    story.retry()
    story.people = helpers("one")
    story.retry()
    story.accept("one")

    story.decline("one")

    assert (story.incident.retry_at_ms or 0) - story.now_ms == 2_000


def test_people_taken_while_deciding_are_looked_for_again_soon_each_time() -> None:
    story = Story(unseen={Exclusion.TAKEN_NOW: 1})
    story.report()

    story.retry()

    assert (story.incident.retry_at_ms or 0) - story.now_ms == 2_000
