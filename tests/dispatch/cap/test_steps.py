"""What follows from an alert by the rules."""

import pytest

from dispatch.cap.messages import Alert, BadAlert
from dispatch.cap.reading import contents_of
from dispatch.cap.rules import BadRules, Rules, built_in, rules_of
from dispatch.cap.steps import AHEAD_MS, WATCH, Known, Step, StepKind, external_id, step_of
from dispatch.model.service_area import ServiceArea
from dispatch.plans import book
from streams.service_area import built_in as kazakhstan
from tests.support.cap_alerts import alert, area, info, reference

NOW = 1_795_316_500_000
RULES = built_in()


def read(text: str) -> Alert:
    (found,) = contents_of(text.encode()).alerts
    return found


def step(
    text: str, known: Known | None = None, *, rules: Rules = RULES, now_ms: int = NOW, served: bool = True
) -> Step:
    area_served: ServiceArea | None = kazakhstan() if served else None
    return step_of(read(text), rules, known or Known(), area_served, now_ms)


@pytest.mark.parametrize(
    ("event", "rule", "kind"),
    [
        ("Су тасқыны", "flood", "flood"),
        ("Қызыл су, тасқын сулардың көтерілуі", "flood", "flood"),
        ("Угроза паводков", "flood", "flood"),
        ("Половодье", "flood", "flood"),
        ("Flash flooding", "flood", "flood"),
        ("Дала өрті", "fire of steppe or forest", "fire.wildland"),
        ("Степной пожар", "fire of steppe or forest", "fire.wildland"),
        ("Қатты дауыл", "storm", "storm"),
        ("Сильная метель", "storm", "storm"),
        ("Гололед", "storm", "storm"),
        ("Freezing rain, icing", "storm", "storm"),
        ("Жер сілкінісі", "earthquake", "earthquake"),
        ("Землетрясение", "earthquake", "earthquake"),
        # Words that only contain one of those: a crossbar, brainstorming.
        ("Пожарная опасность", "everything else", ""),
        ("Өрт қаупі", "everything else", ""),
        ("Fog", "everything else", ""),
        ("Brainstorm", "everything else", ""),
    ],
)
def test_phenomena_in_three_languages_find_their_rule(event: str, rule: str, kind: str) -> None:
    found = step(alert(event=event))

    assert (found.rule, found.body.get("type", "")) == (rule, kind)
    assert found.kind is (StepKind.REPORT if kind else StepKind.RECORD)


def test_a_hazard_asks_one_person_at_a_desk_and_an_incident_those_of_its_plan() -> None:
    flood, storm = step(alert()), step(alert(event="Storm"))

    assert flood.body["requirements"] == list(WATCH)
    assert flood.body["external_id"] == external_id(read(alert()).name)
    assert flood.body["location"]["type"] == "Polygon"
    assert "requirements" not in storm.body


def test_types_of_the_built_in_rules_are_those_of_the_plans() -> None:
    plans = book.load_builtin()

    for rule in RULES.rules:
        if rule.type:
            assert plans.plan(rule.type).precautions.hazard or rule.then != "hazard", rule


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (alert(status="Test"), "status_test"),
        (alert(status="System"), "status_system"),
        (alert(status="Draft"), "status_draft"),
        (alert(message_type="Ack"), "no_alert"),
        (alert(message_type="Error"), "no_alert"),
    ],
)
def test_what_is_not_for_people_is_ignored(text: str, reason: str) -> None:
    assert step(text) == Step(kind=StepKind.IGNORE, reason=reason)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (alert(severity="Minor"), "rule"),
        (alert(urgency="Past"), "rule"),
        (alert(expires="2026-11-22T08:00:01+05:00"), "expired"),
        (alert(areas=area()), "no_area"),
        (alert(areas=area(circles=("43.2,76.9 0",))), "no_ground"),
        (alert(areas=area("53.3,-6.3 53.4,-6.3 53.4,-6.2")), "outside_service_area"),
        (alert(infos=""), "no_rule"),
    ],
)
def test_what_asks_for_nobody_is_recorded(text: str, reason: str) -> None:
    found = step(text)

    assert (found.kind, found.reason) == (StepKind.RECORD, reason)


@pytest.mark.parametrize(
    "text",
    [
        alert(sent="2036-11-22T08:00:00+05:00", expires="2026-11-23T08:00:00+05:00"),
        alert(sent="2036-11-22T08:00:00+05:00"),
        alert(sent="2036-11-22T08:00:00+05:00", expires="2026-11-21T08:00:00+05:00"),
        alert(sent="9999-12-31T23:59:59-14:00"),
        alert(sent="2036-11-22T08:00:00+05:00", message_type="Update", references=reference()),
        alert(sent="2036-11-22T08:00:00+05:00", message_type="Cancel", references=reference(), infos=""),
    ],
)
def test_what_was_sent_at_a_time_still_to_come_is_refused_whatever_it_says_of_its_end(text: str) -> None:
    with pytest.raises(BadAlert, match=r"^sent_ahead: .* comes in \d+ days$"):
        step(text, Known(is_referenced=True, incident_id="i-1", type="flood"))


@pytest.mark.parametrize("ahead_ms", [60_000, 5 * 3_600_000, AHEAD_MS])
def test_a_wrong_clock_or_time_zone_of_the_sender_costs_no_warning(ahead_ms: int) -> None:
    assert step(alert(), now_ms=read(alert()).sent_ms - ahead_ms).kind is StepKind.REPORT


