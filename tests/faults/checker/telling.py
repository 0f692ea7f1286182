"""What usually happens in a story, in one word each; and the good story that the tests bend."""

from typing import Any

from tests.faults.checker.building import NAME, PHONE, PLACE, Json, Story, incident_id, offer_id, requirement
from tests.faults.checker.topics import INCIDENTS, LOCATIONS, PRIVATE, VOLUNTEERS

WINDOW_MS = 60_000


def made(story: Story, incident: str, person: str, need: str = "r1") -> Json:
    return {
        "kind": "offer_made",
        "offer_id": offer_id(incident, person),
        "requirement_id": need,
        "volunteer_id": person,
        "capability": "field",
        "skill": "first_aid",
        "expires_ms": story.now_ms + WINDOW_MS,
        "distance_m": 120.5,
        "eta_s": 60.0,
        "task": None,
    }


def moved(incident: str, person: str, state: str, reason: str | None = None) -> Json:
    return {
        "kind": "offer_moved",
        "offer_id": offer_id(incident, person),
        "volunteer_id": person,
        "state": state,
        "reason": reason,
    }


def reported(story: Story, *needs: Json) -> Json:
    return {
        "kind": "incident_reported",
        "type": "flood",
        "priority": "high",
        "area": {
            "geometry": {"type": "Point", "coordinates": [76.9, 43.2]},
            "centre": {"lon": 76.9, "lat": 43.2},
        },
        "language": None,
        "requirements": list(needs or [requirement()]),
        "plan_version": "1",
        "reported_by": "op-1",
        "reported_ms": story.now_ms,
        "logged_ms": story.now_ms,
        "external_id": None,
        "body_digest": "x",
    }


def report(story: Story, name: str, *people: str, needs: tuple[Json, ...] = ()) -> str:
    """An incident that an operator reports, is promised, and for which these people are asked."""
    incident = incident_id(name)
    command = story.command("report_incident", incident, name=name, type="flood", body_digest="x")
    story.ask("report", "/v1/incidents", key=f"k-{name}", answer={"id": incident})
    story.decide(command, reported(story, *needs), *(made(story, incident, person) for person in people))
    story.after(100)
    return incident


def order(story: Story, what: str, kind: str, incident: str, *events: Json, **fields: Any) -> Json:
    """An operator's or a volunteer's order: asked, promised, decided."""
    about = fields.get("offer_id")
    path = f"/v1/offers/{about}/{what}" if about else f"/v1/incidents/{incident}/{what}"
    actor = fields.get("volunteer_id", "op-1")
    command = story.command(kind, incident, by=actor, **fields)
    story.ask(what, path, key=f"k-{command['id']}", actor=actor, answer={"id": about or incident})
    decision = story.decide(command, *events)
    story.after(100)
    return decision


def accept(story: Story, incident: str, person: str, *more: Json) -> Json:
    offer = offer_id(incident, person)
    accepted = moved(incident, person, "accepted")
    return order(story, "accept", "accept_offer", incident, accepted, *more, offer_id=offer, volunteer_id=person)


def decline(story: Story, incident: str, person: str, *more: Json) -> Json:
    offer = offer_id(incident, person)
    declined = moved(incident, person, "declined", "busy")
    return order(story, "decline", "decline_offer", incident, declined, *more, offer_id=offer, volunteer_id=person)


def coming_asked(story: Story, incident: str, person: str) -> Json:
    """Somebody on their way is asked whether they are still coming."""
    watch = {"due_ms": story.now_ms + WINDOW_MS, "is_tracked": True, "asked_ms": story.now_ms}
    named = {"offer_id": offer_id(incident, person), "volunteer_id": person}
    return {"kind": "coming_asked", **named, "reason": "silent", "watch": watch}


def looked_again(story: Story) -> None:
    """After a longer wait: the good story's incidents that lack people have been looked at again."""
    for name in ("second", "silent"):
        timer(story, incident_id(name), "v2", *short(story))


def job_changed(incident: str, person: str, *fields: str, due_ms: int = 2_000_000_000_000) -> Json:
    return {
        "kind": "job_changed",
        "offer_id": offer_id(incident, person),
        "volunteer_id": person,
        "changes": list(fields),
        "to_confirm": list(fields),
        "due_ms": due_ms,
    }


def update(story: Story, incident: str, *more: Json, **changes: Any) -> Json:
    """An operator changes fields of the incident."""
    state = story.states[incident]
    names = ("type", "priority", "area", "language", "requirements", "plan_version")
    updated = {"kind": "incident_updated", **{name: state[name] for name in names}, **changes}
    named = {name: value for name, value in changes.items() if name != "requirements"}
    return order(story, "update", "update_incident", incident, updated, *more, **named)


