"""What `komek doctor` makes of the ACLs of all components: entries count as Kafka counts them."""

from collections.abc import Sequence

import pytest
from kafka.admin import ACL, ACLOperation, ACLPermissionType, ACLResourcePatternType, ResourcePattern, ResourceType

from streams import topics
from streams.components import Component
from streams.kafka import acl_review
from streams.kafka.access_rules import Operation, Resource, Right, rights_of
from streams.kafka.acl_admin import TYPES, usual_principals
from streams.kafka.acl_review import EVERYBODY, AclReview

API, WORKER = Component.API, Component.WORKER
NAMES = usual_principals()
WRITES_REPORTS = Right(Resource.TOPIC, topics.INCIDENTS.name, Operation.WRITE)
READS_AUDIT = Right(Resource.TOPIC, topics.AUDIT.name, Operation.READ)


def entry(principal: str, right: Right, *, allow: bool = True, literal: bool = True) -> ACL:
    pattern = ACLResourcePatternType.LITERAL if literal else ACLResourcePatternType.PREFIXED
    return ACL(
        principal=principal,
        host="*",
        operation=ACLOperation[right.operation],
        permission_type=ACLPermissionType.ALLOW if allow else ACLPermissionType.DENY,
        resource_pattern=ResourcePattern(TYPES[right.resource], right.name, pattern),
    )


def anything(principal: str, kind: ResourceType, name: str, *, literal: bool) -> ACL:
    pattern = ACLResourcePatternType.LITERAL if literal else ACLResourcePatternType.PREFIXED
    return ACL(
        principal=principal,
        host="*",
        operation=ACLOperation.ALL,
        permission_type=ACLPermissionType.ALLOW,
        resource_pattern=ResourcePattern(kind, name, pattern),
    )


def as_stated(*, without: Right | None = None, of: Component = API) -> list[ACL]:
    return [
        entry(principal, right)
        for component, principal in NAMES.items()
        for right in rights_of(component)
        if (component, right) != (of, without)
    ]


def judged(found: Sequence[ACL]) -> AclReview:
    return acl_review.judged(found, NAMES)


def test_what_is_stated_lacks_nothing_and_is_not_too_much() -> None:
    assert judged(as_stated()) == AclReview(lacking={}, surplus={}, without_entries=[])


@pytest.mark.parametrize("component", list(Component))
def test_each_right_of_each_component_is_missed(component: Component) -> None:
    for right in rights_of(component):
        # Kafka includes DESCRIBE in reading and writing, so the right to describe alone is not stated beside them.
        assert judged(as_stated(without=right, of=component)).lacking == {component: [right]}


def test_a_denial_beats_every_permission() -> None:
    for principal in (NAMES[API], EVERYBODY):
        found = judged([*as_stated(), entry(principal, WRITES_REPORTS, allow=False)])

        assert found.lacking[API] == [WRITES_REPORTS]


@pytest.mark.parametrize(
    "more",
    [
        anything(NAMES[API], ResourceType.TOPIC, "komek.", literal=False),
        anything(NAMES[API], ResourceType.TOPIC, "*", literal=True),
        anything(EVERYBODY, ResourceType.TOPIC, "*", literal=True),
        entry(NAMES[API], Right(Resource.TOPIC, "komek.inc", Operation.WRITE), literal=False),
    ],
)
def test_a_right_may_come_from_a_prefix_a_wildcard_or_everybody(more: ACL) -> None:
    assert API not in judged([*as_stated(without=WRITES_REPORTS), more]).lacking


@pytest.mark.parametrize(
    "more",
    [
        anything(NAMES[API], ResourceType.GROUP, topics.INCIDENTS.name, literal=True),
        anything(NAMES[API], ResourceType.TOPIC, "komek.incidents", literal=True),
        anything(NAMES[WORKER], ResourceType.TOPIC, topics.INCIDENTS.name, literal=True),
        entry(NAMES[API], Right(Resource.TOPIC, topics.INCIDENTS.name, Operation.READ)),
    ],
)
def test_a_right_on_something_else_or_of_somebody_else_is_none(more: ACL) -> None:
    assert judged([*as_stated(without=WRITES_REPORTS), more]).lacking[API] == [WRITES_REPORTS]


def test_reading_or_writing_more_than_is_needed_is_told() -> None:
    assert judged([*as_stated(), entry(NAMES[WORKER], READS_AUDIT)]).surplus == {WORKER: [READS_AUDIT]}
    assert set(judged([*as_stated(), entry(EVERYBODY, READS_AUDIT)]).surplus) >= {WORKER, Component.NOTIFIER}


def test_components_with_one_principal_may_do_what_either_needs() -> None:
    shared = {**NAMES, WORKER: NAMES[API]}
    found = [entry(shared[component], right) for component in Component for right in rights_of(component)]

    assert acl_review.judged(found, shared) == AclReview(lacking={}, surplus={}, without_entries=[])


def test_a_component_that_no_entry_names_has_rights_by_other_means_or_none() -> None:
    found = judged([acl for acl in as_stated() if acl.principal != NAMES[API]])

    assert found == AclReview(lacking={}, surplus={}, without_entries=[API])
