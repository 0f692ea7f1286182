"""The sessions, login codes and revocations that hold now. In memory; every API process has the same from the same log."""

import bisect
from collections.abc import Iterable, Mapping

from streams.sessions.limits import IDLE_MS
from streams.tokens import CLOCK_SKEW_S, Bearer
from streams.wire import Revoked, SessionKind, SessionRecord

TOMBSTONE_AFTER_MS = 3_600_000
"""A record without effect is removed from the log this long after its end: later than any clock of an API process is wrong."""
_IDLE_MS: Mapping[str, int] = {role.value: idle_ms for role, idle_ms in IDLE_MS.items()}
_CODES = (SessionKind.CODE, SessionKind.CLAIM)


class SessionBook:
    """Folds the records of `sessions` in log order. Not thread-safe; no method blocks or raises.

    Revocations take precedence over sessions and tokens in whatever order the records come.
    """

    def __init__(self) -> None:
        self.newest_ms = 0
        """The latest `at_ms` of all records read."""
        self._entries: dict[str, SessionRecord] = {}
        # For each kind and value the latest time: earlier revocations of the same are contained in it.
        self._revoked: dict[tuple[Revoked, str], int] = {}
        self._sessions_of: dict[str, list[str]] = {}
        self.codes = 0
        """Login codes in memory, also those that were spent or have expired and wait for their tombstone."""

    def __len__(self) -> int:
        """The number of records, including those that wait for their tombstone."""
        return len(self._entries)

    def apply(self, key: str, record: SessionRecord | None) -> bool:
        """Takes the next record of the log, None for a tombstone. Returns whether live views may have lost their validity."""
        if record is None:
            return self._remove(key)
        self.newest_ms = max(self.newest_ms, record.at_ms)
        before = self._entries.get(key)
        # The first claim counts: the second one, and a code that is written again, change nothing.
        if before is not None and before.kind is SessionKind.CLAIM:
            return False
        self._entries[key] = record
        self.codes += before is None and record.kind in _CODES
        if record.kind is SessionKind.REVOKED:
            return self._revoke(record)
        if record.kind is SessionKind.SESSION and before is None and record.sub is not None:
            self._sessions_of.setdefault(record.sub, []).append(key.partition(":")[2])
        return False

    def next_at_ms(self, now_ms: int) -> int:
        """The time for the next record: after all records that were read, also those of a process whose clock is ahead.

        A clock that is ahead by more than the skew permitted in tokens is not followed.
        """
        return max(now_ms, min(self.newest_ms + 1, now_ms + CLOCK_SKEW_S * 1000))

    def refuses(self, bearer: Bearer) -> bool:
        """Whether the token has been revoked: by itself, with its subject or with its role."""
        if not self._revoked:
            return False
        if (Revoked.TOKEN, bearer.name) in self._revoked:
            return True
        # `iat` has whole seconds: a token of the same second may be older, so it is refused as well.
        return bearer.issued_s <= self._revoked_ms(bearer.sub, bearer.role) // 1000

    def has_revoked(self, subject: str, role: str, issued_ms: int) -> bool:
        """Whether the subject or the role was revoked at that time or later."""
        return issued_ms <= self._revoked_ms(subject, role)

    def session(self, session_id: str, now_ms: int) -> SessionRecord | None:
        """A session that is valid now; None for one that has ended by revocation, idleness or age."""
        record = self._entries.get(f"session:{session_id}")
        if record is None or record.kind is not SessionKind.SESSION or not self._is_alive(session_id, record, now_ms):
            return None
        return record

    def sessions(
        self, subject: str | None, now_ms: int, *, after: tuple[int, str] = (-1, ""), most: int = 200
    ) -> list[tuple[str, SessionRecord]]:
        """Ids and records of the valid sessions of a person, or of everybody (None), by the time they were opened and their id.

        At most `most`, and only those after the position. Of everybody: sorts all; 0.3 s for 100,000 on a busy machine.
        """
        if subject is None:
            keys: Iterable[str] = (key for key, one in self._entries.items() if one.kind is SessionKind.SESSION)
        else:
            keys = (f"session:{session_id}" for session_id in self._sessions_of.get(subject, ()))
        positions = sorted((self._entries[key].opened_ms or 0, key.partition(":")[2]) for key in keys)
        found: list[tuple[str, SessionRecord]] = []
        # Their validity is looked at only until the page is full.
        for _, session_id in positions[bisect.bisect_right(positions, after) :]:
            record = self.session(session_id, now_ms)
            if record is not None:
                found.append((session_id, record))
                if len(found) == most:
                    break
        return found

    def code(self, digest: str) -> SessionRecord | None:
        """The record of a login code, or the first claim of it. Its end must be checked by the caller."""
        record = self._entries.get(f"code:{digest}")
        return record if record is not None and record.kind in _CODES else None

    def is_code_revoked(self, record: SessionRecord) -> bool:
        """Whether the person or role was revoked after the code was made."""
        return record.at_ms <= self._revoked_ms(record.sub, record.role)

    def ended(self, now_ms: int, most: int) -> list[str]:
        """Keys of records without effect, to be replaced by tombstones: at most `most`.

        Keys are never used twice, so a tombstone removes no later record.
        """
        limit_ms = now_ms - TOMBSTONE_AFTER_MS
        found = []
        for key, record in self._entries.items():
            if record.until_ms <= limit_ms:
                found.append(key)
                if len(found) == most:
                    break
        return found

    def over(self, now_ms: int) -> dict[str, str]:
        """The person of each session that has ended by age, idleness or a revocation, by its id, until its record is removed."""
        found = ((key.partition(":")[2], one) for key, one in self._entries.items() if one.kind is SessionKind.SESSION)
        return {name: one.sub for name, one in found if one.sub is not None and not self._is_alive(name, one, now_ms)}

    def _is_alive(self, session_id: str, record: SessionRecord, now_ms: int) -> bool:
        idle_ms = _IDLE_MS.get(record.role or "")
        if idle_ms is None or record.opened_ms is None or record.sub is None:
            return False
        if now_ms >= min(record.until_ms, record.at_ms + idle_ms) or (Revoked.SESSION, session_id) in self._revoked:
            return False
        return record.opened_ms > self._revoked_ms(record.sub, record.role)

    def _revoked_ms(self, subject: str | None, role: str | None) -> int:
        """Everything of this subject and role that was issued until then is revoked."""
        of_subject = self._revoked.get((Revoked.SUBJECT, subject or ""), -1)
        return max(of_subject, self._revoked.get((Revoked.ROLE, role or ""), -1))

    def _revoke(self, record: SessionRecord) -> bool:
        if record.what is None or record.value is None:
            return False
        about = (record.what, record.value)
        self._revoked[about] = max(self._revoked.get(about, -1), record.at_ms)
        return True

    def _remove(self, key: str) -> bool:
        record = self._entries.pop(key, None)
        if record is None:
            return False
        self.codes -= record.kind in _CODES
        if record.kind is SessionKind.REVOKED and record.what is not None and record.value is not None:
            about = (record.what, record.value)
            # A later revocation of the same has a key, and an end, of its own.
            if self._revoked.get(about) == record.at_ms:
                del self._revoked[about]
        if record.kind is not SessionKind.SESSION or record.sub is None:
            return False
        ids = self._sessions_of.get(record.sub, [])
        if (session_id := key.partition(":")[2]) in ids:
            ids.remove(session_id)
        if not ids:
            self._sessions_of.pop(record.sub, None)
        return True
