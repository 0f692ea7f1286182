"""Words by which `specifics.py` finds streets and what a number counts, in Kazakh, Russian and English, as folded letters.

Written from general knowledge of addresses, with no message of the tests at hand.
"""

import re
from enum import StrEnum

from dispatch.gazetteer.folding import folded, words_of


class Counted(StrEnum):
    """What a number beside a word counts."""

    FLOOR = "floor"
    STOREYS = "storeys"
    HOUSE = "house"
    FLAT = "flat"
    ENTRANCE = "entrance"
    QUARTER = "quarter"
    AGE = "age"
    INSTITUTION = "institution"
    KILOMETRE = "kilometre"
    ROUTE = "route"


def _folded_pattern(written: str) -> re.Pattern[str]:
    """Words apart by spaces; `*` stands for any ending."""
    parts = [re.escape(folded(word.rstrip("*"))) + (r"\w*" if word.endswith("*") else "") for word in written.split()]
    return re.compile("|".join(parts))


NUMBERED: tuple[tuple[Counted, re.Pattern[str]], ...] = (
    (Counted.STOREYS, _folded_pattern("этажн* қабатты* storey* storied story")),
    (Counted.FLOOR, _folded_pattern("этаж* қабат* floor qabat*")),
    (Counted.QUARTER, _folded_pattern("микрорайон* мкр мкрн мкр-н ықшамаудан* мөлтек* microdistrict* квартал* шағынаудан*")),
    (Counted.AGE, _folded_pattern(
            "лет летн* год года годик* годовал* жас жаста жастағы жасар жасында"
            " year years year-old years-old yo"
        )),
    (Counted.INSTITUTION, _folded_pattern(
            "школ* мектеп* мектеб* school садик* балабақша* kindergarten лице* гимнази*"
            " поликлиник* емхана*"
        )),
    (Counted.FLAT, _folded_pattern("пәтер*")),
    (Counted.ENTRANCE, _folded_pattern("подъезд* кіреберіс* entrance подьезд*")),
    (Counted.KILOMETRE, _folded_pattern("км километр* шақырым* km kilomet* kms")),
    (Counted.HOUSE, _folded_pattern("үй үйде үйдің үйі үйінде үйден")),
    (Counted.ROUTE, _folded_pattern("маршрут* автобус* bus рейс*")),
)  # fmt: skip
NUMBERED_AFTER: tuple[tuple[Counted, re.Pattern[str]], ...] = (
    (Counted.HOUSE, _folded_pattern("дом дома доме д house үй үйі номер")),
    (Counted.FLAT, _folded_pattern("кв квартира квартире квартиры пәтер flat apartment apt")),
    (Counted.QUARTER, _folded_pattern("микрорайон* мкр мкрн microdistrict* ықшамаудан* квартал")),
    (Counted.INSTITUTION, _folded_pattern("школа школе школы школу мектеп school садик детсад лицей гимназия")),
    (Counted.FLOOR, _folded_pattern("этаж floor қабат")),
    (Counted.ENTRANCE, _folded_pattern("подъезд entrance кіреберіс")),
    (Counted.AGE, _folded_pattern("aged лет")),
    (Counted.ROUTE, _folded_pattern("маршрут маршрутка автобус bus")),
)
"""Words behind which their number stands."""

_ORDINALS = (
    "первый первая первом первого бірінші first",
    "второй вторая втором второго екінші second",
    "третий третья третьем третьего үшінші third",
    "четвёртый четвертый четвёртая четвертая четвёртом четвертом четвёртого четвертого төртінші fourth",
    "пятый пятая пятом пятого бесінші fifth",
    "шестой шестая шестом шестого алтыншы sixth",
    "седьмой седьмая седьмом седьмого жетінші seventh",
    "восьмой восьмая восьмом восьмого сегізінші eighth",
    "девятый девятая девятом девятого тоғызыншы ninth",
    "десятый десятая десятом десятого оныншы tenth",
)
ORDINALS = {folded(word): number for number, line in enumerate(_ORDINALS, 1) for word in line.split()}

STREETS_BEFORE = frozenset(
    words_of(
        "улица улице улицы улицу ул проспект проспекте проспекта пр просп переулок переулке пер мкр микрорайон микрорайоне"
    )
)
STREETS_AFTER = _folded_pattern(
    "көше көшес* даңғыл* ықшамаудан* мөлтекаудан* тұйығ* проспект* street avenue ave microdistrict"
)
ENDINGS = tuple(
    folded(one)
    for one in (
        "дағы", "дегі", "тағы", "тегі", "ының", "інің", "ной", "ная", "ную", "ская", "ской", "скую", "ого", "ова", "ева",
        "ов", "ев", "ина", "ин", "ая", "ой", "ую", "ия", "ий", "дың", "дің", "тың", "тің", "ның", "нің",
        "да", "де", "та", "те", "ға", "ге", "қа", "ке", "сы", "сі",
    )
)  # fmt: skip
_SAME = (
    "независимост тәуелсізд independe", "мира бейбітшіл", "победы жеңіс victory", "дружбы достық friendship",
    "набережн жағалау embankment", "школьн мектеп", "республик republic", "молодежн жастар youth", "степн дала",
    "новая жаңа", "центральн орталық central", "железнодорожн теміржол railway", "строителей құрылысшы builders",
    "свободы бостандық freedom", "конституци constitution", "космонавтов ғарышкер", "парков саябақ park", "садов бақ garden",
)  # fmt: skip
"""Names of streets that are translated; the beginnings of each."""


def _same_streets() -> dict[str, str]:
    voiced = str.maketrans("бдгзжв", "птксшф")
    found: dict[str, str] = {}
    for line in _SAME:
        keys = [folded(name).rstrip("аеиоу").translate(voiced)[:6] for name in line.split()]
        found |= dict.fromkeys(keys, keys[0])
    return found


SAME_STREETS = _same_streets()
_NO_NAMES = (
    "мчс чс дтп скорая полиция пожарные аллах құдай god казахстан қазақстан kazakhstan это есть здесь там мне наш наша"
    " the there they this monday tuesday wednesday thursday friday saturday sunday january february march april may"
    " june july august september october november december help please помогите люди адам тел"
)
NO_NAMES = frozenset(_NO_NAMES.split())
"""Words with a capital that name nothing of the place."""
