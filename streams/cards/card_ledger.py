"""What is known of each card: a SQLite file in KOMEK_DATA, so a restart repeats nothing, an update finds its incident, and only
what its source has changed is edited.

No text of a card is kept: of each part of its report a MAC under a key that lies in the same file (0600). It is no protection
from who can read the file, and it needs none: the cards lie beside it. It keeps texts of people out of backups and logs of the
machine.
"""

import hmac
import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

from dispatch.cards.card_steps import Judged, KnownCard
from dispatch.model.plain_reason import plain_reason
from streams.cap.ledger import BadLedger

_TABLES = """
create table if not exists secret (value blob not null);
create table if not exists cards (
    source text, number text, external_id text not null, version integer not null, changed_ms integer not null, incident_id text,
    ended integer not null, said text not null, seen_ms integer not null, primary key (source, number));
create index if not exists cards_by_external on cards (external_id);
"""
_SECRET_BYTES = 32
_MAC_BYTES = 16


class CardLedger:
    """One process at a time writes it; SQLite makes another one wait."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        row = connection.execute("select value from secret").fetchone()
        if row is None:
            with connection:
                connection.execute("insert into secret values (?)", (os.urandom(_SECRET_BYTES),))
            row = connection.execute("select value from secret").fetchone()
        self._secret: bytes = row[0]

    @classmethod
    @contextmanager
    def opened(cls, path: Path | None, *, copied_from: Path | None = None) -> Iterator[Self]:
        """The ledger in this file, created if missing; None: in memory. `copied_from`: a ledger whose contents it begins with,
        for a dry run that must not write.

        Raises:
            BadLedger: it is no SQLite file, or cannot be written.
        """
        try:
            with closing(sqlite3.connect(str(path) if path else ":memory:", timeout=30.0)) as connection:
                if path:
                    path.chmod(0o600)
                if copied_from is not None:
                    with closing(sqlite3.connect(f"file:{copied_from}?mode=ro", uri=True)) as source:
                        source.backup(connection)
                connection.executescript(_TABLES)
                yield cls(connection)
        except (sqlite3.Error, OSError) as error:
            raise BadLedger(f"{path or copied_from}: {plain_reason(error)}") from None

    def known(self, found: Judged) -> KnownCard:
        """What is known of a card, and of the one that takes its place."""
        replacement = self._open_incident(found.card.replaced_by) if found.card.replaced_by else None
        row = self._one(
            "select version, changed_ms, incident_id, ended, said from cards where source=? and number=?",
            (found.card.source, found.card.number),
        )
        if row is None:
            return KnownCard(replacement_id=replacement)
        before, now = json.loads(row[4]), self._said(found)
        # A part that is absent now says nothing.
        changed = frozenset(name for name, mac in now.items() if before.get(name) != mac)
        return KnownCard(
            order=(int(row[0]), int(row[1])),
            changed=changed,
            incident_id=row[2],
            is_ended=bool(row[3]),
            replacement_id=replacement,
        )

    def enter(self, found: Judged, incident_id: str | None, now_ms: int, *, is_ended: bool) -> None:
        """The card is done at this version. A repeat replaces the entry by the same. Parts that are absent keep what was said
        last."""
        card = found.card
        row = self._one("select said from cards where source=? and number=?", (card.source, card.number))
        said = {**(json.loads(row[0]) if row else {}), **self._said(found)}
        values = (*card.order, incident_id, int(is_ended), json.dumps(said), now_ms)
        with self._db:
            self._db.execute(
                "insert or replace into cards values (?,?,?,?,?,?,?,?,?)",
                (card.source, card.number, card.external_id, *values),
            )

    def forget(self, before_ms: int) -> None:
        """Removes cards that nobody has sent since."""
        with self._db:
            self._db.execute("delete from cards where seen_ms < ?", (before_ms,))

    def _open_incident(self, external_id: str) -> str | None:
        row = self._one("select incident_id from cards where external_id=? and not ended", (external_id,))
        return row[0] if row else None

    def _said(self, found: Judged) -> Mapping[str, str]:
        return {name: self._mac(part) for name, part in found.parts.items() if name != "once"}

    def _mac(self, part: Mapping[str, Any]) -> str:
        text = json.dumps(part, sort_keys=True, ensure_ascii=False)
        return hmac.digest(self._secret, text.encode(), sha256)[:_MAC_BYTES].hex()

    def _one(self, query: str, values: tuple[Any, ...]) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self._db.execute(query, values).fetchone()
        return row
