"""API processes over one log of sessions in memory. Each reads it when it is told to, or to the end of what it wrote itself."""

import itertools
from dataclasses import dataclass, field

from streams.ring import KeyRing
from streams.sessions.book import SessionBook
from streams.sessions.sessions import Sessions
from streams.tokens import Bearer, Role
from streams.wire import SessionRecord

KEY = bytes(range(32))
RING = KeyRing.of_key(KEY)
NOW_MS = 1_764_000_000_000
MINUTE_MS, HOUR_MS = 60_000, 3_600_000


@dataclass
class Log:
    """The shared log. `trouble` is raised by writes that do not arrive."""

    records: list[tuple[str, SessionRecord | None]] = field(default_factory=list)
    trouble: Exception | None = None
    now_ms: int = NOW_MS

    def compacted(self) -> "Log":
        """What remains when only the newest record of each key is kept."""
        newest = {key: number for number, (key, _) in enumerate(self.records)}
        kept = [one for number, one in enumerate(self.records) if newest[one[0]] == number and one[1] is not None]
        return Log(kept, now_ms=self.now_ms)


class Process:
    """A `SessionLog` with its book, and the `Sessions` over them."""

    def __init__(self, log: Log, *, is_caught_up: bool = True, ahead_ms: int = 0) -> None:
        self.log = log
        self.book = SessionBook()
        self.ended = 0
        """Times that live views had to check their validity."""
        secrets = itertools.count()
        self.sessions = Sessions(
            self.book,
            self,
            lambda: RING,
            now_ms=lambda: self.log.now_ms + ahead_ms,
            secret=lambda _: f"secret{id(self)}-{next(secrets)}",
        )
        self._next = 0
        if is_caught_up:
            self.read()

    def read(self, most: int | None = None) -> None:
        """Reads the log to its end, or the next `most` records."""
        until = len(self.log.records) if most is None else self._next + most
        for key, record in self.log.records[self._next : until]:
            self.ended += self.book.apply(key, record)
        self._next = min(until, len(self.log.records))

    async def write(self, key: str, record: SessionRecord | None) -> None:
        if self.log.trouble is not None:
            raise self.log.trouble
        self.log.records.append((key, record))
        self.read()

    async def catch_up(self) -> None:
        if self.log.trouble is not None:
            raise self.log.trouble
        self.read()


def bearer(
    *,
    sub: str = "v-1",
    role: Role = Role.VOLUNTEER,
    issued_ms: int = NOW_MS,
    jti: str | None = "j-1",
    digest: str = "d" * 64,
    lasts_s: int = 900,
) -> Bearer:
    issued_s = issued_ms // 1000
    return Bearer(
        sub=sub, role=role, issued_s=issued_s, expires_s=issued_s + lasts_s, key_id="k", jti=jti, digest=digest
    )
