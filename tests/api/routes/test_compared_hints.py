"""Texts about one incident that contradict or repeat each other, as operators and people at work see them."""

from dataclasses import replace
from typing import Any

from dispatch.assistant.hint_kinds import hint_id
from dispatch.assistant.hints import hints_of
from dispatch.assistant.reading import read
from dispatch.model.geojson import area_of
from dispatch.model.offers import Offer, TaskResult
from dispatch.model.private_refs import hints_ref, report_ref
from dispatch.model.vocabulary import OfferState, Task
from streams import clock, wire
from streams.wire import HintPrivate, HintsPrivate, IncidentPrivate
from tests.api.routes.test_assistant import at_work, switch, work
from tests.support.api_fakes import DATA_KEY
from tests.support.api_world import World
from tests.support.builders import INCIDENT, NOW_MS, incident

OTHER = INCIDENT[:-1] + "b"
ATYRAU = {"type": "Point", "coordinates": [51.92, 47.11]}
THREE = "Атырау қаласында су басты, үйде 3 адам қалды"
TWELVE = "Наводнение в Атырау, в доме осталось 12 человек"


def seal(world: World, incident_id: str, ref: str, text: str) -> None:
    hints = tuple(
        HintPrivate(
            id=hint_id(ref, "1", at), kind=one.kind, value=one.value, spans=one.spans, probability=one.probability
        )
        for at, one in enumerate(hints_of(read(text)))
    )
    made = HintsPrivate(language="kk", model="komek-words", version="1", at_ms=NOW_MS, hints=hints)
    for key, record in (
        (ref, IncidentPrivate(description=text)),
        (hints_ref(incident_id, ref), IncidentPrivate(text=wire.encode(made).decode())),
    ):
        world.redis.sealed[key] = wire.seal(DATA_KEY, key, record)


def store(world: World, *offers: Offer, second: str = TWELVE) -> None:
    """An incident in Atyrau, and a report that was merged into it."""
    own = replace(incident(), offers=offers, type="flood", area=area_of(ATYRAU), reports=(OTHER,))
    world.redis.add(own)
    world.redis.add(replace(incident(), id=OTHER, merged_into=INCIDENT))
    seal(world, INCIDENT, report_ref(INCIDENT), THREE)
    seal(world, OTHER, report_ref(OTHER), second)


async def hints(world: World, *kinds: str) -> list[Any]:
    items = (await world.ask("GET", f"/v1/incidents/{INCIDENT}/hints")).json()["items"]
    return [one for one in items if one["kind"] in (kinds or ("contradiction", "reused"))]


async def test_an_operator_sees_what_a_merged_report_says_otherwise(world: World) -> None:
    store(world)

    (one,) = await hints(world)

    assert (one["made_by"], one["source"], one["report_id"], one["offer_id"]) == ("assistant", "report", OTHER, None)
    assert (one["value"]["code"], one["value"]["first"], one["value"]["second"]) == ("count", "12", "3")
    assert one["spans"]
    assert one["value"]["other_spans"]


async def test_reports_in_the_same_words_are_told_apart_from_witnesses(world: World) -> None:
    store(world, second=f"{THREE}!")

    assert [(one["kind"], one["report_id"]) for one in await hints(world)] == [("reused", OTHER)]


async def test_what_was_written_back_and_found_is_held_against_the_report(world: World) -> None:
    ref = f"{report_ref(INCIDENT)}:text:c-1"
    far = {"type": "Point", "coordinates": [76.9, 43.2]}
    called = at_work(Task.CALL_BACK, result=TaskResult(outcome="reached", at_ms=NOW_MS, private_ref=ref))
    found = replace(
        called, id=f"{called.id[:-1]}f", task=Task.GEOLOCATE,
        result=TaskResult(outcome="located", at_ms=NOW_MS + 1, location=far),
    )  # fmt: skip
    store(world, called, found, second=THREE.replace("3", "үш"))
    seal(world, INCIDENT, ref, "Перезвонил: там 15 человек, Атырау")

    told = {(one["offer_id"], one["value"]["code"]) for one in await hints(world, "contradiction")}

    assert {(called.id, "count"), (found.id, "place")} <= told


async def test_whoever_verifies_sees_it_after_the_answer_and_not_before(world: World) -> None:
    held = at_work(Task.VERIFY_REPORT)
    store(world, held)
    before = await work(world, held)
    done = replace(held, state=OfferState.DONE, result=TaskResult(outcome="confirmed", at_ms=clock.now_ms() - 1000))
    store(world, done)

    after = await work(world, done)

    assert (before["hints"], before["hints_follow"]) == ([], True)
    kinds = [one["kind"] for one in after["hints"]]
    assert {"claims", "contradiction"} <= set(kinds)
    (told,) = [one for one in after["hints"] if one["kind"] == "contradiction"]
    assert OTHER not in str(after)
    assert (told["value"]["first"], told["value"]["second"], told["value"]["other"]["kind"]) == ("3", "12", "report")
    (claims,) = [one for one in after["hints"] if one["kind"] == "claims"]
    assert {line["code"] for line in claims["value"]["lines"]} >= {"type", "place", "people"}
    assert all(line["spans"] and {"kk", "ru", "en"} < set(line) for line in claims["value"]["lines"])


async def test_the_switch_of_verification_hides_it_from_whoever_verifies(world: World) -> None:
    done = at_work(Task.VERIFY_REPORT, result=TaskResult(outcome="confirmed", at_ms=clock.now_ms() - 1000))
    store(world, replace(done, state=OfferState.DONE))
    await switch(world, "/verify_report", mode="off")

    assert (await work(world, done))["hints"] == []


async def test_a_report_that_was_erased_is_compared_with_nothing(world: World) -> None:
    store(world)
    world.redis.sealed.pop(report_ref(OTHER))
    world.redis.sealed.pop(hints_ref(OTHER, report_ref(OTHER)))

    assert await hints(world) == []
