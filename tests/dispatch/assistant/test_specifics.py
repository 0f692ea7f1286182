"""What tells two events of one type in one town apart: addresses, floors, ages, vehicles, whoever is meant, in any language."""

import pytest

from dispatch.assistant.concepts import built_in_lexicon
from dispatch.assistant.reading import read
from dispatch.assistant.specific_facts import key_of, slots, specifics_of
from dispatch.assistant.specifics import LEAST_EVIDENCE, MOST_EVIDENCE, NOTHING, Aspect, Specifics, compared
from dispatch.gazetteer.folding import folded


def facts(text: str) -> dict[str, frozenset[str]]:
    return dict(specifics_of(read(text)).facts)


@pytest.mark.parametrize(
    "texts",
    [
        ("пожар, улица Абая 14", "Абай көшесі 14 өртеніп жатыр", "fire at Abay street 14"),
        ("на улице Гагарина дом 8", "Гагарин көшесі, 8-үй", "house 8, Gagarin street"),
        # The name itself is translated.
        ("улица Независимости", "Тәуелсіздік көшесі"),
        ("улица Набережная", "по улице Набережной", "Жағалау көшесі"),
        # Typed on a Russian keyboard, and in chat Latin.
        ("Желтоқсан көшесінде", "Желтоксан кошесинде", "zheltoqsan koshesinde"),
    ],
)
def test_a_street_is_the_same_in_every_language(texts: tuple[str, ...]) -> None:
    streets = [facts(text)["street"] for text in texts]
    houses = [facts(text).get("house") for text in texts]

    assert all(one == streets[0] for one in streets)
    assert all(one == houses[0] for one in houses)


@pytest.mark.parametrize(("one", "other"), [("Абая", "Сатпаева"), ("Мира", "Ленина"), ("Гагарина", "Гоголя")])
def test_two_streets_have_two_keys(one: str, other: str) -> None:
    assert key_of(folded(one)) != key_of(folded(other))


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("горит на третьем этаже", "floor", "3"),
        ("үшінші қабатта өрт", "floor", "3"),
        ("fire on the third floor", "floor", "3"),
        ("пятиэтажный дом, 5 этажный", "storeys", "5"),
        ("бабушке 78 лет", "age", "78"),
        ("78 жастағы әжеміз", "age", "78"),
        ("a 78-year-old woman", "age", "78"),
        ("4 микрорайон", "quarter", "4"),
        ("4-ықшамауданда", "quarter", "4"),
        ("microdistrict 4", "quarter", "4"),
        ("школа № 7", "institution", "7"),
        ("7-ші мектеп", "institution", "7"),
        ("подъезд 2", "entrance", "2"),
        ("дом 12, кв 45", "flat", "45"),
    ],
)
def test_a_number_is_known_by_what_it_counts(text: str, kind: str, value: str) -> None:
    assert value in facts(text).get(kind, frozenset())


def test_the_number_of_a_telephone_is_no_fact() -> None:
    assert facts("горит, тел 8 701 555 31 42") == facts("горит")


def test_what_is_left_out_says_nothing() -> None:
    text = "Пожар на улице Абая 14"
    start = text.index("Абая")

    found = specifics_of(read(text), [(start, len(text))])

    assert "street" not in found.facts
    assert "house" not in found.facts


def specific(text: str) -> Specifics:
    return specifics_of(read(text))


def test_one_address_in_two_languages_speaks_for_one_event() -> None:
    found = compared(specific("Горит квартира, улица Абая 14, третий этаж"), specific("Абай көшесі 14, 3-қабат, өрт"))

    assert {Aspect.ADDRESS, Aspect.FLOOR} <= set(found.agree)
    assert found.agree[0] is Aspect.ADDRESS
    assert found.evidence > 2


def test_another_street_speaks_against_it() -> None:
    found = compared(specific("Горит квартира на улице Абая 14"), specific("Пәтер өртенді, Гагарин көшесі 3"))

    assert Aspect.ADDRESS in found.differ
    assert found.evidence < 0


def test_a_grandmother_is_no_boy() -> None:
    found = compared(specific("бабушка пропала"), specific("мальчик пропал, внук, ребёнок 9 лет"))

    assert Aspect.PERSON in found.differ


def test_what_only_one_says_counts_for_nothing() -> None:
    assert compared(specific("Пожар на улице Абая 14, третий этаж"), specific("Пожар, помогите")) == NOTHING
    assert compared(None, specific("Пожар на улице Абая 14")) == NOTHING


def test_it_does_not_matter_which_comes_first() -> None:
    one, other = specific("улица Абая 14, автобус"), specific("Гагарин көшесі 14, жүк көлігі")

    assert compared(one, other) == compared(other, one)


def test_evidence_is_bounded() -> None:
    many = Specifics(facts={kind: frozenset({"1"}) for kind in ("street", "house", "floor", "age", "vehicle", "thing")})
    others = Specifics(facts={kind: frozenset({"2"}) for kind in many.facts})

    assert compared(many, many).evidence == MOST_EVIDENCE
    assert compared(many, others).evidence == LEAST_EVIDENCE


def test_reports_of_one_incident_are_joined() -> None:
    joined = specific("улица Абая").joined(specific("третий этаж"))

    assert {"street", "floor"} <= set(joined.facts)


def test_every_detail_of_a_slot_is_in_the_lexicon() -> None:
    assert set(slots()) <= set(built_in_lexicon().concepts)


def test_a_novel_has_few_facts() -> None:
    many = specific(" ".join(f"дом {number} на улице Абая," for number in range(1, 400)))

    assert all(len(values) <= 12 for values in many.facts.values())
