"""The files of an export: what is written is read back, and anything else is noticed."""

from pathlib import Path

import pytest

from streams.backup.backup_key import BackupKey, new_salt
from streams.backup.documents import MANIFEST, PLAN, Manifest, Plan, Range, key_of, read, write
from streams.backup.faults import BadBackup
from streams.backup.parts import Digest, Record, check_files, name_of, read_part, stretch_of, write_part
from streams.store.record_decoders import QUIET_KEY
from streams.topics import DECISIONS

SECRET = "a secret of the tests, long enough"
RECORDS = [
    Record(7, 1_700_000_000_000, b"zone", b'{"id": 1}', (("ce_id", b"1"), ("empty", None))),
    Record(9, 1_700_000_000_001, None, None, ()),
]
STRETCH = Range(topic=DECISIONS.name, partition=3, first=7, end=12)


@pytest.fixture(scope="module")
def key() -> BackupKey:
    return BackupKey(SECRET, new_salt())


def plan(key: BackupKey) -> Plan:
    return Plan(
        id="e-1",
        version="0",
        lineage="one",
        begun_ms=1,
        salt=key.salt.hex(),
        check=key.check,
        settings={"partitions": "8"},
        cuts=(STRETCH,),
        groups=(),
    )


def test_a_part_is_read_as_it_was_written(tmp_path: Path, key: BackupKey) -> None:
    part = write_part(tmp_path, key, "e-1", STRETCH, RECORDS)

    assert read_part(tmp_path, key, "e-1", part.name) == RECORDS
    assert stretch_of(part.name) == ("decisions", 3, 7, 12)
    check_files(tmp_path, [part])


def test_nothing_of_a_record_stands_in_the_file(tmp_path: Path, key: BackupKey) -> None:
    secret = Record(0, 1, b"volunteer:v-1", b"name and phone" * 20, ())
    part = write_part(tmp_path, key, "e-1", STRETCH, [secret])

    content = (tmp_path / part.name).read_bytes()

    assert b"volunteer" not in content
    assert b"phone" not in content
    assert (tmp_path / part.name).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(lambda content: content[:-1], id="a byte less"),
        pytest.param(lambda content: content[: len(content) // 2], id="half of it"),
        pytest.param(lambda _: b"", id="nothing"),
        pytest.param(lambda content: content[:30] + bytes([content[30] ^ 1]) + content[31:], id="a bit"),
        pytest.param(lambda content: b"KMK2" + content[4:], id="its head"),
    ],
)
def test_a_damaged_part_is_noticed_with_and_without_the_key(tmp_path: Path, key: BackupKey, harm: object) -> None:
    part = write_part(tmp_path, key, "e-1", STRETCH, RECORDS)
    path = tmp_path / part.name
    path.write_bytes(harm(path.read_bytes()))  # type: ignore[operator]

    with pytest.raises(BadBackup, match=part.name):
        read_part(tmp_path, key, "e-1", part.name)
    with pytest.raises(BadBackup, match=part.name):
        check_files(tmp_path, [part])


def test_a_part_under_another_name_or_of_another_export_is_refused(tmp_path: Path, key: BackupKey) -> None:
    part = write_part(tmp_path, key, "e-1", STRETCH, RECORDS)
    other = name_of(Range(topic=DECISIONS.name, partition=4, first=7, end=12))
    (tmp_path / other).write_bytes((tmp_path / part.name).read_bytes())

    with pytest.raises(BadBackup):
        read_part(tmp_path, key, "e-1", other)
    with pytest.raises(BadBackup):
        read_part(tmp_path, key, "e-2", part.name)


def test_a_document_is_told_from_one_that_was_changed_and_a_wrong_key_from_a_damaged_file(
    tmp_path: Path, key: BackupKey
) -> None:
    path = tmp_path / PLAN
    write(path, plan(key), key)

    assert read(path, Plan, key_of(path, SECRET)) == plan(key)
    with pytest.raises(BadBackup, match="under another key"):
        key_of(path, SECRET + "!")
    path.write_text(path.read_text().replace('"end": 12', '"end": 11'))
    with pytest.raises(BadBackup, match="was changed after it was written"):
        read(path, Plan, key_of(path, SECRET))


def test_a_manifest_names_its_key_as_well(tmp_path: Path, key: BackupKey) -> None:
    path = tmp_path / MANIFEST
    made = Manifest(plan=plan(key), completed_ms=2, seconds=1.0, ranges=(STRETCH,), parts=())
    write(path, made, key)

    assert read(path, Manifest, key_of(path, SECRET)) == made
    with pytest.raises(BadBackup, match="under another key"):
        key_of(path, "another secret that is long enough")


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(BadBackup, match="16 at least"):
        BackupKey("short", new_salt())


def test_a_digest_counts_all_but_records_without_meaning() -> None:
    with_fillers, without = Digest(), Digest()
    with_fillers.add([RECORDS[0], Record(8, 1, QUIET_KEY.encode(), None, ()), RECORDS[1]])
    without.add(RECORDS)
    later = Digest()
    later.add([RECORDS[0]._replace(at_ms=0), RECORDS[1]])

    assert str(with_fillers) == str(without)
    assert str(later) != str(without)
