"""The type of a consumed record, common to both client libraries."""

from collections.abc import Sequence
from typing import Protocol

Headers = Sequence[tuple[str, bytes | None]]


class Consumed(Protocol):
    """The fields of a consumed record that Komek uses. `timestamp` is in ms."""

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
