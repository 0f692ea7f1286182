"""Records of `webhooks`: how far each subscription has come, and what could not be delivered. No bodies, addresses or secrets."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookPlace:
    """Key `place|<name>`: all of `decisions` before `next` (by partition) was delivered, was not wanted or has a letter."""

    name: str
    next: Mapping[str, int]
    at_ms: int
    delivered: int = 0
    """Since the subscription began; a repeat after a crash counts again."""
    failing_since_ms: int | None = None
    code: str | None = None
    """The last answer of a receiver in trouble: a status or the name of an error."""
    is_stopped: bool = False
    """It answered 410: nothing is sent until `komek webhooks resume`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookLetter:
    """Key `letter|<name>|<event id>`: an event that was given up. A tombstone once it was delivered or dismissed."""

    name: str
    event_id: str
    type: str
    incident_id: str
    partition: int
    offset: int
    """Of the decision in `decisions`, from which the event is made again."""
    code: str
    attempts: int
    at_ms: int
    is_wanted: bool = False
    """`komek webhooks replay` asked for another attempt."""
