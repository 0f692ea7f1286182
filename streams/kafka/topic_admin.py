"""Reads topics from the broker, creates missing ones and alters configuration that differs (`topic_drift.py` compares).

Configuration may be altered because the change is reversible. Partitions and replicas are never changed here: with another number
of partitions, later commands of an incident go to another worker than earlier ones.
"""

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient
from kafka.errors import KafkaError, KafkaTimeoutError, for_code

from streams import clock
from streams.components import Component
from streams.errors import BrokerError
from streams.kafka import clients
from streams.kafka.broker_access import TIMEOUT_S, identity, unreachable_cure, wait_for_broker
from streams.kafka.reasons import kafka_reason
from streams.kafka.rights import require_rights
from streams.kafka.topic_drift import Cure, TopicDrift, TopicState, problems_of
from streams.settings import Settings
from streams.topics import SAME_PARTITIONS, TOPICS, Topic

REQUEST_WITHIN_MS = 10_000
# Error codes of the Kafka protocol.
_UNKNOWN_TOPIC = 3
_ALREADY_EXISTS = 36


class TopicResult(StrEnum):
    CREATED = "created"
    ALTERED = "altered"
    AS_STATED = "as stated"
    DIFFERS = "differs"  # harmless, left unchanged
    REFUSED = "refused"  # dangerous; an operator must act
    IMPORTING = "being imported"  # an import has not ended; nothing was changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What `apply_topics` did with one topic, and the topic's present state."""

    topic: str
    standing: TopicResult
    partitions: int
    replication: int
    kept: str
    notes: tuple[str, ...] = ()


def check_topics(
    settings: Settings, *, needs: Component | None = None, timeout_s: float = TIMEOUT_S
) -> list[TopicDrift]:
    """Differences that must be fixed before a worker or the API starts; empty when there are none.

    Waits up to `timeout_s` for a broker that is starting. With a broker that answers, the check takes about 50 ms. `needs`: this
    client must have the rights of that component.

    Raises:
        BrokerError: no broker answered in time, or it refuses this client; with `needs`, also when a right is missing.
    """
    with connected(settings, timeout_s=timeout_s) as admin:
        if needs is not None:
            require_rights(admin, settings, needs)
        states = read_states(admin)
    return [problem for problem in problems_of(states, settings) if problem.is_dangerous]


def apply_topics(settings: Settings, *, timeout_s: float = TIMEOUT_S) -> list[Row]:
    """Creates missing topics and alters configuration that differs. Idempotent.

    Changes nothing while an import has not ended: with the stated configuration processes would start on half a log.

    Raises:
        BrokerError: no broker answered in time, or it refused to create or alter.
    """
    with connected(settings, timeout_s=timeout_s) as admin:
        # Only differences are changed, so a repeat changes nothing.
        found = problems_of(read_states(admin), settings)
        if not any(problem.cure is Cure.END_IMPORT for problem in found):
            _create(admin, [problem.topic for problem in found if problem.cure is Cure.CREATE], settings)
            _alter(admin, [problem for problem in found if problem.cure is Cure.ALTER])
        # Read again: the rows show what the broker has now and not what was requested.
        left = problems_of(states := read_states(admin), settings)
    return [_row(topic, states[topic.name], found, left) for topic in TOPICS if topic.name in states]


def create_missing(settings: Settings) -> None:
    """Creates topics that are missing and leaves all others as they are. Raises BrokerError."""
    with connected(settings) as admin:
        found = problems_of(read_states(admin), settings)
        _create(admin, [problem.topic for problem in found if problem.cure is Cure.CREATE], settings)


@contextlib.contextmanager
def connected(settings: Settings, *, timeout_s: float = TIMEOUT_S) -> Iterator[KafkaAdminClient]:
    """Context manager: an admin client of the brokers in the settings.

    Raises:
        BrokerError: no broker answered in time; also in place of any `KafkaError` raised inside the block.
    """
    servers = settings.require_kafka()
    remaining_s = wait_for_broker(settings, timeout_s=timeout_s)
    try:
        admin = clients.admin(
            settings,
            "komek-topics",
            connect_within_ms=max(2000, int(remaining_s * 1000)),
            request_within_ms=REQUEST_WITHIN_MS,
        )
    except KafkaError as error:
        raise BrokerError(
            f"Kafka at {servers} does not answer: {kafka_reason(error)}", unreachable_cure(servers)
        ) from error
    try:
        yield admin
    except KafkaTimeoutError as error:
        raise BrokerError(f"Kafka at {servers} did not answer in time", unreachable_cure(servers)) from error
    except KafkaError as error:
        raise BrokerError(
            f"Kafka at {servers} refused {identity(settings)}: {kafka_reason(error)}",
            "`komek topics acls` shows what each component must be allowed.",
        ) from error
    finally:
        admin.close()


def read_states(admin: KafkaAdminClient) -> dict[str, TopicState]:
    """State of Komek's topics by name; topics that do not exist are left out.

    Raises:
        KafkaError: no answer, or a refusal.
    """
    names = [topic.name for topic in TOPICS]
    described = {entry["name"]: entry for entry in admin.describe_topics(names)}
    present = [name for name in names if described[name]["error_code"] != _UNKNOWN_TOPIC]
    for name in present:
        if described[name]["error_code"]:
            # Any other code is a refusal; only a missing topic can be cured here.
            raise for_code(described[name]["error_code"])(name)
    configs = _read_configs(admin, present)
    return {name: _state(described[name], configs.get(name, {})) for name in present}


