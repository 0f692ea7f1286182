"""The question to the person for each kind of digital work, in Kazakh, Russian and English."""

from api.views.negotiation import LANGUAGES
from dispatch.digital.results import outcomes_of
from dispatch.model.vocabulary import Task

# In the order of `negotiation.LANGUAGES`.
_QUESTIONS: dict[Task, tuple[str, str, str]] = {
    Task.VERIFY_REPORT: (
        "Хабарлама шын ба? Дереккөздерді тексеріңіз.",
        "Правдиво ли сообщение? Проверьте по источникам.",
        "Is the report true? Check it against other sources.",
    ),
    Task.CALL_BACK: (
        "Хабарлаушыға қоңырау шалып, жағдайды анықтаңыз.",
        "Перезвоните заявителю и уточните обстановку.",
        "Call the reporting person back and find out what is going on.",
    ),
    Task.GEOLOCATE: (
        "Оқиға қай жерде? Картадан табыңыз.",
        "Где это происходит? Найдите место на карте.",
        "Where is this? Find the place on the map.",
    ),
    Task.TRANSLATE: (
        "Хабарламаны құтқарушылардың тіліне аударыңыз.",
        "Переведите сообщение на язык спасателей.",
        "Translate the report into the language of the responders.",
    ),
    Task.MAP_DAMAGE: (
        "Зақымданған аумақты картада белгілеңіз.",
        "Обведите на карте пострадавший участок.",
        "Draw the damaged area on the map.",
    ),
    Task.FIND_DUPLICATES: (
        "Осы оқиға туралы басқа хабарлама бар ма?",
        "Есть ли другое сообщение о том же происшествии?",
        "Is there another report of the same incident?",
    ),
    Task.SUMMARISE: (
        "Белгілі мәліметтерді қысқаша жинақтаңыз.",
        "Кратко изложите, что известно.",
        "Sum up what is known.",
    ),
    Task.MONITOR_MEDIA: (
        "Ашық дереккөздерден жаңалықтарды бақылап, жазыңыз.",
        "Следите за открытыми источниками и записывайте новое.",
        "Follow public sources and write down what is new.",
    ),
}


def question(task: Task, language: str) -> str:
    """The question; `language` is one of `negotiation.LANGUAGES`."""
    return _QUESTIONS[task][LANGUAGES.index(language)]


def outcomes(task: Task) -> list[str]:
    """The outcomes a result of this task may have."""
    return outcomes_of(task)
