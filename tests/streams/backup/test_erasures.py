"""The list of what must not come back: what it covers, and what it says of an export."""

from pathlib import Path

import pytest

from streams.backup.documents import Manifest, Plan, Range
from streams.backup.erasures import Covered, Erased, ErasureList, _pruned, read, write
from streams.backup.faults import BadBackup
from streams.topics import DECISIONS, PRIVATE

SECRET = "a secret of the tests, long enough"


def manifest(end: int, lineage: str = "one") -> Manifest:
    plan = Plan(id="e-1", version="0", lineage=lineage, begun_ms=1, salt="", check="", settings={}, cuts=(), groups=())
    ranges = (
        Range(topic=PRIVATE.name, partition=0, first=0, end=end),
        Range(topic=DECISIONS.name, partition=0, first=0, end=99),
    )
    return Manifest(plan=plan, completed_ms=2, seconds=1.0, ranges=ranges, parts=())


def erased(offset: int, key: bytes = b"volunteer:v-1", value: bytes | None = None) -> Erased:
    return Erased(PRIVATE.name, 0, offset, offset * 10, key, value)


def known(*entries: Erased, first: int = 10, end: int = 20, lineage: str = "one") -> ErasureList:
    covered = (Covered(PRIVATE.name, 0, first, end),)
    return ErasureList(lineage=lineage, since_ms=0, until_ms=1_000, covered=covered, entries=entries)


@pytest.mark.parametrize(
    ("end", "is_covered"),
    [
        (9, False),  # what was erased between the export and the beginning of the list is not in it
        (10, True),
        (20, True),
        (21, False),  # the list is older than the export
    ],
)
def test_a_list_must_reach_back_to_the_export(end: int, is_covered: bool) -> None:
    assert (known().lacks(manifest(end)) is None) is is_covered


def test_the_list_of_another_deployment_says_nothing() -> None:
    assert known().lacks(manifest(10, lineage="two")) == "it is the list of another deployment"


def test_only_what_came_after_the_export_counts_and_the_last_of_each() -> None:
    of_others = erased(13, b"volunteer:v-2")
    made = known(erased(11), erased(12), of_others, erased(15, value=b"{}"))

    assert made.after(manifest(12)) == {
        (PRIVATE.name, 0): {b"volunteer:v-1": erased(15, value=b"{}"), b"volunteer:v-2": of_others}
    }


def test_what_is_dropped_is_no_longer_covered() -> None:
    made = _pruned(known(erased(11), erased(15)), before_ms=120)

    assert made.entries == (erased(15),)
    assert made.lacks(manifest(11)) is not None
    assert made.lacks(manifest(12)) is None


def test_it_is_sealed_and_a_wrong_key_or_another_deployment_cannot_open_it(tmp_path: Path) -> None:
    path = tmp_path / "erasures.sealed"
    write(path, SECRET, known(erased(11)))

    assert read(path, SECRET, "one") == known(erased(11))
    assert b"volunteer" not in path.read_bytes()
    for secret, lineage in ((SECRET + "!", "one"), (SECRET, "two")):
        with pytest.raises(BadBackup, match="cannot be opened"):
            read(path, secret, lineage)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(BadBackup, match="cannot be opened"):
        read(path, SECRET, "one")
