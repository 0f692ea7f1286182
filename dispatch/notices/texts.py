"""The texts of notices in Kazakh, Russian and English: one catalogue. A test finds keys that are missing in a language.

A text stands on a lock screen, so it names no person, no place and no address. No form has a gender, and Kazakh nouns stay
singular after numbers. An SMS has `sms` texts: one part of at most 67 UCS-2 characters (70 alone, but gateways count the header).
"""

from collections.abc import Mapping
from enum import StrEnum

from dispatch.model.languages import canonical
from dispatch.model.vocabulary import Skill

LANGUAGES = ("kk", "ru", "en")
DEFAULT = "ru"
SMS_PART = 67
"""UCS-2 characters of one part."""


class TextKey(StrEnum):
    """Kinds of notices, and texts that are no notice about an offer."""

    OFFERED = "offered"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"
    STOOD_DOWN = "stood_down"
    VOID = "void"
    CLOSED = "closed"
    LEASE_EXPIRED = "lease_expired"
    CHECK_IN_ASKED = "check_in_asked"
    CHECK_IN_WARNED = "check_in_warned"
    CHECK_IN_OVERDUE = "check_in_overdue"
    STILL_COMING = "still_coming"
    COLLEAGUE_IN_DISTRESS = "colleague_in_distress"
    STAGING_MOVED = "staging_moved"
    CHANGED = "changed"
    REMINDER = "reminder"
    DUTY_ENDS = "duty_ends"
    HAZARD_WARNED = "hazard_warned"
    TEST = "test"
    VERIFY = "verify"
    LINKED = "linked"
    REPLY_ACCEPTED = "reply_accepted"
    REPLY_DECLINED = "reply_declined"
    REPLY_LATE = "reply_late"
    REPLY_NO_OFFER = "reply_no_offer"
    REPLY_UNCLEAR = "reply_unclear"
    REPLY_TROUBLE = "reply_trouble"
    REPLY_KEPT = "reply_kept"
    REPLY_DISTRESS = "reply_distress"
    PUBLIC_RECEIVED = "public_received"
    PUBLIC_WHERE = "public_where"
    PUBLIC_CALL = "public_call"
    ANSWER_YES = "answer_yes"
    ANSWER_NO = "answer_no"
    OPEN = "open"
    LOOK = "look"
    IN_A_DRILL = "in_a_drill"


