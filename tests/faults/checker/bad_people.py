"""Runs in which somebody is asked, sent or told who should not be: I3, I4, I5, I8, I10, I15."""

from tests.faults.checker.bending import Bend
from tests.faults.checker.building import Json, Story, incident_id, offer_id
from tests.faults.checker.telling import (
    WINDOW_MS,
    accept,
    close,
    coming_asked,
    job_changed,
    looked_again,
    made,
    moved,
    order,
    report,
    short,
    timer,
    update,
    void,
)
from tests.faults.checker.topics import DECISIONS, NOTICES, OFFERS, VOLUNTEERS

# I3: two live offers.


def asked_twice(story: Story) -> None:
    report(story, "one", "v2")
    report(story, "two", "v2")
    close(story, incident_id("two"), moved(incident_id("two"), "v2", "withdrawn", "closed"))
    close(story, incident_id("one"), moved(incident_id("one"), "v2", "withdrawn", "closed"))


def sent_twice(story: Story) -> None:
    """It is said void in the end, but only after the person had been sent."""
    first, second = report(story, "one", "v2"), report(story, "two", "v2")
    accept(story, first, "v2")
    accept(story, second, "v2")
    void(story, second, "v2")


def wrong_one_is_void(story: Story) -> None:
    first, second = report(story, "one", "v2"), report(story, "two", "v2")
    void(story, first, "v2")
    accept(story, second, "v2")


def held_to_the_end(story: Story) -> None:
    report(story, "one", "v2")
    report(story, "two", "v2")


def revived_while_engaged(story: Story) -> None:
    first = report(story, "one", "v2", "v1")
    story.after(WINDOW_MS)
    timer(story, first, "v2", moved(first, "v2", "expired", "no_answer"), moved(first, "v1", "expired", "no_answer"))
    second = report(story, "two", "v2")
    accept(story, first, "v2")
    close(story, second, moved(second, "v2", "withdrawn", "closed"))


# I4: too many.


def one_too_many(story: Story) -> None:
    incident = report(story, "full", "v1", "v2")
    accept(story, incident, "v1")
    accept(story, incident, "v2")


def one_too_many_after_the_work(story: Story) -> None:
    incident = report(story, "full", "v1", "v2")
    accept(story, incident, "v1")
    order(
        story, "progress", "report_progress", incident, moved(incident, "v1", "done"),
        offer_id=offer_id(incident, "v1"), volunteer_id="v1", state="done",
    )  # fmt: skip
    accept(story, incident, "v2")


# I5: who must not be asked.


def asked_after_the_end(story: Story) -> None:
    incident = incident_id("first")
    fresh = {"offer_id": offer_id(incident, "v2 again")}
    story.decide(story.command("add_note", incident, private_ref="x"), {**made(story, incident, "v2"), **fresh})
    ended = {**moved(incident, "v2", "withdrawn"), **fresh}
    story.decide(story.command("add_note", incident, private_ref="x"), ended)


def live_after_the_end(story: Story) -> None:
    incident = report(story, "open", "v1")
    close(story, incident)


def asked_off_duty(story: Story) -> None:
    report(story, "open", "v3")


def asked_when_unknown(story: Story) -> None:
    report(story, "open", "v9")


def asked_when_erased(story: Story) -> None:
    story.person("v4").after(20_000)
    story.put(VOLUNTEERS, "v4", None)
    story.after(20_000)
    report(story, "open", "v4")
    story.bend.append(lambda redis, _: drop_profile(redis, "v4"))


def drop_profile(redis: list[Json], person: str) -> None:
    for entry in redis:
        if entry["key"] == f"komek:vol:{person}":
            entry["value"] = {name: value for name, value in entry["value"].items() if name.startswith("c")}
            entry["value"].pop("cap", None)
        if entry["key"] in ("komek:on-duty", "komek:volunteers"):
            entry["value"].remove(person)


def asked_after_declining(story: Story) -> None:
    incident = incident_id("second")
    command = story.command("pass_deadline", incident, by="dispatcher", deadline="retry", due_ms=0)
    again_made = {**made(story, incident, "v2"), "offer_id": offer_id(incident, "v2 again")}
    story.decide(command, again_made, {"kind": "shortfall_ended", "requirement_id": "r1"})


def asked_for_the_declined_skill_by_another_requirement(story: Story) -> None:
    incident = incident_id("second")
    (first,) = story.states[incident]["requirements"]
    second = {**first, "id": "r2", "skill": "doctor", "any_of": ["first_aid"], "shortfall": None}
    command = story.command("escalate_incident", incident, name="more")
    raised: Json = {"kind": "incident_escalated", "alarm_level": 2, "reason": "operator", "by": "op-1"}
    added: Json = {"kind": "requirements_added", "requirements": [second], "reason": "alarm_level_2"}
    again_made = {**made(story, incident, "v2", need="r2"), "offer_id": offer_id(incident, "v2 again")}
    story.decide(command, raised, added, again_made)


# I8: the end of each offer.


def expired_too_late(story: Story) -> None:
    story.after(60_000)
    incident = report(story, "late", "v2")
    story.after(WINDOW_MS + 6_000)
    timer(story, incident, "v2", moved(incident, "v2", "expired", "no_answer"), *short(story))


def expired_too_late_under_faults(story: Story) -> None:
    incident = report(story, "late", "v2")
    story.after(WINDOW_MS).fault("kill redis", "redis", "begin").fault("kill redis", "redis", "end").after(31_000)
    timer(story, incident, "v2", moved(incident, "v2", "expired", "no_answer"), *short(story))


def never_expired(story: Story) -> None:
    """Its incident is staffed, so that nothing else is wrong with it."""
    incident = report(story, "late", "v1", "v2")
    accept(story, incident, "v1")
    story.after(WINDOW_MS + 40_000)


