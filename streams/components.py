"""The parts of Komek that log in to Kafka and Redis, each with a user of its own and the least rights for its work."""

from enum import StrEnum


class Component(StrEnum):
    """OPERATOR: commands of `komek` that use Kafka or Redis themselves, such as rebuild. MONITOR: exporters of figures. BACKUP:
    the timers of exports, which read everything that a backup holds and change nothing."""

    API = "api"
    WORKER = "worker"
    NOTIFIER = "notifier"
    ASSISTANT = "assistant"
    OPERATOR = "operator"
    MONITOR = "monitor"
    BACKUP = "backup"
