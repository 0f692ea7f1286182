"""Regular case endings of Kazakh and Russian names, by the rules of a grammar. Written without a look at the search."""

from collections.abc import Iterator

FRONT, BACK = set("әеөүіэиё"), set("аоұыуяю")
VOICELESS = set("бвгдкқпстфхһцчшщ")
NASAL = set("мнң")


def kazakh(name: str) -> Iterator[str]:
    """Genitive, dative, accusative, locative, ablative and instrumental of a name in the Kazakh alphabet."""
    vowels = [letter for letter in name.lower() if letter in FRONT | BACK]
    if not vowels or not name[-1].isalpha():
        return
    is_front, end = vowels[-1] in FRONT, name[-1].lower()
    a, y, g, q = ("е", "і", "г", "к") if is_front else ("а", "ы", "ғ", "қ")
    hard, nasal, vowel = end in VOICELESS, end in NASAL, end in FRONT | BACK
    t = "т" if hard else "д"
    yield name + ("т" if hard else "н" if nasal or vowel else "д") + y + "ң"
    yield name + (q if hard else g) + a
    yield name + ("н" if vowel else t) + y
    yield name + t + a
    yield name + ("н" if nasal else t) + a + "н"
    yield name + ("п" if hard else "б" if end in "зж" else "м") + "ен"


def russian(name: str) -> Iterator[str]:
    """Genitive, dative, instrumental and prepositional; both words of "Красный Яр". Names that keep one form yield nothing."""
    forms = [_forms(word) for word in name.split(" ")]
    if len(forms) > 2 or any(not one for one in forms):
        return
    for parts in zip(*forms, strict=True):
        yield " ".join(parts)


def _forms(word: str) -> tuple[str, ...]:
    hush = word[-3:-2] in set("гкхжшщч")
    stem = word[:-2]
    if word.endswith(("ый", "ой")) or (word.endswith("ий") and hush):
        return stem + "ого", stem + "ому", stem + ("им" if hush else "ым"), stem + "ом"
    if word.endswith("ое"):
        return stem + "ого", stem + "ому", stem + ("им" if hush else "ым"), stem + "ом"
    if word.endswith("ая"):
        return stem + "ой", stem + "ой", stem + "ой", stem + "ой"
    if word.endswith(("ово", "ево", "ёво", "ино", "ыно")):
        return word[:-1] + "а", word[:-1] + "у", word[:-1] + "ом", word[:-1] + "е"
    if word.endswith("ка"):
        return word[:-1] + "и", word[:-1] + "е", word[:-1] + "ой", word[:-1] + "е"
    if word.endswith("а") and word[-2:-1] not in set("гхжшщч"):
        return word[:-1] + "ы", word[:-1] + "е", word[:-1] + "ой", word[:-1] + "е"
    if word.endswith("ец"):
        return word[:-2] + "ца", word[:-2] + "цу", word[:-2] + "цом", word[:-2] + "це"
    if word[-1:] in set("бвгдзклмнпрстфхжшчщ"):
        return word + "а", word + "у", word + "ом", word + "е"
    return ()
