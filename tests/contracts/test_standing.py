"""What a store remembers of people's answers and work, and of everybody's; that a rebuild brings it back."""

import pytest

from dispatch.matching.estimates import ANSWER_HALF_LIFE_MS, DIGITAL_BAND, WORK_HALF_LIFE_MS, Priors, cell_of
from dispatch.matching.lessons import Lesson, WorkEnded
from dispatch.matching.trust import HALF_LIFE_MS as TRUST_HALF_LIFE_MS
from dispatch.matching.trust import Judged
from dispatch.model.people import Candidate, Found
from dispatch.model.vocabulary import Capability, Priority
from streams.store.memory.store import MemoryStore
from streams.store.track_record import Standings
from tests.contracts.builders import (
    DIGITAL,
    application,
    area,
    fix,
    hold,
    incident,
    incident_id,
    need,
    north,
    offer,
    profile,
    requirement,
)
from tests.contracts.worlds import MemoryWorld, RedisWorld, StoreWorld, applied
from tests.support.waiting import WITHIN_S

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


async def on_duty(world: StoreWorld, *volunteers: str, heard_ms: int = 0) -> int:
    now_ms = await world.store.now_ms()
    await world.people.put_profiles([profile(volunteer, 1, heard_ms=heard_ms) for volunteer in volunteers])
    await world.people.put_fixes([fix(volunteer, now_ms) for volunteer in volunteers])
    return now_ms


async def found(world: StoreWorld) -> Found:
    return (await world.store.find([need(command="c-look")]))[0]


async def only(world: StoreWorld) -> Candidate:
    (candidate,) = (await found(world)).candidates
    return candidate


async def priors_of(world: StoreWorld) -> Priors:
    return (await world.store.load([("c-look", incident_id("flood"))]))[1][0].priors


def lesson(at_ms: int, *, yes: float = 0.0, no: float = 0.0, of_ms: int | None = None) -> Lesson:
    cell = cell_of(Capability.FIELD, 300.0, at_ms if of_ms is None else of_ms)
    return Lesson(volunteer_id="v-1", cell=cell, at_ms=at_ms, accepted=yes, refused=no)


async def test_a_stranger_brings_nothing_but_the_time_they_were_heard(world: StoreWorld) -> None:
    now_ms = await on_duty(world, "v-1", heard_ms=(await world.store.now_ms()) - 5_000)

    person = await only(world)

    assert (person.accepted, person.refused, person.work, person.rested_s) == (0, 0, 0, None)
    assert (person.offers_last_hour, person.offers_last_day, person.worked_heavy) == (0, 0, False)
    assert person.heard_s is not None
    assert 4 <= person.heard_s <= 5 + WITHIN_S
    assert await priors_of(world) == {}
    assert (await world.store.now_ms()) >= now_ms


async def test_answers_are_learnt_and_decay(world: StoreWorld) -> None:
    now_ms = await on_duty(world, "v-1")
    past_ms = now_ms - WORK_HALF_LIFE_MS

    await applied(
        world,
        application(0, lessons=[lesson(past_ms, yes=1.0), lesson(now_ms, no=0.4)]),
        application(1, command="c-2", lessons=[lesson(now_ms, yes=1.0)]),
    )

    person = await only(world)
    assert person.accepted == pytest.approx(1 + 2 ** (-WORK_HALF_LIFE_MS / ANSWER_HALF_LIFE_MS), abs=1e-3)
    assert person.refused == pytest.approx(0.4, abs=1e-3)
    assert person.work == pytest.approx(1.5, abs=1e-3)


async def test_a_decision_teaches_once(world: StoreWorld) -> None:
    now_ms = await on_duty(world, "v-1")
    decision = application(0, lessons=[lesson(now_ms, yes=1.0)], work_ended=[])

    await world.store.apply([decision, decision])

    assert (await only(world)).accepted == pytest.approx(1, abs=1e-3)


