"""The parts of Komek that run as processes of their own, and the users that commands and other systems have."""

from enum import StrEnum


class Component(StrEnum):
    """The parts of Komek that log in to Kafka and Redis, each with a user of its own and the least rights for its work.

    OPERATOR: commands of `komek` that use Kafka or Redis themselves, such as rebuild. MONITOR: exporters of figures. BACKUP: the
    timers of exports, which read everything that a backup holds and change nothing.
    """

    API = "api"
    WORKER = "worker"
    NOTIFIER = "notifier"
    ASSISTANT = "assistant"
    OPERATOR = "operator"
    MONITOR = "monitor"
    BACKUP = "backup"


class ApiClient(StrEnum):
    """The parts that know the API alone, by a token: no user of Kafka or Redis, and no right in either.

    FOLLOWER: reads feeds of alerts (`komek cap follow`).
    """

    FOLLOWER = "follower"


Part = Component | ApiClient
