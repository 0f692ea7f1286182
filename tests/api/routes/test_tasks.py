"""Digital work across incidents."""

from typing import Any

from dispatch.model.offers import TaskResult
from dispatch.model.private_refs import volunteer_ref
from dispatch.model.proposals import Proposal, Statement
from dispatch.model.reasons import ProposalCause
from dispatch.model.vocabulary import Capability, IncidentStatus, OfferState, ResultKind, Task
from streams import wire
from streams.wire import VolunteerPrivate
from tests.support.api_fakes import DATA_KEY
from tests.support.api_world import World, fields
from tests.support.builders import NOW_MS, incident, offer, requirement


def digital(world: World) -> None:
    work: dict[str, Any] = {"capability": Capability.DIGITAL, "task": Task.VERIFY_REPORT, "skill": "verification"}
    answered = TaskResult(outcome="unclear", at_ms=NOW_MS)
    world.redis.add(
        incident(
            requirements=(
                requirement(),
                requirement(id="r2", count=2, **work),
                requirement(id="r3", **{**work, "task": Task.TRANSLATE}),
            ),
            offers=(
                offer(OfferState.DONE, id="o-1", requirement_id="r2", result=answered),
                offer(OfferState.ACCEPTED, id="o-2", requirement_id="r2", volunteer_id="v-2"),
                offer(OfferState.DECLINED, id="o-3", requirement_id="r2", volunteer_id="v-3"),
            ),
        ),
        incident(id="i-8320e5-" + "9" * 32, status=IncidentStatus.CLOSED, requirements=(requirement(**work),)),
    )


async def test_tasks_are_the_digital_work_of_open_incidents_with_the_people_at_it(world: World) -> None:
    digital(world)

    items = (await world.ask("GET", "/v1/tasks")).json()["items"]

    assert [(item["requirement_id"], item["state"], item["answered"]) for item in items] == [
        ("r2", "in_work", 1),
        ("r3", "open", 0),
    ]
    assert [(person["offer_id"], person["outcome"]) for person in items[0]["people"]] == [
        ("o-1", "unclear"),
        ("o-2", None),
    ]
    assert [entry.action for entry in world.log.audits] == ["tasks.list"]


async def test_tasks_are_filtered_by_state_and_kind(world: World) -> None:
    digital(world)

    async def found(query: str) -> list[str]:
        return [item["requirement_id"] for item in (await world.ask("GET", f"/v1/tasks{query}")).json()["items"]]

    assert await found("?state=open") == ["r3"]
    assert await found("?kind=verify_report") == ["r2"]
    assert await found("?state=done") == []
    assert fields(await world.ask("GET", "/v1/tasks?state=lost")) == ["state"]


async def test_people_are_named_and_a_result_that_waits_is_with_its_work(world: World) -> None:
    ref = volunteer_ref("v-1")
    world.redis.sealed[ref] = wire.seal(DATA_KEY, ref, VolunteerPrivate(label="Айгүл"))
    said = Statement(offer_id="o-1", volunteer_id="v-1", at_ms=NOW_MS)
    waiting = Proposal(
        id="p-1",
        kind=ResultKind.FALSE,
        requirement_id="r2",
        at_ms=NOW_MS,
        said=(said,),
        because=(ProposalCause.PLAN,),
    )
    work: dict[str, Any] = {"capability": Capability.DIGITAL, "task": Task.VERIFY_REPORT, "skill": "verification"}
    answered = TaskResult(outcome="false", at_ms=NOW_MS)
    world.redis.add(
        incident(
            requirements=(requirement(id="r2", **work), requirement(id="r3", **work)),
            offers=(offer(OfferState.DONE, id="o-1", requirement_id="r2", result=answered),),
            proposals=(waiting,),
        )
    )

    first, second = (await world.ask("GET", "/v1/tasks")).json()["items"]

    assert [one["label"] for one in first["people"]] == ["Айгүл"]
    assert [(one["id"], one["kind"], one["by"]) for one in first["proposals"]] == [("p-1", "false", "v-1")]
    assert second["proposals"] == []
    assert "v-1" in world.log.audits[-1].subjects
