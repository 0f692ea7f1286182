"""Checks of the versions of Kafka and Redis, as the servers themselves state them. Each raises nothing."""

from collections.abc import Iterator

import redis

from streams.errors import BrokerError
from streams.kafka import topic_admin
from streams.local import jars
from streams.local.check import Check, ok, warn
from streams.local.security_releases import (
    AS_OF,
    KAFKA,
    REDIS,
    Fixes,
    Version,
    dotted,
    fault_of,
    least_of,
    version_of,
)
from streams.local.stackfile import StackFile
from streams.settings import Settings, SettingsError
from streams.store.redis_connections import blocking_client
from streams.store.redis_target import target_of

ANSWER_WITHIN_S = 3.0


def version_checks(settings: Settings, stack: StackFile | None) -> Iterator[Check]:
    """`settings`: of the servers to ask. Servers that do not answer are left to the other checks."""
    if settings.kafka is not None:
        if stack is not None and "kafka" in stack.processes:
            # Started from these jars: more exact than what the protocol tells.
            yield release(KAFKA, version_of(jars.kafka_version()))
        elif series := _kafka_series(settings):
            yield release(KAFKA, series)
    if settings.redis is not None and (version := _redis_version(settings)):
        yield release(REDIS, version)


def release(fixes: Fixes, version: Version) -> Check:
    """Whether a server has the security fixes. A version of two numbers is a series whose release is unknown."""
    name = f"{fixes.product} release"
    if fault := fault_of(fixes, version):
        return warn(name, fault, f"Update {fixes.product}; until then let nobody reach it but Komek.")
    least = least_of(fixes, version) if len(version) < 3 else None
    if least:
        return ok(name, f"{dotted(version)}.x; its release is not told, security fixes need {least} or newer")
    return ok(name, f"{dotted(version)} has the security fixes known on {AS_OF}")


def _kafka_series(settings: Settings) -> Version | None:
    """The series of a broker by the versions of its API: Kafka's protocol has no version of the server."""
    try:
        with topic_admin.connected(settings, timeout_s=ANSWER_WITHIN_S) as admin:
            brokers = admin.describe_cluster()["brokers"]
            told = [admin.get_broker_version_data(broker["broker_id"]).broker_version for broker in brokers]
    except (BrokerError, LookupError, TypeError):
        return None
    return min((tuple(version[:2]) for version in told), default=None)


def _redis_version(settings: Settings) -> Version | None:
    try:
        with blocking_client(target_of(settings), timeout_s=ANSWER_WITHIN_S) as client:
            return version_of(str(client.info("server")["redis_version"]))
    except (redis.RedisError, OSError, KeyError, SettingsError):
        return None
