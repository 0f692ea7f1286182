"""Whether the translation of a person has another number, telephone, road or language than it should: `has_slips(…)`.

A house number that a reader trusts is worse than no translation. Only what two careful translators write alike is compared: words
for danger, denials and places have many faithful renderings, and a wrong alarm costs the time of one more person.
"""

from dispatch.assistant.distances import roads_in
from dispatch.assistant.draft_checks import changed_numbers
from dispatch.assistant.languages import Language, language_of
from dispatch.assistant.reading import Reading
from dispatch.assistant.texts import LONGEST, Text

SURE_LANGUAGE = 0.9
FEWEST_WORDS = 4
"""Names and addresses alone have no language."""
_WRITTEN = frozenset({Language.KK, Language.RU, Language.EN})


def has_slips(original: str, translation: str, stated: str | None) -> bool:
    """`stated`: the language of the translation as its author says it. False where it is too long to be compared."""
    if not original.strip() or not translation.strip() or max(len(original), len(translation)) > LONGEST:
        return False
    before, after = _of_numbers(original), _of_numbers(translation)
    return _is_in_another_language(before, after, stated) or any(changed_numbers(before, after))


def _of_numbers(whole: str) -> Reading:
    """Without types and places, which take longest and are not compared."""
    text = Text(whole)
    roads = tuple(roads_in(text))
    return Reading(text=text, language=language_of(text), concepts={}, types=(), places=(), roads=roads)


def _is_in_another_language(original: Reading, translation: Reading, stated: str | None) -> bool:
    """Not in the stated one; without one, still in that of the original."""
    found = _sure_language(translation)
    if found is None:
        return False
    if stated is not None:
        wanted = stated.partition("-")[0].lower()
        return wanted in {one.value for one in _WRITTEN} and wanted != found.value
    return found is _sure_language(original)


def _sure_language(reading: Reading) -> Language | None:
    language = reading.language
    is_sure = language.probability >= SURE_LANGUAGE and len(language.of_words) >= FEWEST_WORDS
    return language.value if is_sure and language.value in _WRITTEN else None
