"""What a live view asks for; and the live views of this process, limited by identity and in total (DESIGN 127)."""

import contextlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from api.caller import Caller
from dispatch.model.geo import Box
from streams import metrics
from streams.tokens import Role

VIEWS_OF_PERSON = 20
"""Of one volunteer. A phone that loses its connection leaves views behind until the kernel closes them after 30 s."""
VIEWS_OF_IDENTITY = 200
"""Of one operator, admin or monitor: a control room may connect through one account."""
VIEWS = 10_000
"""Of one process."""


class ViewRoom(Enum):
    """Whether another live view may be opened."""

    FREE = "free"
    IDENTITY_IS_FULL = "the caller has too many"
    PROCESS_IS_FULL = "the process has too many"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a view asks for. `incident_id`: the incident whose offers and notices are shown as well."""

    is_row: bool = False
    box: Box | None = None
    incident_id: str | None = None


EVERYTHING = Wanted()


class NewsItem(NamedTuple):
    """An event that is in no topic: its name, its data, and the ids of the incidents and people that it names."""

    name: str
    data: bytes
    about: tuple[str, ...]


class LiveViews:
    def __init__(self) -> None:
        self._of: Counter[str] = Counter()
        self._all = 0

    def room_for(self, caller: Caller) -> ViewRoom:
        if self._all >= VIEWS:
            return ViewRoom.PROCESS_IS_FULL
        most = VIEWS_OF_PERSON if caller.role is Role.VOLUNTEER else VIEWS_OF_IDENTITY
        return ViewRoom.IDENTITY_IS_FULL if self._of[_key(caller)] >= most else ViewRoom.FREE

    @contextlib.contextmanager
    def counted(self, caller: Caller) -> Iterator[None]:
        """For the life of one view."""
        key = _key(caller)
        self._of[key] += 1
        if caller.role is Role.OPERATOR and self._of[key] == 1:
            metrics.OPERATORS_WATCHING.inc()
        self._all += 1
        try:
            yield
        finally:
            self._all -= 1
            self._of[key] -= 1
            # Without it the counter would keep every identity that ever looked.
            if self._of[key] <= 0:
                del self._of[key]
                if caller.role is Role.OPERATOR:
                    metrics.OPERATORS_WATCHING.dec()


def _key(caller: Caller) -> str:
    return f"{caller.role} {caller.id}"
