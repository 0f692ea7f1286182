"""Runs whose pictures differ from the log, and such that show what is private: I9, I12."""

import json
from typing import Any

from tests.faults.checker.bending import Bend, changed, missing_in_redis, page_changed
from tests.faults.checker.building import NAME, PHONE, PLACE, Json, Story, incident_id, offer_id
from tests.faults.checker.telling import made, report
from tests.faults.checker.topics import INCIDENTS, NOTICES, OFFERS, STATUS, VOLUNTEERS

FIRST = incident_id("first")
SECOND = incident_id("second")


# I9: pictures.


def held_and_shown_as_free(story: Story) -> None:
    report(story, "open", "v1")
    story.after(10_000)
    changed("komek:vol:v1", lambda value: {n: v for n, v in value.items() if n not in ("co", "ci", "ce", "cs")})(story)


def held_and_to_be_found(story: Story) -> None:
    report(story, "open", "v1")
    story.after(10_000)
    story.bend.append(lambda redis, _: redis.append({"key": "komek:geo:first_aid", "value": [["v1", 1.0]]}))


def timer_lost(story: Story) -> None:
    report(story, "open", "v1")
    story.after(10_000)
    changed("komek:timers", lambda value: [one for one in value if not one[0].startswith("offer_expiry")])(story)


def state_is_stale(story: Story) -> None:
    """A worker that had slept published its state once more, after the one that took its place."""
    record, value = story.values(STATUS)[0]
    assert value["incident"]["version"] == 1
    story.put(STATUS, record["key"], value)


def step_is_missing(story: Story) -> None:
    incident = report(story, "open", "v1")
    command = story.command("add_note", incident, private_ref="x")
    decision = story.decide(command, {"kind": "note_added", "by": "x", "private_ref": "x"}, made(story, incident, "v2"))
    story.topics[OFFERS].pop()
    story.topics[NOTICES].pop()
    assert decision["version"] == 2
    story.after(10_000)


def closed(value: str) -> str:
    return json.dumps({**json.loads(value), "status": "closed"})


def no_shortfall(page: Json) -> None:
    page["body"]["requirements"][0]["shortfall"] = 0


def ended(page: Json) -> None:
    page["body"]["times"]["closed"] = "2026-11-23T00:00:00Z"


def of_incident(incident: str, **fields: Any) -> Bend:
    return page_changed(f"/v1/incidents/{incident}", lambda page: page["body"].update(fields))


def added_to_redis(key: str, value: Any) -> Bend:
    return lambda story: story.bend.append(lambda redis, _: redis.append({"key": key, "value": value}))


