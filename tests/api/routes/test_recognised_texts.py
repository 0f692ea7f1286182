"""Recordings and pictures are written down for operators by a model of the deployer: a draft, and nothing of it stays."""

import asyncio
from typing import Any

import pytest

from api.process.media_models import MOST_AT_ONCE, MediaModels
from api.routes.recognised_texts import LIMIT
from dispatch.assistant.hint_kinds import HintTask
from dispatch.assistant.media_types import PICTURES, RECORDINGS
from streams.assistant.model_port import ModelUnavailable
from tests.api.routes.test_assistant import switch
from tests.support.api_fakes import HEARD, FakeMedia
from tests.support.api_world import World, code

TEXT = HEARD
WAV = b"RIFF\x24\x00\x00\x00WAVEfmt "
PNG = b"\x89PNG\r\n\x1a\n\x00\x01"
SAMPLES = {
    "audio/wav": WAV,
    "audio/ogg": b"OggS\x00",
    "audio/webm": b"\x1aE\xdf\xa3\x01",
    "audio/mpeg": b"ID3\x04",
    "audio/mp4": b"\x00\x00\x00\x18ftypM4A ",
    "audio/flac": b"fLaC\x00",
    "image/jpeg": b"\xff\xd8\xff\xe0",
    "image/png": PNG,
    "image/webp": b"RIFF\x00\x00\x00\x00WEBP",
}


@pytest.fixture
def media(world: World) -> FakeMedia:
    model = FakeMedia()
    world.media_models = MediaModels({HintTask.TRANSCRIPTION: model, HintTask.PICTURE: model})
    world.restart()
    return model


async def sent(
    world: World, what: str = "transcription", content: bytes = WAV, kind: str = "audio/wav", role: str = "operator"
) -> Any:
    path = f"/v1/assistant/{what}"
    return await world.ask("POST", path, raw=content, headers={"Content-Type": kind}, role=role)


async def test_a_recording_becomes_a_marked_draft_and_nothing_is_stored(world: World, media: FakeMedia) -> None:
    answer = await sent(world)

    told = answer.json()
    assert answer.status_code == 200
    assert (told["made_by"], told["text"], told["model"]) == ("assistant", TEXT, "ears")
    assert told["language"]["value"] == "kk"
    assert media.sent == [(WAV, "audio/wav")]
    assert world.log.messages == []


@pytest.mark.usefixtures("media")
async def test_its_words_go_the_way_of_every_text(world: World) -> None:
    text = (await sent(world)).json()["text"]

    read = (await world.ask("POST", "/v1/assistant/report", {"text": text})).json()

    assert read["types"][0]["value"] == "flood"
    assert text[slice(*read["people"][0]["spans"][0])] == "3 адам"


@pytest.mark.parametrize("kind", SAMPLES)
async def test_each_kind_that_is_taken_is_known_by_its_first_bytes(world: World, media: FakeMedia, kind: str) -> None:
    what = "picture" if kind in PICTURES else "transcription"

    taken = await sent(world, what, SAMPLES[kind], kind)
    refused = await sent(world, what, b"MZ\x90\x00" + SAMPLES[kind], kind)

    assert (taken.status_code, refused.status_code) == (200, 415)
    assert len(media.sent) == 1


def test_every_kind_has_a_sample() -> None:
    assert set(SAMPLES) == set(RECORDINGS) | set(PICTURES)


@pytest.mark.parametrize(
    ("what", "kind", "content"),
    [
        ("transcription", "image/png", PNG),
        ("picture", "audio/wav", WAV),
        ("transcription", "application/json", b"{}"),
        ("picture", "image/svg+xml", b"<svg/>"),
        ("picture", "", PNG),
        ("transcription", "audio/wav", b""),
    ],
)
async def test_other_content_is_refused_and_goes_to_nobody(
    world: World, media: FakeMedia, what: str, kind: str, content: bytes
) -> None:
    assert (await sent(world, what, content, kind)).status_code == 415
    assert media.sent == []


async def test_too_much_is_refused_and_goes_to_nobody(world: World, media: FakeMedia) -> None:
    whole = await sent(world, content=WAV + bytes(LIMIT - len(WAV)))
    more = await sent(world, content=WAV + bytes(LIMIT - len(WAV) + 1))

    assert (whole.status_code, more.status_code, code(more)) == (200, 413, "body_too_large")
    assert len(media.sent) == 1


@pytest.mark.parametrize("role", ["volunteer", "admin", "monitor", "tracker"])
async def test_only_operators_have_it_written_down(world: World, media: FakeMedia, role: str) -> None:
    assert (await sent(world, role=role)).status_code == 403
    assert media.sent == []


async def test_without_a_model_it_is_off(world: World) -> None:
    assert code(await sent(world)) == "assistant_off"
    assert (await world.ask("GET", "/v1/assistant")).json()["media"] == []


@pytest.mark.usefixtures("media")
async def test_what_has_a_model_is_told(world: World) -> None:
    assert (await world.ask("GET", "/v1/assistant")).json()["media"] == ["transcription", "picture"]


@pytest.mark.parametrize("path", ["", "/transcription"])
async def test_switched_off_it_goes_to_nobody(world: World, media: FakeMedia, path: str) -> None:
    await switch(world, path, mode="off")

    assert code(await sent(world)) == "assistant_off"
    assert media.sent == []
    assert (await sent(world, "picture", PNG, "image/png")).status_code == (200 if path else 503)


@pytest.mark.usefixtures("media")
async def test_switched_off_in_a_language_its_words_are_not_told(world: World) -> None:
    await switch(world, "/transcription", mode="off", language="kk")

    answer = await sent(world)

    assert code(answer) == "assistant_off"
    assert TEXT not in answer.text


async def test_a_model_that_fails_is_busy(world: World, media: FakeMedia) -> None:
    media.trouble = ModelUnavailable("unusable")

    answer = await sent(world)

    assert (code(answer), answer.headers["retry-after"]) == ("assistant_busy", "5")


async def test_more_than_a_few_at_once_are_busy_and_places_come_back(world: World, media: FakeMedia) -> None:
    media.goes_on.clear()
    first = [asyncio.ensure_future(sent(world)) for _ in range(MOST_AT_ONCE)]
    await media.is_full.wait()

    refused = await sent(world)
    media.goes_on.set()

    assert code(refused) == "assistant_busy"
    assert [(await one).status_code for one in first] == [200] * MOST_AT_ONCE
    assert (await sent(world)).status_code == 200


@pytest.mark.usefixtures("media")
async def test_the_audit_says_who_had_it_written_down_and_nothing_of_it(world: World) -> None:
    await sent(world)
    await sent(world, "picture", PNG, "image/png")

    entries = [one for one in world.log.audits if one.action.startswith("assistant.")]

    assert [(one.actor, one.action, one.subject) for one in entries] == [
        ("operator-1", "assistant.transcription", ""),
        ("operator-1", "assistant.picture", ""),
    ]
