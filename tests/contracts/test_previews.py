"""The preview of a report is what its decision then does, and changes nothing.

The dispatcher itself decides, as in `test_filters.py`.
"""

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.model.commands import ReportIncident
from dispatch.model.context import NEAR_M
from dispatch.model.decisions import Decision
from dispatch.model.geo import METRES_A_DEGREE, wide_cell
from dispatch.model.incidents import Incident
from dispatch.model.places import Place
from dispatch.model.requirements import RequirementSpec
from dispatch.model.vocabulary import Capability, Priority
from dispatch.plans.book import load_builtin
from streams.kafka.log_reader import LogReader
from streams.lookups.report_preview import ReportPreview, ReportPreviews
from streams.policy_replay.log_in_memory import LogInMemory
from streams.store import RedisStore
from streams.worker.dispatcher import Dispatcher
from streams.worker.projection import Projection
from streams.worker.publisher import Publisher
from tests.contracts.builders import CENTRE, area, fix, incident_id, north, profile
from tests.contracts.conftest import NOON_MS
from tests.contracts.worlds import MemoryWorld, RedisWorld, StoreWorld
from tests.support.cells import in_same_wide_cell
from tests.support.strategies import languages, specs

PLANS = load_builtin()
SKILLS = ("first_aid", "doctor", "rescue", "firefighting", "verification", "coordination", "translator")
EVERY_WORK = (Capability.FIELD, Capability.DIGITAL)
FIRE = "fire.building"
FIRST_AID = RequirementSpec(capability=Capability.FIELD, skill="first_aid")


class Desk:
    """A dispatcher on the store of a world, and the previews of an API beside it."""

    def __init__(self, world: StoreWorld) -> None:
        self._world, self._log = world, LogInMemory()
        publisher, reader = cast("Publisher", self._log), cast("LogReader", self._log)
        projection = Projection(world.store, publisher, reader)
        self._dispatcher = Dispatcher(store=world.store, publisher=publisher, projection=projection, plans=PLANS)
        # As the user of the API, whose rights have to suffice.
        self._previews = ReportPreviews(RedisStore(world.api) if isinstance(world, RedisWorld) else world.store)

    async def preview(self, report: ReportIncident) -> ReportPreview:
        return await self._previews.of(report, PLANS, logged_ms=await self._world.store.now_ms())

    async def decide(self, report: ReportIncident) -> tuple[Decision, Incident]:
        await self._dispatcher.handle([self._log.record_of(report, await self._world.store.now_ms())])
        (decision,) = self._log.take_decided()
        _, (loaded,) = await self._world.store.load([("", report.incident_id)])
        assert loaded.incident is not None
        return decision, loaded.incident


def report(name: str = "new", **stated: Any) -> ReportIncident:
    about: dict[str, Any] = {"type": FIRE, "area": area()} | stated
    return ReportIncident(id=f"c-{name}", incident_id=incident_id(name), by="op", sent_ms=0, body_digest="d", **about)


async def register(world: StoreWorld, people: Sequence[tuple[Place, frozenset[str], tuple[str, ...], bool]]) -> None:
    now_ms = await world.store.now_ms()
    for number, (place, skills, spoken, on_duty) in enumerate(people):
        one = profile(
            f"v-{number}",
            1,
            skills=tuple(sorted(skills)),
            languages=spoken,
            on_duty=on_duty,
            heard_ms=now_ms,
            capabilities=EVERY_WORK,
        )
        await world.people.put_profiles([one])
        await world.people.put_fixes([fix(one.volunteer_id, now_ms, place)])


def _places() -> st.SearchStrategy[Place]:
    far = st.floats(-1.5 * NEAR_M, 1.5 * NEAR_M).map(lambda away_m: away_m / METRES_A_DEGREE)
    return st.builds(lambda x, y: Place(lon=CENTRE.lon + x, lat=CENTRE.lat + y), far, far)


def _reports() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "type": st.sampled_from([FIRE, "fire.wildland", "flood", "information", "medical.cardiac_arrest"]),
            "priority": st.none() | st.sampled_from(Priority),
            "area": st.none() | _places().map(area),
            "language": st.sampled_from([None, "kk", "en"]),
            "requirements": st.none() | st.lists(specs(), min_size=1, max_size=2).map(tuple),
            "external_digest": st.sampled_from([None, None, "one"]),
            "exercise": st.booleans(),
        }
    )


