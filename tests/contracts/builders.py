"""People, incidents and offers for the contract suite: everything has a default that makes a useful one."""

from collections.abc import Sequence

from dispatch.matching.lessons import Lesson, WorkEnded
from dispatch.matching.trust import Judged
from dispatch.model import ids
from dispatch.model.incidents import Incident, Times
from dispatch.model.offers import Offer
from dispatch.model.people import Hold, Need
from dispatch.model.places import Area, Place
from dispatch.model.reasons import ShortfallReason
from dispatch.model.requirements import Requirement, Shortfall
from dispatch.model.vocabulary import Capability, IncidentStatus, OfferState, Priority, TravelMode
from dispatch.ports import Application, Claim
from streams.store.people import FixWrite, ProfileWrite
from streams.store.verifications import VerificationWrite
from streams.wire import VerificationRecord, VolunteerRecord

ZONE = "8320e5"
CENTRE = Place(lon=76.945, lat=43.238)
FIELD = (Capability.FIELD,)
DIGITAL = (Capability.DIGITAL,)


def north(distance_m: float, start: Place = CENTRE) -> Place:
    return Place(lon=start.lon, lat=start.lat + distance_m / 111_226)


def incident_id(name: str) -> str:
    return ids.incident_id(ZONE, "operator", name)


def offer_id(volunteer_id: str, *, incident: str = "flood", command: str = "c-1") -> str:
    return ids.offer_id(incident_id(incident), command, "r-1", volunteer_id)


def profile(
    volunteer_id: str,
    offset: int,
    *,
    on_duty: bool = True,
    capabilities: tuple[Capability, ...] = FIELD,
    skills: tuple[str, ...] = ("first_aid",),
    languages: tuple[str, ...] = ("kk", "ru"),
    max_distance_m: int | None = None,
    heard_ms: int | None = None,
    keeps_duty: bool = False,
    duty_until_ms: int | None = None,
) -> ProfileWrite:
    record = VolunteerRecord(
        id=volunteer_id,
        capabilities=capabilities,
        skills=skills,
        languages=languages,
        travel_mode=TravelMode.FOOT,
        max_distance_m=max_distance_m,
        on_duty=on_duty,
        duty_until_ms=duty_until_ms,
        changed_ms=0,
        heard_ms=heard_ms,
        keeps_duty=keeps_duty,
    )
    return ProfileWrite(volunteer_id=volunteer_id, offset=offset, record=record)


def verification(
    volunteer_id: str,
    offset: int,
    until_ms: int,
    *,
    skill: str | None = "doctor",
    organisation: str | None = None,
) -> VerificationWrite:
    """`until_ms` 0: withdrawn. `skill` None: the organisation of the person."""
    record = VerificationRecord(
        volunteer_id=volunteer_id, skill=skill, until_ms=until_ms, by="op-1", at_ms=0, organisation=organisation
    )
    return VerificationWrite(volunteer_id=volunteer_id, skill=skill or "", offset=offset, record=record)


def fix(volunteer_id: str, at_ms: int, place: Place = CENTRE) -> FixWrite:
    return FixWrite(volunteer_id=volunteer_id, lon=place.lon, lat=place.lat, accuracy_m=8.0, at_ms=at_ms)


def requirement(
    *,
    capability: Capability = Capability.FIELD,
    skill: str = "first_aid",
    languages: tuple[str, ...] = (),
    max_distance_m: int = 5_000,
    missing_since_ms: int | None = None,
    short_since_ms: int | None = None,
    translator_since_ms: int | None = None,
    any_of: tuple[str, ...] = (),
    verified: tuple[str, ...] = (),
) -> Requirement:
    shortfall = None
    if missing_since_ms is not None:
        shortfall = Shortfall(missing=1, reason=ShortfallReason.NOBODY_FOUND, since_ms=missing_since_ms)
    return Requirement(
        id="r-1",
        capability=capability,
        skill=skill,
        count=2,
        languages=languages,
        max_distance_m=max_distance_m,
        window_s=60,
        shortfall=shortfall,
        short_since_ms=short_since_ms,
        translator_since_ms=translator_since_ms,
        any_of=any_of,
        verified=verified,
    )


