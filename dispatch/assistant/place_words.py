"""Words beside a name that say what the text tells of the place: prepositions, postpositions, kinds, streets, people.

Compared as folded words (`gazetteer/folding.py`); those that end in a star are the begin of a word with any ending.
"""

from dispatch.gazetteer.folding import folded


class Words:
    """A set of folded words and of begins of words."""

    def __init__(self, *lines: str) -> None:
        words = " ".join(lines).split()
        self._whole = frozenset(folded(word) for word in words if not word.endswith("*"))
        self._begun = tuple(folded(word) for word in words if word.endswith("*"))

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and (word in self._whole or (bool(self._begun) and word.startswith(self._begun)))

    def begin_of(self, word: str) -> str:
        """The begin that this word has; empty without one."""
        return next((begin for begin in self._begun if word.startswith(begin)), "")


IN_BEFORE = Words("в во in at")
NEAR_BEFORE = Words(
    "под подо у около возле близ вблизи рядом недалеко неподалеку за выше ниже перед окраине окрестностях",
    "near around outside above below beyond by",
)
FROM_BEFORE = Words("из с со от from leaving left")
TO_BEFORE = Words("до к ко на to toward towards into")
ALONG_BEFORE = Words("по вдоль along")
TOWARDS_BEFORE = Words("сторону стороны направлении направлению направлением towards toward")
"""Before the place to which a road leads: it happens on the way, not there."""
FOR_BEFORE = Words("for to")
BOUND = Words("bound heading headed travelling traveling driving going way road")
"""With them: "bound for", "heading to"."""
TOWARDS_AFTER = Words("бағытында* бағытындағы бағытымен бағытына бағыты бағытта жаққа қарай")
NOT_REACHED_BEFORE = Words("доезжая доехав доезжаем дойдя before")
NOT_REACHED_AFTER = Words("жетпей жақындағанда жақындап")
HOW_FAR = Words(
    "до км километр* кил шақырым* km kms kilomet* mile* метр* metre* meter*",
    "около шамамен сәл аз about some где то примерно",
)
"""What stands between them and the place: "не доезжая 15 км до", "15 шақырым жетпей"."""
NEAR_AFTER = Words(
    "жаны жанын* маңы маңын* қасы қасын* түбі түбін* тұсы тұсын* жақта жақтағы жақ жағы жағын* жақпыз жақтамын area side"
)
TO_AFTER = Words("қарай дейін бағыт* баратын бара кетіп барады кететін")
LEFT = Words("шыққан* шығып шықты* выехал* выехали ехал* едем ехать left leaving coming departed")
"""Beside the place that somebody left."""
COMES = Words("келген* келгенше келе келеді")
"""Behind a place from which help or somebody comes."""
BETWEEN = Words("между between арасы арасын* аралығы аралығын*")
SETTLEMENT_BEFORE = Words(
    "село селе села селу посёлок поселке поселка поселку пос аул ауле аула аулу город городе города городу гор г с п",
    "деревня деревне деревни ст станция станции станцию разъезд village town city",
)
SETTLEMENT_AFTER = Words(
    "ауылы* ауыл ауылдағы ауылда қаласы* қала қалада кенті* кент кентте станци* стансасы* бекеті* селосы* поселкесі*",
    "village town city",
)
DISTRICT_AFTER = Words("район районе района району районы* аудан ауданы* district rayon")
REGION_AFTER = Words("область области обл областью облыс облысы* облысын* region oblast province")
STREET = Words(
    "улица улице улицы улицу ул проспект проспекте просп пр переулок переулке микрорайон микрорайоне мкр мкрн",
    "көше көшесі* даңғыл* ықшамаудан* мөлтекаудан* street avenue ave microdistrict",
)
PERSON_AFTER = Words("аға* апа* ата әже* апай* ағай* көке* тәте* мырза ханым")
SELF = Words("я сама сам мен өзім өзіміз im i'm i myself")
HERE = Words("мы нас біз біздің біздер мында осында тұрамыз тұрамын живу живем живём we here живёт тұрады")
CALLING = Words("хабарласып* қоңырау звоню звонят звоним беспокоит пишу calling жазып айтып")
ROAD = Words("трасса трассе трассы дорога дороге дорогу дороги шоссе трассасы* жолы* жолда жолын* highway road route")
NOT_BEFORE = Words("не нет not")
NOT_AFTER = Words("емес* нет")
UNITS = Words("км километр* шақырым* km mile* метр* адам* человек чел минут* час* сағат*")
"""Behind numbers that belong to no name."""