_TEXTS: Mapping[TextKey, tuple[str, str, str]] = {
    TextKey.OFFERED: (
        "Көмек керек: {skill}{distance}. Жауап беруге {left}.",
        "Нужна помощь: {skill}{distance}. На ответ {left}.",
        "Help needed: {skill}{distance}. {left} to answer.",
    ),
    TextKey.CONFIRMED: (
        "Келісіміңіз қабылданды. Мәліметтер қосымшада.",
        "Ваше согласие принято. Подробности в приложении.",
        "Your acceptance is confirmed. Details are in the app.",
    ),
    TextKey.WITHDRAWN: (
        "Сұрау қайтарып алынды. Ештеңе істеудің қажеті жоқ.",
        "Запрос отозван. Ничего делать не нужно.",
        "The request was withdrawn. Nothing to do.",
    ),
    TextKey.STOOD_DOWN: (
        "Көмек енді қажет емес. Дайын болғаныңызға рахмет.",
        "Отбой: помощь больше не нужна. Спасибо за готовность.",
        "Stand down: help is no longer needed. Thank you.",
    ),
    TextKey.VOID: (
        "Сұрау жарамсыз болды. Орныңызда қалыңыз.",
        "Запрос недействителен. Оставайтесь на месте.",
        "The request is not valid. Please stay where you are.",
    ),
    TextKey.CLOSED: (
        "Оқиға жабылды. Көмегіңізге рахмет.",
        "Происшествие закрыто. Спасибо за помощь.",
        "The incident is closed. Thank you for your help.",
    ),
    TextKey.LEASE_EXPIRED: (
        "Тапсырманың уақыты бітті, ол басқа адамға өтеді.",
        "Время задания вышло, его получит другой человек.",
        "Time for the task has run out; somebody else gets it.",
    ),
    TextKey.CHECK_IN_ASKED: (
        "Бәрі жақсы ма? Қосымшада «Мен аманмын» дегенді басыңыз.",
        "Всё в порядке? Нажмите «Я в безопасности».",
        "Are you all right? Please check in.",
    ),
    TextKey.CHECK_IN_WARNED: (
        "Жауабыңыз жоқ. Қауіпсіз екеніңізді растаңыз.",
        "От вас нет ответа. Подтвердите, что вы в безопасности.",
        "No answer from you. Please confirm that you are safe.",
    ),
    TextKey.CHECK_IN_OVERDUE: (
        "Диспетчер сізді іздеп жатыр. Дереу жауап беріңіз.",
        "Диспетчер ищет вас. Ответьте сейчас же.",
        "The dispatcher is looking for you. Answer now.",
    ),
    TextKey.STILL_COMING: (
        "Әлі келе жатырсыз ба? Қосымшада жауап беріңіз.",
        "Вы ещё едете? Ответьте в приложении.",
        "Are you still coming? Please answer in the app.",
    ),
    TextKey.COLLEAGUE_IN_DISTRESS: (
        "Қасыңыздағы волонтерге көмек керек. Қосымшаны ашыңыз.",
        "Волонтеру рядом нужна помощь. Откройте приложение.",
        "A volunteer near you needs help. Open the app.",
    ),
    TextKey.STAGING_MOVED: (
        "Жиналу орны өзгерді. Жолға шықпас бұрын қараңыз.",
        "Место сбора изменилось. Посмотрите, прежде чем ехать.",
        "The staging point has moved. Look before you go on.",
    ),
    TextKey.CHANGED: (
        "Тапсырма өзгерді. Қосымшадан қарап, растаңыз.",
        "Задание изменилось. Посмотрите и подтвердите.",
        "The job has changed. Look and confirm in the app.",
    ),
    TextKey.REMINDER: (
        "Диспетчер сізден жауап күтеді. Қосымшаны ашыңыз.",
        "Диспетчер ждёт вашего ответа. Откройте приложение.",
        "The dispatcher waits for your answer. Open the app.",
    ),
    TextKey.DUTY_ENDS: (
        "Кезекшілігіңіз 15 минуттан соң бітеді. Уақытты ұзарта аласыз.",
        "Дежурство закончится через 15 минут. Его можно продлить.",
        "Your duty ends in 15 minutes. You can extend it in the app.",
    ),
    TextKey.HAZARD_WARNED: (
        "Сіз қауіпті аймақтасыз. Одан шығыңыз немесе 112-ге хабарласыңыз.",
        "Вы в опасной зоне. Уходите; если не можете, звоните 112.",
        "You are in a hazard zone. Leave it; if you cannot, call 112.",
    ),
    TextKey.TEST: (
        "Бұл сынақ. Хабарламалар сізге жетіп тұр.",
        "Это проверка. Уведомления до вас доходят.",
        "This is a test. Notices reach you.",
    ),
    TextKey.VERIFY: (
        "Komek коды: {code}. Ешкімге айтпаңыз. 10 минут жарамды.",
        "Код Komek: {code}. Никому не говорите. 10 минут.",
        "Komek code: {code}. Tell nobody. Valid 10 minutes.",
    ),
    TextKey.LINKED: (
        "Telegram қосылды. Сұраулар осында келеді.",
        "Telegram подключён. Запросы будут приходить сюда.",
        "Telegram is connected. Requests will arrive here.",
    ),
    TextKey.REPLY_ACCEPTED: (
        "Келісіміңіз алынды. Растауын күтіңіз.",
        "Ваше согласие получено. Дождитесь подтверждения.",
        "Your yes was received. Wait for the confirmation.",
    ),
    TextKey.REPLY_DECLINED: (
        "Түсіндік, басқа адам іздейміз. Рахмет.",
        "Понятно, ищем другого человека. Спасибо.",
        "Understood, we ask somebody else. Thank you.",
    ),
    TextKey.REPLY_LATE: (
        "Жауап кеш келді: сұрау аяқталған. Бармаңыз.",
        "Ответ пришёл поздно: запрос завершён. Не выезжайте.",
        "Your answer came too late: the request is over. Stay.",
    ),
    TextKey.REPLY_NO_OFFER: (
        "Сізге арналған ашық сұрау жоқ.",
        "Для вас нет открытого запроса.",
        "There is no open request for you.",
    ),
    TextKey.REPLY_UNCLEAR: (
        "Түсінбедік. Барсаңыз 1, бара алмасаңыз 0 жазыңыз.",
        "Не поняли. Едете: ответьте 1. Не можете: 0.",
        "Not understood. Reply 1 if you go, 0 if you cannot.",
    ),
    TextKey.REPLY_TROUBLE: (
        "Жауап әлі жазылмады. Тағы бір рет жіберіңіз.",
        "Ответ ещё не записан. Отправьте его ещё раз.",
        "Your answer is not recorded yet. Send it again.",
    ),
    TextKey.REPLY_KEPT: (
        "Хабарламаңыз диспетчерге берілді.",
        "Ваше сообщение передано диспетчеру.",
        "Your message was passed to the dispatcher.",
    ),
    TextKey.REPLY_DISTRESS: (
        "Хабар диспетчерде. Қауіпте болсаңыз, 112-ге қоңырау шалыңыз.",
        "Сообщение у диспетчера. Если вы в опасности, звоните 112.",
        "The dispatcher has your message. If in danger, call 112.",
    ),
    TextKey.PUBLIC_RECEIVED: (
        "Хабарыңыз алынды. Қауіп төнсе, 112-ге қоңырау шалыңыз.",
        "Сообщение получено. Если вы в опасности, звоните 112.",
        "Message received. If you are in danger, call 112.",
    ),
    TextKey.PUBLIC_WHERE: (
        "Мекенжайды жазыңыз. Қауіп төнсе, 112-ге қоңырау шалыңыз.",
        "Напишите адрес. Если вы в опасности, звоните 112.",
        "Send us the address. If you are in danger, call 112.",
    ),
    TextKey.PUBLIC_CALL: (
        "Хабарыңыз оқылды. Шұғыл жағдайда 112-ге қоңырау шалыңыз.",
        "Сообщение прочитано. В экстренном случае звоните 112.",
        "Your message was read. In an emergency call 112.",
    ),
    TextKey.ANSWER_YES: ("Барамын", "Еду", "I'm going"),
    TextKey.ANSWER_NO: ("Бара алмаймын", "Не могу", "I can't"),
    TextKey.OPEN: ("Ашу", "Открыть", "Open"),
    TextKey.IN_A_DRILL: ("ОҚУ-ЖАТТЫҒУ. {text}", "УЧЕНИЯ. {text}", "EXERCISE. {text}"),
    TextKey.LOOK: ("Қосымшаны қараңыз.", "Ответьте в приложении.", "See the app."),
}

