"""What is not imported, and what the commands say."""

import asyncio
import inspect
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import redis
from aiokafka import AIOKafkaProducer
from typer.testing import CliRunner

from streams import redis_keys
from streams.backup import importer, run, target
from streams.backup.faults import BadBackup, NotImportable
from streams.backup.importer import Importer
from streams.cli import import_export
from streams.cli.errors import CommandFailed
from streams.cli.main import app
from streams.kafka import topic_admin
from streams.local.keys import write_secret
from streams.settings import Settings, load
from streams.store import RedisClient
from streams.store.restore import Restore
from streams.topics import INCIDENTS
from tests.support.backups import SECRET, made_export
from tests.support.desk import DATA_KEY


class TestRefusals:
    async def test_a_deployment_that_is_not_empty(self, empty: Settings, tmp_path: Path) -> None:
        await asyncio.to_thread(topic_admin.apply_topics, empty)
        producer = AIOKafkaProducer(bootstrap_servers=empty.require_kafka())
        await producer.start()
        await producer.send_and_wait(INCIDENTS.name, b"{}", key=b"z")
        await producer.stop()
        opened = run.open_export(made_export(tmp_path, {}), SECRET)

        with pytest.raises(NotImportable, match=r"not empty: komek.incidents.v1 has had 1 record"):
            await Importer(empty, opened.folder, opened.manifest, opened.key, None).run()
        # Nothing was changed.
        assert topic_admin.check_topics(empty) == []

    async def test_other_partitions(self, empty: Settings, tmp_path: Path) -> None:
        opened = run.open_export(made_export(tmp_path, {}), SECRET)

        with pytest.raises(NotImportable, match="has 4 partitions here and 8 in the export"):
            await Importer(replace(empty, partitions=4), opened.folder, opened.manifest, opened.key, None).run()

    async def test_a_damaged_file_before_anything_is_touched(self, empty: Settings, tmp_path: Path) -> None:
        folder = made_export(tmp_path, {})
        opened = run.open_export(folder, SECRET)
        path = folder / opened.manifest.parts[3].name
        path.write_bytes(path.read_bytes()[:-1])

        with pytest.raises(BadBackup, match="bytes of"):
            await Importer(empty, opened.folder, opened.manifest, opened.key, None).run()
        assert all(problem.what == "does not exist" for problem in topic_admin.check_topics(empty))


@pytest.mark.soak
def test_the_commands_carry_a_deployment_with_its_keys(kafka: str, empty: Settings, tmp_path: Path) -> None:
    topic_admin.apply_topics(load({"KOMEK_KAFKA": kafka}))
    backups, secret, keys = tmp_path / "backups", tmp_path / "key", tmp_path / "keys"
    write_secret(secret, SECRET + "\n")
    where = (str(backups), "--key-file", str(secret))

    made = _komek(kafka, "export", *where, "--with-keys", "--json")
    kept = _komek(kafka, "export", *where, "--erasures", "--json")
    unlocked = _komek(empty.require_kafka(), "import", *where, "--keys-to", str(keys))
    checked = _komek(empty.require_kafka(), "import", *where, "--check")
    done = _komek(empty.require_kafka(), "import", *where, "--json")
    again = _komek(empty.require_kafka(), "import", *where)

    assert (made.exit_code, kept.exit_code, unlocked.exit_code, checked.exit_code) == (0, 0, 0, 0)
    assert (keys / "data-key").read_text() == DATA_KEY
    assert json.loads(done.stdout)["records"] == sum(json.loads(made.stdout)["records"].values())
    assert "not empty" in str(again.exception)
    assert "komek_backup_bytes" in (backups / "komek_backups.prom").read_text()


def _komek(kafka: str, *arguments: str) -> Any:
    environ = {"KOMEK_KAFKA": kafka, "KOMEK_DATA_KEY": DATA_KEY}
    return CliRunner().invoke(app, list(arguments), env=environ)


def test_the_commands_say_what_is_wrong(empty: Settings, tmp_path: Path) -> None:
    folder = made_export(tmp_path, {})
    secret, other = tmp_path / "key", tmp_path / "other"
    write_secret(secret, SECRET)
    write_secret(other, "another secret that is long enough")
    kafka = empty.require_kafka()

    wrong = _komek(kafka, "import", str(folder), "--key-file", str(other), "--check")
    unlisted = _komek(kafka, "import", str(folder), "--key-file", str(secret))
    without_keys = _komek(kafka, "import", str(folder), "--key-file", str(secret), "--keys-to", str(tmp_path / "keys"))

    assert "under another key" in str(wrong.exception)
    assert "erasures-made.sealed cannot be read" in str(unlisted.exception)
    assert "holds no keys" in str(without_keys.exception)
    assert "no key of the backups" in str(_komek(kafka, "export", str(folder)).exception)
    assert "no folder of exports" in str(_komek(kafka, "export").exception)


def test_a_redis_in_use_is_left_as_it_is_and_said_to_be_in_use(empty: Settings, tmp_path: Path, redis_url: str) -> None:
    folder = made_export(tmp_path, {})
    secret = tmp_path / "key"
    write_secret(secret, SECRET)
    environ = {"KOMEK_KAFKA": empty.require_kafka(), "KOMEK_DATA_KEY": DATA_KEY, "KOMEK_REDIS": redis_url}
    asyncio.run(_made_ready(redis_url))

    with redis.Redis.from_url(redis_url) as other:
        other.set(redis_keys.incident("i-1"), "{}")
        keys = other.dbsize()
        done = CliRunner().invoke(
            app, ["import", str(folder), "--key-file", str(secret), "--without-erasures"], env=environ
        )

        assert other.dbsize() == keys
    assert isinstance(done.exception, CommandFailed)
    assert f"it holds {keys} keys, the state of another log, and " in str(done.exception)
    assert "connected" in str(done.exception)
    assert done.exception.cure.startswith("Leave it as it is")
    assert "FLUSH" not in done.exception.cure
    # Nothing was begun.
    assert all(problem.what == "does not exist" for problem in topic_admin.check_topics(empty))


async def _made_ready(url: str) -> None:
    link = RedisClient(url)
    restore = Restore(link, "test")
    await restore.acquire(10_000)
    assert await restore.mark_ready(await restore.this_run())
    await restore.release()
    await link.close()


def test_no_advice_deletes_what_a_deployment_may_use() -> None:
    """Of a deployment that is not known to be half an import, nothing is told to be deleted."""
    texts = [inspect.getsource(module) for module in (target, importer, import_export)]

    assert not [text for text in texts if re.search(r"FLUSH|[Ee]mpty it\b|or after its topics were deleted", text)]
