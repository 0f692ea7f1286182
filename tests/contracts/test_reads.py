"""What the API reads of the picture (Redis only)."""

import dataclasses

import pytest

from dispatch.model.geo import cell
from dispatch.model.places import Place
from dispatch.model.vocabulary import Capability, IncidentStatus, Priority, TravelMode
from dispatch.ports import NotReady
from streams import redis_keys
from streams.store.intake_marks import RedisIntakeMarks, Repeat
from streams.store.people import PrivateWrite
from streams.store.reads import Page
from streams.store.volunteer_view import VolunteerView
from tests.contracts.builders import (
    CENTRE,
    application,
    fix,
    hold,
    incident,
    incident_id,
    north,
    offer,
    profile,
    requirement,
)
from tests.contracts.worlds import RedisWorld, applied


async def test_pages_go_from_the_newest_to_the_oldest_without_gap_or_repeat(redis_world: RedisWorld) -> None:
    for number in range(23):
        # Many share a millisecond, as a batch of reports does.
        state = incident(f"i-{number}", at_ms=1_000 + number // 10)
        await applied(redis_world, application(number, state, command=f"c-{number}"))

    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = await redis_world.reads.page(limit=4, cursor=cursor)
        seen += page.ids
        cursor = page.next
        if cursor is None:
            break

    assert len(seen) == 23
    assert set(seen) == {incident_id(f"i-{number}") for number in range(23)}
    assert set(seen[:3]) == {incident_id(f"i-{number}") for number in (20, 21, 22)}


async def test_a_page_of_several_statuses(redis_world: RedisWorld) -> None:
    now_ms = await redis_world.store.now_ms()
    statuses = [IncidentStatus.DISPATCHING, IncidentStatus.STAFFED, IncidentStatus.CLOSED]
    for offset, status in enumerate(statuses):
        state = incident(status, at_ms=now_ms + offset, status=status)
        await applied(redis_world, application(offset, state, command=status))

    page = await redis_world.reads.page([IncidentStatus.CLOSED, IncidentStatus.STAFFED], limit=5)

    assert page == Page(ids=(incident_id("closed"), incident_id("staffed")), next=None)


async def test_a_cursor_of_nobodys_is_refused(redis_world: RedisWorld) -> None:
    with pytest.raises(ValueError, match="cursor"):
        await redis_world.reads.page(limit=5, cursor="yesterday")


async def test_an_incident_moves_from_status_to_status(redis_world: RedisWorld) -> None:
    now_ms = await redis_world.store.now_ms()
    waiting = incident(
        at_ms=now_ms, status=IncidentStatus.UNFILLED, requirements=(requirement(missing_since_ms=now_ms),)
    )
    await applied(redis_world, application(0, waiting))
    counts = await redis_world.reads.counts()
    assert (counts.by_status[IncidentStatus.UNFILLED], counts.shortfalls) == (1, 1)
    assert counts.oldest_shortfall_ms == now_ms

    times = dataclasses.replace(waiting.times, closed_ms=now_ms)
    closed = dataclasses.replace(waiting, status=IncidentStatus.CLOSED, times=times)
    await applied(redis_world, application(1, closed, command="c-2"))

    counts = await redis_world.reads.counts()
    assert (counts.by_status[IncidentStatus.UNFILLED], counts.by_status[IncidentStatus.CLOSED]) == (0, 1)
    assert (counts.by_priority[Priority.HIGH], counts.shortfalls) == (0, 0)
    assert await redis_world.reads.incident(closed.id) == closed
    assert await redis_world.reads.timeline(closed.id) == [(0, 0), (0, 1)]


async def test_a_refusal_about_an_unknown_incident_can_be_read_for_a_while(redis_world: RedisWorld) -> None:
    now_ms = await redis_world.store.now_ms()
    state = incident(at_ms=now_ms)
    key = redis_keys.timeline(state.id)
    await applied(redis_world, application(0, None, command="too-early"))
    assert await redis_world.reads.timeline(state.id) == [(0, 0)]
    assert 0 < (await redis_world.link.run([("TTL", key)]))[0] <= 8 * 86_400

    await applied(redis_world, application(1, state, command="report"))

    assert await redis_world.reads.timeline(state.id) == [(0, 0), (0, 1)]
    assert (await redis_world.link.run([("TTL", key)]))[0] == -1


async def test_a_volunteer_is_shown_with_what_engages_them(redis_world: RedisWorld) -> None:
    now_ms = await redis_world.store.now_ms()
    held = hold("v-1")
    sealed = PrivateWrite(ref="volunteer:v-1", offset=3, sealed=b"sealed", home=north(500))
    await redis_world.people.put_profiles([profile("v-1", 5, max_distance_m=900)])
    await redis_world.people.put_private([sealed])
    await redis_world.people.put_fixes([fix("v-1", now_ms - 5_000)])
    await applied(redis_world, application(0, incident(at_ms=now_ms, offers=[offer(held, now_ms)]), holds=[held]))

    public = await redis_world.reads.volunteer("v-1")
    own = await redis_world.reads.volunteer("v-1", with_places=True)

    assert public is not None
    assert own is not None
    assert public == VolunteerView(
        id="v-1",
        capabilities=(Capability.FIELD,),
        skills=("first_aid",),
        languages=("kk", "ru"),
        travel_mode=TravelMode.FOOT,
        max_distance_m=900,
        on_duty=True,
        offset=5,
        offer_id=held.offer_id,
        incident_id=incident_id("flood"),
        fix_at_ms=now_ms - 5_000,
        fix_age_s=public.fix_age_s,
        now_ms=public.now_ms,
    )
    assert public.fix_age_s == pytest.approx(5, abs=2)
    assert own.place == CENTRE
    kept = cell(north(500))
    assert own.home == Place(lon=round(kept.lon, 6), lat=round(kept.lat, 6))
    assert await redis_world.reads.volunteer("v-9") is None


async def test_an_erased_volunteer_leaves_nothing_behind(redis_world: RedisWorld) -> None:
    now_ms = await redis_world.store.now_ms()
    await redis_world.people.put_profiles([profile("v-1", 5)])
    await redis_world.people.put_private([PrivateWrite(ref="volunteer:v-1", offset=3, sealed=b"x", home=CENTRE)])
    await redis_world.people.put_fixes([fix("v-1", now_ms)])

    await redis_world.people.erase("v-1", profile_offset=6, private_offset=4)

    assert await redis_world.reads.volunteer("v-1") is None
    assert await redis_world.reads.private("volunteer:v-1") is None
    names = (await redis_world.link.run([("KEYS", "*v-1*")]))[0]
    values = await redis_world.link.run([("GET", name) for name in names])
    assert sorted(value.partition(b"|")[0] for value in values) == [b"4", b"6"]  # the tombstones' offsets
    await redis_world.audit()


async def test_marks_of_intake_need_no_rebuild(redis_world: RedisWorld) -> None:
    intake = RedisIntakeMarks(redis_world.api)
    await redis_world.forget()

    await intake.put_reported("i-1", b"{}")
    assert await intake.reported("i-1") == b"{}"
    assert await intake.first_use("key", "body") is None
    assert await intake.first_use("key", "other") == Repeat(digest="body")
    await intake.put_answer("key", "body", b"202|{}")
    assert await intake.first_use("key", "body") == Repeat(digest="body", answer=b"202|{}")

    # A mark of an earlier version precedes, also where the key was marked again since.
    assert await intake.first_use("new", "body", earlier_key="unknown") is None
    assert await intake.first_use("new", "body", earlier_key="key") == Repeat(digest="body", answer=b"202|{}")
    assert await intake.first_use("newer", "other", earlier_key="key") == Repeat(digest="body", answer=b"202|{}")
    assert await intake.first_use("newer", "other", earlier_key="unknown") == Repeat(digest="other")

    with pytest.raises(NotReady):
        await redis_world.reads.counts()


async def test_an_answer_waits_until_its_command_is_decided(redis_world: RedisWorld) -> None:
    intake = RedisIntakeMarks(redis_world.api)
    assert not await intake.answer_waits("o-1")
    waiting = application(0, incident(at_ms=await redis_world.store.now_ms()))
    await intake.put_answering("o-1", waiting.command_id)
    assert await intake.answer_waits("o-1")

    await applied(redis_world, waiting)

    assert not await intake.answer_waits("o-1")
    assert await intake.answer_waits("o-1", "another")


async def test_a_report_is_no_longer_marked_once_it_was_decided(redis_world: RedisWorld) -> None:
    intake = RedisIntakeMarks(redis_world.api)
    await intake.put_reported(incident_id("flood"), b"{}")

    await applied(redis_world, application(0, incident(at_ms=await redis_world.store.now_ms())))

    assert await intake.reported(incident_id("flood")) is None


async def test_open_incidents_of_a_priority_are_listed_from_the_oldest(redis_world: RedisWorld) -> None:
    now_ms = await redis_world.store.now_ms()
    for number in range(9):
        status = IncidentStatus.CLOSED if number == 4 else IncidentStatus.DISPATCHING
        # Three share a millisecond.
        state = incident(f"i-{number}", at_ms=now_ms + number // 3, status=status, priority=Priority.HIGH)
        await applied(redis_world, application(number, state, command=f"c-{number}"))

    first = await redis_world.reads.open_of(Priority.HIGH, limit=2)
    others = await redis_world.reads.open_of(Priority.HIGH, after=first[-1], limit=9)

    by_arrival = [(now_ms + number // 3, incident_id(f"i-{number}")) for number in range(9) if number != 4]
    assert [*first, *others] == sorted(by_arrival)
    assert await redis_world.reads.open_of(Priority.LOW, limit=9) == []


async def test_drills_are_counted_apart_and_listed_with_the_others(redis_world: RedisWorld) -> None:
    now_ms = await redis_world.store.now_ms()
    drill = dataclasses.replace(incident("drill", at_ms=now_ms, status=IncidentStatus.DISPATCHING), exercise=True)
    await applied(redis_world, application(0, drill))
    ended = dataclasses.replace(
        drill, status=IncidentStatus.CLOSED, times=dataclasses.replace(drill.times, closed_ms=now_ms)
    )

    opened = await redis_world.reads.counts()
    await applied(redis_world, application(1, ended, command="c-2"))
    closed = await redis_world.reads.counts()

    assert (opened.by_status[IncidentStatus.DISPATCHING], opened.exercises[IncidentStatus.DISPATCHING]) == (0, 1)
    assert sum(opened.by_priority.values()) == 0
    assert (closed.by_status[IncidentStatus.CLOSED], closed.exercises[IncidentStatus.CLOSED]) == (0, 1)
    assert closed.exercises[IncidentStatus.DISPATCHING] == 0
    assert (await redis_world.reads.page(limit=5)).ids == (drill.id,)
