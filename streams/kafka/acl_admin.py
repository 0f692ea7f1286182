"""Sets the ACLs of Komek's components: grants what `access_rules.py` says and takes back what it does not say.

Changes only ALLOW entries of the named principals on topics and groups of Komek, by their full names, and grants what is stated
on the cluster. Everything else about these principals (prefixes, wildcards, DENY, other resources) is reported and left: who set
it must know why.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    KafkaAdminClient,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
)

from dispatch.model.counted import counted
from streams.components import Component
from streams.errors import BrokerError
from streams.kafka.access_rules import Operation, Resource, Right, rights_of
from streams.kafka.topic_admin import connected
from streams.settings import Settings

PRINCIPAL_TYPE = "User:"


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    principal: str
    right: Right


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What `apply_acls` did. `kept`: were there already. `foreign`: entries that concern these principals and were left."""

    granted: Sequence[Grant]
    kept: Sequence[Grant]
    removed: Sequence[Grant]
    foreign: Sequence[str]


def usual_principals() -> dict[Component, str]:
    """`User:komek-api` and so on."""
    return {component: f"{PRINCIPAL_TYPE}komek-{component}" for component in Component}


def grants(principals: Mapping[Component, str]) -> list[Grant]:
    """Every grant of the table. Components with one principal share their rights."""
    return sorted({Grant(name, right) for component, name in principals.items() for right in rights_of(component)})


def apply_acls(settings: Settings, stated: Iterable[Grant]) -> Applied:
    """Creates missing entries, then removes surplus ones of the same principals. Idempotent. Needs ALTER on the cluster.

    Raises:
        BrokerError: no broker answered, it has no authorizer, or it refused.
    """
    wanted = set(stated)
    with connected(settings) as admin:
        found = list(entries(admin, {grant.principal for grant in wanted}))
        held = {grant for acl in found if (grant := _grant_of(acl)) is not None}
        ours = {grant for grant in held if grant.right in KNOWN}
        # First what is missing: a component that runs must never lack a right in between.
        _create(admin, sorted(wanted - held))
        _remove(admin, sorted(ours - wanted))
    return Applied(
        granted=sorted(wanted - held),
        kept=sorted(wanted & held),
        removed=sorted(ours - wanted),
        foreign=[
            _text(acl)
            for acl in found
            if (grant := _grant_of(acl)) is None or (grant.right not in KNOWN and grant not in wanted)
        ],
    )


TYPES = {
    Resource.TOPIC: ResourceType.TOPIC,
    Resource.GROUP: ResourceType.GROUP,
    Resource.CLUSTER: ResourceType.CLUSTER,
}
_RESOURCES = {
    (right.resource, right.name)
    for component in Component
    for right in rights_of(component)
    # The cluster is not Komek's alone.
    if right.resource is not Resource.CLUSTER
}
KNOWN = frozenset(Right(resource, name, operation) for resource, name in _RESOURCES for operation in Operation)
"""Every right that one could have on what is Komek's."""


def entries(admin: KafkaAdminClient, principals: Iterable[str]) -> Iterator[ACL]:
    """All ACLs of these principals. Raises KafkaError: this client may not see them, or the brokers have no authorizer."""
    anywhere = ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY)
    for principal in sorted(principals):
        found, _ = admin.describe_acls(
            ACLFilter(
                principal=principal,
                host=None,
                operation=ACLOperation.ANY,
                permission_type=ACLPermissionType.ANY,
                resource_pattern=anywhere,
            )
        )
        yield from found


def _grant_of(acl: ACL) -> Grant | None:
    """None for an entry that the table cannot express."""
    pattern = acl.resource_pattern
    kind = next((one for one, of_kafka in TYPES.items() if of_kafka == pattern.resource_type), None)
    is_plain = (
        acl.permission_type == ACLPermissionType.ALLOW
        and acl.host == "*"
        and pattern.pattern_type == ACLResourcePatternType.LITERAL
        and pattern.resource_name != "*"
    )
    if kind is None or not is_plain or acl.operation.name not in Operation.__members__:
        return None
    return Grant(acl.principal, Right(kind, pattern.resource_name, Operation(acl.operation.name)))


def _create(admin: KafkaAdminClient, missing: Sequence[Grant]) -> None:
    if not missing:
        return
    refused = admin.create_acls([_acl(grant) for grant in missing])["failed"]
    if refused:
        raise BrokerError(f"Kafka did not create {counted(len(refused), 'ACL')}: {refused[0].__name__}", _CURE)


def _remove(admin: KafkaAdminClient, surplus: Sequence[Grant]) -> None:
    if not surplus:
        return
    for _, _, error in admin.delete_acls([_acl(grant) for grant in surplus]):
        if error.errno:
            raise BrokerError(f"Kafka did not remove ACLs: {error.__name__}", _CURE)


_CURE = "Run the command as a super user of the brokers, or as one with ALTER on the cluster."


def _acl(grant: Grant) -> ACL:
    kind = TYPES[grant.right.resource]
    return ACL(
        principal=grant.principal,
        host="*",
        operation=ACLOperation[grant.right.operation],
        permission_type=ACLPermissionType.ALLOW,
        resource_pattern=ResourcePattern(kind, grant.right.name, ACLResourcePatternType.LITERAL),
    )


def _text(acl: ACL) -> str:
    pattern = acl.resource_pattern
    return (
        f"{acl.permission_type.name.lower()} {acl.principal} {acl.operation.name.lower()} from {acl.host} on "
        f"{pattern.pattern_type.name.lower()} {pattern.resource_type.name.lower()} {pattern.resource_name}"
    )
