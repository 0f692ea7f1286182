"""What a client may do, as the brokers tell it, compared with what its component needs (`access_rules.py`)."""

from collections.abc import Collection, Mapping, Sequence
from typing import TypeAlias

from kafka.admin import KafkaAdminClient
from kafka.errors import GroupAuthorizationFailedError, KafkaError

from streams.components import Component
from streams.errors import BrokerError
from streams.kafka.access_rules import GROUP_RULES, TOPIC_RULES, Resource, Right, rights_of
from streams.kafka.broker_access import identity
from streams.settings import Settings

_TOPIC_DENIED = 29
"""Error code of the Kafka protocol."""

SHOWN = 6
"""A message names so many missing rights: without any ACL there are dozens."""

Held: TypeAlias = Mapping[tuple[Resource, str], Collection[str]]
"""The operations that a client may do, by resource."""


def require_rights(admin: KafkaAdminClient, settings: Settings, component: Component) -> None:
    """Returns when this client may do what the component needs.

    Raises:
        BrokerError: rights are missing; the message names them.
        KafkaError: no answer.
    """
    missing = missing_rights(held_rights(admin), component)
    if missing:
        raise BrokerError(
            f"Kafka at {settings.kafka} does not let {identity(settings)} do what {component} needs: "
            + _listed(missing),
            f"Check that this is the user of {component}; `komek topics acls --apply`, run as an administrator, grants it.",
        )


def _listed(missing: Sequence[Right]) -> str:
    first = ", ".join(map(str, missing[:SHOWN]))
    return first if len(missing) <= SHOWN else f"{first} and {len(missing) - SHOWN} more"


def missing_rights(held: Held, component: Component) -> list[Right]:
    """In the order of the table. A resource that is not in `held` misses nothing."""
    return [
        right
        for right in rights_of(component)
        if (allowed := held.get((right.resource, right.name))) is not None and right.operation not in allowed
    ]


def held_rights(admin: KafkaAdminClient) -> Held:
    """What this client may do with the topics and groups of Komek, without those that cannot be described now.

    Raises:
        KafkaError: no answer.
    """
    return {**_on_topics(admin), **_on_groups(admin)}


def _on_topics(admin: KafkaAdminClient) -> dict[tuple[Resource, str], Collection[str]]:
    found: dict[tuple[Resource, str], Collection[str]] = {}
    for entry in admin.describe_topics([rule.topic.name for rule in TOPIC_RULES]):
        if entry["error_code"] == _TOPIC_DENIED:
            found[Resource.TOPIC, entry["name"]] = frozenset()
        # Another error, such as a missing topic, is a matter of `check_topics`. Brokers before 2.3 do not tell the operations.
        elif not entry["error_code"] and entry.get("authorized_operations") is not None:
            found[Resource.TOPIC, entry["name"]] = frozenset(entry["authorized_operations"])
    return found


def _on_groups(admin: KafkaAdminClient) -> dict[tuple[Resource, str], Collection[str]]:
    found: dict[tuple[Resource, str], Collection[str]] = {}
    # One by one: a group without DESCRIBE fails the whole request.
    for rule in GROUP_RULES:
        try:
            described = admin.describe_groups([rule.group]).get(rule.group, {})
        except GroupAuthorizationFailedError:
            found[Resource.GROUP, rule.group] = frozenset()
        except KafkaError:
            continue  # the coordinator is not available yet: whoever uses the group will say so
        else:
            if described.get("authorized_operations") is not None:
                found[Resource.GROUP, rule.group] = frozenset(described["authorized_operations"])
    return found
