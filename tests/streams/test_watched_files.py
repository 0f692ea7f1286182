"""Changes of files that are looked at again and again."""

import os
from pathlib import Path

from streams.watched_files import WatchedFiles


def test_a_change_is_reported_twice_and_then_no_more(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_bytes(b"one")
    files = WatchedFiles(file)
    assert [files.may_have_changed() for _ in range(3)] == [True, False, False]

    file.write_bytes(b"other")

    assert [files.may_have_changed() for _ in range(3)] == [True, True, False]


def test_a_write_that_leaves_the_metadata_as_they_are_is_met_by_the_look_after_a_change(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_bytes(b"one")
    files = WatchedFiles(file)
    while files.may_have_changed():
        pass
    file.write_bytes(b"other")
    assert files.may_have_changed()
    times = file.stat()

    file.write_bytes(b"third")
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))

    assert files.may_have_changed()


def test_a_file_that_is_removed_and_the_target_of_a_link_count_as_changes(tmp_path: Path) -> None:
    first, second, link = tmp_path / "first", tmp_path / "second", tmp_path / "link"
    first.write_bytes(b"same")
    second.write_bytes(b"same")
    link.symlink_to(first)
    files = WatchedFiles(link)
    while files.may_have_changed():
        pass

    link.unlink()
    assert files.may_have_changed()
    link.symlink_to(second)
    assert files.may_have_changed()
