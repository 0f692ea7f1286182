"""The words for numbers in Kazakh, Russian and English, in every case, folded as `phrases.py` folds texts."""

from collections.abc import Iterable

from dispatch.gazetteer.folding import folded

_RUSSIAN: dict[float, str] = {
    1: "один одна одно одни одного одной одному одним одном одну одних одними одною",
    2: "два две двух двум двумя пара пару пары парой",
    3: "три трёх трём тремя",
    4: "четыре четырёх четырём четырьмя",
    5: "пять пяти пятью",
    6: "шесть шести шестью",
    7: "семь семи семью",
    8: "восемь восьми восемью восьмью",
    9: "девять девяти девятью",
    10: "десять десяти десятью десяток",
    11: "одиннадцать одиннадцати одиннадцатью одинадцать",
    12: "двенадцать двенадцати двенадцатью",
    13: "тринадцать тринадцати тринадцатью",
    14: "четырнадцать четырнадцати четырнадцатью",
    15: "пятнадцать пятнадцати пятнадцатью",
    16: "шестнадцать шестнадцати шестнадцатью",
    17: "семнадцать семнадцати семнадцатью",
    18: "восемнадцать восемнадцати восемнадцатью",
    19: "девятнадцать девятнадцати девятнадцатью",
    20: "двадцать двадцати двадцатью",
    30: "тридцать тридцати тридцатью",
    40: "сорок сорока",
    50: "пятьдесят пятидесяти пятьюдесятью полсотни полусотни полусотней",
    60: "шестьдесят шестидесяти шестьюдесятью",
    70: "семьдесят семидесяти семьюдесятью",
    80: "восемьдесят восьмидесяти восемьюдесятью восьмьюдесятью",
    90: "девяносто девяноста",
    100: "сто ста",
    200: "двести двухсот двумстам двумястами двухстах",
    300: "триста трёхсот трёмстам тремястами трёхстах",
    400: "четыреста четырёхсот четырёмстам четырьмястами четырёхстах",
    500: "пятьсот пятисот пятистам пятьюстами пятистах",
    600: "шестьсот шестисот шестистам шестьюстами шестистах",
    700: "семьсот семисот семистам семьюстами семистах",
    800: "восемьсот восьмисот восьмистам восемьюстами восьмистах",
    900: "девятьсот девятисот девятистам девятьюстами девятистах",
    1.5: "полтора полторы полутора",
}

_RUSSIAN_COLLECTIVES: dict[float, str] = {
    2: "двое двоих двоим двоими вдвоём обоих обоим обоими обеих оба обе",
    3: "трое троих троим троими втроём",
    4: "четверо четверых четверым четверыми вчетвером",
    5: "пятеро пятерых пятерым пятерыми впятером",
    6: "шестеро шестерых шестерым шестерыми вшестером",
    7: "семеро семерых семерым семерыми всемером",
    8: "восьмеро восьмерых восьмерым восьмерыми ввосьмером",
    9: "девятеро девятерых девятерым девятерыми вдевятером",
    10: "десятеро десятерых десятерым десятерыми вдесятером",
}

_ENGLISH = {
    1: "one", 2: "two couple pair both", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine", 10: "ten",
    11: "eleven", 12: "twelve", 13: "thirteen", 14: "fourteen", 15: "fifteen", 16: "sixteen", 17: "seventeen",
    18: "eighteen", 19: "nineteen", 20: "twenty", 30: "thirty", 40: "forty fourty", 50: "fifty", 60: "sixty", 70: "seventy",
    80: "eighty", 90: "ninety",
}  # fmt: skip

_KAZAKH: dict[float, str] = {
    1: "бір бірі", 2: "екі", 3: "үш", 4: "төрт", 5: "бес", 6: "алты", 7: "жеті", 8: "сегіз", 9: "тоғыз", 10: "он",
    20: "жиырма жырма", 30: "отыз", 40: "қырық", 50: "елу", 60: "алпыс", 70: "жетпіс", 80: "сексен", 90: "тоқсан",
}  # fmt: skip
_KAZAKH_CASES = (
    "да",
    "де",
    "та",
    "те",
    "ға",
    "ге",
    "қа",
    "ке",
    "дан",
    "ден",
    "тан",
    "тен",
    "нан",
    "нен",
    "дай",
    "дей",
    "тай",
    "тей",
)
"""Behind numbers: twenty and towards (жиырмаға жуық), from (отыздан астам), about (отыздай)."""

