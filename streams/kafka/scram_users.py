"""The users of Kafka that log in with a password (SCRAM-SHA-512)."""

from collections.abc import Mapping

from kafka.admin import UserScramCredentialUpsertion

from streams.errors import BrokerError
from streams.kafka import topic_admin
from streams.settings import Settings

_ITERATIONS = 4096
"""The least that Kafka accepts. The passwords are random, so more would only slow down each connection."""


def set_passwords(administrator: Settings, passwords: Mapping[str, str]) -> None:
    """Makes the users that are missing and changes the passwords of the others. A repeat is harmless.

    Raises:
        BrokerError: no broker answered, or it refused.
    """
    wanted = [
        UserScramCredentialUpsertion(user, "SCRAM_SHA_512", password, iterations=_ITERATIONS)
        for user, password in passwords.items()
    ]
    with topic_admin.connected(administrator) as admin:
        refused = admin.alter_user_scram_credentials(wanted)
    if any(refused.values()):
        raise BrokerError(f"Kafka did not make its users: {refused}", "See the log of the broker.")
