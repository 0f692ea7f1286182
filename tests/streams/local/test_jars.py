"""The jars of the local Kafka: pinned, fetched once, repaired."""

import hashlib
import re
from dataclasses import replace
from pathlib import Path

import pytest

from streams.local.errors import Unobtainable
from streams.local.jars import Jar, cache_folder, class_path, ensure, missing, pinned


def a_jar(name: str) -> Jar:
    content = name.encode()
    return Jar(
        group="org.example",
        artifact=name,
        version="1.0",
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
    )


class Central:
    """Stands in for Maven Central: a jar's content is its name."""

    def __init__(self, *, tampered: str = "") -> None:
        self.fetched: list[str] = []
        self._tampered = tampered

    def fetch(self, jar: Jar, cache: Path) -> None:
        self.fetched.append(jar.artifact)
        jar.within(cache).parent.mkdir(parents=True, exist_ok=True)
        jar.within(cache).write_text("something else" if jar.artifact == self._tampered else jar.artifact)


def ignore(_: Jar) -> None:
    return


JARS = [a_jar(name) for name in ("broker", "clients", "logging")]


def test_every_jar_is_pinned_by_version_and_sha256() -> None:
    jars = pinned()

    assert len(jars) == 46
    assert len({(jar.group, jar.artifact) for jar in jars}) == 46
    assert all(re.fullmatch(r"[0-9a-f]{64}", jar.sha256) for jar in jars)
    assert {jar.version for jar in jars if jar.group == "org.apache.kafka"} == {"4.3.0"}
    assert "log4j-slf4j-impl" in {jar.artifact for jar in jars}, "without it Kafka logs nothing"


def test_an_empty_cache_is_filled_and_each_jar_is_reported(tmp_path: Path) -> None:
    central, reported = Central(), list[str]()

    ensure(JARS, tmp_path, fetch=central.fetch, progress=lambda jar: reported.append(jar.artifact))

    assert missing(JARS, tmp_path) == []
    assert sorted(central.fetched) == sorted(reported) == ["broker", "clients", "logging"]


def test_a_full_cache_fetches_nothing(tmp_path: Path) -> None:
    ensure(JARS, tmp_path, fetch=Central().fetch, progress=ignore)
    central = Central()

    ensure(JARS, tmp_path, fetch=central.fetch, progress=ignore)

    assert central.fetched == []


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda path: path.write_text("brok"), id="cut short"),
        pytest.param(lambda path: path.write_text("brOker"), id="a byte changed"),
        pytest.param(lambda path: path.write_text(""), id="emptied"),
        pytest.param(lambda path: path.unlink(), id="deleted"),
    ],
)
def test_a_damaged_jar_alone_is_fetched_again(damage: object, tmp_path: Path) -> None:
    ensure(JARS, tmp_path, fetch=Central().fetch, progress=ignore)
    assert callable(damage)
    damage(JARS[0].within(tmp_path))
    central = Central()

    ensure(JARS, tmp_path, fetch=central.fetch, progress=ignore)

    assert central.fetched == ["broker"]
    assert missing(JARS, tmp_path) == []


def test_a_jar_that_is_not_what_was_pinned_is_refused_and_not_kept(tmp_path: Path) -> None:
    with pytest.raises(Unobtainable, match="the SHA-256 of org.example:clients:1.0 differs"):
        ensure(JARS, tmp_path, fetch=Central(tampered="clients").fetch, progress=ignore)

    assert not JARS[1].within(tmp_path).exists()


def test_a_failed_fetch_names_the_jar_and_the_cure(tmp_path: Path) -> None:
    def unreachable(jar: Jar, cache: Path) -> None:
        raise OSError(f"no route for {jar.artifact} to {cache.name}")

    with pytest.raises(Unobtainable, match="cannot fetch org.example:") as caught:
        ensure(JARS, tmp_path, fetch=unreachable, progress=ignore)

    assert "KOMEK_KAFKA" in caught.value.cure


def test_the_cache_is_where_the_xdg_specification_says() -> None:
    usual = Path.home() / ".cache" / "komek" / "jars"

    assert cache_folder({"XDG_CACHE_HOME": "/somewhere/cache"}) == Path("/somewhere/cache/komek/jars")
    assert cache_folder({}) == usual
    assert cache_folder({"XDG_CACHE_HOME": "relative"}) == usual


def test_the_class_path_names_each_jar_once(tmp_path: Path) -> None:
    twice = [JARS[0], replace(JARS[1], artifact="other")]

    assert class_path(twice, tmp_path).split(":") == [str(jar.within(tmp_path)) for jar in twice]
