"""The packed form of a decision's effects, which `apply.lua` and `restore_incidents.lua` write to Redis."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from dispatch.deadlines import timers_of, waiting_of
from dispatch.matching.lessons import Lesson
from dispatch.matching.limits import effective, wanted_languages
from dispatch.model.antimeridian import index_lon
from dispatch.model.call_numbers import CallNumber
from dispatch.model.incidents import Incident
from dispatch.model.languages import spellings
from dispatch.model.people import Hold
from dispatch.model.requirements import Requirement
from dispatch.model.timers import Timer
from dispatch.model.vocabulary import Capability, DeadlineKind, Skill
from dispatch.ports import Application, Applied, AppliedState
from dispatch.staffing.urgency import waiting_urgency
from streams import wire
from streams.store.attention import packed_attention
from streams.store.claims import hold_of
from streams.store.hazards import packed_hazard, packed_under_way
from streams.store.nearby import packed_vicinity
from streams.store.redis_client import ScriptCall

_pack = msgspec.msgpack.Encoder().encode


def call_of(application: Application) -> ScriptCall:
    incident = application.incident
    packed: dict[str, object] = {
        "partition": application.partition,
        "offset": application.offset,
        "command": application.command_id,
        "id": application.incident_id,
        "holds": [packed_hold(hold, incident) for hold in application.holds],
        "freed": [{"volunteer": hold.volunteer_id, "offer": hold.offer_id} for hold in application.freed],
        "voided": application.voided,
        "lessons": list(map(_packed_lesson, application.lessons)),
        "work_ended": [
            {"volunteer": ended.volunteer_id, "at": ended.at_ms, "heavy": ended.heavy}
            for ended in application.work_ended
        ],
        "judged": [
            {"volunteer": judged.volunteer_id, "at": judged.at_ms, "upheld": judged.upheld}
            for judged in application.judged
        ],
    }
    if incident is not None:
        packed["incident"] = packed_incident(incident)
    return ScriptCall("apply", (), (_pack(packed),))


def _packed_lesson(lesson: Lesson) -> dict[str, object]:
    return {
        "volunteer": lesson.volunteer_id,
        "cell": lesson.cell,
        "at": lesson.at_ms,
        "accepted": lesson.accepted,
        "refused": lesson.refused,
    }


def applied_of(answer: Sequence[bytes]) -> Applied:
    state, *refused = answer
    return Applied(state=AppliedState(state.decode()), refused=tuple(map(hold_of, refused)))


def packed_hold(hold: Hold, incident: Incident | None) -> dict[str, object]:
    offer = incident.offer(hold.offer_id) if incident else None
    # The offer may be gone from the state (`dispatch/state/pruning.py`): epoch 0 fences nothing.
    return {
        "volunteer": hold.volunteer_id,
        "offer": hold.offer_id,
        "epoch": offer.epoch if offer else 0,
        "created": offer.created_ms if offer else 0,
    }


def packed_incident(incident: Incident) -> dict[str, object]:
    return {
        "id": incident.id,
        # As text, because Redis' cmsgpack cannot decode the MessagePack type `bin`.
        "state": wire.encode(incident).decode(),
        "status": incident.status,
        "priority": incident.priority,
        "exercise": incident.exercise,
        "logged": incident.times.logged_ms,
        "call": call_entry(incident.call_number),
        "open": incident.is_open,
        # `ended` is used only when the incident is not open.
        "ended": incident.times.closed_ms or incident.times.decided_ms,
        "distressed": incident.people_in_distress if incident.is_open else (),
        "distress_of": incident.distress_of or False,
        "timers": [(timer_member(timer), timer.due_ms) for timer in timers_of(incident)],
        "waiting": [
            *(entry for waiting in waiting_requirements(incident) for entry in _packed_waiting(incident, waiting)),
            *_packed_without_place(incident),
        ],
        **packed_vicinity(incident),
        **packed_hazard(incident),
        **packed_under_way(incident),
        **packed_attention(incident),
    }


def call_entry(call: CallNumber | None) -> tuple[str, int] | bool:
    """The part of the key after its prefix, and the number."""
    return (f"{call.day}:{call.letters}", call.number) if call else False


def waiting_requirements(incident: Incident) -> list[Requirement]:
    waiting = set(waiting_of(incident))
    return [requirement for requirement in incident.requirements if requirement.id in waiting]


def accepted_skills(requirement: Requirement) -> tuple[str, ...]:
    """The requirement's skills and the substitutes that the ladder has allowed so far, without duplicates."""
    substitutes = requirement.climb.substitutes if requirement.climb else ()
    return tuple(dict.fromkeys((*requirement.skills, *substitutes)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a person needs besides a skill to fill a waiting requirement, as far as a cheap check can tell."""

    capability: Capability
    languages: tuple[str, ...]
    limit_m: float
    reach_m: float
    verified: bool = False
    """The skill counts only if verified."""

    def packed(self) -> str:
        return "|".join(
            (
                self.capability,
                f"{self.limit_m:.0f}",
                f"{self.reach_m:.0f}",
                "+".join(spellings(self.languages)),
                "1" if self.verified else "",
            )
        )


def terms_of(incident: Incident, requirement: Requirement, skill: str) -> Terms:
    wanted = effective(requirement, incident)
    # The skill of a translator: digital work, in the languages that the requirement wants.
    is_bridge = skill not in accepted_skills(requirement)
    return Terms(
        capability=Capability.DIGITAL if is_bridge else requirement.capability,
        languages=wanted_languages(requirement, incident) if is_bridge else wanted.languages,
        limit_m=wanted.max_distance_m,
        reach_m=incident.area.reach_m if incident.area else 0.0,
        verified=requirement.needs_verified(skill),
    )


def waited_skills(incident: Incident, requirement: Requirement) -> tuple[tuple[str, bool], ...]:
    """Pairs of a skill that could end the wait and whether its people must be near.

    The requirement's skills while it lacks people, and the translator skill while it lacks a translator.
    """
    # A wave that fell short of its certainty waits as well, behind every shortfall (DESIGN 55).
    scarce = requirement.short_since_ms is not None and incident.open_places(requirement) > 0
    placed = requirement.capability is Capability.FIELD and incident.area is not None
    is_short = (requirement.shortfall is not None or scarce) and not incident.lacks_place(requirement)
    skills = accepted_skills(requirement) if is_short else ()
    translator = () if requirement.translator_since_ms is None else ((str(Skill.TRANSLATOR), False),)
    return (*((skill, placed) for skill in skills), *translator)


def waiting_member(incident: Incident, requirement: Requirement) -> str:
    """The index member of a waiting requirement. Members sort by urgency (`dispatch/staffing/urgency.py`): class, then moment."""
    standing = waiting_urgency(incident.priority, requirement)
    return f"{standing.rank}|{standing.moment_ms:013d}|{incident.id}|{requirement.id}"


def _packed_waiting(incident: Incident, requirement: Requirement) -> list[dict[str, object]]:
    """One entry per acceptable skill, and one for a missing translator.

    The first entry represents the requirement itself. An entry with `since` is a shortfall.
    """
    shortfall = requirement.shortfall
    itself: dict[str, object] = {"since": shortfall.since_ms} if shortfall else {"itself": True}
    standing = waiting_urgency(incident.priority, requirement)
    member = waiting_member(incident, requirement)
    scarce: dict[str, object] = {} if shortfall else {"scarce": True}
    place: dict[str, object] = {}
    if incident.area is not None:
        place = {
            "reach": incident.area.reach_m,
            "lon": index_lon(incident.area.centre.lon),
            "lat": float(incident.area.centre.lat),
        }
    return [
        {
            "skill": skill,
            # `waiting-of` and `waiting-terms` are hashes by member, so each entry needs a member of its own.
            "member": f"{member}|{skill}" if number else member,
            "terms": terms_of(incident, requirement, skill).packed(),
            # A moment has 13 digits, so this sorts as the member does, and a double holds it exactly.
            "urgency": standing.rank * 1e13 + standing.moment_ms,
            **({} if number else itself),
            **scarce,
            **(place if placed else {}),
        }
        for number, (skill, placed) in enumerate(waited_skills(incident, requirement))
    ]


def _packed_without_place(incident: Incident) -> list[dict[str, object]]:
    """Shortfalls of field work without a place: counted like every shortfall, in no index that newcomers wake."""
    return [
        {"member": waiting_member(incident, entry), "since": entry.shortfall.since_ms}
        for entry in incident.requirements
        if entry.shortfall is not None and incident.is_open and not incident.waits_for_people(entry)
    ]


def timer_member(timer: Timer) -> str:
    # The due time is part of the member: a timer set anew is another timer, and the score may be moved without losing it.
    return f"{timer.kind}|{timer.incident_id}|{timer.ref}|{timer.due_ms}"


def timer_of(member: bytes) -> Timer:
    kind, incident_id, ref, due_ms = member.decode().split("|")
    return Timer(kind=DeadlineKind(kind), incident_id=incident_id, ref=ref, due_ms=int(due_ms))
