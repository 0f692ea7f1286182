"""Runs whose log does not hold together: I6, I7, I13, and records that are not as published."""

from tests.faults.checker.bending import Bend, drop, value_of
from tests.faults.checker.building import Story, incident_id
from tests.faults.checker.telling import moved
from tests.faults.checker.topics import INCIDENTS, OFFERS, STATUS, VOLUNTEERS

SECOND = incident_id("second")


# I6: outcomes.


def never_decided(story: Story) -> None:
    story.command("add_note", incident_id("second"), private_ref="x")
    story.after(10_000)


def never_buried(story: Story) -> None:
    story.put(INCIDENTS, "x", b"\xff")
    story.after(10_000)


def decided_and_buried(story: Story) -> None:
    story.letter(story.topics[INCIDENTS][0])


def decided_out_of_nothing(story: Story) -> None:
    nothing = {"id": "c-none", "incident_id": incident_id("second"), "kind": "add_note", "by": "x", "logged_ms": 0}
    story.decide({**nothing, "offset": 0}, outcome="unchanged", version=2)
    story.bend.append(lambda redis, _: drop(redis, "komek:cmd:c-none"))
    story.bend.append(lambda redis, _: value_of(redis, f"komek:timeline:{incident_id('second')}").pop())


def decided_with_a_wrong_cause(story: Story) -> None:
    command = story.command("add_note", incident_id("second"), private_ref="x")
    story.decide({**command, "offset": 0}, outcome="unchanged")


def decided_for_another_incident(story: Story) -> None:
    command = story.command("add_note", incident_id("second"), private_ref="x")
    story.decide({**command, "incident_id": incident_id("first")}, outcome="unchanged")


def an_event_that_cannot_follow(story: Story) -> None:
    command = story.command("add_note", incident_id("second"), private_ref="x")
    story.decide(command, moved(incident_id("second"), "v1", "declined"), is_told=False)
    story.bend.append(lambda redis, _: value_of(redis, f"komek:timeline:{incident_id('second')}").pop())


def buried_out_of_nothing(story: Story) -> None:
    story.letter({"offset": 999})


def buried_twice_under_two_ids(story: Story) -> None:
    poison = story.put(INCIDENTS, "x", b"\xff")
    story.letter(poison).letter(poison, id="another")


# I7: commits.


def committed_before_the_decision(story: Story) -> None:
    command = story.command("add_note", incident_id("second"), private_ref="x")
    story.sample().after(2_000)
    story.decide(command, outcome="unchanged")


def committed_and_never_decided_by_then(story: Story) -> None:
    """Whoever stands behind it has its outcome; it is the one before that has none yet."""
    early = story.command("add_note", incident_id("second"), private_ref="x")
    late = story.command("add_note", incident_id("silent"), private_ref="x")
    story.decide(late, outcome="unchanged")
    story.sample().after(2_000)
    story.decide(early, outcome="unchanged")


# I13: epochs.


def version_skips(story: Story) -> None:
    """The next decision takes up the version that the log has: one gap, one finding."""
    command = story.command("add_note", SECOND, private_ref="x")
    story.decide(command, {"kind": "note_added", "by": "x", "private_ref": "x"}, version=7)


def version_goes_back(story: Story) -> None:
    record, value = story.values(STATUS)[0]
    assert value["incident"]["version"] == 1
    newest = [entry for entry in story.values(STATUS) if entry[1]["incident"]["id"] == value["incident"]["id"]][-1]
    story.put(STATUS, record["key"], {**value, "decision_id": "late"})
    story.put(STATUS, record["key"], newest[1])


def decided_out_of_order(story: Story) -> None:
    early, late = (story.command("add_note", SECOND, private_ref=ref) for ref in "xy")
    story.decide(late, outcome="unchanged")
    story.decide(early, outcome="unchanged")


# Records that are not as published.


def state_that_is_no_state(story: Story) -> None:
    record, value = story.values(OFFERS)[-1]
    story.put(OFFERS, record["key"], {**value, "event_id": "e", "state": "waiting"})


def offer_under_a_wrong_key(story: Story) -> None:
    _, value = story.values(OFFERS)[-1]
    story.put(OFFERS, "v9", {**value, "event_id": "e"})


def unreadable_profile(story: Story) -> None:
    story.put(VOLUNTEERS, "v1", b"[]")


BAD: dict[str, tuple[Bend, ...]] = {
    "I6": (
        never_decided,
        never_buried,
        decided_and_buried,
        decided_out_of_nothing,
        decided_with_a_wrong_cause,
        decided_for_another_incident,
        an_event_that_cannot_follow,
        buried_out_of_nothing,
        buried_twice_under_two_ids,
    ),
    "I7": (
        committed_before_the_decision,
        committed_and_never_decided_by_then,
    ),
    "I13": (
        version_skips,
        version_goes_back,
        decided_out_of_order,
    ),
    "schema": (
        state_that_is_no_state,
        offer_under_a_wrong_key,
        unreadable_profile,
    ),
}
