"""A fingerprint that allows two texts to be compared without storing either.

SimHash (Charikar 2002) over groups of three letters, which need no dictionary and tolerate the endings of Kazakh and Russian.
Each group is hashed under a key derived from the data key, so words cannot be tested against a fingerprint without the key. Even
with the key, 64 bits summed over a whole text reveal no word. Texts that share most of their groups differ in few bits, unrelated
texts in about half of them.
"""

import hashlib
import re
import unicodedata

from streams.wire.client_digests import ClientDigests, Purpose

BITS = 64
GROUP = 3
FEWEST_GROUPS = 12
"""Shorter texts ("пожар") match by chance, and their fingerprint would reveal too much."""

MOST_LETTERS = 2_000
"""Only the beginning is hashed, at 5 µs per letter: it says what happened."""

_NOT_LETTERS = re.compile(r"[\W_]+")


def fingerprint(text: str | None, digests: ClientDigests) -> str | None:
    """`<scheme>:<16 hex digits>`; None for a text with fewer than `FEWEST_GROUPS` groups."""
    groups = _groups((text or "")[:MOST_LETTERS])
    if len(groups) < FEWEST_GROUPS:
        return None
    key = digests.key(Purpose.TEXT)
    sums = [0] * BITS
    # Each group votes on every bit; similar sets of groups give mostly the same majorities.
    for group in groups:
        number = _hashed(group, key)
        for bit in range(BITS):
            sums[bit] += 1 if number >> bit & 1 else -1
    return f"{digests.scheme}:{sum(1 << bit for bit in range(BITS) if sums[bit] > 0):016x}"


def _groups(text: str) -> set[str]:
    # NFKC and casefold first: the same letters arrive in several encodings and cases.
    plain = _NOT_LETTERS.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()
    return {plain[at : at + GROUP] for at in range(len(plain) - GROUP + 1)}


def _hashed(group: str, key: bytes) -> int:
    keyed = hashlib.blake2b(group.encode(), digest_size=8, key=key, person=b"komek-text")
    return int.from_bytes(keyed.digest(), "big")
