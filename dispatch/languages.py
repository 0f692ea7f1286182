"""Languages as BCP 47 tags, compared by primary subtag: `kk-Cyrl` and `kk` are one language to a person on the phone."""

from collections.abc import Iterable


def primary(tag: str) -> str:
    return tag.split("-", 1)[0].lower()


def primaries(tags: Iterable[str]) -> tuple[str, ...]:
    """Each language once, in the given order."""
    return tuple(dict.fromkeys(map(primary, tags)))


def shares_language(wanted: Iterable[str], spoken: Iterable[str]) -> bool:
    return not {primary(tag) for tag in wanted}.isdisjoint({primary(tag) for tag in spoken})