_KAZAKH_COLLECTIVES = {
    2: "екеу", 3: "үшеу", 4: "төртеу", 5: "бесеу", 6: "алтау", 7: "жетеу", 8: "сегізеу", 9: "тоғызау", 10: "онау",
}  # fmt: skip
_KAZAKH_PERSONS = (
    "", "міз", "мыз", "іміз", "ымыз", "ің", "ың", "іңіз", "ыңыз", "ңіз", "ңыз", "і", "ы",
)  # fmt: skip
"""Whose number it is: ours, yours, theirs."""
_KAZAKH_PERSON_CASES = (
    "нің", "ның", "ді", "ды", "ге", "ға", "не", "на", "де", "да", "нде", "нда", "ден", "дан", "нен", "нан", "мен", "ін", "ын",
    "н", )  # fmt: skip

SCALES = {
    folded(word): scale
    for scale, words in {
        10: "десятка десятков десятки",
        12: "дюжина дюжины дюжину дюжин",
        100: "сотня сотни сотен сотню жүз жүзге жүзден жүздей",
        1000: "тысяча тысячи тысяч тысячу тысяче тысячам тысячами тыщ тыща тыщи тыс мың мыңға мыңнан мыңдай",
        1_000_000: "миллион миллиона миллионов",
    }.items()
    for word in words.split()
} | {"dozen": 12, "hundred": 100, "hundreds": 100, "thousand": 1000}


def _forms(tables: Iterable[dict[float, str]]) -> dict[str, float]:
    return {folded(word): value for table in tables for value, words in table.items() for word in words.split()}


def _kazakh_in_cases() -> dict[str, float]:
    # "бірге" is "together", "бірден" "at once", "ондай" "such": one and ten take no ending here but these.
    found = {folded("оннан"): 10.0, folded("оншақты"): 10.0, folded("онға"): 10.0}
    for value, words in _KAZAKH.items():
        if value not in (1, 10):
            found |= {folded(word + ending): float(value) for word in words.split() for ending in _KAZAKH_CASES}
    return found


def _kazakh_persons() -> dict[str, int]:
    found = {}
    for value, stem in _KAZAKH_COLLECTIVES.items():
        for ending in _KAZAKH_PERSONS:
            for inflection in ("", *_KAZAKH_PERSON_CASES):
                found[folded(stem + ending + inflection)] = value
    # From eight on the number itself takes the ending: "тоғызы", nine of them.
    for number, words in _KAZAKH.items():
        if number in (8, 9) or number > 10:
            for word in words.split():
                found |= {
                    folded(f"{word}{ending}{inflection}"): int(number)
                    for ending in ("ы", "і", "сы")
                    for inflection in ("", "н", "ның")
                }
    return found


COLLECTIVES: dict[str, float] = _forms([_RUSSIAN_COLLECTIVES])
"""Russian numbers of persons; some things are counted so too (двое суток)."""

PERSON_FORMS: dict[str, int] = _kazakh_persons()
"""Kazakh collective numbers with their endings: "үшеу", "үшеуі", "үшеуміздің"."""

FORMS: dict[str, float] = {
    **_kazakh_in_cases(),
    **_forms([_KAZAKH, _RUSSIAN]),
    **{word: value for value, words in _ENGLISH.items() for word in words.split()},
    **COLLECTIVES,
}

_COUNTED = (
    "адам адамды адамдай адамға кісі кісіні бала баланы жігіт жігітті қыз оқушы студент турист жолаушы жұмысшы"
    " шопан балықшы қонақ әйел еркек ер үй отбасы минут минуттай сағат күн тәулік жыл метр шақырым километр км"
    " бас жылқы сиыр қой түйе көлік машина шақты шамалы жасар жас жаста қабат пәтер мың жүз шамасында науқас"
    " пациент саяхатшы бастан"
)
_AFTER = frozenset(folded(word) for word in _COUNTED.split())

UNSURE: dict[str, frozenset[str]] = {
    "он": _AFTER,
    "жуз": _AFTER,
    **dict.fromkeys(("жузге", "жузден"), frozenset(map(folded, ("жуық", "таяу", "дейін", "астам", "аса")))),
}
"""Numbers that are also other words, and what must follow them (or a number from one to nine): "он" is ten in Kazakh and "he" in
Russian, "жүз" a hundred and a face."""