def test_without_a_service_area_every_place_counts() -> None:
    assert step(alert(areas=area("53.3,-6.3 53.4,-6.3 53.4,-6.2")), served=False).kind is StepKind.REPORT


def test_an_exercise_is_a_drill_and_rules_may_ignore_it() -> None:
    assert step(alert(status="Exercise")).body["exercise"] is True
    assert "exercise" not in step(alert()).body
    quiet = rules_of('exercise = "ignore"\n[[rules]]\nthen = "record"')
    assert step(alert(status="Exercise"), rules=quiet).kind is StepKind.IGNORE


UPDATE = alert("KZ-2", sent="2026-11-22T09:00:00+05:00", message_type="Update", references=reference())
CANCEL = alert("KZ-3", sent="2026-11-22T10:00:00+05:00", message_type="Cancel", references=reference(), infos="")


def test_an_update_edits_place_and_text_and_leaves_the_rest_to_the_operator() -> None:
    found = step(UPDATE, Known(is_referenced=True, incident_id="i-1", type="flood"))

    assert (found.kind, found.incident_id, set(found.body)) == (StepKind.EDIT, "i-1", {"location", "description"})
    other = step(UPDATE, Known(is_referenced=True, incident_id="i-1", type="storm"))
    assert set(other.body) == {"location", "description", "type", "priority", "requirements"}


def test_an_update_that_asks_for_nobody_any_more_closes() -> None:
    small = alert("KZ-2", message_type="Update", references=reference(), severity="Minor")

    found = step(small, Known(is_referenced=True, incident_id="i-1", type="flood"))

    assert (found.kind, found.incident_id, found.body["code"]) == (StepKind.CLOSE, "i-1", "resolved")


def test_a_cancellation_closes_and_that_of_a_drill_says_so() -> None:
    known = Known(is_referenced=True, incident_id="i-1", type="flood")

    assert step(CANCEL, known).kind is StepKind.CLOSE
    assert step(CANCEL.replace("Actual", "Exercise"), known).body["code"] == "exercise"
    assert step(CANCEL, Known(is_referenced=True)).reason == "nothing_to_close"


def test_an_update_before_its_alert_waits_and_then_stands_for_itself() -> None:
    waits = step(UPDATE)

    assert (waits.kind, waits.until_ms) == (StepKind.HOLD, NOW + RULES.hold_s * 1000)
    later = NOW + RULES.hold_s * 1000
    assert step(UPDATE, Known(held_ms=NOW), now_ms=later - 1).kind is StepKind.HOLD
    assert step(UPDATE, Known(held_ms=NOW), now_ms=later).kind is StepKind.REPORT
    assert step(CANCEL, Known(held_ms=NOW), now_ms=later).reason == "nothing_to_close"


def test_a_message_seen_before_and_one_older_than_known_change_nothing() -> None:
    assert step(alert(), Known(is_seen=True)).kind is StepKind.IGNORE
    newer = read(UPDATE).sent_ms + 1
    assert step(UPDATE, Known(is_referenced=True, incident_id="i-1", newest_ms=newer)).reason == "older_than_known"


def test_the_texts_of_all_languages_are_told() -> None:
    three = info(language="kk", event="Су тасқыны", headline="Су тасқыны қаупі") + info(
        language="ru", event="Паводок", headline="Угроза паводка"
    )

    body = step(alert(infos=three)).body

    assert body["language"] == "kk"
    assert "Су тасқыны қаупі (Almaty)" in body["description"]
    assert "Угроза паводка (Almaty)" in body["description"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("rules = 1", "one table [[rules]]"),
        ("x = [", "not TOML"),
        ("y = 1\n[[rules]]\nthen = 'record'", "unknown y"),
        ("hold_s = 1\n[[rules]]\nthen = 'record'", "whole seconds from 60"),
        ("[[rules]]\nthen = 'dispatch'", "rules[1].then: expected one of hazard, incident, record"),
        ("[[rules]]\nthen = 'hazard'", "rules[1].type: expected an incident type"),
        ("[[rules]]\nthen = 'record'\nseverity = ['severe']", "words of CAP, found severe"),
        ("[[rules]]\nthen = 'record'\nevents = 'flood'", "rules[1].events: expected a list of texts"),
        ("[[rules]]\nthen = 'record'\nevent = ['flood']", "unknown event"),
    ],
)
def test_rules_that_cannot_be_used_say_where(text: str, words: str) -> None:
    with pytest.raises(BadRules) as refused:
        rules_of(text)

    assert words in str(refused.value)


def test_rules_are_compared_with_the_plans_in_force() -> None:
    plans = {plan.type: plan.precautions.hazard for plan in book.load_builtin().plans.values()}
    rules = rules_of(
        """
        [[rules]]
        name = "a"
        then = "incident"
        type = "no.such"
        [[rules]]
        name = "b"
        then = "hazard"
        type = "storm"
        [[rules]]
        name = "c"
        then = "hazard"
        type = "flood"
        [[rules]]
        then = "record"
        """
    )

    assert RULES.without_plan(plans) == []
    unknown, no_hazard = rules.without_plan(plans)
    assert ("'a'" in unknown, "'b'" in no_hazard) == (True, True)
    # An API of an earlier version does not say which plans declare hazard areas.
    assert len(rules.without_plan(dict.fromkeys(plans))) == 1
