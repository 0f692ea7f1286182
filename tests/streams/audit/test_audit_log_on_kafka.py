"""The audit log with real Kafka: order, repeats, an absent broker, a crash, reading and verification."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from streams import clock, wire
from streams.audit.audit_log import AuditLog, AuditUnavailable, write_entries
from streams.audit.chain import Fault, Verifier
from streams.audit.reader import AuditFilter, AuditReader
from streams.kafka import topic_admin
from streams.settings import Settings
from streams.wire import AuditRecord
from streams.wire.client_digests import ClientDigests

KEY = ClientDigests(b"k" * 32)


@pytest.fixture
def settings(kafka: str, tmp_path: Path) -> Settings:
    settings = Settings(kafka=kafka, data=tmp_path)
    topic_admin.apply_topics(settings)
    return settings


@pytest.fixture
async def log(settings: Settings) -> AsyncIterator[AuditLog]:
    made = AuditLog(settings, KEY, f"api-{clock.fresh_id()}")
    await made.start()
    yield made
    await made.stop()


def entry(subject: str, **more: object) -> AuditRecord:
    return AuditRecord(actor="op-1", role="operator", action="incident.read", subject=subject, at_ms=1_000, **more)  # type: ignore[arg-type]


async def confirmed(log: AuditLog) -> None:
    while log.waiting:  # noqa: ASYNC110 - it has no event for tests
        await asyncio.sleep(0.01)


async def test_entries_arrive_in_order_linked_and_once(settings: Settings, log: AuditLog) -> None:
    for number in range(1_200):
        log.record(entry(f"order-{number}"))
    await confirmed(log)

    page = await AuditReader(settings, "test").page(AuditFilter(actor="op-1"), limit=1_200)
    verifier = Verifier([KEY])
    found = [
        finding
        async for offset, value in AuditReader(settings, "test").everything()
        for finding in verifier.examine(offset, value)
    ]

    assert [one.subject for _, one in page.entries] == [f"order-{number}" for number in reversed(range(1_200))]
    # Other tests write to the same topic, under other keys.
    assert [finding for finding in found if finding.fault is not Fault.OTHER_KEY] == []


async def test_pages_continue_and_filters_hold(settings: Settings, log: AuditLog) -> None:
    for number in range(7):
        log.record(entry(f"page-{number % 2}", subjects=("page-named",) if number == 3 else ()))
    await confirmed(log)
    reader = AuditReader(settings, "test")

    first = await reader.page(AuditFilter(subject="page-0"), limit=3)
    second = await reader.page(AuditFilter(subject="page-0"), limit=3, before=first.before)
    named = await reader.page(AuditFilter(subject="page-named"), limit=10)

    assert (len(first.entries), len(second.entries), second.before) == (3, 1, None)
    assert len(named.entries) == 1
    assert (await reader.page(AuditFilter(subject="page-0", since_ms=2_000), limit=3)).entries == ()


async def test_what_kafka_never_confirmed_is_sent_by_the_next_process(settings: Settings) -> None:
    away = AuditLog(Settings(kafka="127.0.0.1:9", data=settings.data), KEY, "api-away")
    await away.start()
    away.record(entry("crashed"))
    assert away.is_reliable
    await away.stop()

    after = AuditLog(settings, KEY, "api-next")
    await after.start()
    await confirmed(after)
    await after.stop()

    page = await AuditReader(settings, "test").page(AuditFilter(subject="crashed"), limit=10)
    assert [one.writer for _, one in page.entries] == ["api-away"]
    assert list((settings.data / "audit").iterdir()) == []


async def test_a_damaged_file_of_an_ended_process_stops_no_start(settings: Settings) -> None:
    folder = settings.data / "audit"
    folder.mkdir()
    good = wire.encode(entry("behind-the-damage"))
    (folder / "api-crashed.jsonl").write_bytes(b"\0" * 40 + b"\n" + b"{}\n" + b"\xff\n" + good + b"\n")

    log = AuditLog(settings, KEY, f"api-{clock.fresh_id()}")
    await log.start()
    await confirmed(log)
    await log.stop()

    page = await AuditReader(settings, "test").page(AuditFilter(subject="behind-the-damage"), limit=10)
    assert len(page.entries) == 1


async def test_without_a_file_and_without_kafka_nothing_is_accepted(settings: Settings) -> None:
    (settings.data / "audit").write_text("not a folder", "utf-8")
    log = AuditLog(Settings(kafka="127.0.0.1:9", data=settings.data), KEY, "api-blind")
    await log.start()

    with pytest.raises(AuditUnavailable):
        log.record(entry("unseen"))
    await log.stop()


async def test_a_command_writes_its_entries_and_waits(settings: Settings) -> None:
    await write_entries(settings, KEY, [entry("by-command")], "cli-1")

    page = await AuditReader(settings, "test").page(AuditFilter(subject="by-command"), limit=10)
    assert len(page.entries) == 1
