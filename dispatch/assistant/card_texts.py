"""The words of the card in Kazakh, Russian and English: one catalogue, like `dispatch/notices/texts.py`.

Values stand behind a colon in their first form, so that nothing has to be declined; Kazakh nouns stay singular after numbers.
Names of places come out of the gazetteer, phones out of the text as they are written there.
"""

from collections.abc import Callable, Mapping
from typing import Any

LANGUAGES = ("kk", "ru", "en")
Three = tuple[str, str, str]

LABELS: Mapping[str, Three] = {
    "language": ("Тілі", "Язык", "Language"),
    "type": ("Мүмкін", "Возможно", "Possibly"),
    "place": ("Орны", "Место", "Place"),
    "maybe_place": ("Орны осы да болуы мүмкін", "Возможно, место", "Perhaps the place"),
    "road": ("Жол", "Дорога", "Road"),
    "people": ("Адам саны", "Людей", "People"),
    "time": ("Қашан", "Когда", "When"),
    "moment": ("Айтылған уақыт", "Названо время", "Time stated"),
    "threat": ("Өмірге қауіп", "Угроза жизни", "Danger to life"),
    "safe": ("Айтылғаны", "Сказано", "Said"),
    "denied": ("Айтылғаны", "Сказано", "Said"),
    "phone": ("Телефон", "Телефон", "Phone"),
    "missing": ("Айтылмаған", "Не сказано", "Not said"),
    "more": ("Тағы", "Ещё", "More"),
}
TYPES: Mapping[str, Three] = {
    "medical.cardiac_arrest": ("жүрек тоқтауы", "остановка сердца", "cardiac arrest"),
    "medical.other": ("медициналық көмек", "медицинская помощь", "medical"),
    "fire.building": ("ғимараттағы өрт", "пожар в здании", "building fire"),
    "fire.wildland": ("дала өрті", "степной пожар", "wildland fire"),
    "flood": ("су тасқыны", "наводнение", "flood"),
    "earthquake": ("жер сілкінісі", "землетрясение", "earthquake"),
    "storm": ("дауыл", "буря", "storm"),
    "road.accident": ("жол апаты", "дорожная авария", "road accident"),
    "search.missing_person": ("адам іздеу", "поиск человека", "missing person"),
    "hazmat": ("қауіпті заттар", "опасные вещества", "hazardous material"),
    "welfare.check": ("хал-жағдайды тексеру", "проверка состояния", "welfare check"),
    "distress": ("көмекшіге қауіп төнді", "помощник в опасности", "helper in danger"),
    "information": ("ақпарат", "информация", "information"),
}
VALUES: Mapping[str, Mapping[str, Three]] = {
    "language": {
        "kk": ("қазақ", "казахский", "Kazakh"),
        "ru": ("орыс", "русский", "Russian"),
        "en": ("ағылшын", "английский", "English"),
        "mixed": ("аралас", "смешанный", "mixed"),
        "other": ("басқа", "другой", "another"),
    },
    "time": {
        "now": ("қазір", "сейчас", "now"),
        "past": ("бұрын", "раньше", "earlier"),
        "future": ("күтіледі", "ожидается", "expected"),
    },
    "threat": {
        "breathing": ("тыныс алу", "дыхание", "breathing"),
        "heart": ("жүрек", "сердце", "heart"),
        "unconscious": ("ес-түссіз", "без сознания", "unconscious"),
        "stroke": ("инсульт белгісі", "признаки инсульта", "signs of a stroke"),
        "bleeding": ("қан кету", "кровотечение", "bleeding"),
        "trapped": ("шыға алмай қалу", "люди не могут выбраться", "trapped"),
        "drowning": ("суға бату", "тонет человек", "drowning"),
        "flood": ("су басу", "вода прибывает", "rising water"),
        "burns": ("күйік", "ожоги", "burns"),
        "poison": ("улану", "отравление", "poisoning"),
        "gas": ("газ", "газ", "gas"),
        "cold": ("үсу", "переохлаждение", "exposure to cold"),
        "crash": ("соқтығысу", "столкновение", "a crash"),
        "dying": ("ажал қаупі", "угроза смерти", "somebody may die"),
    },
    "denied": {
        "casualties": ("зардап шеккен адам жоқ", "пострадавших нет", "nobody is hurt"),
        "people": ("ішінде адам жоқ", "людей там нет", "nobody is there"),
        "fire": ("өрт емес", "это не пожар", "it is no fire"),
        "gas": ("газ жоқ", "газа нет", "there is no gas"),
        "spread": ("таралып жатқан жоқ", "не распространяется", "it does not spread"),
        "damage": ("қирау жоқ", "разрушений нет", "there is no damage"),
        "danger": ("қауіп жоқ", "опасности нет", "there is no danger"),
        "false": ("хабар жалған", "сообщение ложное", "the report is false"),
        "unwanted": ("көмек керек емес", "помощь не нужна", "help is not needed"),
        "over": ("бәрі аяқталды", "всё закончилось", "it is over"),
    },
    "safe": {"well": ("адамдар аман", "люди целы", "people are well")},
    "missing": {
        "place": ("орны", "место", "place"),
        "exact_place": ("нақты мекенжай", "точный адрес", "exact address"),
        "breathing": ("тыныс алуы", "дыхание", "breathing"),
        "conscious": ("есі", "сознание", "consciousness"),
        "bleeding": ("қан кетуі", "кровотечение", "bleeding"),
        "age": ("жасы", "возраст", "age"),
        "trapped": ("ішінде қалғандар", "кто не может выйти", "who is trapped"),
        "fuel_or_gas": ("жанармай мен газ", "топливо и газ", "fuel and gas"),
        "substance": ("қандай зат", "какое вещество", "which substance"),
        "spreading": ("таралуы", "распространение", "spreading"),
        "water_level": ("су деңгейі", "уровень воды", "water level"),
        "way_out": ("шығар жол", "путь к выходу", "way out"),
        "last_seen": ("соңғы рет қайда көрінген", "где видели последний раз", "where last seen"),
        "description": ("сыртқы белгілері", "приметы", "description"),
        "health": ("денсаулығы", "здоровье", "health"),
        "shelter": ("паналайтын жер", "укрытие", "shelter"),
        "people": ("адам саны", "сколько людей", "number of people"),
        "time": ("уақыты", "время", "time"),
        "phone": ("телефон", "телефон", "phone"),
    },
}
DIRECTIONS: Mapping[str | None, Three] = {
    None: ("одан {far}", "{far} отсюда", "{far} from it"),
    "from": ("одан {far}", "{far} от него", "{far} from it"),
    "before": ("{far} жетпей", "не доезжая {far}", "{far} before it"),
    "north": ("{far} солтүстікке қарай", "{far} к северу", "{far} to the north"),
    "south": ("{far} оңтүстікке қарай", "{far} к югу", "{far} to the south"),
    "east": ("{far} шығысқа қарай", "{far} к востоку", "{far} to the east"),
    "west": ("{far} батысқа қарай", "{far} к западу", "{far} to the west"),
}
UNITS: Mapping[str, Three] = {
    "km": ("км", "км", "km"),
    "m": ("м", "м", "m"),
    "minute": ("мин", "мин", "min"),
    "hour": ("сағ", "ч", "h"),
    "day": ("тәул", "сут", "d"),
}
ABOUT: Three = ("шамамен {value}", "около {value}", "about {value}")
AGO: Three = ("{value} бұрын", "{value} назад", "{value} ago")
AHEAD: Three = ("{value} кейін", "через {value}", "in {value}")
LASTING: Three = ("{value} бойы", "уже {value}", "for {value}")
DISTRICT: Three = ("{name} ауданы", "{name} район", "{name} District")
REGION: Three = ("{name} облысы", "{name} область", "{name} Region")


