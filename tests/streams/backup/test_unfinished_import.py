"""An import that was broken off: nothing starts on half a log, whoever looks says so, and it goes on or begins anew."""

import asyncio
from pathlib import Path

import pytest
from kafka.admin import KafkaAdminClient

from streams import clock
from streams.backup import run, target
from streams.backup.faults import NotImportable
from streams.backup.importer import Imported, Importer
from streams.backup.parts import Record
from streams.cli.deployment_checks import topic_checks
from streams.kafka import topic_admin
from streams.kafka.topic_drift import UNFINISHED, told
from streams.local.check import Level
from streams.local.keys import ensure_jwt_keys, write_secret
from streams.local.stack_checks import kafka_topics
from streams.settings import Settings
from streams.topics import DECISIONS, INCIDENTS, TOPICS
from tests.support.backups import SECRET, log_of, made_export
from tests.support.cli import komek
from tests.support.desk import DATA_KEY
from tests.support.waiting import until

STARTS = ("worker", "api", "notifier", "assistant", "rebuild")
"""What would decide, or build a Redis, on half a log."""
AT_MS = clock.now_ms() - 3_600_000
"""What is older than its retention may be deleted again as soon as the import has ended."""
RECORDS = [Record(n, AT_MS + n, b"z", b"{}", ()) for n in range(5)]


class BrokenOffError(Exception):
    """In place of Ctrl-C, a crash, a full disk."""


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return made_export(tmp_path, {(DECISIONS.name, 2): (0, 5, RECORDS), (INCIDENTS.name, 2): (0, 5, RECORDS)})


@pytest.fixture
def half(empty: Settings, export: Path) -> Settings:
    """The settings of a Kafka with half of the import."""

    def break_off(_: str, done: int, __: int) -> None:
        # Once some of it is written.
        if done:
            raise BrokenOffError

    with pytest.raises(BrokenOffError):
        asyncio.run(importing(empty, export, break_off))
    return empty


async def importing(settings: Settings, export: Path, tell: object = lambda *_: None) -> Imported:
    opened = run.open_export(export, SECRET)
    return await Importer(settings, opened.folder, opened.manifest, opened.key, None, on_progress=tell).run()  # type: ignore[arg-type]


def environ(settings: Settings, folder: Path, redis_url: str) -> dict[str, str]:
    return {
        "KOMEK_KAFKA": settings.require_kafka(),
        "KOMEK_REDIS": redis_url,
        "KOMEK_DATA": str(folder),
        "KOMEK_DATA_KEY": DATA_KEY,
        "KOMEK_JWT_KEYS": str(ensure_jwt_keys(folder / "jwt-keys.json")),
    }


@pytest.mark.parametrize("process", STARTS)
def test_no_process_starts_on_half_a_log(half: Settings, tmp_path: Path, redis_url: str, process: str) -> None:
    said = komek(process, **environ(half, tmp_path, redis_url))

    assert said.returncode != 0
    assert said.stderr.count(UNFINISHED) == 1, said.stderr
    assert "komek import" in said.stderr


def test_applying_the_topics_changes_nothing_and_says_why(half: Settings, tmp_path: Path) -> None:
    before = topic_admin.check_topics(half)

    applied = komek("topics", "apply", KOMEK_KAFKA=half.require_kafka(), KOMEK_DATA=str(tmp_path))
    checked = komek("topics", "check", KOMEK_KAFKA=half.require_kafka(), KOMEK_DATA=str(tmp_path))

    assert (applied.returncode, checked.returncode) == (1, 1)
    assert UNFINISHED in applied.stderr
    assert "nothing was changed" in applied.stderr
    assert "Run the same `komek import` again" in applied.stderr
    assert checked.stdout.count(UNFINISHED) == 1
    assert topic_admin.check_topics(half) == before


@pytest.mark.parametrize("what", [(), ("--erasures",)])
def test_half_a_log_is_not_exported_as_if_it_were_whole(half: Settings, tmp_path: Path, what: tuple[str, ...]) -> None:
    backups, key = tmp_path / "backups", tmp_path / "key"
    write_secret(key, SECRET)

    said = komek("export", str(backups), "--key-file", str(key), *what, KOMEK_KAFKA=half.require_kafka())

    assert said.returncode == 1
    assert UNFINISHED in said.stderr
    assert list(backups.glob("*/plan.json")) == []


def test_the_doctor_says_it_of_a_machine_and_of_a_deployment(half: Settings) -> None:
    with topic_admin.connected(half) as admin:
        states = topic_admin.read_states(admin)

    here = kafka_topics(half)
    everywhere = [check for check in topic_checks(states, [], half) if check.level is Level.FAIL]

    assert here.level is Level.FAIL
    assert UNFINISHED in here.found
    assert "topics apply" not in here.cure
    assert [(check.name, check.found) for check in everywhere] == [("import", UNFINISHED)]


def test_repeated_it_goes_on_and_the_mark_goes_with_its_end(half: Settings, export: Path, tmp_path: Path) -> None:
    done = asyncio.run(importing(half, export))

    assert done.records == 2 * len(RECORDS)
    assert asyncio.run(log_of(half, DECISIONS.name))[2] == RECORDS
    assert topic_admin.check_topics(half) == []
    applied = komek("topics", "apply", KOMEK_KAFKA=half.require_kafka(), KOMEK_DATA=str(tmp_path))
    assert applied.returncode == 0, applied.stderr


def test_with_its_topics_deleted_it_begins_anew(half: Settings, export: Path) -> None:
    admin = KafkaAdminClient(bootstrap_servers=half.require_kafka())
    admin.delete_topics([topic.name for topic in TOPICS])
    until(lambda: not {topic.name for topic in TOPICS} & set(admin.list_topics()))
    admin.close()

    done = asyncio.run(importing(half, export))

    assert done.records == 2 * len(RECORDS)
    assert topic_admin.check_topics(half) == []


def test_half_an_import_whose_name_kafka_has_forgotten_is_still_half_an_import(half: Settings, export: Path) -> None:
    asyncio.run(target.mark(half, ""))

    with pytest.raises(NotImportable, match="of which export is not known any more"):
        asyncio.run(importing(half, export))

    assert UNFINISHED in told(topic_admin.check_topics(half))


def test_one_that_ended_is_not_written_once_more_over_what_came_since(empty: Settings, export: Path) -> None:
    """Killed between its end and the removal of its name."""
    asyncio.run(importing(empty, export))
    asyncio.run(target.mark(empty, f"{export.name} with erasures until 0"))

    with pytest.raises(NotImportable, match="was imported here already") as refused:
        asyncio.run(importing(empty, export))

    assert "leave them running" in refused.value.cure
    assert topic_admin.check_topics(empty) == []
