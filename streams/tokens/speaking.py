"""Whose positions a tracker's token may report.

The claim `speaks_for` lists ids, or beginnings of ids with `*` at their end; `"*"` alone is everybody. The claim `org` adds the
people of one organisation. What is not covered is treated as unknown, so that the answer tells nothing about who is registered.
"""

from dataclasses import dataclass, field

from streams.tokens.claims import EVERYBODY, Bearer


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """`organisation`: of people who are covered besides those of these ids; whether a person belongs to it is known to Redis."""

    is_everybody: bool = False
    organisation: str | None = None
    ids: frozenset[str] = frozenset()
    beginnings: tuple[str, ...] = field(default=())

    def names(self, volunteer_id: str) -> bool:
        """Whether the token itself covers this id, whatever their organisation."""
        return self.is_everybody or volunteer_id in self.ids or volunteer_id.startswith(self.beginnings)


def scope_of(bearer: Bearer | None, *, is_strict: bool) -> Scope:
    """`is_strict`: a token without both claims covers nobody; otherwise everybody, as before the claims existed."""
    if bearer is None or (bearer.speaks_for is None and bearer.org is None):
        return Scope(is_everybody=not is_strict)
    patterns = bearer.speaks_for or ()
    return Scope(
        is_everybody=EVERYBODY in patterns,
        organisation=bearer.org,
        ids=frozenset(one for one in patterns if not one.endswith("*")),
        beginnings=tuple(one[:-1] for one in patterns if one.endswith("*") and one != EVERYBODY),
    )