def partitions_behind(admin: KafkaAdminClient) -> list[str]:
    """Partitions of Komek's topics with a replica that is not in sync, as `topic-number`.

    Raises:
        KafkaError: no answer, or a refusal.
    """
    return [
        f"{entry['name']}-{part['partition_index']}"
        for entry in admin.describe_topics([topic.name for topic in TOPICS])
        for part in entry["partitions"]
        if len(part["isr_nodes"]) < len(part["replica_nodes"])
    ]


def _create(admin: KafkaAdminClient, names: Sequence[str], settings: Settings) -> None:
    if not names:
        return
    wanted = {
        topic.name: {
            "num_partitions": topic.partition_count(settings),
            "replication_factor": settings.replication,
            "configs": topic.config(settings),
        }
        for topic in TOPICS
        if topic.name in names
    }
    answer = admin.create_topics(wanted, raise_errors=False)
    for entry in answer["topics"]:
        # Another process may have created it since `read_states`; then the topic is only compared.
        if entry["error_code"] not in (0, _ALREADY_EXISTS):
            raise BrokerError(
                f"Kafka did not create {entry['name']}: {entry['error_message']}",
                "Check KOMEK_REPLICATION and KOMEK_MIN_INSYNC against the number of brokers, and this client's ACLs.",
            )
    admin.wait_for_topics(list(wanted))


def _alter(admin: KafkaAdminClient, problems: Sequence[TopicDrift]) -> None:
    wanted: dict[str, dict[str, str]] = {}
    for problem in problems:
        if problem.config:
            name, value = problem.config
            wanted.setdefault(problem.topic, {})[name] = value
    if wanted:
        set_configs(admin, wanted)


def set_configs(admin: KafkaAdminClient, wanted: Mapping[str, Mapping[str, str]]) -> None:
    """Sets these configurations of topics, and waits until brokers tell them. Raises BrokerError, KafkaError."""
    answer = admin.alter_configs(
        [ConfigResource(ConfigResourceType.TOPIC, topic, dict(config)) for topic, config in wanted.items()]
    )
    for topic, result in answer["topic"].items():
        if result != "OK":
            raise BrokerError(f"Kafka did not alter {topic}: {result}", "Check the ACLs of this client.")
    _await_configs(admin, wanted)


def _await_configs(admin: KafkaAdminClient, wanted: Mapping[str, Mapping[str, str]]) -> None:
    """Brokers apply an altered configuration some milliseconds after the controller accepted it."""
    deadline = clock.monotonic_s() + REQUEST_WITHIN_MS / 1000
    while clock.monotonic_s() < deadline:
        held = _read_configs(admin, list(wanted))
        if all(held[topic].get(name) == value for topic, config in wanted.items() for name, value in config.items()):
            return
        time.sleep(0.05)


def _read_configs(admin: KafkaAdminClient, names: Sequence[str]) -> dict[str, dict[str, str]]:
    if not names:
        return {}
    asked = [ConfigResource(ConfigResourceType.TOPIC, name, None) for name in names]
    answer = admin.describe_configs(asked, config_filter="all")
    return {
        topic: {name: entry["value"] for name, entry in config.items()} for topic, config in answer["topic"].items()
    }


def _state(described: Mapping[str, Any], config: Mapping[str, str]) -> TopicState:
    partitions = described["partitions"]
    return TopicState(
        name=described["name"],
        partitions=len(partitions),
        # Partitions may differ; the least replicated one decides how safe the topic is.
        replication=min((len(partition["replica_nodes"]) for partition in partitions), default=0),
        config=config,
    )


def _row(topic: Topic, state: TopicState, found: Sequence[TopicDrift], left: Sequence[TopicDrift]) -> Row:
    before = [problem for problem in found if problem.topic == topic.name]
    after = [problem for problem in left if problem.topic == topic.name]
    return Row(
        topic=topic.name,
        standing=_standing(topic, before, after),
        partitions=state.partitions,
        replication=state.replication,
        kept=_kept(state.config),
        notes=tuple(f"{problem.what}: {problem.advice}" for problem in after)
        or tuple(f"was: {problem.what}" for problem in before if problem.cure is Cure.ALTER),
    )


def _standing(topic: Topic, before: Sequence[TopicDrift], after: Sequence[TopicDrift]) -> TopicResult:
    if any(problem.cure is Cure.END_IMPORT for problem in after):
        return TopicResult.IMPORTING
    if any(problem.is_dangerous or topic in SAME_PARTITIONS for problem in after):
        return TopicResult.REFUSED
    if after:
        return TopicResult.DIFFERS
    cures = {problem.cure for problem in before}
    if Cure.CREATE in cures:
        return TopicResult.CREATED
    return TopicResult.ALTERED if Cure.ALTER in cures else TopicResult.AS_STATED


def _kept(config: Mapping[str, str]) -> str:
    if "compact" in config.get("cleanup.policy", ""):
        return "newest of each key"
    hours = int(config.get("retention.ms", "0")) // 3_600_000
    if hours < 0:
        return "for ever"
    return f"{hours // 24} d" if hours % 24 == 0 else f"{hours} h"
