"""Runs in which what clients were promised does not come true: I1, I2, I11, I16."""

from tests.faults.checker.bending import Bend
from tests.faults.checker.building import Story, incident_id
from tests.faults.checker.telling import decline, moved, report, reported, short

SECOND = incident_id("second")


# I1: promises and the log.


def promised_and_not_there(story: Story) -> None:
    story.ask("report", "/v1/incidents", key="k9", answer={"id": incident_id("nowhere")})


def two_for_one_unknown(story: Story) -> None:
    for name in ("a", "b"):
        story.decide(
            story.command("report_incident", incident_id(name), by="op-9", type="flood", body_digest="x"),
            reported(story),
            *short(story),
        )
    story.ask("report", "/v1/incidents", key="k9", actor="op-9", status=None)


def refused_and_there(story: Story) -> None:
    two_for_one_unknown(story)
    story.history = [line for line in story.history if line["actor"] != "op-9"]
    story.ask("report", "/v1/incidents", key="k8", actor="op-9", status=422)
    story.ask("report", "/v1/incidents", key="k9", actor="op-9", status=422)


def refused_under_its_external_id(story: Story) -> None:
    command = story.command(
        "report_incident", incident_id("a"), by="op-9", type="flood", body_digest="x", external_digest="d-7"
    )
    story.decide(command, reported(story), *short(story))
    story.ask("report", "/v1/incidents", key="k8", actor="op-9", status=None, external_digest="d-8")
    story.ask("report", "/v1/incidents", key="k9", actor="op-9", status=422, external_digest="d-7")


def acknowledged_order_is_lost(story: Story) -> None:
    incident = incident_id("second")
    story.ask("cancel", f"/v1/incidents/{incident}/cancel", key="k9", answer={"id": incident})


def one_of_two_answers_is_lost(story: Story) -> None:
    """Two orders of the same kind for the same incident were taken in, one of them is in the log."""
    incident = incident_id("second")
    story.decide(story.command("update_incident", incident), outcome="unchanged")
    for key in ("k8", "k9"):
        story.ask("update", f"/v1/incidents/{incident}", key=key, answer={"id": incident})


def promise_without_an_id(story: Story) -> None:
    story.ask("report", "/v1/incidents", key="k9", answer={})


# I2: what became of it.


def nobody_is_asked(story: Story) -> None:
    report(story, "left", "v2")
    story.decide(
        story.command("pass_deadline", incident_id("left"), deadline="offer_expiry", due_ms=0),
        moved(incident_id("left"), "v2", "expired", "no_answer"),
    )
    story.after(10_000)


def short_without_escalation(story: Story) -> None:
    report(story, "left", "v2")
    decline(story, incident_id("left"), "v2", *short(story, is_escalated=False))
    story.after(10_000)


def looked_for_no_more(story: Story) -> None:
    report(story, "left", "v2")
    decline(story, incident_id("left"), "v2", *short(story, look_in_ms=1_000))
    story.after(50_000)


# I11: keys.


def two_answers_for_one_key(story: Story) -> None:
    story.ask("report", "/v1/incidents", key="k-first", answer={"id": SECOND}, repeat_of="x")


def two_bodies_two_incidents(story: Story) -> None:
    """The API could not know; but the other body lies in another zone, and so became another incident."""
    report(story, "other", "v1")
    story.history = story.history[:-2]
    story.ask("report", "/v1/incidents", key="k-first", answer={"id": incident_id("other")}, other_body_of="x")


def another_body_is_a_conflict(story: Story) -> None:
    story.ask("report", "/v1/incidents", key="k-first", status=409, other_body_of="x")


# I16: intake.


def slow_while_redis_is_down(story: Story) -> None:
    story.fault("redis flushed", "redis", "begin")
    report(story, "slow", "v1")
    incident = incident_id("slow")
    story.ask("report", "/v1/incidents", key="k-slow", answer={"id": incident}, repeat_of="x", took_ms=2_500)
    story.fault("redis flushed", "redis", "end")


def unknown_while_a_worker_stands(story: Story) -> None:
    story.fault("stop worker 8 s", "worker-1", "begin")
    story.ask("report", "/v1/incidents", key="k9", status=503)
    story.fault("stop worker 8 s", "worker-1", "end")


BAD: dict[str, tuple[Bend, ...]] = {
    "I1": (
        promised_and_not_there,
        two_for_one_unknown,
        refused_and_there,
        refused_under_its_external_id,
        acknowledged_order_is_lost,
        one_of_two_answers_is_lost,
        promise_without_an_id,
    ),
    "I2": (
        nobody_is_asked,
        short_without_escalation,
        looked_for_no_more,
    ),
    "I11": (
        two_answers_for_one_key,
        two_bodies_two_incidents,
        another_body_is_a_conflict,
    ),
    "I16": (
        slow_while_redis_is_down,
        unknown_while_a_worker_stands,
    ),
}
