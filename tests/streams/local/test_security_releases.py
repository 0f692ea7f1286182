"""Servers below their security releases are named, by one dated table."""

import pytest

from streams.local import jars
from streams.local.security_releases import AS_OF, KAFKA, REDIS, Fixes, fault_of, version_of
from streams.local.version_checks import version_checks
from streams.settings import Settings


@pytest.mark.parametrize(
    ("fixes", "version", "fault"),
    [
        (REDIS, "8.2.8", None),
        (REDIS, "8.2.10", None),
        (REDIS, "8.2.3", "is below 8.2.8"),
        (REDIS, "7.4.9", "is below 7.4.10"),
        (REDIS, "6.2.14", "is below 6.2.23"),
        # A series that was given up, or never got the fixes.
        (REDIS, "7.0.15", "receives no security fixes any more"),
        (REDIS, "8.0.9", "receives no security fixes any more"),
        # Newer than the table: nothing is known against it.
        (REDIS, "8.10.0", None),
        (REDIS, "9.0.0", None),
        (KAFKA, "3.8.1", "receives no security fixes any more"),
        (KAFKA, "4.1.1", "is below 4.1.2"),
        # The protocol tells only the series: the release may be the newest.
        (KAFKA, "4.1", None),
        (KAFKA, "3.6", "receives no security fixes any more"),
    ],
)
def test_a_version_is_compared_within_its_series(fixes: Fixes, version: str, fault: str | None) -> None:
    found = fault_of(fixes, version_of(version))

    assert (found is None) == (fault is None)
    if fault is not None and found is not None:
        assert fault in found
        assert fixes.source in found


@pytest.mark.parametrize(
    ("text", "numbers"), [("8.2.3", (8, 2, 3)), ("7.4.0-v1", (7, 4, 0)), ("255.255.255", (255, 255, 255)), ("x", ())]
)
def test_versions_are_read_as_servers_write_them(text: str, numbers: tuple[int, ...]) -> None:
    assert version_of(text) == numbers


def test_the_pinned_kafka_has_the_fixes() -> None:
    assert fault_of(KAFKA, version_of(jars.kafka_version())) is None


def test_each_source_has_a_date_that_the_table_covers() -> None:
    assert max(KAFKA.date, REDIS.date) <= AS_OF


def test_servers_are_asked_for_their_version(kafka: str, redis_url: str) -> None:
    """By the settings alone, as for servers on other machines. Kafka's protocol tells the series."""
    releases = {check.name: check.found for check in version_checks(Settings(kafka=kafka, redis=redis_url), None)}

    assert releases["Kafka release"].startswith("4.")
    assert releases["Redis release"].startswith(("Redis ", "8.", "7."))


def test_servers_that_do_not_answer_are_left_to_other_checks() -> None:
    assert list(version_checks(Settings(kafka="127.0.0.1:1", redis="redis://127.0.0.1:1"), None)) == []
