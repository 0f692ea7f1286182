"""Keyed digests as the core sees them: opaque texts that the API makes and the core only compares.

Digests that are compared outside an index are `<scheme>:<hex digits>`; the scheme names the version and the key. Records written
before digests were keyed have no scheme, and no digest of their external id.
"""

import unicodedata
from typing import Protocol

from dispatch.model.ids import derived


class Numbered(Protocol):
    """A report or an incident that may have a number in another system."""

    @property
    def external_id(self) -> str | None: ...
    @property
    def external_digest(self) -> str | None: ...


def are_comparable(one: str, other: str) -> bool:
    """Whether equality of the two says something about what was hashed: they have the same scheme, or both have none."""
    return one.rpartition(":")[0] == other.rpartition(":")[0]


def plain_external_id(external_id: str | None) -> str | None:
    """The form of an external id that is hashed; None without one.

    Ignores surrounding white space, case and Unicode composition (NFKC).
    """
    return unicodedata.normalize("NFKC", external_id or "").strip().casefold() or None


def external_digest(record: Numbered) -> str | None:
    """The digest by which incidents with one number find each other; None without a number."""
    if record.external_digest is not None:
        return record.external_digest
    # A record from before the digest was part of the report. It must not change: the index in Redis is named by it.
    plain = plain_external_id(record.external_id)
    return derived("external", plain).hex if plain else None
