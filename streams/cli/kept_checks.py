"""Checks of `komek doctor --deployment`: whether data is kept as long as stated, and whether the keys are there that open it."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence

from aiokafka.errors import KafkaError

from streams import clock
from streams.errors import BrokerError, LogUnavailable
from streams.kafka import topic_admin
from streams.kafka.log_reader import LogReader
from streams.kafka.reasons import kafka_reason
from streams.kafka.topic_drift import TopicState, problems_of
from streams.local.check import Check, fail, ok, warn
from streams.monitoring.retention_check import TooOld, oldest_records
from streams.readers.key_log import KeyLog
from streams.ring import KeyRing, KeyUse, LiveRing
from streams.ring.declared_keys import DeclaredKeys
from streams.settings import Settings, SettingsError
from streams.tokens import BadKeys, load_keys
from streams.topics import TOPICS, Topic

WITHIN_S = 15.0
CLIENT = "komek-doctor"
_KEEPING = frozenset({"retention.ms", "cleanup.policy", "segment.ms", "max.compaction.lag.ms", "delete.retention.ms"})
"""Configuration of a topic that says how long a record is kept."""
_RETENTION_CURE = (
    "Run `komek topics apply`. What is too old all the same: look at the brokers' log cleaner; `komek retention check`."
)


def retention_checks(settings: Settings) -> Iterator[Check]:
    """Whether the topics are to keep what is stated, and their oldest records are no older. Reads a record of each partition."""
    if settings.kafka is None:
        return
    try:
        with topic_admin.connected(settings, timeout_s=WITHIN_S) as admin:
            states = topic_admin.read_states(admin)
        # One that is missing is a finding of its own.
        old, unread = asyncio.run(_oldest(settings, [topic for topic in TOPICS if topic.name in states]))
    except (BrokerError, LogUnavailable) as error:
        yield fail("retention", f"it cannot be looked at: {error}", "Check KOMEK_KAFKA and the rights of this user.")
        return
    yield retention(states, settings, old, unread)


def retention(
    states: Mapping[str, TopicState], settings: Settings, old: Sequence[TooOld], unread: Sequence[Topic]
) -> Check:
    drifts = [drift for drift in problems_of(states, settings) if drift.config and drift.config[0] in _KEEPING]
    wrong = [
        *(f"{drift.topic}: {drift.what}" for drift in drifts),
        *(f"{one.place}: its oldest record is {_hours(one.age_s)}, allowed {_hours(one.limit_s)}" for one in old),
    ]
    if wrong:
        more = f"; and {len(wrong) - 3} more" if len(wrong) > 3 else ""
        return fail("retention", "; ".join(wrong[:3]) + more, _RETENTION_CURE)
    kept = sum(topic.name in states for topic in TOPICS)
    left = f", without {', '.join(topic.name for topic in unread)}, which this user may not read" if unread else ""
    return ok(
        "retention",
        f"{kept} topics keep what is stated, and no record is too old{left}",
    )


async def _oldest(settings: Settings, topics: Sequence[Topic]) -> tuple[list[TooOld], list[Topic]]:
    reader = LogReader(settings, CLIENT)
    try:
        await reader.start()
        return await oldest_records(reader, clock.now_ms(), topics)
    except (KafkaError, TimeoutError) as error:
        raise LogUnavailable(f"the log cannot be read: {kafka_reason(error)}") from error
    finally:
        await reader.stop()


def _hours(seconds: int | None) -> str:
    return f"{(seconds or 0) / 3600:.0f} h"


def token_keys(settings: Settings) -> Check:
    """Whether the keys that sign tokens can be used, and by their owner only."""
    name = "token keys"
    if settings.jwt_keys is None:
        return warn(name, "not looked at: KOMEK_JWT_KEYS is not set", "Set it to the file of the operator.")
    try:
        keys = load_keys(settings.jwt_keys)
    except BadKeys as error:
        return fail(name, str(error), "Correct the file of KOMEK_JWT_KEYS; the API keeps those it has until then.")
    if keys.warnings:
        # The API starts nevertheless: whoever can read the key signs tokens of any role, and a stop helps nobody.
        return fail(name, "; ".join(keys.warnings), "Let nobody but their owner read them, and make new ones.")
    return ok(name, f"{len(keys.kids)} of them verify")


def data_key_checks(settings: Settings) -> Iterator[Check]:
    """Whether the ring of this shell has every key that the deployment uses."""
    if settings.data_keys is None and settings.data_key is None:
        yield warn(
            "data keys",
            "no ring is set here: it is not known whether there is a copy of each key",
            "Set KOMEK_DATA_KEYS to the operator's copy of the ring.",
        )
        return
    try:
        ring = LiveRing.of(settings)
        declared = asyncio.run(_declared(settings, ring))
    except SettingsError as error:
        yield fail(
            "data keys", str(error), "Put a whole copy of the ring there: without it nothing private can be read."
        )
        return
    except LogUnavailable as error:
        yield fail(
            "data keys", f"what is declared cannot be read: {error}", "Check KOMEK_KAFKA and this user's rights."
        )
        return
    yield data_keys(declared, ring.now)


def data_keys(declared: DeclaredKeys, ring: KeyRing) -> Check:
    if problems := declared.lacking(ring, KeyUse):
        return fail("data keys", "; ".join(problems), "Take the newest copy of the ring; `komek keys list` compares.")
    if lonely := [use for use in KeyUse if ring.readers(use) and not declared.active(use)]:
        return warn("data keys", f"no {', '.join(lonely)} key is declared yet", "Start the API: it declares them.")
    return ok("data keys", f"all {len(declared.keys)} that the deployment has declared are in this ring")


async def _declared(settings: Settings, ring: LiveRing) -> DeclaredKeys:
    """What is declared now; declares nothing."""
    log = KeyLog(settings, CLIENT, ring)
    try:
        return await log.read_to_end()
    except (KafkaError, TimeoutError) as error:
        raise LogUnavailable(f"keys: {kafka_reason(error)}") from error
    finally:
        await log.stop()
