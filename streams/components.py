"""The parts of Komek that log in to Kafka and Redis, each with a user of its own and the least rights for its work."""

from enum import StrEnum


class Component(StrEnum):
    API = "api"
    WORKER = "worker"
    NOTIFIER = "notifier"
    OPERATOR = "operator"  # commands of `komek` that use Kafka or Redis themselves: dead-letters, plans, rebuild, replay
    MONITOR = "monitor"  # `komek doctor`, exporters of figures
