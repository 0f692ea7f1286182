"""Keyed sketches: 512 bits by which the likeness of two texts is seen, and neither text.

Random hyperplanes (Charikar, 2002): a bit says on which side of a plane the vector lies; two vectors differ in as many bits as
their angle is wide. The planes are orthogonal (Ji et al., Super-Bit, 2012), which makes the angle surer, and follow from a key:
nobody without it can try texts against a sketch.
"""

import hashlib
import math
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np

BITS = 512
_SKETCH = re.compile(r"([0-9a-z-]+):([0-9a-f]{128})")
_PERSON = b"komek-sketch"


class Sketcher:
    """`key`: of this purpose alone; `scheme`: the name of the key (`ClientDigests.scheme`). `names`: of all parts that a vector
    may have. Sketches of two keys, or of vectors of two kinds, are not comparable. Making one takes 0.1 s."""

    def __init__(self, key: bytes, scheme: str, names: Sequence[str]) -> None:
        self._scheme = scheme
        seed = hashlib.blake2b(key=key, person=_PERSON).digest()
        drawn = np.frombuffer(hashlib.shake_256(seed).digest(2 * BITS * len(names)), dtype="<i2")
        # Evenly spread around zero before they are made orthogonal.
        spread = (drawn.astype(np.float64) + 0.5).reshape(len(names), BITS)
        self._planes = np.linalg.qr(spread)[0].astype(np.float32)
        self._rows = {name: row for row, name in enumerate(names)}

    def sketch(self, kind: str, parts: Mapping[str, float]) -> str | None:
        """`<scheme>-<kind>:<128 hex digits>` of a vector, given by the names of its parts; None of one without any."""
        known = {self._rows[name]: value for name, value in parts.items() if name in self._rows}
        if not known:
            return None
        values = np.fromiter(known.values(), np.float32, len(known))
        sides = values @ self._planes[list(known)] > 0
        return f"{self._scheme}-{kind}:{np.packbits(sides).tobytes().hex()}"


def likeness(one: str, other: str) -> float | None:
    """The cosine of the two vectors, as far as 512 bits tell it (to some 0.07); None: not comparable."""
    (kind, here), (other_kind, there) = bits_of(one), bits_of(other)
    if not kind or kind != other_kind:
        return None
    different = (here ^ there).bit_count()
    return math.cos(math.pi * different / BITS)


@lru_cache(maxsize=8_192)
def bits_of(sketch: str) -> tuple[str, int]:
    """By what only sketches of one kind and key are comparable, and the bits; ("", 0) of what is no sketch."""
    found = _SKETCH.fullmatch(sketch)
    return ("", 0) if found is None else (found[1], int(found[2], 16))


def kind_of(sketch: str) -> str:
    """Of what kind of vector it is, as `Sketcher.sketch` was told."""
    return sketch.partition(":")[0].rpartition("-")[2]
