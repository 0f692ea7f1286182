"""Which answers hints have an opinion of, and whether they agree."""

from typing import Any

import pytest

from dispatch.assistant.compared_reports import Compared, TextKind, TextOfIncident, against_description, told_again
from dispatch.assistant.contradictions import known_of_incident
from dispatch.assistant.hint_kinds import HintKind
from dispatch.assistant.opinions import SURE_DUPLICATE, Answered, Read, agreement
from dispatch.assistant.translation_slips import has_slips
from dispatch.model.vocabulary import OUTCOMES_OF_TASK, Task
from tests.dispatch.assistant.judged import Hinted, place_hint, type_hint
from tests.dispatch.assistant.test_compared_reports import THREE, TWELVE, found, told

OPEN = {"i-1": "i-1", "i-2": "i-2", "i-old": "i-2"}


def similar(other: str = "i-1", probability: float = 0.9) -> Hinted:
    value = {"incident_id": other, "likeness": 0.5, "reasons": ["same_place"]}
    return Hinted(id=f"h-{other}", kind=HintKind.SIMILAR, value=value, probability=probability)


def of_duplicates(outcome: str, *hints: Hinted, named: str | None = None, **known: Any) -> tuple[str, bool] | None:
    answered = Answered(task=Task.FIND_DUPLICATES, outcome=outcome, incident_id=named)
    said = agreement(answered, Read(hints=[type_hint(), *hints], leads_to=known.get("leads_to", OPEN)))
    return None if said is None else (said[0].id, said[1])


def test_nobody_found_what_the_words_surely_name() -> None:
    assert of_duplicates("none", similar(), similar("i-2", 0.95)) == ("h-i-2", False)
    assert of_duplicates("none", similar(probability=SURE_DUPLICATE)) == ("h-i-1", False)


@pytest.mark.parametrize("hints", [(), (similar(probability=SURE_DUPLICATE - 0.01),)])
def test_what_is_not_sure_asks_nobody(hints: tuple[Hinted, ...]) -> None:
    assert of_duplicates("none", *hints) is None
    assert of_duplicates("duplicate", *hints, named="i-9") is None


def test_an_incident_that_has_ended_meanwhile_is_named_by_no_hint() -> None:
    assert of_duplicates("none", similar(), leads_to={}) is None


def test_the_same_incident_agrees_also_where_it_was_merged() -> None:
    assert of_duplicates("duplicate", similar(), named="i-1") == ("h-i-1", True)
    assert of_duplicates("duplicate", similar("i-old"), named="i-2") == ("h-i-old", True)


def test_another_one_disagrees_unless_a_hint_names_it_as_well() -> None:
    assert of_duplicates("duplicate", similar(), named="i-9") == ("h-i-1", False)
    assert of_duplicates("duplicate", similar(), similar("i-2", 0.3), named="i-2") is None


CONTRADICTED = Hinted(id="h-count", kind=HintKind.CONTRADICTION)


@pytest.mark.parametrize(
    ("outcome", "read", "said"),
    [
        ("confirmed", Read(hints=[type_hint()]), None),
        ("confirmed", Read(hints=[type_hint()], told_again=True), None),
        ("confirmed", Read(hints=[type_hint()], against=[CONTRADICTED]), ("h-count", False)),
        ("false", Read(hints=[type_hint()], against=[CONTRADICTED]), None),
        ("false", Read(hints=[type_hint()], told_again=True), ("h-flood", False)),
        ("false", Read(hints=[], told_again=True), None),
        ("unclear", Read(hints=[type_hint()], against=[CONTRADICTED], told_again=True), None),
    ],
)
def test_a_verification_is_doubted_for_what_its_person_did_not_see(
    outcome: str, read: Read, said: tuple[str, bool] | None
) -> None:
    found_ = agreement(Answered(task=Task.VERIFY_REPORT, outcome=outcome), read)

    assert (None if found_ is None else (found_[0].id, found_[1])) == said


def test_a_translation_is_doubted_for_its_slips_alone() -> None:
    card = Hinted(id="h-card", kind=HintKind.CARD)
    answered = Answered(task=Task.TRANSLATE, outcome="done")

    assert agreement(answered, Read(hints=[card])) is None
    assert agreement(answered, Read(hints=[card], slips=True)) == (card, False)
    assert agreement(answered, Read(hints=[], slips=True)) is None


