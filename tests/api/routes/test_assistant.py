"""What the assistant reads out of texts, its hints about an incident, and the switches of its work."""

from dataclasses import replace
from typing import Any

import pytest

from api.reads.hints import SEEN_AFTER_MS
from dispatch.assistant.hint_kinds import hint_id
from dispatch.assistant.hints import hints_of
from dispatch.assistant.likely_duplicates import DuplicateReason, LikelyDuplicate
from dispatch.assistant.oversight import is_hidden
from dispatch.assistant.reading import read
from dispatch.model.offers import Offer, TaskResult
from dispatch.model.private_refs import hints_ref, report_ref
from dispatch.model.vocabulary import Capability, OfferState, Task
from streams import clock, wire
from streams.audit.audit_log import AuditUnavailable
from streams.store.assistant_calls import AssistantAway, AssistantBusy
from streams.wire import HintPrivate, HintsPrivate, IncidentPrivate
from tests.support.api_fakes import DATA_KEY
from tests.support.api_world import World, code
from tests.support.builders import INCIDENT, NOW_MS, incident, offer

TEXT = "Атырау қаласында су басты, үйде 3 адам қалды, телефон 8 701 555 12 34"


def _id(number: int) -> str:
    return f"o-{INCIDENT.removeprefix('i-')}-{number:016x}"


def _offer_id(*, hidden: bool) -> str:
    return next(_id(number) for number in range(500) if is_hidden(_id(number)) is hidden)


def at_work(task: Task, *, hidden: bool = False, **known: Any) -> Offer:
    return offer(
        OfferState.ACCEPTED,
        id=_offer_id(hidden=hidden),
        volunteer_id="v-1",
        capability=Capability.DIGITAL,
        task=task,
        **known,
    )


def store(world: World, *offers: Offer, text: str = TEXT, source: str = report_ref(INCIDENT)) -> None:
    """An incident with offers, and hints about one of its texts in Redis, as the assistant writes them."""
    world.redis.add(replace(incident(), offers=offers))
    made = tuple(
        HintPrivate(
            id=hint_id(source, "1", number),
            kind=hint.kind,
            value=hint.value,
            spans=hint.spans,
            probability=hint.probability,
        )
        for number, hint in enumerate(hints_of(read(text)))
    )
    hints = HintsPrivate(language="kk", model="komek-words", version="1", at_ms=NOW_MS, hints=made)
    for ref, record in (
        (source, IncidentPrivate(description=text)),
        (hints_ref(INCIDENT, source), IncidentPrivate(text=wire.encode(hints).decode())),
    ):
        world.redis.sealed[ref] = wire.seal(DATA_KEY, ref, record)


async def switch(world: World, path: str, role: str = "operator", **body: Any) -> Any:
    return await world.ask("PUT", f"/v1/assistant{path}", body, role=role)


async def ask(world: World, text: str = TEXT, role: str = "operator", **more: Any) -> Any:
    return await world.ask("POST", "/v1/assistant/report", {"text": text, **more}, role=role)


async def work(world: World, held: Offer) -> Any:
    return (await world.ask("GET", f"/v1/offers/{held.id}", role="volunteer", subject="v-1")).json()["task"]


async def test_a_text_is_read_and_nothing_is_chosen_or_stored(world: World) -> None:
    answer = await ask(world)

    read_out = answer.json()
    assert answer.status_code == 200
    assert read_out["made_by"] == "assistant"
    assert read_out["language"]["value"] == "kk"
    assert read_out["types"][0]["value"] == "flood"
    assert len(read_out["types"]) <= 3
    assert read_out["places"][0]["name"]["en"] == "Atyrau"
    assert read_out["people"][0]["count"] == 3
    assert TEXT[slice(*read_out["phones"][0]["spans"][0])] == "8 701 555 12 34"
    assert "Atyrau" in read_out["card"]["en"]
    assert "3" in read_out["card"]["kk"]
    assert world.log.messages == []


async def test_a_name_that_somebody_says_is_theirs_is_read_and_one_of_a_street_is_none(world: World) -> None:
    text = "Өрт, Абай 10, менің атым Әйгерім Серікова"

    (name,) = (await ask(world, text)).json()["names"]

    assert name["text"] == text[slice(*name["spans"][0])] == "Әйгерім Серікова"
    assert (await ask(world, "Пожар на улице Айгуль Серикова 10")).json()["names"] == []


