"""Whether the ACLs that are set let every component do what it needs, and no more: of all components, whoever asks.

A client sees its own rights always (`rights.py`), and those of others only with DESCRIBE on the cluster. An entry counts as Kafka
counts it: by a full name, a prefix or `*`, for the principal or for everybody, with ALL and with what an operation includes; a
DENY beats every ALLOW. Entries of one host count: from where a process connects is not known here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from kafka.admin import ACL, ACLOperation, ACLPermissionType, ACLResourcePatternType, KafkaAdminClient
from kafka.errors import ClusterAuthorizationFailedError, SecurityDisabledError

from streams.components import Component
from streams.kafka import acl_admin
from streams.kafka.access_rules import Operation, Right, rights_of

EVERYBODY = f"{acl_admin.PRINCIPAL_TYPE}*"
_INCLUDED_IN = {
    Operation.DESCRIBE: (ACLOperation.READ, ACLOperation.WRITE, ACLOperation.DELETE, ACLOperation.ALTER),
    Operation.DESCRIBE_CONFIGS: (ACLOperation.ALTER_CONFIGS,),
}
"""As Kafka's authorizer implies them, of an ALLOW."""


class Unseen(StrEnum):
    """Why nothing can be said."""

    DENIED = "this user may not see them"
    NO_AUTHORIZER = "the brokers have none: every user may do everything"


@dataclass(frozen=True, slots=True, kw_only=True)
class AclReview:
    """By component, those with nothing left out. `without_entries`: components whose principal is named nowhere."""

    lacking: Mapping[Component, Sequence[Right]]
    surplus: Mapping[Component, Sequence[Right]]
    without_entries: Sequence[Component]


def review(admin: KafkaAdminClient, principals: Mapping[Component, str]) -> AclReview | Unseen:
    """Raises KafkaError: no answer."""
    try:
        found = list(acl_admin.entries(admin, {*principals.values(), EVERYBODY}))
    except ClusterAuthorizationFailedError:
        return Unseen.DENIED
    except SecurityDisabledError:
        return Unseen.NO_AUTHORIZER
    return judged(found, principals)


def judged(found: Sequence[ACL], principals: Mapping[Component, str]) -> AclReview:
    """Pure. Components that share a principal share its rights, so of them nothing is surplus that one of them needs."""
    named = {acl.principal for acl in found}
    needed: dict[str, set[Right]] = {}
    for component, principal in principals.items():
        needed.setdefault(principal, set()).update(rights_of(component))
    lacking = {
        component: [right for right in rights_of(component) if not may(found, principal, right)]
        for component, principal in principals.items()
        if principal in named
    }
    surplus = {
        component: sorted(
            right
            for right in acl_admin.KNOWN - needed[principal]
            # Whoever may describe more than needed sees no record.
            if right.operation in (Operation.READ, Operation.WRITE) and may(found, principal, right)
        )
        for component, principal in principals.items()
    }
    return AclReview(
        lacking={component: rights for component, rights in lacking.items() if rights},
        surplus={component: rights for component, rights in surplus.items() if rights},
        without_entries=[component for component, principal in principals.items() if principal not in named],
    )


def may(found: Sequence[ACL], principal: str, right: Right) -> bool:
    about = [acl for acl in found if acl.principal in (principal, EVERYBODY) and _matches(acl, right)]
    own = {ACLOperation[right.operation], ACLOperation.ALL}
    if any(acl.permission_type == ACLPermissionType.DENY and acl.operation in own for acl in about):
        return False
    enough = own.union(_INCLUDED_IN.get(right.operation, ()))
    return any(acl.permission_type == ACLPermissionType.ALLOW and acl.operation in enough for acl in about)


def _matches(acl: ACL, right: Right) -> bool:
    pattern = acl.resource_pattern
    if pattern.resource_type != acl_admin.TYPES[right.resource]:
        return False
    if pattern.pattern_type == ACLResourcePatternType.PREFIXED:
        return right.name.startswith(pattern.resource_name)
    return pattern.resource_name in (right.name, "*")
