"""Which open incidents a text may tell of once more: those of the log and of the texts that were read."""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from dispatch.assistant.hint_kinds import HintKind
from dispatch.assistant.likely_duplicates import DuplicateReason, LikelyDuplicate, Told
from dispatch.model.decisions import Decision
from dispatch.model.events import Event
from dispatch.model.incident_events import IncidentCancelled, IncidentClosed, IncidentReopened, IncidentReported
from dispatch.model.incidents import Incident
from dispatch.model.merge_events import IncidentMerged, IncidentUnmerged
from dispatch.model.places import Area
from dispatch.model.private_refs import report_ref
from dispatch.model.vocabulary import IncidentStatus
from streams.assistant import known_reports
from streams.assistant.known_reports import (
    LIKEST,
    MOST,
    MOST_TEXTS,
    NEAREST,
    NEWEST,
    SAME_PHONE,
    KnownReports,
    similar_hints,
)
from streams.assistant.report_reader import TextRead, sketcher_of, words_alone
from streams.wire.client_digests import ClientDigests, Purpose
from tests.support.api_fakes import DATA_KEY
from tests.support.builders import INCIDENT, NOW_MS, decision, incident, point

DIGESTS = ClientDigests(DATA_KEY)
READER = words_alone(sketcher_of(DIGESTS))
OTHER = INCIDENT[:-1] + "0"
KAZAKH = "Атырауда су басты, үйде 3 адам қалды, телефон 8 701 555 12 34"
RUSSIAN = "В Атырау затопило дом, внутри 3 человека, тел 87015551234"
FIRE = "Пожар в Караганде, горит сарай"
ATYRAU = point(lon=51.92, lat=47.1)


def known(newest: int = NEWEST) -> KnownReports:
    return KnownReports(lambda number: DIGESTS.digest(Purpose.TOLD_PHONE, number), newest)


def reported(incident_id: str = INCIDENT, area: Area | None = ATYRAU, type_: str = "flood") -> Decision:
    state = incident()
    event = IncidentReported(
        type=type_,
        priority=state.priority,
        area=area,
        language=None,
        requirements=(),
        plan_version="1",
        reported_by="operator",
        reported_ms=NOW_MS,
        logged_ms=NOW_MS,
        external_id=None,
        body_digest="digest",
    )
    return replace(decision(event), incident_id=incident_id)


def state(**changes: Any) -> Incident:
    return replace(incident(), **{"area": ATYRAU, "type": "flood", **changes})


@cache
def read(text: str) -> TextRead:
    return READER.read(text)


def hear(reports: KnownReports, text: str = KAZAKH, incident_id: str = INCIDENT, ref: str = "") -> None:
    found = read(text)
    reports.heard(incident_id, ref or report_ref(incident_id), reports.heard_in(found.reading, found.sketch))


def similar(reports: KnownReports, text: str, **more: Any) -> dict[str, tuple[DuplicateReason, ...]]:
    found = read(text)
    return {
        one.incident_id: one.reasons for one in reports.similar(found.reading, found.sketch, told_ms=NOW_MS, **more)
    }


def test_a_report_in_another_language_finds_the_incident_that_it_tells_of() -> None:
    reports = known()
    reports.note(reported())
    hear(reports)

    (found,) = similar(reports, RUSSIAN).items()

    assert found[0] == INCIDENT
    assert {DuplicateReason.SAME_PHONE, DuplicateReason.SAME_PEOPLE, DuplicateReason.SAME_TYPE} <= set(found[1])


def test_another_event_elsewhere_is_not_named() -> None:
    reports = known()
    reports.note(reported())

    assert similar(reports, FIRE) == {}


def test_an_incident_is_not_like_itself() -> None:
    reports = known()
    reports.note(reported())
    reports.note(reported(OTHER))

    assert set(similar(reports, KAZAKH, incident_id=INCIDENT)) == {OTHER}


@pytest.mark.parametrize(
    ("end", "way_back"),
    [
        (IncidentClosed(by="operator"), IncidentReopened(by="operator", requirements=())),
        (IncidentCancelled(by="operator"), IncidentReopened(by="operator", requirements=())),
        (IncidentMerged(into=INCIDENT, by="operator"), IncidentUnmerged(was_in=INCIDENT, by="operator")),
    ],
)
def test_an_incident_that_has_ended_is_not_named_until_it_is_open_again(end: Event, way_back: Event) -> None:
    reports = known()
    reports.note(reported(OTHER))

    reports.note(replace(decision(end), incident_id=OTHER))
    assert similar(reports, KAZAKH) == {}

    reports.note(replace(decision(way_back), incident_id=OTHER))
    assert set(similar(reports, KAZAKH)) == {OTHER}


def test_drills_are_compared_with_drills_alone() -> None:
    reports = known()
    reports.note(reported())

    assert similar(reports, KAZAKH, exercise=True) == {}


def test_a_decision_that_comes_again_takes_nothing_away() -> None:
    reports = known()
    reports.note(reported())
    hear(reports)
    reports.note(reported())

    assert DuplicateReason.SAME_PHONE in similar(reports, RUSSIAN)[INCIDENT]


def test_what_is_remembered_is_bounded() -> None:
    reports = known()
    first = f"i-8320e5-{0:032x}"
    hear(reports, incident_id=first)
    for number in range(MOST + 10):
        reports.note(reported(f"i-8320e5-{number:032x}"))

    assert len(reports) == MOST
    assert reports.texts_of(first) == ()


def test_of_one_incident_the_newest_texts_are_remembered() -> None:
    reports = known()
    for number in range(MOST_TEXTS + 2):
        hear(reports, ref=f"text-{number}")
    hear(reports, ref="text-4")

    assert reports.texts_of(INCIDENT) == (*(f"text-{n}" for n in (2, 3, 5, 6, 7, 8, 9)), "text-4")