async def test_whoever_calls_back_sees_the_name_and_nobody_else_at_digital_work_does(world: World) -> None:
    kinds = {}
    for task in (Task.CALL_BACK, Task.TRANSLATE, Task.GEOLOCATE, Task.FIND_DUPLICATES, Task.MONITOR_MEDIA):
        held = at_work(task)
        store(world, held, text="Атырауда өрт, менің атым Әйгерім Серікова")
        kinds[task] = {hint["kind"] for hint in (await work(world, held))["hints"]}

    assert [task for task, seen in kinds.items() if "name" in seen] == [Task.CALL_BACK]


async def test_a_point_nearby_weighs_places(world: World) -> None:
    text = "Жаңажол ауылында өрт"
    near = {"type": "Point", "coordinates": [69.0, 54.2]}

    far, close = (await ask(world, text)).json(), (await ask(world, text, near=near)).json()

    assert close["places"][0]["probability"] > far["places"][0]["probability"]


@pytest.mark.parametrize(
    ("trouble", "problem"), [(AssistantAway(), "assistant_off"), (AssistantBusy(), "assistant_busy")]
)
async def test_an_assistant_that_is_away_or_busy_is_said_to_be(world: World, trouble: Exception, problem: str) -> None:
    world.assistant.trouble = trouble

    answer = await ask(world)

    assert (answer.status_code, code(answer)) == (503, problem)


@pytest.mark.parametrize("body", [{"text": ""}, {"text": " \n "}, {"text": "x" * 10_001}, {}, {"text": 7}])
async def test_a_text_that_is_none_or_too_long_is_refused(world: World, body: dict[str, Any]) -> None:
    answer = await world.ask("POST", "/v1/assistant/report", body)

    assert (answer.status_code, code(answer)) == (422, "invalid")


async def test_a_volunteer_asks_only_while_calling_somebody_back(world: World) -> None:
    refused = await world.ask("POST", "/v1/assistant/report", {"text": TEXT}, role="volunteer", subject="v-1")
    store(world, at_work(Task.CALL_BACK))

    answered = await world.ask("POST", "/v1/assistant/report", {"text": TEXT}, role="volunteer", subject="v-1")

    assert (refused.status_code, answered.status_code) == (403, 200)


async def test_every_incident_that_is_named_as_similar_is_in_the_audit_and_volunteers_see_none(world: World) -> None:
    world.assistant.similar = tuple(
        LikelyDuplicate(incident_id=one, probability=0.9, likeness=0.5, reasons=(DuplicateReason.SAME_PLACE,))
        for one in ("i-1", "i-2")
    )
    store(world, at_work(Task.CALL_BACK))

    answer = await ask(world)
    of_volunteer = await world.ask("POST", "/v1/assistant/report", {"text": TEXT}, role="volunteer", subject="v-1")

    assert [one["incident_id"] for one in answer.json()["similar"]] == ["i-1", "i-2"]
    assert [one.subjects for one in world.log.audits if one.action == "assistant.similar"] == [("i-1", "i-2")]
    assert of_volunteer.json()["similar"] == []


async def test_without_the_audit_no_other_incident_is_named(world: World) -> None:
    found = LikelyDuplicate(incident_id="i-1", probability=0.9, likeness=None, reasons=(DuplicateReason.SAME_TYPE,))
    world.assistant.similar = (found,)
    world.log.audit_trouble = AuditUnavailable("no room")

    answer = await ask(world)

    assert (answer.status_code, code(answer)) == (503, "audit_unavailable")


async def test_operators_see_all_hints_and_whom_they_are_shown_to(world: World) -> None:
    held = at_work(Task.GEOLOCATE)
    store(world, held)

    answer = await world.ask("GET", f"/v1/incidents/{INCIDENT}/hints")

    items = {item["kind"]: item for item in answer.json()["items"]}
    assert items["place"]["value"]["name"]["en"] == "Atyrau"
    assert items["place"]["shown_to"] == ["v-1"]
    assert items["phone"]["shown_to"] == []
    assert all(item["made_by"] == "assistant" and item["source"] == "description" for item in items.values())
    assert [(entry.action, entry.subjects) for entry in world.log.audits] == [("incident.hints.read", ("v-1",))]


async def test_an_incident_without_hints_has_none_and_an_unknown_one_is_not_found(world: World) -> None:
    world.redis.add(incident())

    assert (await world.ask("GET", f"/v1/incidents/{INCIDENT}/hints")).json() == {"items": []}
    unknown = await world.ask("GET", f"/v1/incidents/{INCIDENT[:-1]}0/hints")
    assert (unknown.status_code, code(unknown)) == (404, "not_found")


