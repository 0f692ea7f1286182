"""Hazard areas as warnings in CAP: by role, without texts of people, renewed and ended as the log says."""

from collections.abc import Sequence
from dataclasses import replace

from dispatch.cap.messages import Alert
from dispatch.cap.reading import contents_of
from dispatch.model.decisions import Decision
from dispatch.model.geojson import area_of
from dispatch.model.incidents import Incident
from dispatch.plans.book import load_builtin
from streams import clock
from tests.support.api_world import World
from tests.support.builders import INCIDENT, Story, helpers

RING = [[76.8, 43.2], [76.9, 43.2], [76.9, 43.3], [76.8, 43.3], [76.8, 43.2]]
MOVED = [[lon, lat + 0.1] for lon, lat in RING]


class Scene:
    """A story that is shown by the API: its decisions in the log, its state in Redis."""

    def __init__(self, people: Sequence[str] = (), **reported: object) -> None:
        self.world = World()
        found = helpers(*people) if people else []
        self.story = Story(people=found, book=load_builtin(), now_ms=clock.now_ms() - 3_600_000)
        area = area_of({"type": "Polygon", "coordinates": [RING]})
        self.story.report(**{"type": "flood", "area": area, **reported})
        self.shows()

    def shows(self) -> None:
        self.world.decisions.at = {(0, n): decided for n, decided in enumerate(self.story.decisions)}
        self.world.redis.places[INCIDENT] = sorted(self.world.decisions.at)
        state: Incident = self.story.incident
        self.world.redis.add(state)

    async def warning(self) -> Alert:
        answer = await self.world.ask("GET", f"/v1/hazards/{INCIDENT}.cap", role="monitor")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/cap+xml"), answer.text
        (found,) = contents_of(answer.content).alerts
        return found

    async def named(self) -> list[str]:
        answer = await self.world.ask("GET", "/v1/hazards.atom", role="monitor")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/atom+xml"), answer.text
        return list(contents_of(answer.content).links)


LINK = f"/v1/hazards/{INCIDENT}.cap"


async def test_an_area_is_warned_of_moved_and_ended() -> None:
    scene = Scene()

    first = await scene.warning()
    assert (first.message_type, first.sender, await scene.named()) == ("Alert", "komek", [LINK])

    scene.story.wait(60)
    scene.story.update(area=area_of({"type": "Polygon", "coordinates": [MOVED]}))
    scene.shows()
    moved = await scene.warning()
    assert (moved.message_type, moved.references) == ("Update", (first.name,))
    assert moved.infos[0].areas[0].polygons != first.infos[0].areas[0].polygons

    scene.story.wait(60)
    scene.story.close()
    scene.shows()
    ended = await scene.warning()
    assert (ended.message_type, ended.references) == ("Cancel", (first.name, moved.name))
    # For a day, so that who asks seldom learns of it.
    assert await scene.named() == [LINK]


async def test_another_process_gives_the_same_messages() -> None:
    scene = Scene()
    first = await scene.warning()
    scene.story.wait(60)
    scene.story.update(area=area_of({"type": "Polygon", "coordinates": [MOVED]}))
    scene.shows()
    moved = await scene.warning()

    scene.world.restart()

    assert await scene.warning() == moved
    assert moved.references == (first.name,)


async def test_an_unchanged_feed_and_warning_are_answered_by_their_tag() -> None:
    scene = Scene()
    for path in ("/v1/hazards.atom", LINK):
        tag = (await scene.world.ask("GET", path)).headers["etag"]

        answer = await scene.world.ask("GET", path, headers={"If-None-Match": tag})

        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)


async def test_a_feed_of_many_areas_reads_the_log_in_few_goes_and_once() -> None:
    """A read of the log costs more than what it returns, and a feed was given up before it had read them one by one."""
    scene, count = Scene(), 300
    (reported,) = scene.story.decisions
    reads: list[int] = []
    found = scene.world.decisions.read

    async def read(places: Sequence[tuple[int, int]]) -> dict[tuple[int, int], Decision]:
        reads.append(len(places))
        return await found(places)

    scene.world.decisions.read = read  # type: ignore[method-assign]
    for number in range(1, count):
        name = f"{INCIDENT}{number}"
        scene.world.decisions.at[0, number] = replace(reported, incident_id=name)
        scene.world.redis.places[name] = [(0, number)]
        scene.world.redis.add(replace(scene.story.incident, id=name))

    named = await scene.named()
    assert (len(named), sum(reads), len(reads)) == (count, count, 2)

    assert await scene.named() == named
    assert len(reads) == 2


async def test_what_is_no_area_of_this_deployment_is_not_published() -> None:
    point = area_of({"type": "Point", "coordinates": [76.9, 43.2]})
    imported = Scene(external_id="cap-" + "0" * 32)
    for scene in (Scene(area=point), Scene(type="storm"), imported):
        answer = await scene.world.ask("GET", LINK)

        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert await scene.named() == []


async def test_an_area_whose_log_has_a_gap_is_not_guessed() -> None:
    scene = Scene()
    del scene.world.decisions.at[(0, 0)]

    assert (await scene.world.ask("GET", LINK)).status_code == 404


async def test_nobody_is_in_a_warning() -> None:
    scene = Scene(people=("v-hidden-1", "v-hidden-2"))
    asked = {offer.volunteer_id for offer in scene.story.incident.offers}
    assert asked == {"v-hidden-1", "v-hidden-2"}

    for path in (LINK, "/v1/hazards.atom"):
        raw = (await scene.world.ask("GET", path)).text

        assert "v-hidden" not in raw
        assert scene.story.incident.reported_by not in raw


async def test_a_signed_warning_keeps_the_tag_of_its_message() -> None:
    scene = Scene()
    tag = (await scene.world.ask("GET", LINK)).headers["etag"]
    services = scene.world.app.state.services
    scene.world.app.state.services = replace(services, sign_warning=lambda document: document + b"<!-- signed -->")

    answer = await scene.world.ask("GET", LINK)

    assert answer.content.endswith(b"<!-- signed -->")
    assert answer.headers["etag"] == tag
