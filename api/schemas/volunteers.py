"""Volunteers: profile, duty, position, and the export of everything stored about a person."""

from typing import Annotated, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from api.fields import PERSON_ID_SCHEMA, Instant, LanguageTag, Lat, Lon, OpaqueId, PointField, expected, word
from api.schemas.base import (
    BLANK_AS_NULL,
    EACH_ONCE,
    Accepted,
    Body,
    CapabilityWord,
    Geometry,
    OptionalText,
    Shown,
    SkillWord,
    Time,
    null_if_empty,
    without_defaults,
)
from api.schemas.verifications import VerifiedSkill
from dispatch.model.vocabulary import Capability, TravelMode


class Contact(Body):
    """How the person is reached; stored encrypted."""

    name: Annotated[Annotated[str, Field(max_length=200)] | None, BLANK_AS_NULL] = None
    phone: Annotated[Annotated[str, Field(max_length=64)] | None, BLANK_AS_NULL] = None
    email: Annotated[Annotated[str, Field(max_length=254)] | None, BLANK_AS_NULL] = None
    push: Annotated[
        Annotated[str, Field(max_length=2000)] | None, BLANK_AS_NULL, Field(description="address of the notice channel")
    ] = None


class VolunteerIn(Body):
    """A profile. It replaces the stored one as a whole."""

    capabilities: Annotated[list[CapabilityWord], Field(min_length=1, max_length=2), EACH_ONCE]
    skills: Annotated[list[SkillWord], Field(max_length=32), EACH_ONCE]
    languages: Annotated[list[LanguageTag], Field(max_length=32), EACH_ONCE] = []
    travel_mode: Annotated[TravelMode, word(TravelMode)] = TravelMode.FOOT
    max_distance_m: Annotated[int, Field(ge=1, le=2_000_000)] | None = None
    home: PointField | None = None
    contact: Annotated[Contact | None, AfterValidator(null_if_empty)] = None
    label: Annotated[
        Annotated[str, Field(max_length=40)] | None,
        BLANK_AS_NULL,
        Field(
            description="how operators see the person in lists and on the map, for example a first name; stored encrypted"
        ),
    ] = None
    # Three states: a profile that states no duty must not undo a duty change under way (DESIGN 81).
    on_duty: bool | None = None
    """Unset: unchanged; off duty for a new person."""
    organisation: (
        Annotated[OpaqueId, Field(description="only from operators and admins; unset: unchanged, null: none")] | None
    ) = None


class VolunteerPatch(VolunteerIn):
    """Changes of a profile. Fields that are not given stay, those of `contact` as well; `contact: null` removes all of it."""

    # Defaults are never read: only fields in `model_fields_set` count. In the document they would look like values to send.
    model_config = ConfigDict(json_schema_extra=without_defaults)

    capabilities: Annotated[list[CapabilityWord], Field(min_length=1, max_length=2), EACH_ONCE] = []
    skills: Annotated[list[SkillWord], Field(max_length=32), EACH_ONCE] = []
    # Not null if it is empty: `{"contact": {"phone": null}}` removes the number alone.
    contact: Contact | None = None


class Duty(Body):
    on_duty: bool
    until: Annotated[Instant, Field(description="the duty ends by itself; at most seven days ahead")] | None = None

    @model_validator(mode="after")
    def _ends_only_if_it_begins(self) -> Self:
        if self.until is not None and not self.on_duty:
            raise expected("no end of a duty that does not begin", "until")
        return self


class Location(Body):
    lon: Lon
    lat: Lat
    accuracy_m: Annotated[float, Field(ge=0, allow_inf_nan=False, description="at most 100 km")] | None = None
    recorded_at: Annotated[Instant, Field(description="at most an hour ago and a minute ahead")] | None = None
    continues: Annotated[
        bool,
        Field(
            description="false: no positions follow for a while, for example because the phone switches to navigation"
        ),
    ] = True