async def test_everybodys_answers_of_this_hour_are_the_prior(world: StoreWorld) -> None:
    now_ms = await on_duty(world, "v-1")
    other_hour = lesson(now_ms, yes=1.0, of_ms=now_ms + 12 * HOUR_MS)
    unknown = Lesson(volunteer_id="nobody", cell=cell_of(Capability.DIGITAL, None, now_ms), at_ms=now_ms, refused=0.5)

    await applied(world, application(0, lessons=[lesson(now_ms, yes=1.0), lesson(now_ms, no=1.0), other_hour, unknown]))

    priors = await priors_of(world)
    assert priors.keys() == {"0.5km", DIGITAL_BAND}
    assert (priors["0.5km"].accepted, priors["0.5km"].refused) == pytest.approx((1, 1), abs=1e-3)
    assert (priors[DIGITAL_BAND].accepted, priors[DIGITAL_BAND].refused) == pytest.approx((0, 0.5), abs=1e-3)


async def test_the_last_work_counts_for_the_rest_whatever_the_order(world: StoreWorld) -> None:
    now_ms = await on_duty(world, "v-1")
    light = WorkEnded(volunteer_id="v-1", at_ms=now_ms - 60_000, heavy=False)
    heavy = WorkEnded(volunteer_id="v-1", at_ms=now_ms - 90_000, heavy=True)

    await applied(world, application(0, lessons=[lesson(now_ms, yes=1.0)], work_ended=[light, heavy]))

    person = await only(world)
    assert person.rested_s is not None
    assert 58 <= person.rested_s <= 60 + WITHIN_S
    assert not person.worked_heavy


async def test_what_others_made_of_digital_answers_is_learnt_and_decays(world: StoreWorld) -> None:
    now_ms = await on_duty(world, "v-1")
    judged = [
        Judged(volunteer_id="v-1", at_ms=now_ms - TRUST_HALF_LIFE_MS, upheld=True),
        Judged(volunteer_id="v-1", at_ms=now_ms, upheld=True),
        Judged(volunteer_id="v-1", at_ms=now_ms, upheld=False),
        Judged(volunteer_id="nobody", at_ms=now_ms, upheld=False),
    ]

    await applied(world, application(0, lessons=[lesson(now_ms, yes=1.0)], judged=judged))

    person = await only(world)
    assert (person.upheld, person.overruled) == pytest.approx((1.5, 1), abs=1e-3)


async def test_offers_of_the_last_hour_and_day_are_counted(world: StoreWorld) -> None:
    now_ms = await on_duty(world, "v-1")
    for number, age_ms in enumerate([60_000, 30 * 60_000, 2 * HOUR_MS, 2 * DAY_MS]):
        held = hold("v-1", command=f"c-{number}")
        state = incident(at_ms=now_ms, offers=[offer(held, now_ms - age_ms)])
        await applied(world, application(2 * number, state, command=f"c-{number}", holds=[held]))
        await applied(world, application(2 * number + 1, state, command=f"end-{number}", freed=[held]))

    person = await only(world)
    assert (person.offers_last_hour, person.offers_last_day) == (2, 3)


async def test_the_erased_leave_nothing_of_themselves(world: StoreWorld) -> None:
    now_ms = await on_duty(world, "v-1")
    ended = WorkEnded(volunteer_id="v-1", at_ms=now_ms, heavy=True)
    judged = [Judged(volunteer_id="v-1", at_ms=now_ms, upheld=upheld) for upheld in (True, False)]
    await applied(world, application(0, lessons=[lesson(now_ms, yes=1.0, no=1.0)], work_ended=[ended], judged=judged))

    await world.people.erase("v-1", profile_offset=2)
    await world.people.put_profiles([profile("v-1", 3)])
    await world.people.put_fixes([fix("v-1", await world.store.now_ms() + 1_000)])

    person = await only(world)
    assert (person.accepted, person.refused, person.work, person.rested_s) == (0, 0, 0, None)
    assert (person.upheld, person.overruled) == (0, 0)


async def test_a_complete_search_tells_of_others_who_wait_for_the_same_people(world: StoreWorld) -> None:
    now_ms = await on_duty(world, "v-1")
    missing = requirement(missing_since_ms=now_ms)
    states = [
        incident("near", at_ms=now_ms, requirements=(missing,)),
        incident("urgent", at_ms=now_ms, requirements=(missing,), priority=Priority.CRITICAL),
        incident("low", at_ms=now_ms, requirements=(missing,), priority=Priority.LOW),
        incident("boat", at_ms=now_ms, requirements=(requirement(skill="boat", missing_since_ms=now_ms),)),
        incident("remote", at_ms=now_ms, requirements=(requirement(capability=DIGITAL[0], missing_since_ms=now_ms),)),
        incident("flood", at_ms=now_ms, requirements=(missing,)),  # the need's own
    ]
    for offset, state in enumerate(states):
        await applied(world, application(offset, state, command=state.id))

    assert (await found(world)).waiting == 2
    await on_duty(world, *(f"v-{number}" for number in range(2, 20)))
    crowded = (await world.store.find([need(command="c-look", want=1)]))[0]
    assert (crowded.complete, crowded.waiting) == (False, 0)