@pytest.mark.parametrize("task", [Task.CALL_BACK, Task.SUMMARISE, Task.MONITOR_MEDIA, Task.MAP_DAMAGE, None])
def test_of_other_work_hints_have_no_opinion(task: Task | None) -> None:
    everything = Read(
        hints=[type_hint(), place_hint(), similar()],
        leads_to=OPEN,
        against=[CONTRADICTED],
        told_again=True,
        slips=True,
    )

    for outcome in OUTCOMES_OF_TASK.get(task, {"done"}) if task else {"done"}:
        assert agreement(Answered(task=task, outcome=outcome), everything) is None


def test_only_geolocation_and_one_duplicate_can_have_a_hint_that_agrees() -> None:
    """So no other can be settled by one, whatever a plan allows."""
    everything = Read(
        hints=[type_hint(), place_hint(), similar()], leads_to=OPEN, against=[CONTRADICTED], told_again=True, slips=True
    )

    agreed = {
        (task, outcome)
        for task, outcomes in OUTCOMES_OF_TASK.items()
        for outcome in outcomes
        for there in (None, {"type": "Point", "coordinates": place_hint().value["location"]["coordinates"]})
        if (said := agreement(Answered(task=task, outcome=outcome, location=there, incident_id="i-1"), everything))
        and said[1]
    }

    assert agreed == {(Task.GEOLOCATE, "located"), (Task.FIND_DUPLICATES, "duplicate")}


def against(*texts: TextOfIncident, stated: bool = False, incident_type: str | None = None) -> list[str]:
    known = known_of_incident(type_=incident_type, centre=None)
    compared: list[Compared] = found(*texts, known=known)
    return [str(one.value["code"]) for one in against_description(compared, is_type_stated=stated)]


def test_what_another_report_says_otherwise_speaks_against_a_confirmation() -> None:
    assert against(told(THREE), told(TWELVE, TextKind.REPORT, "i-2")) == ["count"]


def test_what_two_other_texts_say_of_each_other_does_not() -> None:
    unclear = told("Атырауда су басты")

    assert against(unclear, told(THREE, TextKind.REPORT, "i-2"), told(TWELVE, TextKind.REPORT, "i-3")) == []


def test_the_type_speaks_only_while_no_person_has_changed_it() -> None:
    fire = told("Пожар, горит многоэтажный дом, дым и пламя из окон")

    assert against(fire, incident_type="flood") == ["type"]
    assert against(fire, incident_type="flood", stated=True) == []


WITNESS = "Наводнение в Атырау, вода поднялась, затопило дома, 3 человека на крыше"


def test_another_witness_tells_the_same_and_a_copy_or_another_event_does_not() -> None:
    own = told("Атырау қаласында су басты, үйде 3 адам қалды")

    assert told_again([own, told(WITNESS, TextKind.REPORT, "i-2")])
    assert not told_again([own])
    assert not told_again([own, told("Атырау қаласында су басты, үйде 3 адам қалды!", TextKind.REPORT, "i-2")])
    assert not told_again([own, told(TWELVE, TextKind.REPORT, "i-2")])
    assert not told_again([own, told("Пожар, горит дом, пламя из окон", TextKind.REPORT, "i-2")])
    assert not told_again([own, told(WITNESS, TextKind.RESULT, "o-2")])


ORIGINAL = "Горит дом на улице Абая 15, внутри двое детей, телефон 8 701 555 12 34"
FAITHFUL = "Абай көшесі 15 үй өртеніп жатыр, ішінде екі бала бар, телефон 8 701 555 12 34"


@pytest.mark.parametrize(
    ("translation", "stated", "slips"),
    [
        (FAITHFUL, "kk", False),
        (FAITHFUL, None, False),
        (FAITHFUL, "kk-KZ", False),
        (FAITHFUL, "de", False),
        (FAITHFUL, "en", True),
        (FAITHFUL.replace("15", "51"), "kk", True),
        (FAITHFUL.replace("екі", "үш"), "kk", True),
        (FAITHFUL.replace("12 34", "12 35"), "kk", True),
        (ORIGINAL, None, True),
        (ORIGINAL, "kk", True),
        ("", "kk", False),
        ("x" * 20_000, "kk", False),
    ],
)
def test_a_translation_keeps_numbers_and_is_in_its_language(translation: str, stated: str | None, slips: bool) -> None:
    assert has_slips(ORIGINAL, translation, stated) is slips
