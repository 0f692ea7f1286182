"""Languages as RFC 5646 tags, compared by primary subtag: people who speak `kk-Cyrl` and `kk` understand each other.

Every spelling (`kaz`, `KK_kz`, `kz`) is stored and shown in its canonical form, the code that CLDR prefers in conventional case
(`kk`, `kk-KZ`). Records written before that rule are canonicalised when they are read.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from dispatch.model.language_codes import ALIASES, PREFIX_OF_EXTENDED, TAGS, is_language

MAX_LENGTH = 35
EXPECTED = "a language tag like kk, ru or en (RFC 5646)"
_TAG = re.compile(
    r"(?P<language>[a-z]{2,8})(?:-(?P<extended>[a-z]{3}))?(?:-(?P<script>[a-z]{4}))?(?:-(?P<region>[a-z]{2}|\d{3}))?"
    r"(?P<rest>(?:-(?:[a-z0-9]{5,8}|\d[a-z0-9]{3}))*(?:-[a-wyz0-9](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?)",
    re.IGNORECASE | re.ASCII,
)
_CACHE_SIZE = 4_096


@lru_cache(maxsize=_CACHE_SIZE)
def canonical(tag: str) -> str | None:
    """The canonical form of a well-formed tag; None if the text is not a tag. Underscores count as hyphens.

    An alias that implies a script or region adds it unless the tag states another: `sh` is `sr-Latn`, `sh-Cyrl` is `sr-Cyrl`
    (UTS #35, annex C). An extended language subtag replaces its prefix: `zh-yue` is `yue`; one that is not registered with this
    prefix makes the text no tag. Variants and extensions are kept without a check.

    Does not check that the code is assigned to a language: see `is_assigned`.
    """
    hyphened = tag.replace("_", "-")
    match = _TAG.fullmatch(TAGS.get(hyphened.lower(), hyphened))
    if len(tag) > MAX_LENGTH or match is None:
        return None
    code, extended, script, region, rest = (part.lower() for part in match.groups(default=""))
    if extended and PREFIX_OF_EXTENDED.get(extended) != ALIASES.get(code, code):
        return None
    code, _, implied = ALIASES.get(extended or code, extended or code).partition("-")
    script = (script or implied if len(implied) == 4 else script).title()
    region = (region or implied if len(implied) == 2 else region).upper()
    form = "-".join(part for part in (code, script, region) if part) + rest
    return form if len(form) <= MAX_LENGTH else None


def is_assigned(tag: str) -> bool:
    """Whether the tag names one language, or a macrolanguage like `ar`, in the IANA registry.

    False for what nobody can be found to speak: unregistered codes, groups of languages (`gem`, `sgn`), private use (`qaa` to
    `qtz`, `x-…`) and special codes (`und`, `mul`, `mis`, `zxx`).
    """
    form = canonical(tag)
    return form is not None and is_language(form.partition("-")[0])


def as_shown(tag: str | None) -> str | None:
    """The canonical form of a tag in a record; a text that is not a tag is returned unchanged."""
    return tag and (canonical(tag) or tag)


def canonicals(tags: Iterable[str]) -> tuple[str, ...]:
    """Canonical tags without repeats, in the given order; a text that is not a tag is kept unchanged."""
    return tuple(dict.fromkeys(canonical(tag) or tag for tag in tags))


@lru_cache(maxsize=_CACHE_SIZE)
def primary(tag: str) -> str:
    """The canonical primary subtag (`kk` for `KAZ-Cyrl`); of a text that is not a tag, what precedes its first hyphen."""
    form = canonical(tag) or _first(tag)
    return form.partition("-")[0]


def _first(text: str) -> str:
    code = text.replace("_", "-").partition("-")[0].lower()
    return ALIASES.get(code, code)


def primaries(tags: Iterable[str]) -> tuple[str, ...]:
    """Canonical primary subtags without repeats, in the given order."""
    return tuple(dict.fromkeys(map(primary, tags)))


def spellings(tags: Iterable[str]) -> tuple[str, ...]:
    """All codes under which speakers of these languages may be stored; for each language the canonical code first."""
    return tuple(code for one in primaries(tags) for code in (one, *_others(one)))


@lru_cache(maxsize=_CACHE_SIZE)
def _others(code: str) -> tuple[str, ...]:
    return tuple(other for other, tag in ALIASES.items() if tag.partition("-")[0] == code)


def shares_language(wanted: Iterable[str], spoken: Iterable[str]) -> bool:
    return not {primary(tag) for tag in wanted}.isdisjoint({primary(tag) for tag in spoken})
