"""Hints: what is read out of a text, in the form in which people see it."""

import json

import pytest

from dispatch.assistant.hint_kinds import KINDS_OF, HintKind, HintTask, hint_id
from dispatch.assistant.hints import hints_of
from dispatch.assistant.reading import read
from dispatch.model.vocabulary import Task
from tests.dispatch.assistant.labelled import Message, messages

ACCIDENT = "Трасса М-36, 20 км от Костаная, два автобуса, 12 человек, пожара нет, тел 87015551234"


def test_each_kind_of_value_becomes_a_hint_with_its_spans() -> None:
    hints = {hint.kind: hint for hint in reversed(hints_of(read(ACCIDENT)))}

    assert hints[HintKind.LANGUAGE].value == {"value": "ru"}
    assert hints[HintKind.TYPE].value == {"value": "road.accident"}
    assert hints[HintKind.PLACE].value["name"]["en"] == "Kostanay"
    assert hints[HintKind.PLACE].value["distance_m"] == 20_000
    assert hints[HintKind.ROAD].value == {"code": "M-36"}
    assert hints[HintKind.PEOPLE].value["count"] == 12
    assert hints[HintKind.PHONE].value["normal"] == "+77015551234"
    assert hints[HintKind.DENIED].value == {"what": "fire"}
    assert "place" not in hints[HintKind.MISSING].value["facts"]


@pytest.mark.parametrize("message", messages()[::5], ids=lambda one: one.msg)
def test_a_hint_points_into_the_text_and_can_be_sent_as_json(message: Message) -> None:
    for hint in hints_of(read(message.text)):
        assert hint.spans or hint.kind is HintKind.MISSING
        assert all(0 <= start < end <= len(message.text) for start, end in hint.spans)
        assert json.loads(json.dumps(hint.value)) == hint.value
        assert hint.probability is None or 0 <= hint.probability < 1


@pytest.mark.parametrize("text", ["", "!!! ???", "🔥🔥🔥", "12345"])
def test_a_text_without_words_gives_no_hint(text: str) -> None:
    assert [hint for hint in hints_of(read(text)) if hint.kind is not HintKind.PHONE] == []


def test_the_same_text_read_by_the_same_version_has_the_same_ids() -> None:
    assert hint_id("incident:1", "v1", 0) == hint_id("incident:1", "v1", 0)
    assert len({hint_id(source, version, 0) for source in "ab" for version in "xy"}) == 4


def test_every_kind_of_digital_work_but_drawing_a_map_has_hints() -> None:
    assert {one.value for one in HintTask} - {"report", "transcription", "picture"} == {one.value for one in Task} - {
        Task.MAP_DAMAGE.value
    }
    assert set(KINDS_OF) == set(HintTask)
