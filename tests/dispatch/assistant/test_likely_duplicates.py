"""Which open incidents a report may tell of once more: reasons, order, and what the rules propose."""

from dataclasses import replace

import pytest

from dispatch.assistant.likely_duplicates import LEAST, MOST, DuplicateReason, Told, judged, likely_duplicates
from dispatch.assistant.reading import read
from dispatch.assistant.report_vectors import part_names, report_vector
from dispatch.assistant.sketches import Sketcher
from dispatch.assistant.specifics import Specifics
from dispatch.model.merges import MergeCandidate
from dispatch.model.places import Place

SKETCHER = Sketcher(b"k" * 32, "k1-00000000", part_names())
HERE = Place(lon=76.9, lat=43.25)
NEAR = Place(lon=76.95, lat=43.25)
FAR = Place(lon=71.4, lat=51.1)
CRANE_RU = "На стройке упал кран, крановщик зажат, рабочие рядом"
CRANE_EN = "A crane fell at the construction site, the operator is trapped, workers are around"
CRANE_KK = "Құрылыста кран құлады, жұмысшы қысылып қалды"
OTHER_RU = "Автобус врезался в столб, пассажиры в крови, водитель без сознания"


def told(id_: str, text: str, at: Place | None = HERE, minutes: float = 0) -> Told:
    vector = report_vector(read(text), None)
    sketch = SKETCHER.sketch(vector.kind, vector.parts)
    return Told(
        id=id_,
        told_ms=int(minutes * 60_000),
        types={"road.accident": 1.0},
        places=[(at, 1.0)] if at else (),
        sketches=(sketch,) if sketch else (),
    )


def proposed(id_: str, score: float, *, external_id: bool = False) -> MergeCandidate:
    return MergeCandidate(
        incident_id=id_, score=score, distance_m=0.0, apart_s=0.0, type=1.0, external_id=external_id, reasons=("place",)
    )


@pytest.mark.parametrize("again", [CRANE_EN, CRANE_KK])
def test_the_same_event_in_another_language_comes_before_another_event_of_its_type(again: str) -> None:
    report = told("new", CRANE_RU)
    same, other = told("same", again, minutes=5), told("other", OTHER_RU, minutes=5)

    first, *rest = likely_duplicates(report, [other, same])

    assert first.incident_id == "same"
    assert {
        DuplicateReason.SAME_PLACE,
        DuplicateReason.LIKE_WORDS,
        DuplicateReason.SAME_TYPE,
        DuplicateReason.SAME_TIME,
    } <= set(first.reasons)
    assert all(one.probability < first.probability for one in rest)


def test_to_come_at_the_same_time_alone_makes_no_duplicate() -> None:
    report, other = (Told(id=name, told_ms=1_000) for name in ("new", "old"))
    assert judged(report, other).reasons == (DuplicateReason.SAME_TIME,)

    assert likely_duplicates(report, [other]) == ()


def test_it_does_not_depend_on_the_order_of_what_is_open() -> None:
    report = told("new", CRANE_RU)
    others = [told(f"i{number}", text) for number, text in enumerate((CRANE_EN, CRANE_KK, OTHER_RU) * 4)]

    found = likely_duplicates(report, others)

    assert found == likely_duplicates(report, others[::-1])
    assert len(found) <= MOST
    assert [one.probability for one in found] == sorted((one.probability for one in found), reverse=True)
    assert all(one.reasons and 0 <= one.probability <= 1 for one in found)


def test_each_sign_moves_the_probability_its_way() -> None:
    report, other = replace(told("new", CRANE_RU), people=3), replace(told("old", OTHER_RU), people=3)
    plain = judged(report, other).probability

    assert judged(report, replace(other, people=40)).probability < plain
    assert judged(report, replace(other, places=[(FAR, 1.0)])).probability < plain
    assert judged(report, replace(other, types={"flood": 1.0})).probability < plain
    assert judged(report, replace(other, told_ms=8 * 3_600_000)).probability < plain
    by_phone = judged(replace(report, phones=frozenset("p")), replace(other, phones=frozenset("p")))
    assert by_phone.probability >= plain
    assert by_phone.reasons[0] is DuplicateReason.SAME_PHONE


def test_near_is_another_reason_than_the_same_place_and_says_how_far() -> None:
    found = judged(told("new", CRANE_RU), told("old", CRANE_EN, at=NEAR))

    assert DuplicateReason.NEAR_PLACE in found.reasons
    assert DuplicateReason.SAME_PLACE not in found.reasons
    assert found.apart_m == pytest.approx(4_050, rel=0.02)


def test_without_sketches_it_is_judged_by_the_rest() -> None:
    found = judged(replace(told("new", CRANE_RU), sketches=()), told("old", CRANE_EN))

    assert found.likeness is None
    assert DuplicateReason.LIKE_WORDS not in found.reasons
    assert DuplicateReason.SAME_PLACE in found.reasons


def test_what_the_rules_propose_is_there_and_no_less_probable() -> None:
    report = told("new", CRANE_RU)
    strange = told("strange", OTHER_RU, at=FAR, minutes=20)
    crowd = [told(f"i{number}", CRANE_EN) for number in range(2 * MOST)]

    found = {
        one.incident_id: one
        for one in likely_duplicates(report, [*crowd, strange], [proposed("strange", 0.98, external_id=True)])
    }

    assert found["strange"].probability >= 0.98
    assert DuplicateReason.SAME_NUMBER in found["strange"].reasons
    assert "strange" not in {one.incident_id for one in likely_duplicates(report, [strange]) if one.probability >= 0.5}


def test_a_report_is_no_duplicate_of_itself_and_a_drill_none_of_a_real_event() -> None:
    report = told("new", CRANE_RU)

    assert likely_duplicates(report, [replace(report), replace(told("drill", CRANE_RU), exercise=True)]) == ()


def test_nothing_without_a_reason_or_below_the_least_is_shown() -> None:
    unlike = replace(told("old", OTHER_RU, at=FAR, minutes=600), types={"flood": 1.0})

    assert all(one.probability >= LEAST and one.reasons for one in likely_duplicates(told("new", CRANE_RU), [unlike]))
    assert likely_duplicates(told("new", CRANE_RU), [unlike]) == ()


def of_house(number: int, id_: str, at: Place) -> Told:
    said = Specifics(facts={"house": frozenset({str(number)})})
    return replace(told(id_, CRANE_RU, at), sketches=(), specifics=said)


def test_one_house_speaks_for_one_event_and_another_one_against() -> None:
    report = of_house(14, "new", HERE)

    same, other = judged(report, of_house(14, "same", HERE)), judged(report, of_house(90, "other", HERE))

    assert DuplicateReason.SAME_ADDRESS in same.reasons
    assert same.probability > other.probability


def test_a_house_of_another_town_is_no_reason() -> None:
    far = judged(of_house(14, "new", HERE), of_house(14, "far", FAR))

    assert DuplicateReason.SAME_ADDRESS not in far.reasons


def test_what_differs_alone_shows_no_incident() -> None:
    report, other = of_house(14, "new", HERE), of_house(90, "other", HERE)
    unlike = replace(other, types={}, places=(), told_ms=10**9)
    by_rules = proposed("other", 0.5)

    assert likely_duplicates(replace(report, types={}, places=()), [unlike], [by_rules]) == ()