async def test_somebody_at_digital_work_sees_the_hints_of_that_work(world: World) -> None:
    held = at_work(Task.GEOLOCATE)
    store(world, held)

    shown = await work(world, held)

    assert {hint["kind"] for hint in shown["hints"]} == {"place"}
    assert "incident.hints.read" in {entry.action for entry in world.log.audits}


async def test_a_share_of_the_work_is_done_without_hints(world: World) -> None:
    held = at_work(Task.GEOLOCATE, hidden=True)
    store(world, held)

    assert (await work(world, held))["hints"] == []


async def test_who_verifies_answers_first_and_sees_hints_afterwards(world: World) -> None:
    held = at_work(Task.VERIFY_REPORT)
    store(world, held)
    before = await work(world, held)

    after = await judged(world)

    assert (before["hints"], before["hints_follow"]) == ([], True)
    assert after["hints"]
    assert not after["hints_follow"]


async def judged(world: World, *, ago_ms: int = 0, hidden: bool = False, **known: Any) -> Any:
    """What somebody sees whose answer has ended their work, as dispatch leaves the offer."""
    result = TaskResult(outcome="confirmed", at_ms=clock.now_ms() - ago_ms)
    held = replace(at_work(Task.VERIFY_REPORT, hidden=hidden, **known), state=OfferState.DONE, result=result)
    store(world, held)
    return await work(world, held)


async def test_the_answer_ends_the_work_and_hints_are_shown_beside_it_and_nothing_else(world: World) -> None:
    shown = await judged(world)

    assert {hint["kind"] for hint in shown["hints"]} >= {"type", "place"}
    assert shown["material"] == {"incident_type": incident().type, "language": None}
    assert "incident.hints.read" in {entry.action for entry in world.log.audits}


async def test_hints_after_an_answer_end_after_half_an_hour_with_the_incident_and_by_the_switch(world: World) -> None:
    assert (await judged(world, ago_ms=SEEN_AFTER_MS))["hints"] == []
    assert (await judged(world, hidden=True))["hints"] == []
    await switch(world, "/verify_report", mode="shadow")
    assert (await judged(world))["hints"] == []


async def test_before_acceptance_nothing_is_shown(world: World) -> None:
    held = replace(at_work(Task.GEOLOCATE), state=OfferState.OFFERED)
    store(world, held)

    assert (await work(world, held))["hints"] == []


async def test_switches_are_in_force_at_once_and_the_audit_names_who_set_them(world: World) -> None:
    held = at_work(Task.GEOLOCATE)
    store(world, held)

    answer = await switch(world, "/geolocate", mode="shadow", language="kk")

    assert answer.status_code == 202
    assert (await work(world, held))["hints"] == []
    shown = (await world.ask("GET", "/v1/assistant")).json()
    (entry,) = [one for one in shown["tasks"] if (one["task"], one["language"]) == ("geolocate", "kk")]
    assert (entry["mode"], entry["by"]) == ("shadow", "operator-1")
    assert ("assistant.mode", "mode|geolocate|kk") in {(one.action, one.subject) for one in world.log.audits}


async def test_everything_can_be_switched_off_and_on_again(world: World) -> None:
    off = await switch(world, "", role="admin", mode="off")
    refused = await ask(world)
    status = (await world.ask("GET", "/v1/status")).json()["components"]["assistant"]
    await switch(world, "", mode="on")

    assert off.status_code == 202
    assert code(refused) == "assistant_off"
    assert status == {"status": "off", "count": None, "lag": None}
    assert (await ask(world)).status_code == 200


async def test_one_language_can_be_switched_off_alone(world: World) -> None:
    await switch(world, "/report", mode="off", language="kk")

    assert code(await ask(world)) == "assistant_off"
    assert (await ask(world, "Пожар в Караганде, дым из окна")).status_code == 200


@pytest.mark.parametrize("path", ["/nothing", "/map_damage"])
async def test_work_that_has_no_hints_cannot_be_switched(world: World, path: str) -> None:
    assert (await switch(world, path, mode="off")).status_code == 404


async def test_whether_an_assistant_runs_is_told_and_is_unknown_without_redis(world: World) -> None:
    assert (await world.ask("GET", "/v1/assistant")).json()["is_running"] is True

    world.assistant.is_running = False

    assert (await world.ask("GET", "/v1/assistant")).json()["is_running"] is False
