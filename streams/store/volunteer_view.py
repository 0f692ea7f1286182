"""A person's current state as the API reads it from Redis."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dispatch.model.languages import canonicals
from dispatch.model.places import Place
from dispatch.model.verifications import Verification
from dispatch.model.vocabulary import Capability, TravelMode
from streams.store.duty_clock import is_on_duty

FIELDS = (
    "v",
    "cap",
    "sk",
    "la",
    "tm",
    "md",
    "du",
    "co",
    "ci",
    "x",
    "y",
    "ac",
    "at",
    "hx",
    "hy",
    "po",
    "hd",
    "np",
    "un",
    "qt",
    "ds",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class VolunteerView:
    """A person's current state. `place` and `home` are only for the person and the dispatcher and never part of a list."""

    id: str
    capabilities: tuple[Capability, ...]
    skills: tuple[str, ...]
    languages: tuple[str, ...]
    travel_mode: TravelMode
    max_distance_m: int | None
    on_duty: bool
    offset: int
    offer_id: str | None = None
    incident_id: str | None = None
    fix_at_ms: int | None = None
    fix_age_s: float | None = None
    place: Place | None = None
    accuracy_m: float | None = None
    home: Place | None = None
    private_at: int | None = None
    duty_until_ms: int | None = None
    heard_ms: int | None = None
    """Last sign of life; None if there is none."""
    positions: bool = True
    """False: the consent to positions is withdrawn."""
    continues: bool = True
    """False: the person announced that no positions follow the newest one for a while."""
    in_distress: bool = False
    """An incident of their own danger is open."""
    verified: Mapping[str, Verification] = field(default_factory=dict)
    """Verifications by skill, also of skills that are not in the profile, and also ended ones."""
    organisation: str | None = None
    now_ms: int = 0
    """Time of the store when the view was read."""

    @property
    def valid_skills(self) -> frozenset[str]:
        """Skills whose verification was valid when the view was read."""
        return frozenset(skill for skill, one in self.verified.items() if one.is_valid(self.now_ms))


def _number(value: bytes | None) -> float | None:
    return float(value) if value else None


def _place(lon: bytes | None, lat: bytes | None) -> Place | None:
    return Place(lon=float(lon), lat=float(lat)) if lon and lat else None


def _words(csv: bytes | None) -> tuple[str, ...]:
    return tuple(csv.decode().split(",")) if csv else ()


def _text(value: bytes | None) -> str | None:
    return value.decode() if value is not None else None


def view_of(volunteer_id: str, row: Mapping[str, Any], now_ms: int, with_places: bool) -> VolunteerView | None:
    if row["v"] is None:
        return None
    fix_at = int(float(row["at"])) if row["at"] else None
    return VolunteerView(
        id=volunteer_id,
        capabilities=tuple(map(Capability, _words(row["cap"]))),
        skills=_words(row["sk"]),
        languages=canonicals(_words(row["la"])),
        travel_mode=TravelMode(row["tm"].decode()),
        max_distance_m=int(row["md"]) if row["md"] else None,
        on_duty=is_on_duty(row["du"], row["un"], now_ms),
        duty_until_ms=int(row["un"]) if row["un"] else None,
        offset=int(row["v"]),
        offer_id=_text(row["co"]),
        incident_id=_text(row["ci"]),
        fix_at_ms=fix_at,
        fix_age_s=(now_ms - fix_at) / 1000 if fix_at is not None else None,
        place=_place(row["x"], row["y"]) if with_places else None,
        accuracy_m=_number(row["ac"]) if with_places else None,
        home=_place(row["hx"], row["hy"]) if with_places else None,
        private_at=int(row["po"]) if row["po"] else None,
        heard_ms=int(row["hd"]) if row["hd"] else None,
        positions=row["np"] is None,
        continues=not (row["qt"] and fix_at is not None and fix_at <= int(float(row["qt"]))),
        in_distress=bool(row["ds"]),
        now_ms=now_ms,
    )
