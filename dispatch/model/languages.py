"""Languages as RFC 5646 tags, compared by primary subtag: people who speak `kk-Cyrl` and `kk` understand each other.

Every spelling (`kaz`, `KK_kz`, `kz`) is stored and shown in its canonical form: the shortest code, in conventional case (`kk`,
`kk-KZ`). Records written before that rule are canonicalised when they are read.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from dispatch.model.language_codes import LONGER, NO_LANGUAGE, SHORTER

MAX_LENGTH = 35
EXPECTED = "a language tag like kk, ru or en (RFC 5646)"
_TAG = re.compile(
    r"(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4}|[a-z]{5,8})"  # language, extended language
    r"(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?"  # script, region
    r"(?:-(?:[a-z0-9]{5,8}|\d[a-z0-9]{3}))*(?:-[a-wyz0-9](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?",
    re.IGNORECASE | re.ASCII,
)
_CACHE_SIZE = 4_096


@lru_cache(maxsize=_CACHE_SIZE)
def canonical(tag: str) -> str | None:
    """The canonical form of a well-formed tag; None if the text is not a tag. Underscores count as hyphens.

    Does not check that the code is assigned to a language: see `is_assigned`.
    """
    hyphened = tag.replace("_", "-")
    if len(tag) > MAX_LENGTH or not _TAG.fullmatch(hyphened):
        return None
    first, *rest = hyphened.split("-")
    parts = [primary(first)]
    in_extension = False
    for part in rest:
        if in_extension or not part.isalpha() or len(part) not in (2, 4):
            parts.append(part.lower())
        else:
            parts.append(part.upper() if len(part) == 2 else part.title())
        in_extension = in_extension or len(part) == 1
    return "-".join(parts)


def is_assigned(tag: str) -> bool:
    """Whether the primary subtag names a language: an assigned two-letter code, or any three-letter code but the special ones."""
    code = primary(tag)
    return code in LONGER or (len(code) == 3 and code not in NO_LANGUAGE)


def as_shown(tag: str | None) -> str | None:
    """The canonical form of a tag in a record; a text that is not a tag is returned unchanged."""
    return tag and (canonical(tag) or tag)


def canonicals(tags: Iterable[str]) -> tuple[str, ...]:
    """Canonical tags without repeats, in the given order; a text that is not a tag is kept unchanged."""
    return tuple(dict.fromkeys(canonical(tag) or tag for tag in tags))


@lru_cache(maxsize=_CACHE_SIZE)
def primary(tag: str) -> str:
    """The canonical primary subtag (`kk` for `KAZ-Cyrl`)."""
    code = tag.replace("_", "-").split("-", 1)[0].lower()
    return SHORTER.get(code, code)


def primaries(tags: Iterable[str]) -> tuple[str, ...]:
    """Canonical primary subtags without repeats, in the given order."""
    return tuple(dict.fromkeys(map(primary, tags)))


def spellings(tags: Iterable[str]) -> tuple[str, ...]:
    """All codes under which speakers of these languages may be stored; for each language the canonical code first."""
    return tuple(code for one in primaries(tags) for code in (one, *_others(one)))


@lru_cache(maxsize=_CACHE_SIZE)
def _others(code: str) -> tuple[str, ...]:
    return tuple(other for other, short in SHORTER.items() if short == code)


def shares_language(wanted: Iterable[str], spoken: Iterable[str]) -> bool:
    return not {primary(tag) for tag in wanted}.isdisjoint({primary(tag) for tag in spoken})
