"""Private records and last states of ended incidents get their tombstones by the time of the log, once."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from dispatch.model.commands import CancelIncident
from dispatch.model.incidents import Incident
from dispatch.model.private_refs import handover_ref, report_ref, text_ref
from streams import redis_keys
from streams.retention.classes import DAY_S
from streams.store.people import PeopleStore, PrivateWrite
from streams.store.reads import Reads
from streams.store.record_decoders import QUIET_KEY
from streams.topics import INCIDENT_STATUS, PRIVATE
from streams.worker.retention_service import RetentionService, incident_of, is_over
from tests.support.builders import incident
from tests.support.desk import Desk, key

DAY_MS = DAY_S * 1000


class Written:
    """Notes what would be appended."""

    def __init__(self) -> None:
        self.refs: list[str] = []
        self.ids: list[str] = []
        self.stirred: list[tuple[str, int]] = []

    async def erase_private(self, refs: Sequence[str]) -> None:
        self.refs += refs

    async def erase_statuses(self, incident_ids: Sequence[str]) -> None:
        self.ids += incident_ids

    async def append_quiet(self, topic: str, partition: int) -> None:
        self.stirred.append((topic, partition))


class Later:
    """The store of the desk at a later time."""

    def __init__(self, store: Any, days: int) -> None:
        self._store = store
        self._days = days

    async def now_ms(self) -> int:
        now: int = await self._store.now_ms()
        return now + self._days * DAY_MS

    async def load(self, pairs: Sequence[tuple[str, str]]) -> Any:
        return await self._store.load(pairs)


async def written(desk: Desk, days: int) -> Written:
    """What the owner of every partition writes so many days later."""
    noted = Written()
    store: Any = Later(desk.store, days)
    service = RetentionService(
        desk.settings, store, sealed=Reads(desk.link), tombstones=noted, owned=lambda: set(range(256))
    )
    await service.run_once()
    return noted


async def kept(desk: Desk, ref: str) -> int:
    """A record in the log and in Redis, as the API and the profile service write it; returns its partition."""
    sent = await desk.publisher.producer.send_and_wait(PRIVATE.name, b"sealed", key=ref.encode())
    await PeopleStore(desk.link).put_private([PrivateWrite(ref=ref, offset=sent.offset, sealed=b"sealed")])
    return int(sent.partition)


async def ended(desk: Desk) -> str:
    report = desk.report()
    await desk.dispatcher.handle(await desk.send(report))
    cancel = CancelIncident(id=key(), incident_id=report.incident_id, by="op", sent_ms=0)
    await desk.dispatcher.handle(await desk.send(cancel))
    return report.incident_id


async def test_private_records_end_thirty_days_after_their_incident(desk: Desk) -> None:
    over, going_on = await ended(desk), desk.report()
    await desk.dispatcher.handle(await desk.send(going_on))
    refs = [report_ref(over), text_ref(over, "note", "c-1")]
    for ref in [*refs, report_ref(going_on.incident_id)]:
        await kept(desk, ref)

    early, late = await written(desk, 29), await written(desk, 31)

    assert not {*early.refs} & {*refs}
    assert {ref for ref in late.refs if over in ref} == {*refs}
    assert not [ref for ref in late.refs if going_on.incident_id in ref or ref.startswith("volunteer:")]


async def test_what_has_its_tombstone_gets_no_second_one(desk: Desk) -> None:
    ref = report_ref(await ended(desk))
    await kept(desk, ref)
    await PeopleStore(desk.link).put_private([PrivateWrite(ref=ref, offset=10**12, sealed=None)])

    assert ref not in (await written(desk, 31)).refs


async def test_the_last_state_ends_after_ninety_days_unless_it_was_reopened(desk: Desk) -> None:
    over, reopened = await ended(desk), await ended(desk)
    await desk.link.run([("DEL", redis_keys.incident(over))])  # Redis forgets it after 35 days

    assert over not in (await written(desk, 89)).ids
    late = await written(desk, 91)

    assert over in late.ids
    assert reopened not in late.ids


async def test_a_partition_without_traffic_gets_one_record_a_day_so_that_kafka_compacts_it(desk: Desk) -> None:
    partition = await kept(desk, report_ref(desk.report().incident_id))

    assert (PRIVATE.name, partition) not in (await written(desk, 0)).stirred
    assert (PRIVATE.name, partition) in (await written(desk, 2)).stirred
    await desk.publisher.append_quiet(PRIVATE.name, partition)
    assert (PRIVATE.name, partition) not in (await written(desk, 2)).stirred
    last = [record for record in await desk.fresh(PRIVATE.name) if record.partition == partition][-1]
    assert (last.key, last.value) == (QUIET_KEY.encode(), None)


async def test_tombstones_of_states_are_confirmed_in_the_log(desk: Desk) -> None:
    over = await ended(desk)

    await desk.publisher.erase_statuses([over])

    last = [record for record in await desk.fresh(INCIDENT_STATUS.name) if record.key == over.encode()][-1]
    assert last.value is None


def test_a_reference_names_its_incident() -> None:
    assert incident_of("incident:i-1") == incident_of("incident:i-1:note:c-1") == "i-1"
    assert incident_of("volunteer:v-1") is None


def test_an_incident_is_over_when_it_ended_before_or_is_forgotten() -> None:
    state: Incident = incident()
    closed = replace(state, status=type(state.status)("closed"), times=replace(state.times, closed_ms=1_000))

    assert is_over(None, 0)
    assert not is_over(state, 10**15)
    assert [is_over(closed, at_ms) for at_ms in (999, 1_000)] == [False, True]


async def test_the_text_of_a_hand_over_note_ends_after_a_week_also_without_its_note(desk: Desk) -> None:
    ref = handover_ref("0b5e6c1a")
    await kept(desk, ref)

    assert ref not in (await written(desk, 6)).refs
    assert (await written(desk, 8)).refs.count(ref) == 1
