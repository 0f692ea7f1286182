"""The archive of Kafka's classes: a cache that fits what it was made of, and that nothing depends on."""

import fcntl
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from streams.local import class_archive, kafka_node
from streams.local.kafka_node import Java, Node


@pytest.fixture
def java(tmp_path: Path) -> Java:
    """A JRE of another release than any, with two jars."""
    (tmp_path / "jre" / "bin").mkdir(parents=True)
    (tmp_path / "jre" / "release").write_text('JAVA_VERSION="25"')
    jars = [tmp_path / name for name in ("one.jar", "two.jar")]
    for jar in jars:
        jar.write_bytes(b"classes")
    return Java(java=tmp_path / "jre" / "bin" / "java", class_path=os.pathsep.join(map(str, jars)))


def test_an_archive_belongs_to_one_jre_and_its_jars(java: Java, tmp_path: Path) -> None:
    first = class_archive.archive_of(java, tmp_path)
    (tmp_path / "two.jar").write_bytes(b"other classes")
    other_jars = class_archive.archive_of(java, tmp_path)
    (tmp_path / "jre" / "release").write_text('JAVA_VERSION="26"')
    other_jre = class_archive.archive_of(java, tmp_path)

    assert len({first, other_jars, other_jre}) == 3


def test_none_is_found_before_it_is_made_or_without_jars(java: Java, tmp_path: Path) -> None:
    before = class_archive.found(java, tmp_path)
    class_archive.archive_of(java, tmp_path).touch()
    made = class_archive.found(java, tmp_path)
    (tmp_path / "one.jar").unlink()

    assert before is None
    assert made is not None
    assert class_archive.found(java, tmp_path) is None


def test_it_is_not_made_twice(java: Java, tmp_path: Path) -> None:
    with (tmp_path / "archive.lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert not class_archive.make(java, tmp_path)
    class_archive.archive_of(java, tmp_path).touch()

    assert not class_archive.make(java, tmp_path)


def test_a_broken_one_is_a_warning_and_java_runs(kafka_parts: Java, tmp_path: Path) -> None:
    broken = tmp_path / "broken.aot"
    broken.write_bytes(os.urandom(100_000))
    node = Node(node_id=1, broker_port=1, controller_port=2, folder=tmp_path)
    program, *options = kafka_node.command(replace(kafka_parts, archive=broken), node)[:-2]

    done = subprocess.run([program, *options, "-version"], capture_output=True, text=True, timeout=300, check=False)

    assert f"-XX:AOTCache={broken}" in options
    assert done.returncode == 0, done.stdout + done.stderr
