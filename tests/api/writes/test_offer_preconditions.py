"""Results of digital work: every task, outcome and combination of fields by the table, and the table in the OpenAPI document."""

from itertools import product
from typing import Any

import pytest

from dispatch.digital.results import FIELDS, RESULTS, ResultFields, fields_of, outcomes_of
from dispatch.model.vocabulary import OUTCOMES_OF_TASK, Capability, OfferState, Task
from tests.support.api_world import World, fields
from tests.support.builders import INCIDENT, ZONE, incident, offer

OFFER = f"o-{ZONE}-{INCIDENT.rsplit('-', 1)[1]}-" + "b" * 16
PATH = f"/v1/offers/{OFFER}/result"
VALUES: dict[str, Any] = {
    "text": "мәтін",
    "language": "kk",
    "location": {"type": "Point", "coordinates": [76.9, 43.2]},
    "incident_id": f"i-{ZONE}-" + "c" * 32,
}
OUTCOMES = outcomes_of(None)


def assigned(world: World, task: Task) -> None:
    held = offer(OfferState.ACCEPTED, id=OFFER, volunteer_id="volunteer-1", capability=Capability.DIGITAL, task=task)
    world.redis.add(incident(offers=(held,)))


def wrong_in(table: ResultFields, given: set[str]) -> set[str]:
    return (set(table.required) - given) | (given & table.forbidden)


@pytest.mark.parametrize(("task", "outcome"), list(product(Task, OUTCOMES)))
async def test_a_result_has_the_fields_of_its_task_and_outcome_and_no_others(
    world: World, task: Task, outcome: str
) -> None:
    assigned(world, task)
    table = RESULTS[task].get(outcome)

    for chosen in product((True, False), repeat=len(FIELDS)):
        given = {name for name, is_given in zip(FIELDS, chosen, strict=True) if is_given}
        world.log.messages.clear()
        body = {"outcome": outcome} | {name: VALUES[name] if name in given else None for name in FIELDS}

        answer = await world.ask("POST", PATH, body, role="volunteer")

        wrong = {"outcome"} if table is None else wrong_in(table, given)
        assert answer.status_code == (422 if wrong else 202), (body, answer.text)
        if table is None:
            assert set(fields(answer)) <= {
                "outcome",
                *FIELDS,
            }  # fields forbidden for every task with this outcome come first
        elif wrong:
            assert set(fields(answer)) == wrong
        assert bool(world.log.messages) is not bool(wrong)


@pytest.mark.parametrize("outcome", OUTCOMES)
async def test_while_the_task_is_unknown_only_what_every_task_refuses_is_refused(world: World, outcome: str) -> None:
    world.redis.is_down = True
    tables = [outcomes[outcome] for outcomes in RESULTS.values() if outcome in outcomes]

    for chosen in product((True, False), repeat=len(FIELDS)):
        given = {name for name, is_given in zip(FIELDS, chosen, strict=True) if is_given}
        body = {"outcome": outcome} | {name: VALUES[name] for name in given}

        answer = await world.ask("POST", PATH, body, role="volunteer")

        is_refused_by_all = all(wrong_in(table, given) for table in tables)
        assert answer.status_code == (422 if is_refused_by_all else 202), (body, answer.text)


def test_the_table_has_every_task_with_its_outcomes() -> None:
    assert {task: set(outcomes) for task, outcomes in RESULTS.items()} == OUTCOMES_OF_TASK
    assert fields_of("juggled") is None
    assert fields_of("done", Task.GEOLOCATE) is None


def test_the_document_shows_the_table(world: World) -> None:
    schema = world.app.openapi()["components"]["schemas"]["Result"]

    assert schema["properties"]["outcome"]["enum"] == OUTCOMES
    for task, outcomes in RESULTS.items():
        for outcome in outcomes:
            assert f"| {task} | {outcome} |" in schema["description"]
