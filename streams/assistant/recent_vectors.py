"""Vectors of the newest texts, remembered for minutes: what is told by telephone is read when it is typed and again when it is
reported, and a text that many send is read many times. To make a vector takes most of the time of a reading."""

import hashlib
import secrets
from collections import OrderedDict

from dispatch.assistant.embedding import Embedder, Vector
from streams import clock

MOST = 256
"""A reading makes some ten vectors; 256 take half a megabyte."""
KEPT_S = 600.0
"""An erased text leaves a vector behind for as long as this, in memory and under a key that nobody else has."""


class RecentVectors:
    """An `Embedder` that asks another one only for texts that it has not read lately."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._key = secrets.token_bytes(32)
        self._kept: OrderedDict[bytes, tuple[float, Vector]] = OrderedDict()

    @property
    def name(self) -> str:
        return self._embedder.name

    def vector(self, text: str) -> Vector:
        now_s = clock.monotonic_s()
        while self._kept and now_s - next(iter(self._kept.values()))[0] > KEPT_S:
            self._kept.popitem(last=False)
        # Lone surrogates are texts as well.
        mark = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), key=self._key, digest_size=32).digest()
        known = self._kept.get(mark)
        if known is not None:
            return known[1]
        made = self._embedder.vector(text)
        # Whoever got it must not change what the next one gets.
        made.setflags(write=False)
        self._kept[mark] = (now_s, made)
        if len(self._kept) > MOST:
            self._kept.popitem(last=False)
        return made