@settings(max_examples=60)
@given(
    # Elsewhere in their wide cells, people near a limit are counted as in its middle.
    people=st.lists(
        st.tuples(
            _places().map(wide_cell),
            st.frozensets(st.sampled_from(SKILLS), min_size=1),
            languages(at_least=1),
            st.booleans(),
        ),
        max_size=8,
    ),
    earlier=st.lists(_reports(), max_size=3),
    new=_reports(),
)
async def test_a_preview_asks_for_what_the_decision_asks_for(
    people: list[Any], earlier: list[dict[str, Any]], new: dict[str, Any]
) -> None:
    world = MemoryWorld(NOON_MS)
    await world.rebuilt()
    await register(world, people)
    desk = Desk(world)
    for number, stated in enumerate(earlier):
        await desk.decide(report(f"earlier-{number}", **stated))

    preview = await desk.preview(report(**new))

    decision, incident = await desk.decide(report(**new))
    asked_for = [(one.skill, one.capability, one.count) for one in incident.requirements]
    assert [(one.skill, one.capability, one.count) for one in preview.needs] == asked_for
    assert tuple(one for one, _ in preview.similar) == incident.merge_candidates
    # So few people are all examined by either search, so also the chances are those of the first wave.
    waves = {why.requirement_id: why.wave for why in decision.why.requirements}
    sized = [waves[one.id] for one in incident.requirements if one.id in waves]
    foreseen = [one.people for one in preview.needs if one.people is not None]
    assert [one.chance for one in foreseen] == [round(wave.reached, 2) for wave in sized if wave]


async def test_a_preview_counts_in_bounds_and_tells_no_exact_way(world: StoreWorld) -> None:
    five = [(north(30.0 * number), frozenset({"first_aid"}), ("kk",), True) for number in range(5)]
    await register(world, five)

    found = await Desk(world).preview(report(requirements=(FIRST_AID,)))

    (counted,) = [one.people for one in found.needs]
    assert counted is not None
    assert (counted.free_at_least, counted.free_at_most, counted.is_complete) == (4, 10, True)
    assert counted.nearest_eta_s is not None
    assert counted.nearest_eta_s % 30 == 0


@settings(max_examples=20)
@given(
    places=st.lists(st.tuples(_places(), st.integers(50, 6_000)), min_size=1, max_size=8),
    rng=st.randoms(use_true_random=False),
)
async def test_no_series_of_previews_tells_where_in_their_wide_cell_a_person_is(
    places: list[tuple[Place, int]], rng: Random
) -> None:
    told = []
    for place in (CENTRE, in_same_wide_cell(rng, CENTRE)):
        world = MemoryWorld(NOON_MS)
        await world.rebuilt()
        await register(world, [(place, frozenset({"first_aid"}), ("kk",), True)])
        desk = Desk(world)
        series = [report(area=area(at), requirements=(replace(FIRST_AID, max_distance_m=m),)) for at, m in places]
        told.append([(await desk.preview(one)).needs for one in series])

    assert told[0] == told[1]


async def test_a_preview_finds_a_report_of_the_same_fire(world: StoreWorld) -> None:
    desk = Desk(world)
    await desk.decide(report("earlier", area=area(north(180))))

    found = await desk.preview(report())

    ((candidate, known),) = found.similar
    assert (candidate.incident_id, known.type) == (incident_id("earlier"), FIRE)
    assert candidate.distance_m == pytest.approx(180, abs=2)
    assert candidate.reasons[:2] == ("place", "type")


async def test_field_work_without_a_place_is_needed_and_nobody_is_counted(world: StoreWorld) -> None:
    found = await Desk(world).preview(report(area=None))

    assert {one.people is None for one in found.needs if one.capability is Capability.FIELD} == {True}
    assert {one.people is None for one in found.needs if one.capability is Capability.DIGITAL} <= {False}


async def test_a_preview_writes_nothing_into_redis(redis_world: RedisWorld) -> None:
    await register(redis_world, [(CENTRE, frozenset(SKILLS), ("kk",), True)])
    desk = Desk(redis_world)
    await desk.decide(report("earlier"))
    before = await everything(redis_world)

    for kind in (FIRE, "flood", "information", "hazmat"):
        await desk.preview(replace(report(), type=kind))

    assert await everything(redis_world) == before


async def everything(world: RedisWorld) -> dict[bytes, bytes]:
    (keys,) = await world.link.run([("KEYS", "*")])
    return dict(zip(keys, await world.link.run([("DUMP", key) for key in keys]), strict=True))