async def test_a_far_shortfall_waits_for_other_people(world: StoreWorld) -> None:
    now_ms = await on_duty(world, "v-1")
    requirements = (requirement(missing_since_ms=now_ms),)
    far = incident("far", at_ms=now_ms, requirements=requirements, at=area(north(900_000)))
    await applied(world, application(0, far))

    assert (await found(world)).waiting == 0


async def test_a_rebuild_brings_back_what_was_learnt(world: StoreWorld) -> None:
    now_ms = await on_duty(world, "v-1", "v-2")
    taught = Standings()
    for one in (lesson(now_ms, yes=1.0), lesson(now_ms - DAY_MS, no=0.7)):
        taught.learn(one)
    taught.end_work(WorkEnded(volunteer_id="v-1", at_ms=now_ms - 30_000, heavy=True))
    taught.end_work(WorkEnded(volunteer_id="v-1", at_ms=now_ms - 90_000, heavy=False))
    for upheld in (True, True, False):
        taught.judge(Judged(volunteer_id="v-1", at_ms=now_ms, upheld=upheld))
    taught.learn(Lesson(volunteer_id="nobody", cell=lesson(now_ms).cell, at_ms=now_ms, accepted=1.0))

    await restored(world, taught)

    people = {person.volunteer_id: person for person in (await found(world)).candidates}
    assert people["v-1"].accepted == pytest.approx(1, abs=1e-3)
    assert people["v-1"].refused == pytest.approx(0.7 * 2 ** (-DAY_MS / ANSWER_HALF_LIFE_MS), abs=1e-3)
    assert (people["v-1"].upheld, people["v-1"].overruled) == pytest.approx((2, 1), abs=1e-3)
    assert people["v-1"].worked_heavy
    rested_s = people["v-1"].rested_s
    assert rested_s is not None
    assert 28 <= rested_s <= 30 + WITHIN_S
    assert people["v-2"].accepted == 0
    priors = await priors_of(world)
    assert priors["0.5km"].accepted == pytest.approx(2, abs=1e-3)


async def restored(world: StoreWorld, taught: Standings) -> None:
    if isinstance(world, RedisWorld):
        assert await world.restore.acquire(10_000)
        await world.restore.restore_standings(taught)
        await world.restore.release()
    else:
        assert isinstance(world, MemoryWorld)
        assert isinstance(world.store, MemoryStore)
        await world.store.restore_standings(taught)


async def test_what_was_asked_of_a_person_lately_is_told_by_name(world: StoreWorld) -> None:
    now_ms = await on_duty(world, "v-1", heard_ms=5_000)
    made = offer(hold("v-1"), now_ms - 1_000, expires_ms=now_ms + HOUR_MS)
    asked = application(0, incident(at_ms=now_ms, offers=[made]), holds=[hold("v-1")])
    ended = application(
        1,
        incident(at_ms=now_ms, offers=[made]),
        command="c-2",
        freed=[hold("v-1")],
        lessons=[lesson(now_ms, yes=1.0)],
        work_ended=[WorkEnded(volunteer_id="v-1", at_ms=now_ms - 60_000, heavy=True)],
        judged=[Judged(volunteer_id="v-1", at_ms=now_ms, upheld=upheld) for upheld in (True, True, False)],
    )
    await applied(world, asked)
    await applied(world, ended)

    known = await world.store.asked_lately(["v-1", "nobody"])

    assert known.keys() == {"v-1"}
    past = known["v-1"]
    assert (past.heard_ms, past.worked_ms, past.worked_heavy) == (5_000, now_ms - 60_000, True)
    assert (past.offers_last_hour, past.offers_last_day) == (1, 1)
    assert past.accepted == pytest.approx(1.0, abs=1e-3)
    assert past.refused == 0.0
    assert (past.work, past.upheld, past.overruled) == pytest.approx((1.0, 2.0, 1.0), abs=1e-3)
    assert await world.store.asked_lately([]) == {}
