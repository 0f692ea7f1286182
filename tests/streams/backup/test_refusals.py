"""What is not imported, and what the commands say."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from typer.testing import CliRunner

from streams.backup import run
from streams.backup.faults import BadBackup, NotImportable
from streams.backup.importer import Importer
from streams.cli.main import app
from streams.kafka import topic_admin
from streams.settings import Settings, load
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

        with pytest.raises(NotImportable, match=r"not empty: komek.incidents.v1 has had 1 records"):
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
    secret.write_text(SECRET + "\n")
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
    secret.write_text(SECRET)
    other.write_text("another secret that is long enough")
    kafka = empty.require_kafka()

    wrong = _komek(kafka, "import", str(folder), "--key-file", str(other), "--check")
    unlisted = _komek(kafka, "import", str(folder), "--key-file", str(secret))
    without_keys = _komek(kafka, "import", str(folder), "--key-file", str(secret), "--keys-to", str(tmp_path / "keys"))

    assert "under another key" in str(wrong.exception)
    assert "erasures-made.sealed cannot be read" in str(unlisted.exception)
    assert "holds no keys" in str(without_keys.exception)
    assert "no key of the backups" in str(_komek(kafka, "export", str(folder)).exception)
    assert "no folder of exports" in str(_komek(kafka, "export").exception)