def area(centre: Place = CENTRE, reach_m: float = 0.0) -> Area:
    return Area(geometry={"type": "Point", "coordinates": [centre.lon, centre.lat]}, centre=centre, reach_m=reach_m)


ALMATY = area()


def need(
    line: Requirement | None = None,
    *,
    command: str = "c-1",
    want: int = 3,
    at: Area | None = ALMATY,
    asked_before: frozenset[str] = frozenset(),
) -> Need:
    return Need(
        incident_id=incident_id("flood"),
        command_id=command,
        requirement=line or requirement(),
        area=at,
        priority=Priority.HIGH,
        want=want,
        asked_before=asked_before,
    )


def claim(
    volunteer_id: str,
    *,
    incident: str = "flood",
    command: str = "c-1",
    epoch: int = 1,
    despite_duty: bool = False,
) -> Claim:
    return Claim(
        volunteer_id=volunteer_id,
        offer_id=offer_id(volunteer_id, incident=incident, command=command),
        incident_id=incident_id(incident),
        epoch=epoch,
        command_id=command,
        despite_duty=despite_duty,
    )


def hold(volunteer_id: str, *, incident: str = "flood", command: str = "c-1") -> Hold:
    return Hold(volunteer_id=volunteer_id, offer_id=offer_id(volunteer_id, incident=incident, command=command))


def offer(held: Hold, at_ms: int, *, state: OfferState = OfferState.OFFERED, expires_ms: int | None = None) -> Offer:
    return Offer(
        id=held.offer_id,
        requirement_id="r-1",
        volunteer_id=held.volunteer_id,
        capability=Capability.FIELD,
        skill="first_aid",
        state=state,
        epoch=1,
        created_ms=at_ms,
        expires_ms=expires_ms if expires_ms is not None else at_ms + 60_000,
        changed_ms=at_ms,
    )


def incident(
    name: str = "flood",
    *,
    at_ms: int,
    status: IncidentStatus = IncidentStatus.DISPATCHING,
    priority: Priority = Priority.HIGH,
    requirements: tuple[Requirement, ...] | None = None,
    offers: Sequence[Offer] = (),
    at: Area | None = ALMATY,
    retry_at_ms: int | None = None,
    version: int = 1,
) -> Incident:
    ended = status in (IncidentStatus.CLOSED, IncidentStatus.CANCELLED)
    return Incident(
        id=incident_id(name),
        zone=ZONE,
        version=version,
        type="flood",
        priority=priority,
        status=status,
        area=at,
        language="kk",
        requirements=(requirement(),) if requirements is None else requirements,
        offers=tuple(offers),
        times=Times(reported_ms=at_ms, logged_ms=at_ms, decided_ms=at_ms, closed_ms=at_ms if ended else None),
        plan_version="1",
        reported_by="operator",
        body_digest="digest",
        retry_at_ms=retry_at_ms,
    )


def application(
    offset: int,
    state: Incident | None = None,
    *,
    command: str = "c-1",
    partition: int = 0,
    name: str = "flood",
    holds: Sequence[Hold] = (),
    freed: Sequence[Hold] = (),
    voided: Sequence[str] = (),
    lessons: Sequence[Lesson] = (),
    work_ended: Sequence[WorkEnded] = (),
    judged: Sequence[Judged] = (),
) -> Application:
    return Application(
        partition=partition,
        offset=offset,
        command_id=command,
        incident_id=state.id if state else incident_id(name),
        incident=state,
        holds=tuple(holds),
        freed=tuple(freed),
        voided=tuple(voided),
        lessons=tuple(lessons),
        work_ended=tuple(work_ended),
        judged=tuple(judged),
    )
