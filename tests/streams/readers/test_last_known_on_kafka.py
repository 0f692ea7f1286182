"""The incidents as the log knows them, read from a real Kafka."""

from dataclasses import replace

import pytest

from dispatch.model.decisions import StatusRecord
from dispatch.model.incidents import Incident
from streams import wire
from streams.errors import LogUnavailable
from streams.readers.last_known import LastKnown, LastKnownReader
from streams.settings import Settings
from streams.topics import INCIDENT_STATUS
from tests.support.builders import incident
from tests.support.desk import Desk, key


async def tell(desk: Desk, state: Incident, offset: int) -> None:
    record = StatusRecord(
        incident=state, decision_id=key(), decision_partition=0, decision_offset=offset, decided_ms=offset
    )
    await desk.publisher.publish_derived([], [record])


async def read(desk: Desk) -> LastKnown:
    return await LastKnownReader(desk.settings, "test-last-known").read()


async def test_the_newest_decision_counts_and_not_the_last_record(desk: Desk) -> None:
    state = incident(id=f"i-{key()}", version=1)
    for version, offset in ((1, 10), (3, 30), (2, 20)):
        await tell(desk, replace(state, version=version), offset)

    known = await read(desk)

    (found,) = [one for one in known.states if one.id == state.id]
    assert found.version == 3


async def test_what_cannot_be_read_and_what_was_erased_stop_nothing(desk: Desk) -> None:
    state = incident(id=f"i-{key()}")
    for value in (b"no json", None, b'{"incident":{"id":"x"}}'):
        await desk.publisher.producer.send_and_wait(INCIDENT_STATUS.name, value, key=key().encode())
    await tell(desk, state, 1)

    assert state.id in {one.id for one in (await read(desk)).states}


async def test_a_report_is_undecided_until_its_state_is_in_the_log(desk: Desk) -> None:
    decided, waits = desk.report(), desk.report()
    await desk.people("a")
    await desk.dispatcher.handle(await desk.send(decided))
    await desk.send(waits)

    known = await read(desk)

    undecided = {entry.command.incident_id for entry in known.undecided}
    assert waits.incident_id in undecided
    assert decided.incident_id not in undecided
    assert known.waiting


async def test_a_second_reading_right_after_is_the_first(desk: Desk) -> None:
    picture = LastKnownReader(desk.settings, "test-last-known")

    assert await picture.read() is await picture.read()


async def test_without_a_broker_it_says_so_in_time() -> None:
    picture = LastKnownReader(Settings(kafka="127.0.0.1:9"), "test-last-known")

    with pytest.raises(LogUnavailable):
        await picture.read(within_s=2.0)


async def test_bytes_on_the_wire_are_those_of_the_product(desk: Desk) -> None:
    """The short form that finds the newest must be able to read what the product writes."""
    command = desk.report()
    await desk.people("a")
    await desk.dispatcher.handle(await desk.send(command))

    (found,) = [one for one in (await read(desk)).states if one.id == command.incident_id]

    assert wire.encode(found) == wire.encode(await desk.incident(command.incident_id))
