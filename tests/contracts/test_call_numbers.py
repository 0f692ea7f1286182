"""The series of call numbers: the last one given, also after a rebuild, and incidents found by their number."""

from dataclasses import replace

import pytest

from dispatch.model.call_numbers import CallNumber, Series
from dispatch.model.incidents import Incident
from dispatch.model.vocabulary import IncidentStatus
from dispatch.ports import NotReady
from streams.store.restore import RestoredIncident
from tests.contracts.builders import application, incident
from tests.contracts.worlds import StoreWorld, applied

TODAY = Series(day="2026-11-27", letters="AK")
OTHER_DAY, OTHER_PARTITION = replace(TODAY, day="2026-11-26"), replace(TODAY, letters="AM")


async def called(world: StoreWorld, name: str, call: CallNumber | None, status: IncidentStatus) -> Incident:
    return replace(incident(name, at_ms=await world.store.now_ms(), status=status), call_number=call)


async def test_the_last_number_of_a_series_is_known_and_other_series_begin_at_nothing(world: StoreWorld) -> None:
    first = await called(world, "first", TODAY.number(1), IncidentStatus.DISPATCHING)
    second = await called(world, "second", TODAY.number(2), IncidentStatus.CLOSED)
    old = await called(world, "old", None, IncidentStatus.DISPATCHING)
    await applied(world, *[application(at, one, command=f"c-{at}") for at, one in enumerate((first, second, old))])

    assert await world.store.last_calls([OTHER_DAY, TODAY, OTHER_PARTITION]) == [0, 2, 0]
    assert await world.store.last_calls([]) == []


async def test_a_changed_incident_keeps_its_number_and_the_series_goes_on(world: StoreWorld) -> None:
    state = await called(world, "first", TODAY.number(1), IncidentStatus.DISPATCHING)
    closed = await called(world, "first", TODAY.number(1), IncidentStatus.CLOSED)
    await applied(world, application(0, state, command="c-0"), application(1, closed, command="c-1"))

    assert await world.store.last_calls([TODAY]) == [1]
    assert (await world.store.load([("", state.id)]))[1][0].incident == closed


async def test_a_rebuild_continues_the_series_behind_ended_incidents_too(world: StoreWorld) -> None:
    await world.forget()
    with pytest.raises(NotReady):
        await world.store.last_calls([TODAY])

    await world.rebuilt(
        RestoredIncident(incident=await called(world, "seventh", TODAY.number(7), IncidentStatus.CLOSED)),
        RestoredIncident(incident=await called(world, "sixth", TODAY.number(6), IncidentStatus.DISPATCHING)),
    )

    assert await world.store.last_calls([TODAY]) == [7]
