"""The sentences of a summary in Kazakh, Russian and English: one catalogue, like `card_texts.py`.

Values stand behind colons in their first form, so that nothing has to be declined.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from dispatch.assistant.card_texts import LANGUAGES, TYPES, Three, place_text

SENTENCES: Mapping[str, Three] = {
    "reported": (
        "{at} хабарланды: {type}. Шұғылдығы: {priority}.",
        "{at} сообщено: {type}. Срочность: {priority}.",
        "{at} reported: {type}. Priority: {priority}.",
    ),
    "exercise": ("Бұл оқу-жаттығу.", "Это учения.", "This is an exercise."),
    "place": ("Орны: {place}.", "Место: {place}.", "Place: {place}."),
    "no_place": ("Орны белгісіз.", "Место неизвестно.", "The place is not known."),
    "asked": (
        "Сұралды: {asked}, келісті: {accepted}, бас тартты: {declined}.",
        "Запрошено: {asked}, согласились: {accepted}, отказались: {declined}.",
        "Asked: {asked}, accepted: {accepted}, declined: {declined}.",
    ),
    "came": (
        "Оқиға орнында болды: {on_scene}, жұмысын аяқтады: {done}.",
        "Были на месте: {on_scene}, закончили работу: {done}.",
        "Were on scene: {on_scene}, finished their work: {done}.",
    ),
    "short": ("Адам жетіспейді, қажеттілік: {count}.", "Не хватает людей, потребностей: {count}.",
              "People are missing, requirements: {count}."),
    "changed": ("Өзгерді: {fields}.", "Изменено: {fields}.", "Changed: {fields}."),
    "moved": ("Орны {at} түзетілді: {place}.", "Место уточнено {at}: {place}.", "Place corrected at {at}: {place}."),
    "level": ("Деңгей: {level}.", "Уровень: {level}.", "Level: {level}."),
    "result": ("Нәтиже: {task} – {outcome}.", "Результат: {task} – {outcome}.", "Result: {task} – {outcome}."),
    "certainty": ("Хабарлама: {certainty}.", "Сообщение: {certainty}.", "The report: {certainty}."),
    "decided": (
        "Диспетчер ұсынысты қарады, қабылдады: {accepted}, қабылдамады: {rejected}.",
        "Диспетчер рассмотрел предложения, принято: {accepted}, отклонено: {rejected}.",
        "The dispatcher judged proposals, accepted: {accepted}, rejected: {rejected}.",
    ),
    "attention": ("Назар аудару керек: {reasons}.", "Требует внимания: {reasons}.", "Needs attention: {reasons}."),
    "hazard": ("Қауіпті аймақ жарияланды.", "Объявлена опасная зона.", "A hazard zone was declared."),
    "hazard_ended": ("Қауіпті аймақ алынды.", "Опасная зона снята.", "The hazard zone was lifted."),
    "distress": ("Көмекшіге қауіп төнді, белгі саны: {count}.", "Помощник в опасности, сигналов: {count}.",
                 "A helper was in danger, signals: {count}."),
    "help_asked": ("Оқиға орнынан қосымша адам сұралды: {count}.", "С места просили ещё людей, раз: {count}.",
                   "More people were asked for from the scene, times: {count}."),
    "notes": ("Жазба саны: {count}.", "Записей: {count}.", "Notes: {count}."),
    "adopted": ("Осыған қосылған хабарлама: {count}.", "Присоединено сообщений: {count}.",
                "Reports merged into it: {count}."),
    "split": ("Бөлінген оқиға: {count}.", "Выделено происшествий: {count}.", "Incidents split off: {count}."),
    "merged": ("{at} басқа оқиғаға қосылды.", "{at} присоединено к другому происшествию.",
               "Merged into another incident at {at}."),
    "closed": ("{at} жабылды: {code}.", "{at} закрыто: {code}.", "Closed at {at}: {code}."),
    "cancelled": ("{at} тоқтатылды: {code}.", "{at} отменено: {code}.", "Cancelled at {at}: {code}."),
    "reopened": ("{at} қайта ашылды.", "{at} открыто снова.", "Reopened at {at}."),
}  # fmt: skip

WORDS: Mapping[str, Mapping[str, Three]] = {
    "type": TYPES,
    "priority": {
        "critical": ("өте шұғыл", "критический", "critical"),
        "high": ("шұғыл", "высокий", "high"),
        "normal": ("қалыпты", "обычный", "normal"),
        "low": ("төмен", "низкий", "low"),
    },
    "task": {
        "verify_report": ("хабарламаны тексеру", "проверка сообщения", "verifying the report"),
        "call_back": ("қайта қоңырау шалу", "обратный звонок", "calling back"),
        "geolocate": ("орнын табу", "поиск места", "finding the place"),
        "translate": ("аударма", "перевод", "translation"),
        "map_damage": ("зақымды картаға түсіру", "карта разрушений", "mapping damage"),
        "find_duplicates": ("қайталануын іздеу", "поиск повторов", "finding duplicates"),
        "summarise": ("қорытынды", "сводка", "summary"),
        "monitor_media": ("медианы бақылау", "наблюдение за медиа", "monitoring media"),
    },
    "outcome": {
        "confirmed": ("расталды", "подтверждено", "confirmed"),
        "false": ("жалған", "ложное", "false"),
        "unclear": ("анық емес", "неясно", "unclear"),
        "reached": ("байланысты", "дозвонились", "reached"),
        "not_reached": ("байланыса алмады", "не дозвонились", "not reached"),
        "located": ("табылды", "найдено", "located"),
        "not_found": ("табылмады", "не найдено", "not found"),
        "duplicate": ("қайталау", "повтор", "duplicate"),
        "none": ("қайталау емес", "повторов нет", "no duplicate"),
        "done": ("дайын", "готово", "done"),
        "mapped": ("картаға түсірілді", "нанесено на карту", "mapped"),
    },
    "certainty": {
        "unconfirmed": ("расталмаған", "не подтверждено", "unconfirmed"),
        "confirmed": ("расталған", "подтверждено", "confirmed"),
        "disputed": ("жауаптар қайшы", "ответы расходятся", "answers disagree"),
        "false": ("жалған", "ложное", "false"),
    },
    "code": {
        "false_call": ("жалған шақыру", "ложный вызов", "false call"),
        "duplicate": ("қайталау", "повтор", "duplicate"),
        "handed_over": ("басқа қызметке берілді", "передано другой службе", "handed over to another service"),
        "resolved": ("шешілді", "решено", "resolved"),
        "exercise": ("оқу-жаттығу", "учения", "exercise"),
        "other": ("басқа", "другое", "other"),
        "": ("себебі айтылмаған", "причина не указана", "no reason stated"),
    },
    "fields": {
        "type": ("түрі", "тип", "type"),
        "priority": ("шұғылдығы", "срочность", "priority"),
        "location": ("орны", "место", "place"),
        "language": ("тілі", "язык", "language"),
        "requirements": ("қажеттілік", "потребность", "requirements"),
        "description": ("сипаттама", "описание", "description"),
        "address": ("мекенжай", "адрес", "address"),
        "caller": ("өтініш беруші", "заявитель", "caller"),
    },
    "reasons": {
        "disagreement": ("жауаптар қайшы", "ответы расходятся", "answers disagree"),
        "reported_false": ("жалған деп хабарланды", "сообщают, что вызов ложный", "said to be false"),
        "reported_elsewhere": ("басқа жерде деп хабарланды", "сообщают о другом месте", "said to be elsewhere"),
        "reported_duplicate": ("қайталау деп хабарланды", "сообщают о повторе", "said to be a duplicate"),
        "contradiction": ("нәтижелер қайшы", "результаты противоречат", "results contradict"),
        "duplicate_ended": ("аталған оқиға аяқталған", "названное происшествие завершено", "the named incident has ended"),
        "merge_failed": ("қосылмады", "объединение не удалось", "the merge failed"),
        "check_in_overdue": ("жауап бермеген адам бар", "нет ответа с места", "somebody on scene does not answer"),
        "person_silent": ("жолдағы адамнан хабар жоқ", "нет вестей от едущего", "no news from somebody on the way"),
        "distress": ("көмекшіге қауіп төнді", "помощник в опасности", "a helper is in danger"),
        "help_asked": ("қосымша адам сұралды", "просят ещё людей", "more people are asked for"),
        "unfilled": ("адам жетіспейді", "не хватает людей", "people are missing"),
        "ask_partner": ("серіктес ұйымнан сұрау керек", "нужно обратиться к партнёру", "a partner should be asked"),
        "ladder_ended": ("іздеу қадамдары бітті", "шаги поиска исчерпаны", "the steps of the search are used up"),
        "no_place": ("орны белгісіз", "место неизвестно", "the place is not known"),
        "place_unlikely": ("орны күмәнді", "место сомнительно", "the place is unlikely"),
        "warning_incomplete": ("бәріне ескертілген жоқ", "предупреждены не все", "not everybody was warned"),
        "ways_unchecked": ("жолдар толық тексерілмеді", "проверены не все пути", "not all ways were checked"),
        "verification_ended": ("біліктілік мерзімі өтті", "подтверждение навыка истекло", "a verified skill has lapsed"),
        "change_unconfirmed": ("өзгеріс расталмады", "изменение не подтверждено", "a change is not confirmed"),
    },
}  # fmt: skip
"""By the name of a parameter, then by its value."""


def sentence_text(code: str, params: Mapping[str, Any], language: str) -> str:
    """One sentence. A value without a text, such as a type that a deployer added, stands as it is."""
    at = LANGUAGES.index(language)
    return SENTENCES[code][at].format(**{name: _text(name, value, at) for name, value in params.items()})


def _text(name: str, value: Any, at: int) -> str:
    if name == "place":
        return place_text(value, at)
    words = WORDS.get(name, {})
    values: Sequence[Any] = value if isinstance(value, list) else [value]
    return ", ".join(words[one][at] if one in words else str(one) for one in values)
