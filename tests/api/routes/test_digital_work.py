"""Digital work in responses; merges and the settling of attention by operators."""

import re
from dataclasses import replace
from typing import Any

import pytest

from dispatch.model.commands import MergeIncident, ReportIncident, SettleAttention, UnmergeIncident
from dispatch.model.incidents import Attention, Incident
from dispatch.model.merges import Merging
from dispatch.model.offers import Offer, TaskResult
from dispatch.model.vocabulary import Capability, Certainty, IncidentStatus, OfferState, OnFalse, Task, TravelMode
from streams import wire
from streams.wire import IncidentPrivate, VolunteerRecord
from tests.support.api_fakes import DATA_KEY
from tests.support.api_world import World, code, fields, report
from tests.support.builders import NOW_MS, incident, offer

INCIDENT = "i-8320e5-" + "a" * 32
OTHER = "i-8320e5-" + "b" * 32
OFFER = "o-8320e5-" + "a" * 32 + "-" + "b" * 16
PLACE = {"type": "Point", "coordinates": [76.9, 43.2]}


def asked(*offers: Offer, **known: Any) -> Incident:
    return incident(id=INCIDENT, offers=offers, **known)


def result_of(task: Task, number: int, **known: Any) -> Offer:
    """A finished offer with a result, whose text is encrypted under its own reference."""
    given = TaskResult(
        outcome="done", at_ms=NOW_MS + number, private_ref=f"incident:{INCIDENT}:result:{number}", **known
    )
    return offer(
        OfferState.DONE,
        id=f"{OFFER[:-1]}{number}",
        volunteer_id=f"d-{number}",
        capability=Capability.DIGITAL,
        task=task,
        result=given,
        changed_ms=NOW_MS + number,
    )


def seal_text(world: World, done: Offer, text: str) -> None:
    assert done.result is not None
    ref = done.result.private_ref or ""
    world.redis.sealed[ref] = wire.seal(DATA_KEY, ref, IncidentPrivate(text=text))


def speaking(world: World, *languages: str) -> None:
    world.redis.profiles["v-1"] = VolunteerRecord(
        id="v-1",
        capabilities=(Capability.FIELD,),
        skills=("first_aid",),
        languages=languages,
        travel_mode=TravelMode.CAR,
        max_distance_m=None,
        on_duty=True,
        changed_ms=NOW_MS,
    )


def two_texts(world: World, state: OfferState) -> None:
    kazakh = result_of(Task.TRANSLATE, 1, language="kk")
    russian = result_of(Task.SUMMARISE, 2, language="ru")
    seal_text(world, kazakh, "үшінші қабат")
    seal_text(world, russian, "третий этаж")
    world.redis.add(asked(offer(state, id=OFFER, volunteer_id="v-1"), kazakh, russian))


async def read_offer(world: World) -> Any:
    return (await world.ask("GET", f"/v1/offers/{OFFER}", role="volunteer", subject="v-1")).json()


@pytest.mark.parametrize(("language", "first"), [("kk", "үшінші қабат"), ("ru-RU", "третий этаж")])
async def test_after_acceptance_texts_are_shown_own_language_first(world: World, language: str, first: str) -> None:
    two_texts(world, OfferState.ACCEPTED)
    speaking(world, language)

    shown = await read_offer(world)

    assert shown["material"][0]["text"] == first
    assert {entry["kind"] for entry in shown["material"]} == {"translate", "summarise"}


async def test_texts_are_hidden_before_acceptance(world: World) -> None:
    two_texts(world, OfferState.OFFERED)

    shown = await read_offer(world)

    assert "material" not in shown
    assert "этаж" not in str(shown)


async def test_digital_helpers_find_the_texts_in_their_task(world: World) -> None:
    work: dict[str, Any] = {"capability": Capability.DIGITAL, "task": Task.VERIFY_REPORT}
    done = result_of(Task.TRANSLATE, 1)
    seal_text(world, done, "үшінші қабат")
    world.redis.add(asked(offer(OfferState.ACCEPTED, id=OFFER, volunteer_id="v-1", **work), done))

    shown = await read_offer(world)

    assert [entry["text"] for entry in shown["task"]["material"]["found"]] == ["үшінші қабат"]


async def test_the_operator_reads_the_texts_and_the_monitor_does_not(world: World) -> None:
    two_texts(world, OfferState.ACCEPTED)

    operator = (await world.ask("GET", f"/v1/incidents/{INCIDENT}")).json()
    monitor = (await world.ask("GET", f"/v1/incidents/{INCIDENT}", role="monitor")).json()

    assert [entry["text"] for entry in operator["material"]] == ["третий этаж", "үшінші қабат"]
    # Each entry names the offer of a person.
    assert monitor["material"] == []
    assert "этаж" not in str(monitor)


async def test_a_map_of_damage_is_shown_with_its_geometry(world: World) -> None:
    done = replace(result_of(Task.MAP_DAMAGE, 1), result=TaskResult(outcome="mapped", at_ms=1, location=PLACE))
    world.redis.add(asked(offer(OfferState.ACCEPTED, id=OFFER, volunteer_id="v-1"), done))

    shown = await read_offer(world)

    assert [entry["location"] for entry in shown["material"]] == [PLACE]


async def test_the_lease_is_visible(world: World) -> None:
    work: dict[str, Any] = {"capability": Capability.DIGITAL, "task": Task.VERIFY_REPORT}
    held = offer(OfferState.ACCEPTED, id=OFFER, volunteer_id="v-1", lease_expires_ms=NOW_MS + 600_000, **work)
    world.redis.add(asked(held))

    shown = await read_offer(world)
    state = (await world.ask("GET", f"/v1/incidents/{INCIDENT}")).json()

    assert shown["task"]["lease_expires_at"] == state["offers"][0]["lease_expires_at"] == "2025-11-24T16:10:00.000Z"


