"""The audit entries of one live view: whom its events name."""

from collections.abc import Callable, Sequence

from api.caller import Caller
from api.process.intake_marks import Newest
from streams.tokens import Role

KEPT = 5_000
"""Ids that one view remembers, some 0.5 MB. For one that it has forgotten another entry is written."""


class ShownInView:
    """Records each incident and person once, before their first event is sent. Volunteers receive what is their own: no entry.

    `record` writes an entry about these ids; it raises AuditUnavailable.
    """

    def __init__(self, caller: Caller, record: Callable[[Sequence[str]], None]) -> None:
        self._is_own = caller.role is Role.VOLUNTEER
        self._record = record
        self._named: Newest[bool] = Newest(KEPT)

    def add(self, ids: Sequence[str]) -> None:
        """Raises AuditUnavailable: the events about them must not be sent."""
        if self._is_own:
            return
        if new := [one for one in ids if self._named.get(one) is None]:
            self._record(new)
        for one in ids:
            self._named.put(one, True)
