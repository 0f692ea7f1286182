"""The after-action report of an incident."""

from dispatch.model.vocabulary import OfferState
from tests.api.routes.test_incident_history import stored
from tests.support.api_world import World, code
from tests.support.builders import INCIDENT, Story, helpers


async def test_a_report_tells_who_was_asked_when_help_came_and_what_was_ordered(world: World) -> None:
    story = Story(people=helpers("v-1", "v-2"))
    story.report()
    story.accept("v-1")
    story.progress("v-1", OfferState.ON_SCENE)
    story.cancel()
    stored(world, story)

    found = (await world.ask("GET", f"/v1/incidents/{INCIDENT}/report", subject="op-7")).json()

    first = next(one for one in found["asked"] if one["volunteer_id"] == "v-1")
    assert first["offered_at"] <= first["accepted_at"] <= first["on_scene_at"]
    assert first["done_at"] is None
    intervals = found["intervals_s"]
    assert None not in (intervals["report_to_offer"], intervals["offer_to_accept"], intervals["accept_to_on_scene"])
    assert [one["what"] for one in found["orders"]] == ["cancel_incident"]
    assert found["complete"] is True
    (entry,) = world.log.audits
    assert (entry.action, set(entry.subjects)) == (
        "incident.report.read",
        {one["volunteer_id"] for one in found["asked"]},
    )


async def test_a_report_whose_beginning_is_not_in_the_log_says_so(world: World) -> None:
    story = Story(people=helpers("v-1", "v-2"))
    story.report()
    story.accept("v-1")
    stored(world, story)
    world.redis.places[INCIDENT] = world.redis.places[INCIDENT][1:]

    found = (await world.ask("GET", f"/v1/incidents/{INCIDENT}/report")).json()

    assert (found["complete"], found["asked"]) == (False, [])


async def test_an_unknown_incident_has_no_report(world: World) -> None:
    assert code(await world.ask("GET", f"/v1/incidents/{INCIDENT}/report")) == "not_found"
