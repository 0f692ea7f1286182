"""One person as `people_now.lua` returns them, and the columns of numbers that are kept of everybody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from dispatch.model.people import Candidate

Sent: TypeAlias = Sequence[str | bool | list[str]]
"""The fields of a person on duty; False: there is none. Then the times (ms) of the offers of the last day, if there are any."""

_SKILLS, _LANGUAGES, _MODE, _CAPABILITIES, _VERIFIED, _CLAIM, _CLAIMED_BY, _IN_DISTRESS, _NUMBERS = range(2, 11)
_OFFERS = 27

LON, LAT, ACCURACY, AT, HOME_LON, HOME_LAT, DUTY_ENDS, MOST = range(8)
"""The fix (degrees, metres, ms), the centre of the home's cell, the end of the duty (ms), their own limit of distance (m). NaN:
there is none."""
LOAD, HEARD, ACCEPTED, REFUSED, WORK, WORKED, HEAVY, UPHELD, OVERRULED = range(8, 17)
"""Sums and times (ms) of the past, as `redis_keys.volunteer` describes them. NaN: there is none."""
SENT = 17
"""So many numbers come from Redis; those below follow from them and from the texts."""
REACH, MODE, FIELD, VERIFIED_FIRST_END, CLAIM, IN_DISTRESS = range(SENT, SENT + 6)
"""The distance that they travel (m), the number of the travel mode, whether they do field work, when the first of their
verifications ends (ms; NaN: they have none), the claim, and whether an incident of their own danger is open."""
COLUMNS = SENT + 6

FREE, PENDING, CONFIRMED = range(3)
"""Values of CLAIM."""
_CLAIMS = {"p": PENDING, "c": CONFIRMED}
_NAN = float("nan")


@dataclass(slots=True)
class PersonRow:
    skills: frozenset[str]
    languages: tuple[str, ...]
    verified: Mapping[str, int]
    """Skill to the end of its verification (ms)."""
    travel_mode: str
    does_field_work: bool
    claim: int
    claimed_by: str | None
    """Id of the command of a pending claim."""
    in_distress: bool
    offers: Sequence[float]
    """Times (ms) of the offers of the last day, oldest first."""
    numbers: Sequence[float]
    """The first `SENT` columns, until they are in the table."""
    as_candidate: Candidate | None = None
    """What all searches would say of this person alike, once one has found them (`candidates.py`)."""


def row_of(sent: Sent) -> PersonRow:
    claim = _CLAIMS.get(str(sent[_CLAIM]), FREE)
    return PersonRow(
        skills=_skills(_text(sent[_SKILLS])),
        languages=_list(_text(sent[_LANGUAGES])),
        verified=_verified(_text(sent[_VERIFIED])) if sent[_VERIFIED] else _NOTHING,
        travel_mode=_text(sent[_MODE]),
        does_field_work="field" in _text(sent[_CAPABILITIES]),
        claim=claim,
        claimed_by=_text(sent[_CLAIMED_BY]) if claim == PENDING else None,
        in_distress=bool(sent[_IN_DISTRESS]),
        offers=[float(moment) for moment in sent[_OFFERS]] if len(sent) > _OFFERS else (),  # type: ignore[union-attr]
        # An empty text is the accuracy of a fix that states none.
        numbers=[float(value) if value else _NAN for value in sent[_NUMBERS:_OFFERS]],  # type: ignore[arg-type]
    )


_NOTHING: Mapping[str, int] = {}


def _text(value: str | bool | list[str]) -> str:
    return value if isinstance(value, str) else ""


# Many people share a text, and so the set that it stands for.
@lru_cache(maxsize=8192)
def _skills(text: str) -> frozenset[str]:
    return frozenset(_list(text))


@lru_cache(maxsize=8192)
def _list(text: str) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()


def _verified(text: str) -> dict[str, int]:
    return {skill: int(ends) for skill, _, ends in (part.rpartition(":") for part in text.split(","))}