_SMS_HEADS = (("Көмек керек", "Көмек"), ("Нужна помощь", "Помощь"), ("Help needed", "Help"))
_SMS_DIGITS = ("1=барамын 0=жоқ", "1=еду 0=нет", "1=going 0=no")
_SMS_SHORT_DIGITS = ("1=иә 0=жоқ", "1=да 0=нет", "1=yes 0=no")
"""The digits that answer an offer by SMS, and the same beside a link."""

_SKILLS: Mapping[Skill, tuple[str, str, str]] = {
    Skill.FIRST_AID: ("алғашқы көмек", "первая помощь", "first aid"),
    Skill.CPR: ("жүрек массажы", "реанимация", "CPR"),
    Skill.DOCTOR: ("дәрігер", "врач", "doctor"),
    Skill.NURSE: ("мейіргер", "медпомощь", "nurse"),
    Skill.PSYCHOLOGIST: ("психолог", "психолог", "psychologist"),
    Skill.SEARCH: ("іздеу", "поиск", "search"),
    Skill.RESCUE: ("құтқару", "спасение", "rescue"),
    Skill.BOAT: ("қайық", "лодка", "boat"),
    Skill.DRIVER: ("көлік", "машина", "driver"),
    Skill.OFF_ROAD: ("жолсыз көлік", "внедорожник", "off-road car"),
    Skill.FIREFIGHTING: ("өрт сөндіру", "тушение", "firefighting"),
    Skill.LOGISTICS: ("жеткізу", "доставка", "logistics"),
    Skill.RADIO: ("радиобайланыс", "радиосвязь", "radio"),
    Skill.COORDINATION: ("үйлестіру", "координация", "coordination"),
    Skill.TRANSLATOR: ("аударма", "перевод", "translation"),
    Skill.MAPPING: ("карта жасау", "карта", "mapping"),
    Skill.VERIFICATION: ("тексеру", "проверка", "verification"),
    Skill.CALL_TAKING: ("қайта қоңырау", "обзвон", "calling back"),
    Skill.GEOLOCATION: ("орнын табу", "поиск места", "geolocation"),
    Skill.MEDIA_MONITORING: ("желіні қарау", "мониторинг", "monitoring"),
}
_UNITS = {"km": ("км", "км", "km"), "min": ("мин", "мин", "min"), "s": ("с", "с", "s")}


