"""Filters before limits: a search goes on until enough people who may be asked are found, whatever crowd stands before them.

The dispatcher itself decides, over the suite's store and a log in memory.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.model.commands import ReportIncident
from dispatch.model.decisions import Decision, RequirementWhy
from dispatch.model.geojson import area_of
from dispatch.model.local_time import local_hour
from dispatch.model.offer_events import OfferMade
from dispatch.model.places import Place
from dispatch.model.reasons import ShortfallReason
from dispatch.model.requirements import Policy, RequirementSpec
from dispatch.model.staffing_events import ShortfallFound
from dispatch.model.vocabulary import Capability, Priority
from dispatch.plans.book import PlanBook, load_builtin
from dispatch.plans.budget_table import UNLIMITED, Budget
from streams.kafka.log_reader import LogReader
from streams.policy_replay.log_in_memory import LogInMemory
from streams.worker.dispatcher import Dispatcher
from streams.worker.projection import Projection
from streams.worker.publisher import Publisher
from streams.worker.searches import SearchBounds
from tests.contracts.builders import CENTRE, DIGITAL, fix, incident_id, profile
from tests.contracts.conftest import NOON_MS
from tests.contracts.worlds import MemoryWorld, StoreWorld

HOUR_MS = 3_600_000
WATER = area_of(
    {
        "type": "Polygon",
        "coordinates": [[[76.94, 43.23], [76.95, 43.23], [76.95, 43.246], [76.94, 43.246], [76.94, 43.23]]],
    }
)
DRY = Place(lon=76.962, lat=43.238)
"""About a kilometre east of the water."""
FIRST_AID = RequirementSpec(capability=Capability.FIELD, skill="first_aid")


def book(*, nearest: int | None = None, budget: Budget = UNLIMITED) -> PlanBook:
    plans = load_builtin()
    defaults = replace(plans.defaults, policy=Policy(nearest=nearest) if nearest else None)
    return replace(plans, budget=budget, defaults=defaults)


def by_night(now_ms: int) -> Budget:
    """It is an hour past the beginning of the quiet hours."""
    hour = local_hour(now_ms)
    return replace(UNLIMITED, quiet_from_h=(hour - 1) % 24, quiet_until_h=(hour + 6) % 24)


async def decided(
    world: StoreWorld,
    *needs: RequirementSpec,
    plans: PlanBook | None = None,
    bounds: SearchBounds | None = None,
    **stated: Any,
) -> Decision:
    log = LogInMemory()
    publisher, reader = cast("Publisher", log), cast("LogReader", log)
    dispatcher = Dispatcher(
        store=world.store,
        publisher=publisher,
        projection=Projection(world.store, publisher, reader),
        plans=plans or book(),
        bounds=bounds,
    )
    about: dict[str, Any] = {"type": "flood", "area": WATER, "priority": Priority.HIGH} | stated
    report = ReportIncident(
        id="c-1", incident_id=incident_id("flood"), by="op", sent_ms=0, body_digest="d", requirements=needs, **about
    )
    await dispatcher.handle([log.record_of(report, await world.store.now_ms())])
    (decision,) = log.take_decided()
    return decision


def asked(decision: Decision) -> set[str]:
    return {fact.volunteer_id for fact in decision.events if isinstance(fact, OfferMade)}


def why_of(decision: Decision) -> RequirementWhy:
    return decision.why.requirements[0]


def reasons(decision: Decision) -> list[ShortfallReason]:
    return [fact.shortfall.reason for fact in decision.events if isinstance(fact, ShortfallFound)]


async def crowd(
    world: StoreWorld, ids: Iterable[str], around: Place, *, heard_ms: int | None = None, **about: Any
) -> None:
    """On duty, some metres from each other."""
    names = list(ids)
    now_ms = await world.store.now_ms()
    heard_ms = now_ms if heard_ms is None else heard_ms
    await world.people.put_profiles([profile(one, 1, heard_ms=heard_ms, **about) for one in names])
    await world.people.put_fixes(
        [
            fix(one, now_ms, Place(lon=around.lon + 0.00001 * (number % 20), lat=around.lat + 0.00001 * (number // 20)))
            for number, one in enumerate(names)
        ]
    )


def some(prefix: str, count: int) -> list[str]:
    return [f"{prefix}-{number:04}" for number in range(count)]


FIT = some("fit", 6)


async def test_a_crowd_on_dangerous_ground_hides_nobody_beside_it(world: StoreWorld) -> None:
    await crowd(world, some("wet", 300), CENTRE)
    await crowd(world, FIT, DRY)

    decision = await decided(world, FIRST_AID)

    assert asked(decision)
    assert asked(decision) <= set(FIT)
    assert reasons(decision) == []
    assert why_of(decision).complete
    assert why_of(decision).excluded["in_hazard"] == 300


async def test_who_is_equipped_is_asked_from_the_middle_of_the_crowd(world: StoreWorld) -> None:
    await crowd(world, some("wet", 60), CENTRE)
    await crowd(world, FIT, CENTRE, skills=("first_aid", "rescue"))

    assert asked(await decided(world, FIRST_AID)) <= set(FIT)


async def test_a_sleeping_city_hides_nobody_who_is_awake(world: StoreWorld) -> None:
    now_ms = await world.store.now_ms()
    await crowd(world, some("asleep", 100), DRY, heard_ms=now_ms - 8 * HOUR_MS)
    await crowd(world, FIT, Place(lon=77.0, lat=43.238))
    plans = book(budget=by_night(now_ms))

    decision = await decided(world, FIRST_AID, plans=plans, priority=Priority.NORMAL, type="road.accident")

    assert asked(decision)
    assert asked(decision) <= set(FIT)
    assert why_of(decision).excluded["quiet_hours"] == 100


async def test_where_all_sleep_the_morning_is_the_next_look(world: StoreWorld) -> None:
    now_ms = await world.store.now_ms()
    await crowd(world, some("asleep", 40), DRY, heard_ms=now_ms - 8 * HOUR_MS)
    plans = book(budget=by_night(now_ms))

    decision = await decided(world, FIRST_AID, plans=plans, priority=Priority.LOW, type="road.accident")

    assert reasons(decision) == [ShortfallReason.QUIET_HOURS]
    morning_ms = why_of(decision).free_again_ms
    assert morning_ms is not None
    assert local_hour(morning_ms) == plans.budget.quiet_until_h


async def test_a_crowd_of_another_language_hides_nobody(world: StoreWorld) -> None:
    await crowd(world, some("ru", 120), CENTRE, languages=("ru",))
    await crowd(world, FIT, DRY, languages=("kk",))

    decision = await decided(world, replace(FIRST_AID, languages=("kk",)), type="road.accident")

    assert asked(decision)
    assert asked(decision) <= set(FIT)


async def test_digital_people_of_every_language_are_kept_in_mind(world: StoreWorld) -> None:
    about: dict[str, Any] = {"capabilities": DIGITAL, "skills": ("call_taking",)}
    await crowd(world, some("kk", 30), CENTRE, languages=("kk",), **about)
    await crowd(world, some("en", 30), CENTRE, languages=("en",), **about)
    both = RequirementSpec(capability=Capability.DIGITAL, skill="call_taking", languages=("kk", "en"))

    decision = await decided(world, both, plans=book(nearest=60))

    assert len(asked(decision)) == 60


async def test_who_is_asked_when_all_may_be_is_everybody_once(world: StoreWorld) -> None:
    await crowd(world, some("v", 90), DRY)

    decision = await decided(world, FIRST_AID, plans=book(nearest=100), type="road.accident")

    assert sorted(asked(decision)) == some("v", 90)
    assert why_of(decision).considered == 90


async def test_a_bound_that_is_hit_is_told(world: StoreWorld) -> None:
    await crowd(world, some("wet", 60), CENTRE)
    await crowd(world, FIT, DRY)

    decision = await decided(world, FIRST_AID, bounds=SearchBounds(people=5))

    assert asked(decision) == set()
    assert reasons(decision) == [ShortfallReason.SEARCH_BOUNDED]
    assert why_of(decision).bounded
    assert not why_of(decision).complete


async def test_time_is_a_bound_as_well(world: StoreWorld) -> None:
    await crowd(world, some("wet", 60), CENTRE)

    decision = await decided(world, FIRST_AID, bounds=SearchBounds(seconds=-1.0))

    assert reasons(decision) == [ShortfallReason.SEARCH_BOUNDED]


async def test_a_search_that_went_on_counts_everybody_once(world: StoreWorld) -> None:
    await crowd(world, some("wet", 100), CENTRE)
    await crowd(world, some("dry", 3), DRY, languages=("en",))
    now_ms = await world.store.now_ms()
    await world.people.put_profiles([profile("late", 1, heard_ms=now_ms)])
    await world.people.put_fixes([fix("late", now_ms - 40 * 60_000, DRY)])

    decision = await decided(world, replace(FIRST_AID, languages=("kk",)))

    assert why_of(decision).excluded == {"in_hazard": 100, "language": 3, "stale_place": 3}
    assert why_of(decision).considered == 300


@dataclass(frozen=True)
class _Somebody:
    east: float
    north: float
    equipped: bool
    languages: tuple[str, ...]
    awake: bool
    spent: bool

    @property
    def place(self) -> Place:
        return Place(lon=round(76.93 + self.east, 6), lat=round(43.222 + self.north, 6))

    @property
    def is_on_the_water(self) -> bool:
        return 76.94 < self.place.lon < 76.95 and 43.23 < self.place.lat < 43.246


def _people() -> st.SearchStrategy[list[_Somebody]]:
    places = st.integers(0, 60).map(lambda number: number * 0.0005 + 0.0001)
    one = st.builds(
        _Somebody,
        east=places,
        north=places,
        equipped=st.sampled_from([False, False, False, True]),
        languages=st.sampled_from([("kk",), ("ru",), ("kaz", "ru"), ("en",)]),
        awake=st.sampled_from([False, False, True]),
        spent=st.booleans(),
    )
    return st.lists(one, max_size=60)


def _may_be_asked(one: _Somebody, languages: Sequence[str], priority: Priority) -> bool:
    speaks = not languages or bool({"kk" if code == "kaz" else code for code in one.languages} & set(languages))
    dry = one.equipped or not one.is_on_the_water
    return dry and speaks and (one.awake or priority is Priority.HIGH)


async def _register(world: MemoryWorld, people: Sequence[_Somebody]) -> None:
    now_ms = world.time_ms
    for number, one in enumerate(people):
        id_ = f"v-{number:02}"
        skills = ("first_aid", "boat") if one.equipped else ("first_aid",)
        heard_ms = now_ms - (60_000 if one.awake else 8 * HOUR_MS)
        await world.memory.put_profiles(
            [profile(id_, 1, skills=skills, languages=one.languages, max_distance_m=50_000, heard_ms=heard_ms)]
        )
        await world.memory.put_fixes([fix(id_, now_ms, one.place)])
        if one.spent:
            world.memory.people.known[id_].add_load(now_ms - 60_000)
            world.memory.people.offers_of[id_] = {f"o-{offer}": now_ms - 60_000 for offer in range(3)}


@settings(max_examples=60)
@given(
    people=_people(),
    languages=st.sampled_from([(), ("kk",), ("en",)]),
    priority=st.sampled_from([Priority.HIGH, Priority.NORMAL]),
    nearest=st.sampled_from([1, 3, 100]),
)
async def test_who_is_asked_is_who_may_be_asked_among_all_within_the_limits(
    people: list[_Somebody], languages: tuple[str, ...], priority: Priority, nearest: int
) -> None:
    world = MemoryWorld(NOON_MS)
    await world.rebuilt()
    await _register(world, people)
    budget = replace(by_night(NOON_MS), quiet_up_to=Priority.NORMAL, offers_per_hour=3)
    plans = book(nearest=nearest, budget=budget)

    decision = await decided(world, replace(FIRST_AID, languages=languages), plans=plans, priority=priority)

    fit = {f"v-{n:02}": one for n, one in enumerate(people) if _may_be_asked(one, languages, priority)}
    fresh = {id_ for id_, one in fit.items() if not one.spent}
    spent = set(fit) - fresh
    # A budget leaves no place empty: where nobody else is there, one of those whose budget is spent is asked.
    allowed, count = (fresh, min(nearest, len(fresh))) if fresh else (spent, min(1, len(spent)))
    assert asked(decision) <= allowed
    assert len(asked(decision)) == count
    assert bool(reasons(decision)) is not bool(asked(decision))
    assert not why_of(decision).bounded
