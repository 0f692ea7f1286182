"""Language codes and tags with their canonical forms: those of the registries, and codes that people write by mistake."""

from collections.abc import Mapping

from dispatch.model.language_registry import CLDR_ALIASES, EXTENDED_LANGUAGES, REPLACED_TAGS, THREE_LETTERS, TWO_LETTERS

_TWO_LETTERS = frozenset(TWO_LETTERS.split())
_THREE_LETTERS: Mapping[str, str] = dict(entry.split("=") for entry in THREE_LETTERS.split())
"""The third letters by the first two. A set of the 7,746 codes takes 0.93 MB, this 0.08 MB."""

REGION_FOR_LANGUAGE: Mapping[str, str] = {
    "al": "sq",
    "by": "be",
    "cn": "zh",
    "cz": "cs",
    "dk": "da",
    "gb": "en",
    "ge": "ka",
    "gr": "el",
    "il": "he",
    "ir": "fa",
    "jp": "ja",
    "kz": "kk",
    "rs": "sr",
    "tj": "tg",
    "tm": "tk",
    "ua": "uk",
    "us": "en",
    "vn": "vi",
}
"""Country codes that people write instead of language codes. Only codes that are not language codes themselves, of countries
where the intended language is clear: `kg` is the language Kongo, and `uz` is a correct language code."""

FORMER_ALIASES: Mapping[str, str] = {"fat": "ak"}
"""In CLDR's release 47, no longer in 49: Fanti is Akan, as Twi is. Kept, because stored profiles were changed by it."""

ALIASES: Mapping[str, str] = {
    **{
        code: target
        for target, _, codes in (entry.partition("=") for entry in CLDR_ALIASES.split())
        for code in codes.split("+")
    },
    **FORMER_ALIASES,
    **REGION_FOR_LANGUAGE,
}
"""Every non-canonical code, with the canonical tag that replaces it: `kaz` `kk`, `sh` `sr-Latn`, `kz` `kk`."""

PREFIX_OF_EXTENDED: Mapping[str, str] = {
    code: prefix
    for prefix, _, codes in (entry.partition("=") for entry in EXTENDED_LANGUAGES.split())
    for code in codes.split("+")
}
"""Extended language subtags (`yue` in `zh-yue`) with the language that precedes them. Each is a language code as well, which
RFC 5646 §4.5 prefers: `zh-yue` is `yue`."""

TAGS: Mapping[str, str] = dict(entry.split("=") for entry in REPLACED_TAGS.split())
"""Whole tags registered before RFC 4646, in lower case, with their replacements: `i-klingon` `tlh`, `sgn-us` `ase`."""


def is_language(code: str) -> bool:
    """Whether the lower-case code is canonical and registered as one language or macrolanguage."""
    return code in _TWO_LETTERS or (len(code) == 3 and code[2] in _THREE_LETTERS.get(code[:2], ""))