async def test_an_incident_shows_certainty_and_attention(world: World) -> None:
    entry = Attention(reason="reported_false", requirement_id="r1", since_ms=NOW_MS)
    world.redis.add(asked(certainty=Certainty.FALSE, attention=(entry,), merging=Merging(into=OTHER, due_ms=NOW_MS)))

    shown = (await world.ask("GET", f"/v1/incidents/{INCIDENT}")).json()

    assert (shown["certainty"], shown["merging_into"]) == ("false", OTHER)
    assert [(one["reason"], one["requirement_id"]) for one in shown["attention"]] == [("reported_false", "r1")]


async def test_a_report_carries_the_fingerprint_of_its_text_and_not_the_text(world: World) -> None:
    await world.report(description="Горит квартира на третьем этаже, улица Абая 150")
    await world.report(description=...)

    first, second = world.log.commands
    assert isinstance(first, ReportIncident)
    assert isinstance(second, ReportIncident)
    assert re.fullmatch(r"k1-[0-9a-f]{8}:[0-9a-f]{16}", first.text_print or "")
    assert second.text_print is None


async def test_an_operator_states_how_digital_work_is_to_agree(world: World) -> None:
    work = {"capability": "digital", "skill": "verification"}
    stated = work | {"answers_wanted": 3, "agree": 2, "on_false": "ask_operator", "lease_s": 120}

    taken = await world.ask("POST", "/v1/incidents", report(requirements=[stated]))
    refused = await world.ask("POST", "/v1/incidents", report(requirements=[work | {"agree": 2}]))

    assert taken.status_code == 202
    (command,) = world.log.commands
    assert isinstance(command, ReportIncident)
    assert command.requirements is not None
    (spec,) = command.requirements
    assert (spec.answers_wanted, spec.agree, spec.on_false, spec.lease_s) == (3, 2, OnFalse.ASK_OPERATOR, 120)
    assert (refused.status_code, fields(refused)) == (422, ["requirements[0].agree"])


async def merge(world: World, into: str, **body: Any) -> Any:
    return await world.ask("POST", f"/v1/incidents/{INCIDENT}/merge", {"into": into, **body})


async def test_a_merge_is_sent_with_its_reason_in_a_private_record(world: World) -> None:
    world.redis.add(asked())
    world.redis.add(incident(id=OTHER))

    said = await merge(world, OTHER, reason="сол өрт")

    assert said.status_code == 202
    (command,) = world.log.commands
    assert isinstance(command, MergeIncident)
    assert (command.incident_id, command.into) == (INCIDENT, OTHER)
    assert command.private_ref in world.log.opened()


@pytest.mark.parametrize(
    ("into", "other", "status", "what"),
    [
        ("nonsense", {}, 422, "invalid"),
        (INCIDENT, {}, 422, "invalid"),
        ("i-8320e5-" + "c" * 32, {}, 422, "invalid"),
        (OTHER, {"status": IncidentStatus.CLOSED}, 409, "conflict"),
        (OTHER, {"status": IncidentStatus.CLOSED, "merged_into": INCIDENT}, 409, "conflict"),
        (OTHER, {"merging": Merging(into=INCIDENT, due_ms=1)}, 409, "conflict"),
    ],
)
async def test_a_merge_that_cannot_be_is_refused_at_once(
    world: World, into: str, other: dict[str, Any], status: int, what: str
) -> None:
    world.redis.add(asked())
    world.redis.add(incident(id=OTHER, **other))

    said = await merge(world, into)

    assert said.status_code == status
    assert code(said) == what
    assert world.log.messages == []


async def test_a_merge_is_accepted_while_redis_is_down(world: World) -> None:
    world.redis.is_down = True

    assert (await merge(world, OTHER)).status_code == 202


async def test_orders_for_a_merged_incident_name_the_other_incident(world: World) -> None:
    world.redis.add(asked(status=IncidentStatus.CLOSED, merged_into=OTHER))

    said = await world.ask("POST", f"/v1/incidents/{INCIDENT}/escalate")

    assert (said.status_code, code(said)) == (409, "incident_ended")
    assert (said.json()["state"], said.json()["merged_into"]) == ("merged", OTHER)


async def test_only_what_is_merged_can_be_unmerged(world: World) -> None:
    world.redis.add(asked())
    plain = await world.ask("POST", f"/v1/incidents/{INCIDENT}/unmerge")
    world.redis.add(asked(status=IncidentStatus.CLOSED, merged_into=OTHER))

    undone = await world.ask("POST", f"/v1/incidents/{INCIDENT}/unmerge", {"reason": "another street"})

    assert (plain.status_code, undone.status_code) == (409, 202)
    (command,) = world.log.commands
    assert isinstance(command, UnmergeIncident)


async def test_an_operator_settles_attention(world: World) -> None:
    world.redis.add(asked())

    said = await world.ask("POST", f"/v1/incidents/{INCIDENT}/attention", {"reason": "disagreement"})

    assert said.status_code == 202
    (command,) = world.log.commands
    assert isinstance(command, SettleAttention)
    assert (command.reason, command.by) == ("disagreement", "operator-1")


async def test_attention_can_be_settled_after_the_end(world: World) -> None:
    world.redis.add(asked(status=IncidentStatus.CANCELLED))

    said = await world.ask("POST", f"/v1/incidents/{INCIDENT}/attention", {"reason": "distress"})

    assert said.status_code == 202
