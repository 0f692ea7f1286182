"""The bound on the state: old ended offers leave it, who declined is never asked again, late answers get a clear outcome."""

from typing import Any

from dispatch.model.answer_commands import AcceptOffer
from dispatch.model.commands import VoidOffer
from dispatch.model.offer_events import OfferMade
from dispatch.model.vocabulary import OfferState, Outcome
from dispatch.state.pruning import ENDED_OFFERS_KEPT, pruned
from tests.support.builders import INCIDENT, NOW_MS, Story, candidate, incident, offer, spec


def ended(number: int) -> dict[str, Any]:
    return {"id": f"o-{number:04}", "volunteer_id": f"v-{number:04}", "changed_ms": NOW_MS + number}


def test_the_newest_ended_offers_stay_and_all_that_hold_somebody() -> None:
    offers = [offer(OfferState.EXPIRED, **ended(number)) for number in range(ENDED_OFFERS_KEPT + 3)]
    working = [offer(state, id=f"o-{state}", changed_ms=0) for state in (OfferState.ACCEPTED, OfferState.DONE)]
    state = incident(offers=(*working, *offers))

    kept = pruned(state, NOW_MS + 10_000)

    assert [one.id for one in kept.offers[:3]] == ["o-accepted", "o-done", "o-0003"]
    assert (len(kept.offers), kept.forgotten_offers) == (ENDED_OFFERS_KEPT + 2, 3)
    assert kept.declined == {}


def test_decliners_are_remembered_by_their_ids_alone() -> None:
    offers = [offer(OfferState.DECLINED, **ended(number)) for number in range(ENDED_OFFERS_KEPT + 2)]

    kept = pruned(incident(offers=tuple(offers), declined={"r1": ("v-9",)}), NOW_MS + 10_000)

    assert kept.declined == {"r1": ("v-9", "v-0000", "v-0001")}


def test_an_offer_that_just_ended_stays_until_its_step_is_published() -> None:
    offers = [offer(OfferState.EXPIRED, id=f"o-{number}", changed_ms=NOW_MS) for number in range(300)]
    state = incident(offers=tuple(offers))

    assert pruned(state, NOW_MS) is state


def of_a_thousand() -> Story:
    """One unfilled incident, whose thousand people say no one after the other."""
    story = Story([candidate(f"v-{number:04}", distance_m=1.0 + number) for number in range(400)])
    story.report(spec())
    while asked := story.asked():
        for name in asked:
            story.wait(1)
            story.decline(name)
    return story


def test_a_long_unfilled_incident_stays_small_and_asks_nobody_twice() -> None:
    story = of_a_thousand()

    story.wait(10_000)
    story.retry()

    made = [
        fact.volunteer_id for decision in story.decisions for fact in decision.events if isinstance(fact, OfferMade)
    ]
    assert len(made) == len(set(made)) == 400
    assert len(story.incident.offers) <= ENDED_OFFERS_KEPT + 1
    assert story.incident.forgotten_offers >= 199
    assert story.asked() == []


def test_an_answer_to_an_offer_that_left_the_state_has_a_clear_outcome() -> None:
    story = of_a_thousand()
    gone = "o-8320e5-00000000000000000000000000000000-0000000000000000"

    late = story.tell(
        AcceptOffer(id="c-late", incident_id=INCIDENT, by="v-0000", sent_ms=0, offer_id=gone, volunteer_id="v-0000")
    )
    void = story.tell(VoidOffer(id="c-void", incident_id=INCIDENT, by="dispatcher", sent_ms=0, offer_id=gone))

    assert (late.outcome, late.reason) == (Outcome.REFUSED, "offer_no_longer_kept")
    assert (void.outcome, void.reason) == (Outcome.UNCHANGED, "offer_no_longer_kept")
