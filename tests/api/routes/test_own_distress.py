"""A person in danger reads what became of their signal, and nobody else does."""

from dataclasses import replace
from typing import Any

import pytest

from api.reads.own_distress import TOLD_FOR_S
from dispatch.model.distress_commands import StateSafety
from dispatch.model.incidents import Attention, Edit, Incident
from dispatch.model.offers import Distress, Offer
from dispatch.model.places import Place
from dispatch.model.reasons import AttentionReason
from dispatch.model.vocabulary import IncidentStatus, OfferSource, OfferState
from dispatch.safety.distress import first_of_person
from streams import clock
from streams.readers.alarm_answers import key_of
from streams.store.operators_here import Doing, OperatorHere
from streams.wire import AlarmAnswer
from tests.api.routes.test_links import VIEW
from tests.support.api_world import World
from tests.support.builders import incident, offer, point

DANGER, PARENT, OTHER = ("i-8320e5-" + letter * 32 for letter in "dab")
AT = point(76.945123, 43.238456)


def now_ms() -> int:
    return clock.now_ms() // 1000 * 1000


def danger(*offers: Offer, id: str = DANGER, age_s: int = 60, **known: Any) -> Incident:  # noqa: A002 -- as the state names it
    state = incident(id=id, type="distress", distress_of="v-1", area=AT, offers=offers, **known)
    at_ms = now_ms() - age_s * 1000
    return replace(state, times=replace(state.times, reported_ms=at_ms, logged_ms=at_ms, decided_ms=at_ms))


def over(state: Incident, *, s_ago: int = 10, **known: Any) -> Incident:
    times = replace(state.times, closed_ms=now_ms() - s_ago * 1000)
    return replace(state, status=IncidentStatus.CLOSED, times=times, **known)


def helper(person: str, state: OfferState = OfferState.EN_ROUTE, **known: Any) -> Offer:
    return offer(state, id=f"o-{person}", volunteer_id=person, **{"accepted_ms": now_ms() - 30_000, **known})


def acknowledged(world: World, ref: str, at_ms: int) -> None:
    record = AlarmAnswer(name="distress", ref=ref, by="op-1", at_ms=at_ms, until_ms=at_ms + 10**8)
    world.alarm_book.apply(key_of("distress", ref), record)


async def told(world: World) -> Any:
    answer = await world.ask("GET", "/v1/volunteers/v-1/distress", role="volunteer", subject="v-1")
    assert answer.status_code == 200
    return answer.json()["distress"]


def rfc(at_ms: int) -> str:
    return clock.rfc3339(at_ms)


async def test_a_signal_is_said_to_have_arrived_and_nothing_more_is_claimed(world: World) -> None:
    assert await told(world) is None
    state = danger()
    world.redis.add(state)

    assert await told(world) == {
        "incident_id": DANGER,
        "received_at": rfc(state.times.logged_ms),
        "seen_at": None,
        "coming": 0,
        "first_in_s": None,
        "there": 0,
        "safe_said_at": None,
        "ended_at": None,
    }


async def test_a_further_press_is_said_to_have_arrived_at_its_own_time(world: World) -> None:
    again = Attention(reason=AttentionReason.DISTRESS, since_ms=now_ms() - 5_000)
    world.redis.add(danger(attention=(again,)))

    assert (await told(world))["received_at"] == rfc(again.since_ms)


@pytest.mark.parametrize("ref", [DANGER, f"{DANGER}.1795000000000"])
async def test_an_acknowledged_alarm_says_when_an_operator_has_seen_it(world: World, ref: str) -> None:
    world.redis.add(danger())
    acknowledged(world, "i-8320e5-" + "e" * 32, now_ms() - 50_000)
    assert (await told(world))["seen_at"] is None

    acknowledged(world, ref, now_ms() - 20_000)

    assert (await told(world))["seen_at"] is not None


