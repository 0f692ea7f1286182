"""An import that was broken off: nothing starts on half a log, whoever looks says so, and it goes on or begins anew."""

import asyncio
from pathlib import Path

import pytest
from kafka.admin import KafkaAdminClient

import dispatch.plans
import streams.cli
from streams import clock
from streams.backup import run, target
from streams.backup.faults import NotImportable
from streams.backup.importer import Imported, Importer
from streams.backup.parts import Record
from streams.cli.server_checks import topic_checks
from streams.kafka import topic_admin
from streams.kafka.topic_drift import UNFINISHED, told
from streams.local.check import Level
from streams.local.keys import ensure_jwt_keys, write_secret
from streams.local.stack_checks import kafka_topics
from streams.settings import Settings
from streams.topics import DECISIONS, INCIDENTS, KEYS, PLANS, TOPICS
from tests.support.backups import SECRET, ends_of, log_of, made_export
from tests.support.cli import komek
from tests.support.desk import DATA_KEY
from tests.support.waiting import until

CLI = Path(streams.cli.__file__).parent
BOOK = Path(dispatch.plans.__file__).parent / "builtin.toml"
STARTS = ("worker", "api", "notifier", "assistant", "rebuild")
"""What would decide, or build a Redis, on half a log."""
COMMANDS = (
    ("board", "--print"),
    ("keys", "list"),
    ("keys", "add"),
    ("dead-letters", "list"),
    ("dead-letters", "replay", "--all"),
    ("audit", "verify"),
    ("plans", "apply", str(BOOK)),
    ("shadow",),
    ("retention", "check"),
    ("replay", "{calls}", "--through", "kafka"),
    ("replay-log", "--from", "2026-01-01T00:00:00Z"),
    ("webhooks", "list"),
    ("webhooks", "letters", "crm"),
    ("webhooks", "replay", "crm"),
    ("webhooks", "resume", "crm"),
)
"""What shows half a log as if it were whole, or writes between the records of the import."""
FOR_OTHER_THINGS = {
    "api": "a process; it looks at its topics itself",
    "assistant": "a process; it looks at its topics itself",
    "card": "its orders go to the API",
    "cap_setup": "its orders go to the API",
    "client": "the API",
    "context": "the settings themselves",
    "dead_letters": "after the letters, which were read from a whole log",
    "export": "looks itself: `target.require_whole`",
    "import_export": "the import itself",
    "keys": "`vapid`: a file of this machine",
    "notifier": "a process; it looks at its topics itself",
    "replay_log": "of an export",
    "token": "a file of this machine",
    "topics": "the topics themselves, and users",
    "webhooks": "`check`: a file of this machine",
    "worker": "a process; it looks at its topics itself",
}
"""Modules of commands that take settings without a look at the topics, and what for."""
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


def test_no_command_shows_or_changes_half_a_log(half: Settings, tmp_path: Path, redis_url: str) -> None:
    before = (
        topic_admin.check_topics(half),
        asyncio.run(ends_of(half, KEYS.name)),
        asyncio.run(ends_of(half, PLANS.name)),
    )
    calls, here = tmp_path / "calls.csv", environ(half, tmp_path, redis_url)
    calls.write_text("time,lat,lon,type\n2026-11-01T00:00:00Z,43.2,76.9,fire\n")

    said = {command: komek(*(word.format(calls=calls) for word in command), **here) for command in COMMANDS}

    for command, one in said.items():
        assert (one.returncode, one.stdout, one.stderr.count(UNFINISHED)) == (1, "", 1), (
            command,
            one.stdout,
            one.stderr,
        )
        assert "komek import" in one.stderr, command
    assert before == (
        *(topic_admin.check_topics(half), asyncio.run(ends_of(half, KEYS.name))),
        asyncio.run(ends_of(half, PLANS.name)),
    )


def test_a_command_that_reads_or_writes_the_log_looks_whether_it_is_whole() -> None:
    unlooked = {path.stem for path in CLI.glob("*.py") if "settings_here()" in path.read_text("utf-8")}

    assert unlooked == set(FOR_OTHER_THINGS)


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
