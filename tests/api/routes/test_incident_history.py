"""The history of an incident: timeline, decision records, explanations."""

from dataclasses import replace
from typing import Any

from dispatch.model.digital_events import ProposalAccepted
from dispatch.model.places import Place
from dispatch.model.vocabulary import Capability, ResultKind, TravelMode
from streams import wire
from streams.store.volunteer_view import VolunteerView
from streams.wire import IncidentPrivate
from tests.support.api_fakes import DATA_KEY
from tests.support.api_world import World, code
from tests.support.builders import INCIDENT, Story, helpers


def stored(world: World, story: Story) -> None:
    """Stores the decisions of the story at partition 3, offsets 0, 1, …"""
    for offset, decided in enumerate(story.decisions):
        world.decisions.at[3, offset] = decided
    world.redis.places[INCIDENT] = [(3, offset) for offset in range(len(story.decisions))]
    world.redis.add(story.incident)


def store_text(world: World, ref: str, text: str) -> None:
    world.redis.sealed[ref] = wire.seal(DATA_KEY, ref, IncidentPrivate(text=text))


async def test_the_timeline_has_authors_commands_and_texts(world: World) -> None:
    story = Story(people=helpers("v-1", "v-2"))
    story.report()
    story.accept("v-1")
    story.note("incident:note-1")
    story.cancel()
    stored(world, story)
    store_text(world, "incident:note-1", "gate code 12")
    store_text(world, f"incident:{INCIDENT}:reason:c-3", "false alarm")

    items = (await world.ask("GET", f"/v1/incidents/{INCIDENT}/timeline")).json()["items"]

    assert [item["what"] for item in items] == ["report_incident", "accept_offer", "add_note", "cancel_incident"]
    assert items[0]["at"] <= items[-1]["at"]
    assert items[2]["events"][0]["text"] == "gate code 12"
    assert items[3]["text"] == "false alarm"
    assert [entry.action for entry in world.log.audits] == ["incident.texts.read", "incident.timeline.read"]


async def test_the_timeline_shows_what_an_operator_decided_about_a_proposal(world: World) -> None:
    story = Story(people=helpers("v-1"))
    story.report()
    accepted = ProposalAccepted(proposal_id="p-1", result=ResultKind.FALSE, by="operator-1", people=("d-1",))
    story.decisions.append(replace(story.note(), events=(accepted,)))
    stored(world, story)

    items = (await world.ask("GET", f"/v1/incidents/{INCIDENT}/timeline")).json()["items"]

    assert items[-1]["events"] == [
        {"kind": "proposal_accepted", "proposal_id": "p-1", "result": "false", "by": "operator-1", "people": ["d-1"]}
    ]


async def test_decisions_show_people_considered_and_excluded(world: World) -> None:
    story = Story(people=helpers("v-1", "v-2", "v-3", "v-4"))
    story.report()
    stored(world, story)

    (item,) = (await world.ask("GET", f"/v1/incidents/{INCIDENT}/decisions")).json()["items"]

    assert (item["partition"], item["offset"], item["cause"]["command_kind"]) == (3, 0, "report_incident")
    assert item["why"]["requirements"][0]["chosen"]


def person(volunteer_id: str, **known: Any) -> VolunteerView:
    defaults: dict[str, Any] = {
        "capabilities": (Capability.FIELD,),
        "skills": ("first_aid",),
        "languages": ("kk",),
        "travel_mode": TravelMode.CAR,
        "max_distance_m": None,
        "on_duty": True,
        "offset": 1,
    }
    return VolunteerView(id=volunteer_id, **(defaults | known))


async def why(world: World, volunteer_id: str) -> tuple[str, str]:
    answer = (await world.ask("GET", f"/v1/incidents/{INCIDENT}/why?volunteer_id={volunteer_id}")).json()
    return answer["verdict"], answer["text"]


async def test_why_explains_every_person_in_a_sentence(world: World) -> None:
    story = Story(people=helpers(*(f"v-{number:02}" for number in range(20))))
    story.report()
    stored(world, story)
    world.redis.add(story.incident)
    world.redis.volunteers = {
        "home": person("home", home=Place(lon=76.95, lat=43.24), fix_age_s=9_000.0),
        "nowhere": person("nowhere", fix_age_s=9_000.0, place=Place(lon=76.95, lat=43.24)),
        "resting": person("resting", on_duty=False),
    }

    whole = (await world.ask("GET", f"/v1/incidents/{INCIDENT}/why")).json()
    assert (whole["verdict"], whole["volunteer_id"]) == ("incident", None)
    assert whole["text"].startswith("medical.other (high) is dispatching")
    assert (await why(world, "v-00"))[0] == "asked"
    assert (await why(world, "v-19"))[0] == "unknown_person"
    assert (await why(world, "home"))[0] == "not_considered"
    assert (await why(world, "nowhere"))[0] == "excluded"
    assert "off duty" in (await why(world, "resting"))[1]


async def test_why_says_the_same_as_codes_and_values_for_pages_in_other_languages(world: World) -> None:
    story = Story(people=helpers(*(f"v-{number:02}" for number in range(20))))
    story.report()
    story.accept("v-00")
    stored(world, story)
    world.redis.add(story.incident)
    world.redis.volunteers = {"resting": person("resting", on_duty=False)}

    async def facts(query: str) -> list[dict[str, Any]]:
        found = (await world.ask("GET", f"/v1/incidents/{INCIDENT}/why{query}")).json()["facts"]
        return [{name: value for name, value in fact.items() if value is not None} for fact in found]

    state, needed, *_ = await facts("")
    assert (state["code"], state["type"], state["offers"]["accepted"]) == ("state", "medical.other", 1)
    assert (needed["code"], needed["filled"], needed["search"]["bounded"]) == ("requirement", 1, False)
    (asked,) = await facts("?volunteer_id=v-00")
    assert asked["rank"] >= 1
    assert (asked["code"], [move["state"] for move in asked["moves"]]) == ("asked", ["accepted"])
    (excluded, *_) = await facts("?volunteer_id=resting")
    assert (excluded["code"], excluded["reason"]) == ("excluded", "off_duty")


async def test_why_of_an_undecided_report_is_404(world: World) -> None:
    fresh = (await world.report()).json()["id"]

    assert code(await world.ask("GET", f"/v1/incidents/{fresh}/why")) == "not_found"


async def test_the_history_of_an_undecided_report_is_empty_and_of_an_unknown_incident_404(world: World) -> None:
    fresh = (await world.report()).json()["links"]

    assert (await world.ask("GET", fresh["timeline"])).json() == {"items": []}
    assert code(await world.ask("GET", f"/v1/incidents/{INCIDENT}/timeline")) == "not_found"
