"""What codes and names of others mean here, in Kazakh, Russian and by the codes of APCO; and which tables are refused."""

import pytest

from dispatch.cards import card_table
from dispatch.cards.card_reading import card_of
from dispatch.cards.card_table import BUILT_IN, CardTable, Then, table_of
from dispatch.cards.table_values import BadTable
from dispatch.plans import book
from tests.support.card_samples import eido, national

TABLE = card_table.load(None)
TEXT = BUILT_IN.read_text("utf-8")


def meant(table: CardTable = TABLE, *, code: str = "", name: str = "", service: str = "") -> tuple[str, str]:
    rule = table.judge(card_of(national(eventType=[{"id": code, "typeName": name}], service=service), table))
    return (rule.then.value, rule.type) if rule else ("refuse", "")


@pytest.mark.parametrize(
    ("name", "type_"),
    [
        ("Пожар в жилом доме", "fire.building"),
        ("Пәтердегі өрт", "fire.building"),
        ("Степной пожар", "fire.wildland"),
        ("Дала өрті", "fire.wildland"),
        ("ДТП с пострадавшими", "road.accident"),
        ("Жол-көлік оқиғасы", "road.accident"),
        ("Запах газа в подъезде", "hazmat"),
        ("Газ иісі", "hazmat"),
        ("Подтопление двора", "flood"),
        ("Су тасқыны", "flood"),
        ("Человек не дышит", "medical.cardiac_arrest"),
        ("Адам тыныс алмайды", "medical.cardiac_arrest"),
        ("Потеря сознания", "medical.other"),
        ("Потерял сознание на улице", "medical.other"),  # not a lost person
        ("Потерялся ребёнок", "search.missing_person"),
        ("Бала жоғалды", "search.missing_person"),
        ("Землетрясение", "earthquake"),
        ("Сильный буран", "storm"),
        ("Не открывает дверь пожилой человек", "welfare.check"),
        ("Консультация", "information"),
        ("Сельское хозяйство", ""),
        ("Пожелание", ""),
    ],
)
def test_names_of_both_languages_find_their_type(name: str, type_: str) -> None:
    assert meant(name=name) == (("report", type_) if type_ else ("refuse", ""))


def test_services_and_codes_narrow_and_widen() -> None:
    assert meant(service="103") == ("report", "medical.other")
    assert meant(service="104") == ("report", "hazmat")
    assert meant(service="101") == ("refuse", "")
    assert meant(code="SAR") == ("report", "search.missing_person")
    assert meant(code="road.accident") == ("report", "road.accident")
    assert meant(name="Кража сумки", service="102") == ("record", "")
    assert meant(code="777", name="Прочее") == ("refuse", "")


def test_the_first_named_event_decides_and_the_next_where_nothing_is_known_of_it() -> None:
    events = [{"id": "777", "typeName": "Прочее"}, {"typeName": "ДТП"}, {"typeName": "Пожар"}]

    rule = TABLE.judge(card_of(national(eventType=events), TABLE))

    assert rule is not None
    assert rule.type == "road.accident"


def test_codes_of_eido_are_those_of_the_schema_and_come_back_as_the_same_type() -> None:
    for type_, code in TABLE.eido.types.items():
        rule = TABLE.judge(
            card_of(eido(incident={"incidentTypeCommonRegistryText": code, "incidentTypeInternalText": ...}), TABLE)
        )
        # A code of APCO that stands for several types of ours comes back by the internal code alone.
        found = rule.type if rule else ""
        own = {
            "incidentTypeInternalCode": type_,
            "incidentTypeCommonRegistryText": code,
            "incidentTypeInternalText": ...,
        }
        back = TABLE.judge(card_of(eido(incident=own), TABLE))
        assert found in (type_, "")
        assert back is not None
        assert back.type == type_


def test_types_of_the_built_in_table_are_those_of_the_plans() -> None:
    plans = book.load_builtin().plans

    assert TABLE.without_plan(plans) == []
    assert {rule.type for rule in TABLE.rules if rule.then is Then.REPORT} == set(plans) - {"distress"}
    assert set(TABLE.eido.types) <= set(plans)
    assert len(TABLE.without_plan(["flood"])) >= 10


def test_a_rule_may_state_what_is_needed_and_unknown_codes_may_have_a_type() -> None:
    table = table_of(
        TEXT.replace('[unknown]\nthen = "refuse"', '[unknown]\nthen = "report"\ntype = "information"')
        + '\n[[rules]]\nname = "collapse"\ncodes = ["901"]\nthen = "report"\ntype = "earthquake"\n'
        'requirements = [{ capability = "field", skill = "rescue", count = 6 }]\n'
    )

    assert meant(table, code="777") == ("report", "information")
    assert meant(table, code="901") == ("report", "earthquake")
    assert table.rules[-1].requirements == ({"capability": "field", "skill": "rescue", "count": 6},)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("[form]", "[from]", "unknown from"),
        ('encoding = "utf-8"', 'encoding = "cp-99"', "form.encoding"),
        ('utc_offset = "+05:00"', 'utc_offset = "5"', "form.utc_offset"),
        ('number = ["card.cardNumber"]', 'number = "card.cardNumber"', "paths.number"),
        ('[unknown]\nthen = "refuse"', '[unknown]\nthen = "guess"', "unknown.then"),
        (
            'services = ["104"]\nthen = "report"\ntype = "hazmat"',
            'then = "report"\ntype = "hazmat"',
            "would take every card",
        ),
        ('type = "storm"', "", ".type"),
        ("critical = 10", "critical = 11", "eido.priorities.critical"),
        ('false = "false_report"', 'false = "maybe"', "statuses.false"),
        ("[form]", "[form", "not TOML"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_with_its_place(before: str, after: str, told: str) -> None:
    assert before in TEXT

    with pytest.raises(BadTable, match=told.replace(".", r"\.")):
        table_of(TEXT.replace(before, after, 1))