def confirm(story: Story, incident: str, person: str, version: int) -> Json:
    offer = offer_id(incident, person)
    confirmed = {"kind": "changes_confirmed", "offer_id": offer, "volunteer_id": person, "version": version}
    return order(
        story, "confirm", "confirm_changes", incident, confirmed,
        offer_id=offer, volunteer_id=person, version=version,
    )  # fmt: skip


def close(story: Story, incident: str, *ends: Json) -> Json:
    return order(story, "close", "close_incident", incident, *ends, {"kind": "incident_closed", "by": "op-1"})


def short(story: Story, *, is_escalated: bool = True, look_in_ms: int = 600_000) -> tuple[Json, ...]:
    """Nobody is left to ask; the ladder has its next step, and the next look its time."""
    shortfall = {"missing": 1, "reason": "all_asked", "since_ms": story.now_ms}
    found: Json = {"kind": "shortfall_found", "requirement_id": "r1", "shortfall": shortfall}
    looks: Json = {"kind": "retry_scheduled", "at_ms": story.now_ms + look_in_ms}
    alarm: Json = {"kind": "attention_raised", "reason": "unfilled", "requirement_id": "r1"}
    return (found, looks, alarm) if is_escalated else (found, looks)


def record_of(incident: str, name: str) -> str:
    """Reference of the sealed record of the edit of this name."""
    return f"incident:{incident}:update:c-{name}"


def edit(
    story: Story, incident: str, *fields: str, name: str, changed: tuple[str, ...] | None = None, **stated: Any
) -> None:
    """An edit that counts, of these private fields and of what is stated; `changed`: what its decision says, all by default."""
    ref, state = record_of(incident, name), story.states[incident]
    if fields:
        story.put(PRIVATE, ref, b"\x01sealed")
        stated |= {"private_ref": ref, "private_fields": list(fields)}
    command = story.command("update_incident", incident, name=name, **stated)
    public = [one for one in ("type", "priority", "language") if one in stated]
    really = [*public, *fields] if changed is None else list(changed)
    event = {
        "kind": "incident_updated",
        **{one: stated.get(one) or state[one] for one in ("type", "priority", "language")},
        **{one: state[one] for one in ("area", "requirements", "plan_version")},
        "changed": really,
        "by": "op-1",
        "details": {field: ref for field in fields if field in really},
    }
    story.decide(command, event)
    story.after(100)


def timer(story: Story, incident: str, person: str, *events: Json) -> Json:
    """The time to answer is over."""
    offer = offer_id(incident, person)
    command = story.command(
        "pass_deadline",
        incident,
        by="dispatcher",
        deadline="offer_expiry",
        due_ms=story.now_ms,
        offer_id=offer,
    )
    decision = story.decide(command, *events)
    story.after(100)
    return decision


def void(story: Story, incident: str, person: str, *more: Json) -> None:
    """The log says that an offer never held."""
    command = story.command("void_offer", incident, by="dispatcher", offer_id=offer_id(incident, person))
    story.decide(command, moved(incident, person, "void", "engaged_elsewhere"), *(more or short(story)))


def good(profile: str = "single") -> Story:
    """A worker is killed while reports come in; people accept, decline and say nothing; bytes that nobody can read come by."""
    story = Story(profile).person("v1").person("v2").person("v3", on_duty=False)
    story.put(PRIVATE, "volunteer:v1", b"\x01sealed")
    story.put(LOCATIONS, "v1", {"volunteer_id": "v1", "lon": PLACE[0], "lat": PLACE[1]})
    story.put(PRIVATE, "incident:x", f"{NAME} {PHONE}".encode())
    story.after(60_000)
    first = report(story, "first", "v1", "v2")
    story.fault("kill worker", "worker-1", "begin")
    accept(story, first, "v1", moved(first, "v2", "withdrawn", "filled"))
    story.fault("kill worker", "worker-1", "end").sample()
    second = report(story, "second", "v2")
    again(story, "first")
    decline(story, second, "v2", *short(story))
    poison = story.put(INCIDENTS, "poison", b"{")
    story.letter(poison)
    lost = story.put(VOLUNTEERS, "poison", b"null")
    story.letter(lost, VOLUNTEERS)
    silent = report(story, "silent", "v2")
    story.after(WINDOW_MS).sample()
    timer(story, silent, "v2", moved(silent, "v2", "expired", "no_answer"), *short(story))
    edit(story, silent, "address", name="edit", priority="low")
    close(story, first, moved(first, "v1", "stood_down", "closed"))
    story.files["logs/api-1.log"] = "a quiet log\n"
    story.after(20_000).sample()
    return story


def again(story: Story, name: str) -> None:
    """The same report under the same key, and another one under it."""
    incident = incident_id(name)
    story.ask("report", "/v1/incidents", key=f"k-{name}", answer={"id": incident}, repeat_of="x")
    command = story.command("report_incident", incident, name=name, type="flood", body_digest="x")
    assert command["id"] == f"c-{name}"
    story.ask("report", "/v1/incidents", key=f"k-{name}", status=422, answer={"code": "x"}, other_body_of="x")
