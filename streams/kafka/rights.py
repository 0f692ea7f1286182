"""What a client may do, as the brokers tell it, compared with what its component needs (`access_rules.py`)."""

import contextlib
import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
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
    groups = [right.name for right in rights_of(component) if right.resource is Resource.GROUP]
    # Only what it needs: a question about another group would be a denial in the broker's log.
    held = {**_on_topics(admin), **_on_groups(admin, groups)}
    if missing_rights(held, component):
        raise missing(held, settings, component)


def missing(held: Held, settings: Settings, component: Component) -> BrokerError:
    """The error that names what the component lacks."""
    return BrokerError(
        f"Kafka at {settings.kafka} does not let {identity(settings)} do what {component} needs: "
        + listed(missing_rights(held, component)),
        f"Check that this is the user of {component}; `komek topics acls --apply`, run as an administrator, grants it.",
    )


def listed(missing: Sequence[Right]) -> str:
    """The first of them in words, and how many more there are."""
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
    return {**_on_topics(admin), **_on_groups(admin, [rule.group for rule in GROUP_RULES])}


def _on_topics(admin: KafkaAdminClient) -> dict[tuple[Resource, str], Collection[str]]:
    found: dict[tuple[Resource, str], Collection[str]] = {}
    for entry in admin.describe_topics([rule.topic.name for rule in TOPIC_RULES]):
        if entry["error_code"] == _TOPIC_DENIED:
            found[Resource.TOPIC, entry["name"]] = frozenset()
        # Another error, such as a missing topic, is a matter of `check_topics`. Brokers before 2.3 do not tell the operations.
        elif not entry["error_code"] and entry.get("authorized_operations") is not None:
            found[Resource.TOPIC, entry["name"]] = frozenset(entry["authorized_operations"])
    return found


def _on_groups(admin: KafkaAdminClient, groups: Sequence[str]) -> dict[tuple[Resource, str], Collection[str]]:
    found: dict[tuple[Resource, str], Collection[str]] = {}
    # One by one: a group without DESCRIBE fails the whole request.
    for group in groups:
        try:
            with _faust_is_no_fault():
                described = admin.describe_groups([group]).get(group, {})
        except GroupAuthorizationFailedError:
            found[Resource.GROUP, group] = frozenset()
        except KafkaError:
            continue  # the coordinator is not available yet: whoever uses the group will say so
        else:
            if described.get("authorized_operations") is not None:
                found[Resource.GROUP, group] = frozenset(described["authorized_operations"])
    return found


@contextlib.contextmanager
def _faust_is_no_fault() -> Iterator[None]:
    """kafka-python warns of each member whose metadata it cannot read, which is every worker: Faust has a format of its own."""
    logger = logging.getLogger("kafka.admin._groups")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)