# I10: notices.


def told_of_a_void_offer(story: Story) -> None:
    """Only the second of two offers is told: nothing is said twice, and it never held."""
    story.run["profile"] = "double"
    first = report(story, "one", "v2")
    second = report(story, "two", "v2")
    void(story, second, "v2")
    close(story, first, moved(first, "v2", "withdrawn", "closed"))


def told_under_two_ids(story: Story) -> None:
    _, value = story.values(NOTICES)[0]
    story.put(NOTICES, "v1", {**value, "id": "another"})


def told_of_nothing(story: Story) -> None:
    _, value = story.values(NOTICES)[0]
    story.put(NOTICES, "v1", {**value, "event_id": "none"})


def told_to_somebody_else(story: Story) -> None:
    _, value = story.values(NOTICES)[0]
    story.put(NOTICES, "v1", {**value, "channel": "sms", "volunteer_id": "v9"})


def told_when_over(story: Story) -> None:
    _, value = next(entry for entry in story.values(NOTICES) if entry[1]["volunteer_id"] == "v2")
    story.put(NOTICES, "v2", {**value, "channel": "sms", "at_ms": story.now_ms + 60_000})


# I19: taken off without a question.


def silent_and_not_asked(story: Story) -> None:
    incident = report(story, "quiet", "v2")
    accept(story, incident, "v2")
    timer(story, incident, "v2", moved(incident, "v2", "withdrawn", "silent"), *short(story))


def asked_and_not_waited_for(story: Story) -> None:
    incident = report(story, "quiet", "v2")
    accept(story, incident, "v2")
    timer(story, incident, "v2", coming_asked(story, incident, "v2"))
    story.after(30_000)
    timer(story, incident, "v2", moved(incident, "v2", "withdrawn", "moving_away"), *short(story))
    looked_again(story)


# I17: changes of a job.


def sent(story: Story) -> str:
    incident = report(story, "changing", "v2")
    accept(story, incident, "v2")
    return incident


def sent_and_not_told(story: Story) -> None:
    update(story, sent(story), priority="critical")


def told_of_something_else(story: Story) -> None:
    incident = sent(story)
    update(story, incident, job_changed(incident, "v2", "type"), type="storm", language="kk")


def changed_and_not_published(story: Story) -> None:
    incident = sent(story)
    update(story, incident, job_changed(incident, "v2", "priority"), priority="critical")
    story.topics[OFFERS].pop()
    story.topics[NOTICES].pop()
    story.after(10_000)


def changed_and_no_notice(story: Story) -> None:
    incident = sent(story)
    update(story, incident, job_changed(incident, "v2", "priority"), priority="critical")
    story.topics[NOTICES].pop()
    story.after(40_000)


# I15: void events.


def void_as_it_should(story: Story) -> None:
    """The second offer is said void and nobody was told: nothing but the event itself is wrong."""
    first = report(story, "one", "v2")
    report(story, "two", "v2")
    story.topics[NOTICES].pop()
    void(story, incident_id("two"), "v2")
    close(story, first, moved(first, "v2", "withdrawn", "closed"))


def void_before_anybody_saw(story: Story) -> None:
    report(story, "one", "v1")
    report(story, "two", "v2")
    story.topics[NOTICES].pop()
    story.topics[OFFERS].pop()
    void(story, incident_id("two"), "v2")
    story.after(10_000)


def step_of_no_decision(story: Story) -> None:
    _, value = story.values(OFFERS)[-1]
    story.put(OFFERS, value["volunteer_id"], {**value, "event_id": "e", "decision_offset": 999})


def step_of_a_second_decision(story: Story) -> None:
    _, value = story.values(OFFERS)[0]
    second = story.put(DECISIONS, "8320e5", story.values(DECISIONS)[0][1])
    story.put(OFFERS, value["volunteer_id"], {**value, "event_id": "e", "decision_offset": second["offset"]})


def step_of_an_old_epoch(story: Story) -> None:
    incident = report(story, "one", "v2")
    decision = accept(story, incident, "v2")
    record = story.topics[OFFERS].pop()
    _, value = story.values(OFFERS)[-1]
    story.topics[OFFERS].pop()
    story.topics[NOTICES] = story.topics[NOTICES][:-2]
    story.step(decision, value["id"], "accepted", epoch=9)
    story.put(OFFERS, value["volunteer_id"], value)
    assert record["offset"] + 1 == len(story.topics[OFFERS])


BAD: dict[str, tuple[Bend, ...]] = {
    "I4": (
        one_too_many,
        one_too_many_after_the_work,
    ),
    "I5": (
        live_after_the_end,
        asked_after_the_end,
        asked_off_duty,
        asked_when_unknown,
        asked_when_erased,
        asked_after_declining,
        asked_for_the_declined_skill_by_another_requirement,
    ),
    "I8": (
        expired_too_late,
        expired_too_late_under_faults,
        never_expired,
    ),
    "I10": (
        told_of_a_void_offer,
        told_under_two_ids,
        told_of_nothing,
        told_to_somebody_else,
        told_when_over,
    ),
    "I17": (
        sent_and_not_told,
        told_of_something_else,
        changed_and_not_published,
        changed_and_no_notice,
    ),
    "I19": (
        silent_and_not_asked,
        asked_and_not_waited_for,
    ),
    "I15": (
        void_as_it_should,
        void_before_anybody_saw,
        step_of_no_decision,
        step_of_a_second_decision,
        step_of_an_old_epoch,
    ),
}

TWICE: tuple[Bend, ...] = (asked_twice, sent_twice, wrong_one_is_void, held_to_the_end, revived_while_engaged)
"""I3. Whoever was told of the second offer as well makes it I10 too."""