async def test_the_alarm_at_the_incident_of_the_job_counts_for_the_person_whom_it_is_about(world: World) -> None:
    own, other = helper("v-1", OfferState.ON_SCENE), helper("v-2", OfferState.ON_SCENE)
    entries = tuple(
        Attention(reason=AttentionReason.DISTRESS, since_ms=1_000 + number, requirement_id=f"r{number}", detail=one.id)
        for number, one in enumerate((own, other))
    )
    world.redis.add(danger(parent_id=PARENT))
    world.redis.add(incident(id=PARENT, offers=(own, other), attention=entries))

    acknowledged(world, f"{PARENT}.1001", now_ms() - 20_000)
    assert (await told(world))["seen_at"] is None
    heard_ms = now_ms() - 10_000
    acknowledged(world, f"{PARENT}.1000", heard_ms)
    assert (await told(world))["seen_at"] == rfc(heard_ms)


@pytest.mark.parametrize(
    ("known", "is_seen"),
    [
        ({"edits": {"address": Edit(version=2, by="op-1", at_ms=1_795_000_000_000)}}, True),
        # By the person themself, or by a result of digital work alone.
        ({"edits": {"location": Edit(version=2, by="v-1", at_ms=1_795_000_000_000)}}, False),
        ({"edits": {"location": Edit(version=2, by="v-7", at_ms=1_795_000_000_000, found=True)}}, False),
        ({"edits": {"priority": Edit(version=2, by="dispatcher", at_ms=1_795_000_000_000)}}, False),
        ({"offers": (helper("v-5", OfferState.OFFERED, source=OfferSource.OPERATOR),)}, True),
        ({"offers": (helper("v-5", OfferState.OFFERED),)}, False),
    ],
)
async def test_what_an_operator_does_at_the_incident_says_that_it_was_seen(
    world: World, known: dict[str, Any], is_seen: bool
) -> None:
    world.redis.add(replace(danger(), **known))

    assert ((await told(world))["seen_at"] is not None) is is_seen


async def test_an_operator_who_has_it_open_has_seen_it(world: World) -> None:
    world.redis.add(danger())
    await world.here.put(DANGER, OperatorHere(id="op-1", doing=Doing.READING), clock.now_ms())

    assert (await told(world))["seen_at"] is not None
    world.here.is_down = True
    assert (await told(world))["seen_at"] is None


async def test_people_who_come_are_counted_and_the_first_is_timed_in_half_minutes(world: World) -> None:
    near, far = Place(lon=76.96, lat=43.24), Place(lon=77.2, lat=43.3)
    for person, place in (("near", near), ("far", far), ("there", near), ("v-1", near)):
        world.redis.volunteers[person] = replace(VIEW, id=person, place=place)
    sent = [helper("near"), helper("far", OfferState.ACCEPTED), helper("asked", OfferState.OFFERED)]
    world.redis.add(danger(*sent, helper("there", OfferState.ON_SCENE), helper("gone", OfferState.STOOD_DOWN)))

    said = await told(world)

    assert (said["coming"], said["there"]) == (2, 1)
    assert said["first_in_s"] > 0
    assert said["first_in_s"] % 30 == 0
    assert said["first_in_s"] < 600
    assert not {"near", "far", "there"} & {str(value) for value in said.values()}


async def test_a_helper_who_is_in_danger_is_not_promised_and_their_signal_is_not_the_persons(world: World) -> None:
    before, signalled = await _with_helper_in_danger(world, None), now_ms() - 5_000
    after = await _with_helper_in_danger(world, signalled)

    assert (before["coming"], after["coming"], after["first_in_s"]) == (1, 0, None)
    assert after["received_at"] == before["received_at"]


async def _with_helper_in_danger(world: World, at_ms: int | None) -> Any:
    signal = None if at_ms is None else Distress(incident_id=OTHER, at_ms=at_ms)
    raised = (
        ()
        if at_ms is None
        else (Attention(reason=AttentionReason.DISTRESS, requirement_id="r1", detail="o-v-2", since_ms=at_ms),)
    )
    world.redis.add(danger(helper("v-2", distress=signal), attention=raised))
    return await told(world)


async def test_without_a_position_the_foreseen_time_runs_down_and_is_not_told_once_it_has_passed(world: World) -> None:
    world.redis.add(danger(helper("v-5", eta_s=300.0)))
    assert (await told(world))["first_in_s"] in (270.0, 300.0)

    world.redis.add(danger(helper("v-5", eta_s=30.0)))
    said = await told(world)

    assert (said["coming"], said["first_in_s"]) == (1, None)