def value_text(code: str, value: str, at: int) -> str:
    """A value in the language of index `at`; a value without a text, such as a type that a deployer added, stands as it is."""
    texts = TYPES if code == "type" else VALUES[code]
    return texts[value][at] if value in texts else value


def place_text(params: Mapping[str, Any], at: int) -> str:
    """The name, what it lies in, and how far from it: "Talgar (Almaty Region), 3 km from it"."""
    own, name = params["name"], params["name"][LANGUAGES[at]]
    kind = params["kind"]
    if kind in _AREAS:
        name = _AREAS[kind](params["name"], at)
    areas = [
        text
        for area, text in (
            (params["district"], district_text(params["district"], at)),
            (params["region"], region_text(params["region"], at)),
        )
        if area and (area != own or kind not in _AREAS) and text != name
    ]
    within = f" ({', '.join(dict.fromkeys(areas))})" if areas else ""
    return f"{name}{within}{_distance(params, at)}"


def district_text(names: Mapping[str, str] | None, at: int) -> str:
    """Cities are districts too, and some districts have the names of people: only an adjective gets the word."""
    return _area(names, at, "ий", DISTRICT)


def region_text(names: Mapping[str, str] | None, at: int) -> str:
    """Three cities are regions too, and stay without the word."""
    return _area(names, at, "ая", REGION)


_AREAS: Mapping[str, Callable[[Mapping[str, str] | None, int], str]] = {
    "district": district_text,
    "region": region_text,
}


def _area(names: Mapping[str, str] | None, at: int, adjective: str, form: Three) -> str:
    if names is None:
        return ""
    name = names[LANGUAGES[at]]
    return form[at].format(name=name) if names["ru"].endswith(adjective) else name


def _distance(params: Mapping[str, Any], at: int) -> str:
    metres = params["distance_m"]
    if metres is None:
        return ""
    far = f"{metres / 1000:g} {UNITS['km'][at]}" if metres >= 1000 else f"{metres:g} {UNITS['m'][at]}"
    return ", " + DIRECTIONS[params["direction"]][at].format(far=far)


def people_text(params: Mapping[str, Any], at: int) -> str:
    """A range is an estimate by itself."""
    count, upper = params["count"], params["upper"]
    if upper is not None:
        return f"{count}–{upper}"
    return ABOUT[at].format(value=count) if params["is_about"] else f"{count}"


def moment_text(params: Mapping[str, Any], at: int) -> str:
    """Minutes of a clock as `07:05`; a distance from now in the largest unit that divides it."""
    if params["minute_of_day"] is not None:
        hour, minute = divmod(params["minute_of_day"], 60)
        return f"{hour:02}:{minute:02}"
    minutes = params["minutes"]
    unit, size = next(
        (unit, size) for unit, size in _SIZES if (minutes % size == 0 and abs(minutes) >= size) or size == 1
    )
    value = f"{abs(minutes) // size} {UNITS[unit][at]}"
    if params["goes_on"]:
        return LASTING[at].format(value=value)
    return (AGO if minutes <= 0 else AHEAD)[at].format(value=value)


_SIZES = (("day", 1440), ("hour", 60), ("minute", 1))
