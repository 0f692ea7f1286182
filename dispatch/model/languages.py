"""Languages as RFC 5646 tags, compared by primary subtag: `kk-Cyrl` and `kk` are one language to a person on the phone.

Whatever is written (`kaz`, `KK_kz`, `kz`) is kept and shown in one form, the shortest code in the usual case (`kk`, `kk-KZ`), and
records that were written before are read the same way.
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
_REMEMBERED = 4_096


@lru_cache(maxsize=_REMEMBERED)
def canonical(tag: str) -> str | None:
    """A well-formed tag in its one form; None for what is no tag. Underscores count as hyphens.

    Whether anybody assigned the code is another question: `is_assigned`.
    """
    hyphened = tag.replace("_", "-")
    if len(tag) > MAX_LENGTH or not _TAG.fullmatch(hyphened):
        return None
    first, *rest = hyphened.split("-")
    parts = [primary(first)]
    after_single = False
    for part in rest:
        if after_single or not part.isalpha() or len(part) not in (2, 4):
            parts.append(part.lower())
        else:
            parts.append(part.upper() if len(part) == 2 else part.title())
        after_single = after_single or len(part) == 1
    return "-".join(parts)


def is_assigned(tag: str) -> bool:
    """Whether somebody can be looked for who speaks it: an assigned code of two letters or one of the thousands of three."""
    code = primary(tag)
    return code in LONGER or (len(code) == 3 and code not in NO_LANGUAGE)


def as_shown(tag: str | None) -> str | None:
    """Of a record: what is no tag stays as it is."""
    return tag and (canonical(tag) or tag)


def canonicals(tags: Iterable[str]) -> tuple[str, ...]:
    """Each language once, in the given order, as shown."""
    return tuple(dict.fromkeys(canonical(tag) or tag for tag in tags))


@lru_cache(maxsize=_REMEMBERED)
def primary(tag: str) -> str:
    code = tag.replace("_", "-").split("-", 1)[0].lower()
    return SHORTER.get(code, code)


def primaries(tags: Iterable[str]) -> tuple[str, ...]:
    """Each language once, in the given order."""
    return tuple(dict.fromkeys(map(primary, tags)))


def spellings(tags: Iterable[str]) -> tuple[str, ...]:
    """All codes under which speakers of these languages may have been stored, the one to use before the others of a language."""
    return tuple(code for one in primaries(tags) for code in (one, *_others(one)))


@lru_cache(maxsize=_REMEMBERED)
def _others(code: str) -> tuple[str, ...]:
    return tuple(other for other, short in SHORTER.items() if short == code)


def shares_language(wanted: Iterable[str], spoken: Iterable[str]) -> bool:
    return not {primary(tag) for tag in wanted}.isdisjoint({primary(tag) for tag in spoken})
