"""What `komek doctor` says of the ACLs of all components: a missing right of one is found before it is needed, whoever asks."""

from collections.abc import Iterator

from streams.components import Component
from streams.errors import BrokerError
from streams.kafka import acl_review, topic_admin
from streams.kafka.acl_admin import usual_principals
from streams.kafka.acl_review import AclReview, Unseen
from streams.kafka.rights import listed
from streams.local.check import Check, fail, note, ok, warn
from streams.settings import Settings

WITHIN_S = 3.0
APPLY = "`komek topics acls --apply`, as an administrator of Kafka."


def acl_checks(settings: Settings) -> Iterator[Check]:
    """Nothing where the brokers have no users, or do not answer: `kafka_access` says so."""
    try:
        with topic_admin.connected(settings, timeout_s=WITHIN_S) as admin:
            found = acl_review.review(admin, usual_principals())
    except BrokerError:
        return
    if found is Unseen.NO_AUTHORIZER:
        if settings.kafka_user is not None:
            yield warn("Kafka ACLs", f"{found}", "Set an authorizer on the brokers; USING.md, A Kafka with users.")
    elif isinstance(found, Unseen):
        yield note(
            "Kafka ACLs",
            f"not looked at but its own: {found}",
            "Run it with the settings of komek-operator, or of an administrator of Kafka.",
        )
    else:
        yield from of_review(found)


def of_review(found: AclReview) -> Iterator[Check]:
    for component, rights in found.lacking.items():
        yield fail("Kafka ACLs", f"{_user(component)} may not: {listed(rights)}", APPLY)
    for component, rights in found.surplus.items():
        yield warn("Kafka ACLs", f"{_user(component)} may more than it needs: {listed(rights)}", APPLY)
    if found.without_entries:
        names = ", ".join(map(_user, found.without_entries))
        yield warn("Kafka ACLs", f"none names {names}", f"{APPLY} With other names of users: its option --principal.")
    if not (found.lacking or found.surplus or found.without_entries):
        yield ok("Kafka ACLs", f"each of {len(Component)} components may do what it needs, and no more")


def _user(component: Component) -> str:
    return usual_principals()[component]