async def test_after_a_merge_it_tells_of_the_incident_that_goes_on_without_counting_the_person(world: World) -> None:
    world.redis.add(over(danger(), merged_into=OTHER))
    world.redis.add(over(incident(id=OTHER), merged_into=PARENT))
    own, colleague = helper("v-1", OfferState.ON_SCENE), helper("v-2")
    into = incident(id=PARENT, offers=(own, colleague), area=AT)
    world.redis.add(into)

    said = await told(world)
    assert (said["coming"], said["there"], said["ended_at"]) == (1, 0, None)

    world.redis.add(over(into))
    assert (await told(world))["ended_at"] is not None


async def test_an_ended_danger_is_told_for_an_hour_and_an_open_one_goes_before_it(world: World) -> None:
    world.redis.add(over(danger()))
    said = await told(world)
    assert (said["incident_id"], said["ended_at"] is None, said["coming"]) == (DANGER, False, 0)

    world.redis.add(danger(id=OTHER, age_s=5_000))
    assert (await told(world))["incident_id"] == OTHER

    world.redis.states.clear()
    world.redis.add(over(danger(), s_ago=TOLD_FOR_S + 1))
    assert await told(world) is None


@pytest.mark.parametrize(
    ("role", "subject"), [("volunteer", "v-2"), ("operator", "op-1"), ("monitor", "m-1"), ("admin", "a-1")]
)
async def test_nobody_else_reads_it(world: World, role: str, subject: str) -> None:
    world.redis.add(danger())

    answer = await world.ask("GET", "/v1/volunteers/v-1/distress", role=role, subject=subject)

    assert answer.status_code == 403


async def test_while_redis_is_down_nothing_is_claimed(world: World) -> None:
    world.redis.is_down = True

    answer = await world.ask("GET", "/v1/volunteers/v-1/distress", role="volunteer", subject="v-1")

    assert answer.status_code == 503


SAFE = "/v1/volunteers/v-1/distress/safe"


async def say_safe(world: World, body: Any = None, **who: Any) -> Any:
    return await world.ask("POST", SAFE, body or {}, **{"role": "volunteer", "subject": "v-1", **who})


async def test_a_person_without_an_offer_says_that_they_are_safe(world: World) -> None:
    world.redis.add(danger())

    answer = await say_safe(world, {"text": "жақсымын"})

    assert answer.status_code == 202
    command = world.log.commands[-1]
    assert isinstance(command, StateSafety)
    assert (command.incident_id, command.volunteer_id, command.by, command.heard_by) == (DANGER, "v-1", "v-1", None)
    assert command.private_ref is not None


async def test_after_a_merge_the_incident_that_goes_on_hears_it(world: World) -> None:
    world.redis.add(over(danger(), merged_into=OTHER))
    world.redis.add(incident(id=OTHER, report_distress={DANGER: ("v-1",)}))

    await say_safe(world)

    assert world.log.commands[-1].incident_id == OTHER


async def test_a_signal_that_is_not_decided_yet_is_followed_all_the_same(world: World) -> None:
    assert (await say_safe(world)).status_code == 202
    assert world.log.commands[-1].incident_id == first_of_person("v-1", now_ms())


async def test_an_operator_says_it_for_a_person_and_is_on_record(world: World) -> None:
    world.redis.add(danger())

    answer = await say_safe(world, {"on_behalf": {"heard_by": "radio"}}, role="operator", subject="op-1")

    assert answer.status_code == 202
    command = world.log.commands[-1]
    assert isinstance(command, StateSafety)
    assert (command.by, command.volunteer_id, command.heard_by) == ("op-1", "v-1", "radio")
    assert (await say_safe(world, role="operator", subject="op-1")).status_code == 403
    assert (await say_safe(world, subject="v-2")).status_code == 403


async def test_it_is_told_until_the_person_signals_again(world: World) -> None:
    said_ms = now_ms() - 20_000
    world.redis.add(danger(said_safe_ms={"v-1": said_ms}))
    assert (await told(world))["safe_said_at"] == rfc(said_ms)

    again = Attention(reason=AttentionReason.DISTRESS, since_ms=said_ms + 1_000)
    world.redis.add(danger(said_safe_ms={"v-1": said_ms}, attention=(again,)))

    assert (await told(world))["safe_said_at"] is None
