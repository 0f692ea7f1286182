"""Weights of types learn from settled work, and cannot be turned by a wave of wrong answers."""

import random

from dispatch.assistant.adaptation import LEAST_EXAMPLES, MOST, NO_WEIGHTS, adapted, digest, learnt
from dispatch.assistant.incident_types import LikelyType
from dispatch.assistant.judging import Judgement
from tests.dispatch.assistant.judged import example, judgement

FOUND = (
    LikelyType(value="flood", probability=0.5, spans=((0, 1),)),
    LikelyType(value="storm", probability=0.3, spans=((0, 1),)),
)


def storms(count: int, *, by: bool = False, start: int = 0) -> list[Judgement]:
    """Reports that name smoke and turned out to be storms; `by`: all by one volunteer."""
    return [example(start + number, "storm", by=("v-1",) if by else ()) for number in range(count)]


def floods(count: int, start: int = 10_000) -> list[Judgement]:
    return [example(start + number, "flood") for number in range(count)]


def test_what_settled_work_shows_changes_the_order_of_types() -> None:
    found = learnt(storms(200))

    assert found is not None
    assert found.after < found.before
    first, second = adapted(FOUND, {"smoke": 1.0}, found.weights)
    assert (first.value, second.value) == ("storm", "flood")
    assert first.spans == ((0, 1),)
    assert adapted(FOUND, {"water": 1.0}, found.weights)[0].value == "flood"
    assert sum(one.probability for one in (first, second)) < 1.0


def test_without_weights_or_types_nothing_changes() -> None:
    assert adapted(FOUND, {"smoke": 1.0}, NO_WEIGHTS) == FOUND
    assert adapted((), {"smoke": 1.0}, {"smoke": {"storm": 1.0}}) == ()


def test_the_same_examples_give_the_same_weights_in_any_order() -> None:
    judged = [*storms(90), *floods(60)]
    mixed = [*judged, *judged[:20]]
    random.Random(1).shuffle(mixed)

    one, other = learnt(judged), learnt(mixed)

    assert one is not None
    assert one == other
    assert other is not None
    assert digest(one.weights) == digest(other.weights)


def test_a_version_follows_from_the_weights() -> None:
    assert digest(NO_WEIGHTS) == ""
    assert digest({"smoke": {"storm": 0.5}}) == digest({"smoke": {"storm": 0.5}})
    assert digest({"smoke": {"storm": 0.5}}) != digest({"smoke": {"storm": 0.501}})


def test_no_weight_leaves_its_bound() -> None:
    found = learnt(storms(1_000))

    assert found is not None
    assert max(abs(one) for of in found.weights.values() for one in of.values()) <= MOST


def test_one_person_who_answers_wrongly_a_thousand_times_moves_nothing() -> None:
    good = floods(200)

    honest, attacked = learnt(good), learnt([*good, *storms(1_000, by=True)])

    for found in (honest, attacked):
        weights = found.weights if found else NO_WEIGHTS
        assert adapted(FOUND, {"smoke": 1.0}, weights)[0].value == "flood"


def test_too_few_examples_teach_nothing() -> None:
    assert learnt(storms(LEAST_EXAMPLES - 1)) is None
    assert learnt([]) is None
    assert learnt([judgement(number) for number in range(200)]) is None


def test_what_is_as_good_already_stays() -> None:
    first = learnt(storms(200))
    assert first is not None

    assert learnt(storms(200), first.weights) is None
    assert learnt([example(number, "flood", flood=0.999) for number in range(200)]) is None


def test_a_type_that_was_not_found_counts_against_all_that_were() -> None:
    found = learnt([example(number, "earthquake") for number in range(200)])

    assert found is not None
    (first, second) = adapted(FOUND, {"smoke": 1.0}, found.weights)
    assert first.probability + second.probability < 0.8
    assert {first.value, second.value} == {"flood", "storm"}