def language_of(wanted: str | None, spoken: tuple[str, ...] = ()) -> str:
    """The language of a person's notices: the chosen one, else the first spoken one that the catalogue has."""
    for one in (wanted, *spoken):
        if one and (found := canonical(one)) in LANGUAGES:
            return str(found)
    return DEFAULT


def text(key: TextKey, language: str, **values: str) -> str:
    return _TEXTS[key][LANGUAGES.index(language)].format(**values)


def offered(language: str, *, skill: str, distance_m: float | None, left_ms: int) -> str:
    """The text of an offer. `left_ms`: the time that is left to answer."""
    return _TEXTS[TextKey.OFFERED][LANGUAGES.index(language)].format(
        skill=skill_name(skill, language),
        distance="" if distance_m is None else ", " + _distance(distance_m, language),
        left=_duration(left_ms, language),
    )


def offered_sms(
    language: str, *, skill: str, distance_m: float | None, left_ms: int, link: str | None, has_replies: bool
) -> str:
    """The text of an offer by SMS, in one part. `has_replies`: answers by SMS arrive, so the text says how to give one.

    Digits before the link: they work without an internet connection. A link that does not fit beside them is left out.
    """
    place = LANGUAGES.index(language)
    what = skill_name(skill, language) + ("" if distance_m is None else ", " + _distance(distance_m, language))
    digits = _SMS_SHORT_DIGITS[place] + " " if has_replies else ""
    # Phones recognise an address without its scheme, less surely.
    links = (link, link.removeprefix("https://")) if link else ()
    found = [f"{head}: {what}. {digits}{one}" for one in links for head in _SMS_HEADS[place]]
    tail = _SMS_DIGITS[place] if has_replies else text(TextKey.LOOK, language)
    found += [f"{head}: {what}, {_duration(left_ms, language)}. {tail}" for head in _SMS_HEADS[place]]
    return next((one for one in found if len(one) <= SMS_PART), found[-1][:SMS_PART])


def skill_name(skill: str, language: str) -> str:
    """The name of a skill; a skill of a deployment's own plans keeps its word."""
    names = _SKILLS.get(Skill(skill)) if skill in Skill._value2member_map_ else None
    return names[LANGUAGES.index(language)] if names else skill.replace("_", " ")[:20]


def _distance(distance_m: float, language: str) -> str:
    # That of two cells, kilometres off: more digits, or a number alone, would keep somebody next door at home.
    return f"~{max(1, round(distance_m / 1000))} {_UNITS['km'][LANGUAGES.index(language)]}"


def _duration(left_ms: int, language: str) -> str:
    seconds = max(0, left_ms) // 1000
    unit, number = ("s", seconds) if seconds <= 120 else ("min", seconds // 60)
    return f"{number} {_UNITS[unit][LANGUAGES.index(language)]}"