def test_a_text_may_come_before_its_incident() -> None:
    reports = known()
    hear(reports)

    assert similar(reports, RUSSIAN) == {}
    reports.stands(state())
    assert DuplicateReason.SAME_PHONE in similar(reports, RUSSIAN)[INCIDENT]


@pytest.mark.parametrize(
    ("changes", "is_named"),
    [
        ({}, True),
        ({"status": IncidentStatus.IN_PROGRESS}, True),
        ({"status": IncidentStatus.CLOSED}, False),
        ({"status": IncidentStatus.CANCELLED}, False),
        ({"merged_into": OTHER}, False),
        # A drill is compared with drills.
        ({"exercise": True}, False),
    ],
)
def test_the_state_of_an_incident_says_whether_it_is_named(changes: dict[str, Any], is_named: bool) -> None:
    reports = known()
    reports.stands(state(**changes))

    assert (INCIDENT in similar(reports, KAZAKH)) is is_named


def test_an_incident_is_known_as_it_is_now() -> None:
    reports = known()
    reports.stands(state(area=point(lon=76.95, lat=43.24), type="storm"))
    reports.stands(state())

    assert {DuplicateReason.SAME_PLACE, DuplicateReason.SAME_TYPE} <= set(similar(reports, KAZAKH)[INCIDENT])


def test_a_text_that_was_erased_says_nothing_any_more() -> None:
    reports = known()
    reports.stands(state())
    hear(reports)

    reports.forget(INCIDENT, report_ref(INCIDENT))

    assert {DuplicateReason.SAME_PHONE, DuplicateReason.SAME_PEOPLE}.isdisjoint(similar(reports, RUSSIAN)[INCIDENT])


def other_towns(reports: KnownReports, count: int) -> None:
    """Fires in other towns, all later than what is looked for."""
    for number in range(count):
        there = point(lon=60.0 + number % 200 / 10, lat=50.0 + number % 37 / 10)
        id_ = f"i-8320e5-{number:032x}"
        reports.note(reported(id_, there, "fire.building"))
        hear(reports, FIRE, id_)


@pytest.mark.parametrize(
    ("area", "heard", "asked"),
    [
        (ATYRAU, None, "В Атырау потоп"),
        (None, KAZAKH, "Вода затопила дом, внутри 3 человека"),
        (None, "Бірдеңе болды, телефон 8 701 555 12 34", "Помогите, тел 87015551234"),
    ],
    ids=["by its place", "by its words", "by its number"],
)
def test_among_many_the_one_is_found_as_if_all_were_compared(area: Area | None, heard: str | None, asked: str) -> None:
    some, every = known(), known(newest=MOST)
    for reports in (some, every):
        reports.note(reported(OTHER, area))
        if heard is not None:
            hear(reports, heard, OTHER)
        other_towns(reports, 1_000)

    assert OTHER in similar(every, asked)
    assert similar(some, asked) == similar(every, asked)


def test_a_number_that_a_thousand_reports_name_makes_none_of_them_compared_with_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reports = known()
    for number in range(1_000):
        name = f"{INCIDENT[:-4]}{number:04}"
        reports.note(reported(name))
        hear(reports, incident_id=name)
    compared: list[int] = []

    def counted(_: Told, others: Iterable[Told]) -> tuple[LikelyDuplicate, ...]:
        compared.append(len(list(others)))
        return ()

    monkeypatch.setattr(known_reports, "likely_duplicates", counted)
    assert similar(reports, KAZAKH) == {}
    assert 0 < compared[0] <= NEAREST + LIKEST + NEWEST + SAME_PHONE


def test_hints_about_other_incidents_give_ids_and_reasons() -> None:
    reports = known()
    reports.note(reported())
    found = read(KAZAKH)

    (hint,) = similar_hints(reports.similar(found.reading, found.sketch, told_ms=NOW_MS))

    assert hint.kind is HintKind.SIMILAR
    assert hint.value["incident_id"] == INCIDENT
    assert "same_type" in hint.value["reasons"]


def test_a_sketch_says_nothing_of_the_text_and_differs_by_key() -> None:
    sketch = read(KAZAKH).sketch
    other = words_alone(sketcher_of(ClientDigests(bytes(32)))).read(KAZAKH).sketch

    assert sketch is not None
    assert other is not None
    assert "Атырау" not in sketch
    assert sketch.split(":")[1] != other.split(":")[1]


HOUSE = "Горит квартира, улица Абая 14, третий этаж, Атырау"
SAME_HOUSE = "Атырау, Абай көшесі 14, 3-қабатта пәтер өртеніп жатыр"


def test_an_address_that_both_state_is_a_reason_in_any_language() -> None:
    reports = known()
    reports.note(reported())
    hear(reports, HOUSE)

    assert DuplicateReason.SAME_ADDRESS in similar(reports, SAME_HOUSE)[INCIDENT]


def test_what_the_text_says_specifically_is_not_lost_when_its_hints_come_back_from_the_log() -> None:
    reports = known()
    reports.note(reported())
    hear(reports, HOUSE)
    reports.heard(INCIDENT, report_ref(INCIDENT), reports.heard_of(read(HOUSE).sketch, None, ()))

    assert DuplicateReason.SAME_ADDRESS in similar(reports, SAME_HOUSE)[INCIDENT]


def test_a_text_that_is_another_now_says_nothing_of_what_it_said() -> None:
    reports = known()
    reports.note(reported())
    hear(reports, HOUSE)
    reports.heard(INCIDENT, report_ref(INCIDENT), reports.heard_of(read(FIRE).sketch, None, ()))

    assert DuplicateReason.SAME_ADDRESS not in similar(reports, SAME_HOUSE).get(INCIDENT, ())
