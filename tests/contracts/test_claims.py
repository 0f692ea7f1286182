"""Claims: one person, one offer, whatever happens in between."""

from dispatch.model.people import Hold
from dispatch.ports import ClaimAnswer
from tests.contracts.builders import ZONE, application, claim, fix, hold, incident, need, offer, profile
from tests.contracts.worlds import StoreWorld, applied


async def on_duty(world: StoreWorld, *volunteers: str) -> None:
    now_ms = await world.store.now_ms()
    await world.people.put_profiles([profile(volunteer, 1) for volunteer in volunteers])
    await world.people.put_fixes([fix(volunteer, now_ms) for volunteer in volunteers])


async def test_a_free_person_on_duty_is_granted(world: StoreWorld) -> None:
    await on_duty(world, "v-1", "v-2")

    answers = await world.store.claim([claim("v-1"), claim("v-2")])

    assert answers == [ClaimAnswer.GRANTED, ClaimAnswer.GRANTED]


async def test_the_same_offer_gets_the_same_answer(world: StoreWorld) -> None:
    await on_duty(world, "v-1")
    await world.store.claim([claim("v-1")])

    assert await world.store.claim([claim("v-1")]) == [ClaimAnswer.GRANTED]


async def test_a_confirmed_claim_still_answers_its_own_offer(world: StoreWorld) -> None:
    await on_duty(world, "v-1")
    await world.store.claim([claim("v-1")])
    await confirm(world, "v-1")
    await world.people.put_profiles([profile("v-1", 2, on_duty=False)])

    assert await world.store.claim([claim("v-1")]) == [ClaimAnswer.GRANTED]


async def test_a_second_incident_never_takes_an_engaged_volunteer(world: StoreWorld) -> None:
    await on_duty(world, "v-1")
    await world.store.claim([claim("v-1")])

    other = claim("v-1", incident="fire", command="c-2")
    assert await world.store.claim([other]) == [ClaimAnswer.BUSY]

    await confirm(world, "v-1")
    assert await world.store.claim([other]) == [ClaimAnswer.BUSY]


async def test_nobody_off_duty_erased_or_unknown_is_granted(world: StoreWorld) -> None:
    await on_duty(world, "v-1", "v-2")
    await world.people.put_profiles([profile("v-1", 2, on_duty=False)])
    await world.people.erase("v-2", profile_offset=2)

    answers = await world.store.claim([claim("v-1"), claim("v-2"), claim("v-3")])

    assert answers == [ClaimAnswer.OFF_DUTY] * 3


async def test_an_order_by_hand_claims_somebody_off_duty_but_nobody_who_is_engaged_or_unknown(
    world: StoreWorld,
) -> None:
    await on_duty(world, "v-1", "v-2")
    await world.store.claim([claim("v-2")])
    await world.people.put_profiles([profile("v-1", 2, on_duty=False), profile("v-2", 3, on_duty=False)])

    named = [claim(person, command="c-2", incident="fire", despite_duty=True) for person in ("v-1", "v-2", "v-3")]
    answers = await world.store.claim(named)

    assert answers == [ClaimAnswer.GRANTED, ClaimAnswer.BUSY, ClaimAnswer.OFF_DUTY]


async def test_an_older_epoch_of_the_same_incident_is_fenced(world: StoreWorld) -> None:
    await on_duty(world, "v-1")
    await world.store.claim([claim("v-1", command="c-new", epoch=5)])

    assert await world.store.claim([claim("v-1", command="c-old", epoch=4)]) == [ClaimAnswer.FENCED]
    assert await world.store.claim([claim("v-1", command="c-newer", epoch=6)]) == [ClaimAnswer.BUSY]


async def test_the_repeat_of_a_command_may_choose_again_whom_it_claimed(world: StoreWorld) -> None:
    await on_duty(world, "v-1")
    first = claim("v-1")
    await world.store.claim([first])

    again = Hold(volunteer_id="v-1", offer_id=first.offer_id)
    found = (await world.store.find([need(command="c-1")]))[0]

    assert [candidate.volunteer_id for candidate in found.candidates] == ["v-1"]
    assert again.offer_id == first.offer_id
    assert (await world.store.find([need(command="c-2")]))[0].candidates == ()


async def test_a_released_person_is_free_again(world: StoreWorld) -> None:
    await on_duty(world, "v-1")
    await world.store.claim([claim("v-1")])

    await world.store.release([hold("v-1")])

    assert await world.store.claim([claim("v-1", incident="fire", command="c-2")]) == [ClaimAnswer.GRANTED]


async def test_release_leaves_another_offer_alone(world: StoreWorld) -> None:
    await on_duty(world, "v-1")
    await world.store.claim([claim("v-1")])

    await world.store.release([hold("v-1", incident="fire", command="c-2")])

    assert await world.store.claim([claim("v-1", incident="fire", command="c-2")]) == [ClaimAnswer.BUSY]


async def test_release_leaves_a_confirmed_claim_alone(world: StoreWorld) -> None:
    await on_duty(world, "v-1")
    await world.store.claim([claim("v-1")])
    await confirm(world, "v-1")

    await world.store.release([hold("v-1")])

    assert await world.store.claim([claim("v-1", incident="fire", command="c-2")]) == [ClaimAnswer.BUSY]


async def test_claims_a_crash_left_behind_are_found_by_zone(world: StoreWorld) -> None:
    await on_duty(world, "v-1", "v-2", "v-3", "v-4")
    await world.store.claim([claim("v-1"), claim("v-2"), claim("v-3"), claim("v-9")])
    await confirm(world, "v-2")
    await world.store.release([hold("v-3")])

    assert await world.store.sweep_pending(0, lambda zone: zone == ZONE) == [hold("v-1")]
    assert await world.store.sweep_pending(0, lambda zone: zone != ZONE) == []
    assert await world.store.sweep_pending(60_000, lambda _: True) == []


async def confirm(world: StoreWorld, volunteer: str) -> None:
    now_ms = await world.store.now_ms()
    held = hold(volunteer)
    state = incident(at_ms=now_ms, offers=[offer(held, now_ms)])
    await applied(world, application(0, state, holds=[held]))