PICTURES: list[tuple[str, Bend]] = [
    ("another status in Redis", changed(f"komek:inc:{SECOND}", closed)),
    ("a state nobody made", added_to_redis("komek:inc:x", '{"id":"x"}')),
    ("no state in Redis", missing_in_redis(f"komek:inc:{SECOND}")),
    ("not in its list", changed("komek:by-status:unfilled", lambda value: value[1:])),
    ("in the wrong list", changed("komek:by-status:closed", lambda value: [*value, [SECOND, 0]])),
    ("ended and still urgent", changed("komek:by-priority:high", lambda value: [*value, [FIRST, 0]])),
    ("not among all", changed("komek:incidents", lambda value: value[1:])),
    ("another offset of a command", changed("komek:cmd:c-first", lambda _: "5")),
    ("a command is forgotten", missing_in_redis("komek:cmd:c-first")),
    ("a decision is not in the timeline", changed(f"komek:timeline:{SECOND}", lambda value: value[:-1])),
    ("an old profile", changed("komek:vol:v1", lambda value: {**value, "v": "7"})),
    ("another duty", changed("komek:vol:v3", lambda value: {**value, "du": "1"})),
    ("other skills", changed("komek:vol:v1", lambda value: {**value, "sk": "doctor"})),
    ("nobody", missing_in_redis("komek:vol:v3")),
    ("on duty", changed("komek:on-duty", lambda value: [*value, "v3"])),
    ("known", changed("komek:volunteers", lambda value: value[1:])),
    ("held by what has ended", changed("komek:vol:v2", lambda v: {**v, "co": offer_id(SECOND, "v2"), "cs": "c"})),
    ("a claim without a decision", changed("komek:vol:v2", lambda v: {**v, "co": "o", "cs": "p", "ca": "1"})),
    ("held and shown as free", held_and_shown_as_free),
    ("held and to be found", held_and_to_be_found),
    ("not applied to the end", changed("komek:progress:0", lambda value: {**value, "applied": "1"})),
    ("not published to the end", changed("komek:progress:0", lambda value: {**value, "published": "1"})),
    ("refused and never void", added_to_redis("komek:refused:0", {"o": "v"})),
    ("a timer is lost", timer_lost),
    ("all timers are lost", missing_in_redis("komek:timers")),
    ("an incident shown in another status", of_incident(SECOND, status="closed")),
    ("an offer not shown", of_incident(FIRST, offers=[])),
    ("another count shown", page_changed(f"/v1/incidents/{SECOND}", no_shortfall)),
    ("another time shown", page_changed(f"/v1/incidents/{SECOND}", ended)),
    ("not in the list of incidents", page_changed("/v1/incidents?", lambda p: p["body"]["items"].pop())),
    ("not found", page_changed(f"/v1/incidents/{SECOND}", lambda p: p.update(status=404, body={}))),
    ("other offers of a person", page_changed("/v1/volunteers/v1", lambda p: p["body"]["items"][0].update(state="done"))),
    ("another count in the status", page_changed("/v1/status", lambda p: p["body"].update(shortfalls=9))),
    ("other counts by status", page_changed("/v1/status", lambda p: p["body"]["incidents"]["by_status"].update(staffed=4))),
    ("the newest state is an old one", state_is_stale),
    ("no state at all", lambda s: s.topics[STATUS].__delitem__(slice(0, None))),
    ("a step of an offer was never published", step_is_missing),
]  # fmt: skip


# I12: canaries.


def leak_in(topic: str, **fields: Any) -> Bend:
    def bend(story: Story) -> None:
        record, value = story.values(topic)[0]
        story.put(topic, record["key"], {**value, **fields})

    return bend


def leak_in_a_decision(story: Story) -> None:
    why = {"requirements": [], "rule": f"near {PLACE[1]:.5f}, {PLACE[0]:.5f}"}
    story.decide(story.command("add_note", SECOND, private_ref="x"), outcome="unchanged", why=why)


def leak_in_a_reason(story: Story) -> None:
    poison = story.put(INCIDENTS, "x", b"\xff")
    story.letter(poison, reason=f"caller: {NAME} is no number")


LEAKS: list[tuple[str, Bend]] = [
    ("a place in a decision", leak_in_a_decision),
    ("a name in the reason of a dead letter", leak_in_a_reason),
    ("a number in a profile", leak_in(VOLUNTEERS, id="v1", languages=[PHONE])),
    ("a place in a log", lambda s: s.files.update({"logs/w.log": f"at {PLACE[0]:.6f} and\n{PLACE[1]:.6f}"})),
    ("a number without spaces in a log", lambda s: s.files.update({"logs/w.log": "called +77001234567"})),
    ("an escaped name in a log", lambda s: s.files.update({"logs/w.log": json.dumps(NAME)})),
    ("a name in the metrics", lambda s: s.files.update({"metrics/api.txt": f'x{{who="{NAME}"}} 1'})),
    ("a name in the body of an error", lambda s: s.ask("read", "/", key="k", status=400, answer={"x": [NAME]})),
    ("a name in Redis", added_to_redis("komek:rep:x", NAME)),
    ("a caller in the list", page_changed("/v1/incidents?", lambda p: p["body"]["items"][0].update(caller=NAME))),
]