class OwnLocation(Body):
    """One position, or the positions that a phone queued while it was offline.

    The fields of one position, of which `lon` and `lat` are required, or `fixes` alone.
    """

    lon: Lon | None = None
    lat: Lat | None = None
    accuracy_m: Annotated[float, Field(ge=0, allow_inf_nan=False, description="at most 100 km")] | None = None
    recorded_at: Annotated[Instant, Field(description="at most an hour ago and a minute ahead")] | None = None
    continues: Annotated[bool, Field(description="as in Location")] = True
    fixes: Annotated[list[Location], Field(min_length=1, max_length=50)] | None = None

    @model_validator(mode="after")
    def _is_one_or_many(self) -> Self:
        stated = self.model_fields_set
        if "fixes" in stated:
            if self.fixes is None:
                raise expected("a list of positions", "fixes")
            if more := sorted(stated - {"fixes"}):
                raise expected("no such field beside fixes", more[0])
            return self
        for name, value in (("lon", self.lon), ("lat", self.lat)):
            if value is None:
                raise expected("a number, or fixes", name)
        return self

    @property
    def listed(self) -> list[Location]:
        if self.fixes is not None:
            return self.fixes
        assert self.lon is not None  # checked above
        assert self.lat is not None
        return [
            # Not validated again: `recorded_at` is parsed already.
            Location.model_construct(
                lon=self.lon,
                lat=self.lat,
                accuracy_m=self.accuracy_m,
                recorded_at=self.recorded_at,
                continues=self.continues,
            )
        ]


class DistressOf(Body):
    """The person is in danger, without an offer."""

    at: Annotated[Instant, Field(description="when they raised it; ignored if it cannot be")] | None = None
    lon: Lon | None = None
    lat: Lat | None = None
    note: OptionalText = None

    @model_validator(mode="after")
    def _has_a_whole_place(self) -> Self:
        if (self.lon is None) != (self.lat is None):
            raise expected("both lon and lat, or neither", "lon" if self.lon is None else "lat")
        return self


class LocationOf(Location):
    volunteer_id: Annotated[str, Field(min_length=1, json_schema_extra=PERSON_ID_SCHEMA)]


class Locations(Body):
    """Positions of many people. Each is checked by itself, and an invalid one does not affect the others."""

    # Only for the document: `writes/positions.py` decodes the body with msgspec.
    locations: Annotated[list[LocationOf], Field(max_length=1000)]


class RejectedPosition(Shown):
    """`index`: place in the list that was sent, from 0.

    `code`: `unknown_volunteer` (not registered, or not one of those for whom the token speaks), `invalid` (not an object with
    these fields), `bad_volunteer_id`, `bad_time` (not RFC 3339 with an offset),
    `out_of_range` (coordinates), `zero_position` (exactly 0, 0 without an accuracy), `bad_accuracy` (negative or more than
    100 km), `from_the_future` (more than a minute ahead) or `too_old` (more than an hour).
    """

    index: int
    code: str


class PositionsAccepted(Shown):
    """`accepted`: the number of positions that Kafka has acknowledged.

    Whether a position counts is decided afterwards: those older than the last one, and a jump that the travel mode does not
    explain, until a second position confirms it, move nobody.
    """

    accepted: int
    rejected: list[RejectedPosition]


class OwnLocationAccepted(Accepted):
    """`rejected`: as of POST /v1/locations. `next_after_s`: when the next position is of use; null: while off duty, none is."""

    accepted: int
    rejected: list[RejectedPosition]
    next_after_s: int | None


class ContactShown(Shown):
    name: str | None = None
    phone: str | None = None
    email: str | None = None
    push: str | None = None


class ProfileShown(Shown):
    """A profile; `home` and `contact` are decrypted for the response, which is recorded in the audit topic."""

    id: str
    capabilities: list[Capability]
    skills: list[str]
    languages: list[str]
    travel_mode: TravelMode
    max_distance_m: int | None
    on_duty: bool
    duty_until: Time | None
    """When the duty ends by itself."""
    home: Geometry | None
    contact: ContactShown | None
    label: str | None
    verified: dict[str, VerifiedSkill]
    """The skills that somebody else has verified, while the verification is valid; all others are claims."""
    organisation: str | None
    """As stated by an operator or admin."""
    unreadable: list[str] = []
    """Fields that exist and cannot be decrypted at the moment; they are shown as null."""


class VolunteerShown(ProfileShown):
    """A profile and, when it is read, the present state of the person."""

    engaged: bool | None = None
    """Whether the person holds an offer or assignment."""
    fix_at: Time | None = None
    fix_age_s: float | None = None


class LastPosition(Shown):
    place: Geometry | None
    accuracy_m: float | None
    at: Time | None
