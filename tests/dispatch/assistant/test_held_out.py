"""Messages that nothing was learnt from: what the assistant reads in words of others. No list may be completed from them."""

from itertools import combinations

import pytest

from dispatch.assistant.contradictions import Against
from dispatch.assistant.incident_types import NONE
from dispatch.assistant.likely_duplicates import built_in_weights
from dispatch.assistant.vector_data import built_in_vector_data
from tests.dispatch.assistant.help_figures import contradictions_found, read_once
from tests.dispatch.assistant.labelled import FACTS, HELD_OUT, Message, messages, shares
from tests.dispatch.assistant.place_figures import is_right
from tests.dispatch.assistant.vector_figures import auc
from tests.dispatch.assistant.vector_training import examples, pairs

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def held_out() -> tuple[Message, ...]:
    return messages(HELD_OUT)


def test_they_tell_of_other_events_in_other_words(held_out: tuple[Message, ...]) -> None:
    known = messages()

    assert len(held_out) >= 60
    assert {message.variety for message in held_out} == {"kk", "kk-rukbd", "kk-latin", "ru", "en", "mixed"}
    assert not {message.event for message in held_out} & {message.event for message in known}
    assert not {message.text for message in held_out} & {message.text for message in known}


def test_types_by_words(held_out: tuple[Message, ...]) -> None:
    reports = [message for message in held_out if message.type is not None]
    shown = {message.msg: read_once(message.text).types for message in held_out}

    among = sum(message.type in [one.value for one in shown[message.msg]] for message in reports)
    first = sum(bool(shown[one.msg]) and shown[one.msg][0].value in one.types_ok for one in reports)
    nothing = [message for message in held_out if message.type is None]
    sure = sum(any(one.probability >= 0.8 for one in shown[message.msg]) for message in nothing)

    assert among / len(reports) >= 0.9
    assert first / len(reports) >= 0.85
    assert sure <= 1
    assert all(one.value != NONE for types in shown.values() for one in types)


def test_places(held_out: tuple[Message, ...]) -> None:
    first = three = 0
    for message in held_out:
        assert message.place is not None
        places = [is_right(one.known, message.place) for one in read_once(message.text).places]
        first += any(places[:1])
        three += any(places[:3])

    assert first / len(held_out) >= 0.85
    assert three / len(held_out) >= 0.93


def test_the_place_to_which_a_road_leads_does_not_outrank_the_one_it_is_measured_from(
    held_out: tuple[Message, ...],
) -> None:
    on_a_road = [message for message in held_out if message.event in ("n-024", "n-025", "n-026")]

    for message in on_a_road:
        assert message.place is not None
        assert is_right(read_once(message.text).places[0].known, message.place), message.text


def test_one_event_is_told_from_others_of_its_type_as_if_in_one_town() -> None:
    known = examples(None, HELD_OUT)
    made = list(pairs(known, built_in_vector_data(), is_one_town=True, with_embedder=False))

    across = [(pair.probability(built_in_weights()), pair.is_same, 1.0) for pair in made if pair.is_across]

    assert auc(across) >= 0.95


def test_facts_and_contradictions(held_out: tuple[Message, ...]) -> None:
    found = {one.name: one for one in shares((*FACTS, contradictions_found), held_out)}

    assert found["phone: exact"].value == 1.0
    assert found["people: exact"].value >= 0.85
    assert found["when: right"].value >= 0.9
    assert found[f"contradiction of {Against.TIME}: found"].value >= 0.6
    assert found[f"contradiction of {Against.COUNT}: found"].value == 1.0
    assert found[f"contradiction of {Against.TIME}: none where labels agree"].value >= 0.97
    assert found[f"contradiction of {Against.COUNT}: none where labels agree"].value >= 0.97


def test_towns_have_several_events_of_a_type(held_out: tuple[Message, ...]) -> None:
    reports = {message.event: message for message in held_out if message.type is not None and message.place}
    twins = [
        (one, other)
        for one, other in combinations(reports.values(), 2)
        if one.type == other.type and one.place and other.place and one.place["name"] == other.place["name"]
    ]

    assert len(twins) >= 15
