"""What was done with each alert: a SQLite file in KOMEK_DATA, so a restart repeats nothing and an update finds its incident.

The log stays the truth: every order goes to the API under a key that follows from the message alone, so a lost ledger costs
look-ups and changes nothing.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import msgspec

from dispatch.cap.messages import Alert, Reference
from dispatch.cap.steps import Known
from dispatch.model.plain_reason import plain_reason
from streams.cap.fetching import Validators
from streams.errors import InvalidInput

MAX_HELD = 1_000
_TABLES = """
create table if not exists messages (
    sender text, identifier text, sent_ms integer, outcome text not null, incident_id text,
    primary key (sender, identifier, sent_ms));
create table if not exists incidents (
    incident_id text primary key, type text not null, newest_ms integer not null, expires_ms integer, ended integer not null);
create table if not exists held (
    sender text, identifier text, sent_ms integer, since_ms integer not null, alert blob not null,
    primary key (sender, identifier, sent_ms));
create table if not exists pages (
    url text primary key, etag text not null, last_modified text not null, stamp text not null, seen_ms integer not null);
create table if not exists feeds (url text primary key, read_ms integer not null);
"""
PAGE_KEPT_MS = 30 * 86_400_000
"""How long a page is known that no feed names any more."""
_decode = msgspec.json.Decoder(Alert).decode


class BadLedger(InvalidInput, ValueError):
    """The file is no ledger, or cannot be written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldAlert:
    alert: Alert
    since_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An address whose alerts were carried out. `stamp`: what the feed said of its version."""

    url: str
    validators: Validators
    stamp: str = ""


class Ledger:
    """One process at a time writes it; SQLite makes another one wait."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    @classmethod
    @contextmanager
    def opened(cls, path: Path | None) -> Iterator[Self]:
        """The ledger in this file, created if missing; None: in memory, for a dry run without a file.

        Raises:
            BadLedger: it is no SQLite file, or cannot be written.
        """
        try:
            with closing(sqlite3.connect(str(path) if path else ":memory:", timeout=30.0)) as connection:
                if path:
                    path.chmod(0o600)
                connection.executescript(_TABLES)
                yield cls(connection)
        except (sqlite3.Error, OSError) as error:
            raise BadLedger(f"{path}: {plain_reason(error)}") from None

    def copy_of(self, path: Path) -> None:
        """Reads the contents of another ledger into this one, for a dry run that must not write."""
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as source:
            source.backup(self._db)

    def known(self, alert: Alert) -> Known:
        """What is known of a message and of those that it names. An ended incident counts as none."""
        name = alert.name
        held = self._one("select since_ms from held where sender=? and identifier=? and sent_ms=?", _key(name))
        found = [row for reference in alert.references if (row := self._message(reference))]
        ids = [str(row[1]) for row in found if row[1]]
        incidents = [row for one in ids if (row := self._incident(one))]
        newest = max(incidents, key=lambda row: int(row[2]), default=None)
        is_open = newest is not None and not newest[4]
        return Known(
            is_seen=self._message(name) is not None,
            is_referenced=bool(found),
            incident_id=str(newest[0]) if newest and is_open else None,
            type=str(newest[1]) if newest else "",
            newest_ms=int(newest[2]) if newest else 0,
            held_ms=int(held[0]) if held else None,
        )

    def record(
        self, alert: Alert, outcome: str, incident_id: str | None, kind: str = "", *, is_ended: bool = False
    ) -> None:
        """The message is done. A repeat replaces the entry by the same."""
        with self._db:
            self._db.execute(
                "insert or replace into messages values (?,?,?,?,?)", (*_key(alert.name), outcome, incident_id)
            )
            self._db.execute("delete from held where sender=? and identifier=? and sent_ms=?", _key(alert.name))
            if incident_id is not None:
                present = self._incident(incident_id)
                self._db.execute(
                    "insert or replace into incidents values (?,?,?,?,?)",
                    (
                        incident_id,
                        kind or (present[1] if present else ""),
                        max(alert.sent_ms, int(present[2]) if present else 0),
                        alert.expires_ms,
                        int(is_ended),
                    ),
                )

    def hold(self, alert: Alert, now_ms: int) -> bool:
        """Keeps a message that waits, since its first time. False: too many wait, so it is not kept."""
        with self._db:
            (count,) = self._db.execute("select count(*) from held").fetchone()
            if count >= MAX_HELD:
                return False
            blob = msgspec.json.encode(alert)
            self._db.execute("insert or ignore into held values (?,?,?,?,?)", (*_key(alert.name), now_ms, blob))
        return True

    def held(self) -> tuple[HeldAlert, ...]:
        """The messages that wait, in the order in which they were sent."""
        rows = self._db.execute("select alert, since_ms from held order by sent_ms").fetchall()
        return tuple(HeldAlert(alert=_decode(blob), since_ms=since_ms) for blob, since_ms in rows)

    def adopt(self, reference: Reference, incident_id: str, kind: str) -> None:
        """Enters a message that another machine has reported."""
        with self._db:
            self._db.execute(
                "insert or ignore into messages values (?,?,?,?,?)", (*_key(reference), "adopted", incident_id)
            )
            self._db.execute(
                "insert or ignore into incidents values (?,?,?,?,?)", (incident_id, kind, reference.sent_ms, None, 0)
            )

    def over(self, now_ms: int) -> tuple[str, ...]:
        """Incidents whose alerts have expired, and that were not ended."""
        rows: Iterable[tuple[str]] = self._db.execute(
            "select incident_id from incidents where not ended and expires_ms <= ? order by expires_ms", (now_ms,)
        ).fetchall()
        return tuple(row[0] for row in rows)

    def end(self, incident_id: str) -> None:
        with self._db:
            self._db.execute("update incidents set ended = 1 where incident_id = ?", (incident_id,))

    def page(self, url: str) -> Page | None:
        row = self._one("select etag, last_modified, stamp from pages where url=?", (url,))
        return Page(url=url, validators=Validators(etag=row[0], last_modified=row[1]), stamp=row[2]) if row else None

    def keep(self, pages: Iterable[Page], now_ms: int) -> None:
        """Enters pages once their alerts were carried out, and removes those that were not named for long."""
        with self._db:
            self._db.executemany(
                "insert or replace into pages values (?,?,?,?,?)",
                [(one.url, one.validators.etag, one.validators.last_modified, one.stamp, now_ms) for one in pages],
            )
            self._db.execute("delete from pages where seen_ms < ?", (now_ms - PAGE_KEPT_MS,))

    def feed_read_ms(self, url: str, now_ms: int) -> int:
        """When the feed was last read and carried out; before the first time, since when it is followed: now, if it is new."""
        with self._db:
            self._db.execute("insert or ignore into feeds values (?,?)", (url, now_ms))
        (read_ms,) = self._db.execute("select read_ms from feeds where url=?", (url,)).fetchone()
        return int(read_ms)

    def note_read(self, urls: Iterable[str], now_ms: int) -> None:
        """Notes of feeds that they were read and carried out at this time."""
        with self._db:
            self._db.executemany("insert or replace into feeds values (?,?)", [(url, now_ms) for url in urls])

    def follow_only(self, urls: Iterable[str]) -> None:
        """Removes the feeds that are followed no longer: one that is named again later begins anew."""
        kept = set(urls)
        with self._db:
            gone = [(url,) for (url,) in self._db.execute("select url from feeds").fetchall() if url not in kept]
            self._db.executemany("delete from feeds where url=?", gone)

    def forget(self, before_ms: int) -> None:
        """Removes messages that were sent before this time, and the ended incidents that none is about any more."""
        with self._db:
            self._db.execute("delete from messages where sent_ms < ?", (before_ms,))
            self._db.execute(
                "delete from incidents where ended and incident_id not in "
                "(select incident_id from messages where incident_id is not null)"
            )

    def _message(self, name: Reference) -> tuple[Any, ...] | None:
        return self._one(
            "select outcome, incident_id from messages where sender=? and identifier=? and sent_ms=?", _key(name)
        )

    def _incident(self, incident_id: str) -> tuple[Any, ...] | None:
        return self._one("select * from incidents where incident_id=?", (incident_id,))

    def _one(self, query: str, values: tuple[Any, ...]) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._db.execute(query, values).fetchone()
        return row


def _key(name: Reference) -> tuple[str, str, int]:
    return name.sender, name.identifier, name.sent_ms
