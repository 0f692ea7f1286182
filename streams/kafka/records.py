"""A record that was read from Kafka, as both client libraries give it."""

from collections.abc import Sequence
from typing import Protocol

Headers = Sequence[tuple[str, bytes | None]]


class Consumed(Protocol):
    """What is needed of a record that was read from Kafka, by whichever client."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Headers: ...
