"""The texts about one incident held against each other."""

from dataclasses import replace

import pytest

from dispatch.assistant.claims import ClaimedPlace, Claims, claims_of
from dispatch.assistant.compared_reports import (
    MOST_FOUND,
    MOST_TEXTS,
    Compared,
    TextKind,
    TextOfIncident,
    as_told_of_description,
    compared,
)
from dispatch.assistant.contradictions import known_of_incident
from dispatch.assistant.hint_kinds import HintKind, hint_id
from dispatch.assistant.hints import hints_of
from dispatch.assistant.reading import read
from dispatch.assistant.sealed_claims import claims_of_hints
from dispatch.model.places import Place
from streams.wire import HintPrivate
from tests.dispatch.assistant.labelled import Message, messages

NOTHING = Claims()
ATYRAU = Place(lon=51.92, lat=47.11)
THREE = "Атырау қаласында су басты, үйде 3 адам қалды"
TWELVE = "Наводнение в Атырау, в доме осталось 12 человек"


def sealed(text: str, source: str) -> tuple[HintPrivate, ...]:
    return tuple(
        HintPrivate(
            id=hint_id(source, "1", at), kind=one.kind, value=one.value, spans=one.spans, probability=one.probability
        )
        for at, one in enumerate(hints_of(read(text)))
    )


def told(text: str, kind: TextKind = TextKind.DESCRIPTION, of: str | None = None) -> TextOfIncident:
    return TextOfIncident(ref=f"{kind} {of}", kind=kind, of=of, hints=sealed(text, f"{kind} {of}"), text=text)


def found(*texts: TextOfIncident, known: Claims = NOTHING) -> list[Compared]:
    return list(compared(texts, known))


@pytest.mark.parametrize("message", messages()[::3], ids=lambda one: one.msg)
def test_sealed_hints_claim_what_the_text_claims(message: Message) -> None:
    reading = read(message.text)

    of_text, of_hints = claims_of(reading), claims_of_hints(sealed(message.text, "s"))

    assert _bare(of_hints) == _bare(of_text)
    assert [one.region is None for one in of_hints.places] == [one.region is None for one in of_text.places]
    assert all(set(one.spans) >= set(other.spans) for one, other in zip(of_hints.places, of_text.places, strict=True))


def _bare(claims: Claims) -> Claims:
    return replace(claims, places=tuple(replace(one, region=None, spans=()) for one in claims.places))


def test_two_numbers_of_people_contradict_each_other_with_the_words_of_both_texts() -> None:
    (one,) = found(told(THREE), told(TWELVE, TextKind.REPORT, "i-2"))

    assert (one.kind, one.value["code"], one.value["first"], one.value["second"]) == (
        HintKind.CONTRADICTION,
        "count",
        "12",
        "3",
    )
    assert one.source.of == "i-2"
    assert one.value["other"] == {"kind": "description", "of": None}
    assert TWELVE[slice(*one.spans[0])].startswith("12")
    assert THREE[slice(*one.value["other_spans"][0])].startswith("3")


def test_a_place_that_is_not_where_the_incident_is_held_to_be_is_told() -> None:
    known = known_of_incident(type_="flood", centre=Place(lon=76.9, lat=43.2))

    (one,) = found(told("Атырау қаласында су басты"), known=known)

    assert (one.value["code"], one.value["other"]["kind"]) == ("place", "incident")
    assert one.value["apart_m"] > 1_000_000
    assert one.value["first_place"]["en"] == "Atyrau"


def test_what_was_found_on_the_map_is_held_against_the_report() -> None:
    elsewhere = TextOfIncident(ref="offer:o-1", kind=TextKind.RESULT, of="o-1", place=Place(lon=76.9, lat=43.2))
    there = replace(elsewhere, place=ATYRAU)

    (one,) = found(told(THREE), elsewhere)

    assert (one.source.of, one.value["code"], one.value["second_place"]["en"]) == ("o-1", "place", "Atyrau")
    assert found(told(THREE), there) == []


def test_reports_in_the_same_words_are_told_and_translations_are_not() -> None:
    text = "Срочно! Прорвало плотину, вода идёт на посёлок, передайте всем знакомым, нужна помощь людям"

    again = found(told(text), told(f"{text}!!", TextKind.REPORT, "i-2"))
    result = found(told(text), told(text, TextKind.RESULT, "o-1"))

    assert [(one.kind, one.source.of) for one in again] == [(HintKind.REUSED, "i-2")]
    assert again[0].value["share"] == 1.0
    assert again[0].spans
    assert result == []


def test_the_same_texts_give_the_same_ids_and_other_texts_others() -> None:
    texts = [told(THREE), told(TWELVE, TextKind.REPORT, "i-2"), told(TWELVE, TextKind.REPORT, "i-3")]

    ids = [one.id for one in found(*texts)]

    assert ids == [one.id for one in found(*texts)]
    assert len(set(ids)) == len(ids) > 1


def test_a_thousand_reports_are_bounded() -> None:
    texts = [told(TWELVE if number % 2 else THREE, TextKind.REPORT, f"i-{number}") for number in range(MOST_TEXTS + 5)]

    assert len(found(*texts)) == MOST_FOUND


def test_whoever_judges_the_report_is_told_what_and_never_where_or_by_whom() -> None:
    known = Claims(places=(ClaimedPlace(place=Place(lon=76.94567, lat=43.23456)),))
    both = found(told(THREE), told(TWELVE, TextKind.REPORT, "i-secret"), known=known)

    views = [as_told_of_description(one.source.kind, one.value, one.spans) for one in both]

    # The place of the merged report against that of the incident is none of their business.
    assert [view is None for view in views] == [False, True, False]
    for view in views:
        if view is not None:
            shown = str(view)
            assert not any(secret in shown for secret in ("i-secret", "43.2", "51.9", "47.1", "Atyrau"))
            assert view[0]["other_spans"] == []
    count, spans = views[2] or ({}, ())
    assert (count["first"], count["second"], count["other"]["kind"]) == ("3", "12", "report")
    assert THREE[slice(*spans[0])].startswith("3")


def test_a_report_in_the_same_words_is_told_with_its_share_alone() -> None:
    text = "Срочно! Прорвало плотину, вода идёт на посёлок, передайте всем знакомым, нужна помощь людям"
    (one,) = found(told(text), told(text, TextKind.REPORT, "i-2"))

    assert as_told_of_description(one.source.kind, one.value, one.spans) == (
        {"share": 1.0, "other": {"kind": "report", "of": None}, "other_spans": []},
        (),
    )


def test_a_value_of_another_form_claims_nothing() -> None:
    odd = [
        HintPrivate(id="1", kind=kind, value={"value": 7, "count": "x", "when": "never", "what": None}, spans=((0, 1),))
        for kind in (HintKind.PEOPLE, HintKind.TIME, HintKind.DENIED, HintKind.PLACE)
    ]

    assert claims_of_hints(odd) == NOTHING
