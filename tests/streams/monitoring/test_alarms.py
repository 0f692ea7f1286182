"""What alarms, since when, and of what nothing can be known. Pure: looks are made up."""

import math
from dataclasses import replace
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY

from dispatch.model.reasons import AttentionReason
from streams.codegen import alert_rules
from streams.dead_letters.outcomes import StandingLetter
from streams.kafka.group_lag import GroupLag
from streams.monitoring import alarm_watch
from streams.monitoring.alarm_board import DETAILS, Alarm, AlarmSnapshot, Board
from streams.monitoring.alarm_conditions import Observed
from streams.monitoring.alarms import NAMES, RULES, Severity
from streams.monitoring.lag_monitor import Measured
from streams.monitoring.queried_alarms import QUERIED
from streams.store.alarm_facts import AlarmFacts
from streams.store.attention import AttentionRequest
from streams.store.reads import RebuildState
from streams.store.ways import WayHealth
from streams.topics import INCIDENTS, LOCATIONS

NOW_MS = 1_795_000_000_000
QUIET: dict[str, Any] = {
    "now_ms": NOW_MS,
    "measured": Measured(
        at_s=0.0,
        lag={0: 0},
        workers=2,
        decided={0: (0, 10)},
        notifier=GroupLag(count=1, lag=0),
        assistant=GroupLag(count=1, lag=0),
    ),
    "rebuild": RebuildState(is_ready=True),
    "facts": AlarmFacts(now_ms=NOW_MS, applied={0: 9}),
    "letters": (),
    "ways": (),
}


def told(**changes: Any) -> AlarmSnapshot:
    """After the condition has held for a minute."""
    board, seen = Board(), Observed(**QUIET | changes)
    board.update(seen, 0.0)
    return board.update(seen, 60.0)


def alarm(name: str, **changes: Any) -> Alarm:
    found = {entry.name: entry for entry in told(**changes).alarms}
    assert set(found) == {name}
    return found[name]


def measured(**changes: Any) -> Measured:
    usual: dict[str, Any] = {"at_s": 0.0, "lag": {0: 1}, "workers": 2, "decided": {0: (0, 10)}}
    usual["notifier"] = usual["assistant"] = GroupLag(count=1, lag=0)
    return Measured(**usual | changes)


def test_when_all_is_well_nothing_alarms_and_everything_is_known() -> None:
    assert told() == AlarmSnapshot()


def test_an_accepted_incident_that_waits_for_more_than_ten_seconds_is_named() -> None:
    waiting = {"i-young": NOW_MS - 9_000, "i-old": NOW_MS - 11_000, "i-oldest": NOW_MS - 60_000}

    found = alarm("undecided", measured=measured(undecided=waiting, oldest_ms=NOW_MS - 60_000))

    assert (found.details, found.since_ms, found.count) == (("i-oldest", "i-old"), NOW_MS - 60_000, 2)


def test_a_command_that_waits_and_names_no_incident_alarms_as_well() -> None:
    assert alarm("undecided", measured=measured(oldest_ms=NOW_MS - 20_000)).details == ()


def test_a_key_file_that_cannot_be_used_alarms() -> None:
    found = alarm("token_keys_refused", token_keys_are_refused=True)

    assert (found.severity, found.details) == (Severity.WARNING, ())


def test_a_data_key_that_is_missing_alarms_with_its_id_and_a_ring_that_cannot_be_used_warns() -> None:
    missing = alarm("data_key_missing", data_keys_missing=("data-0123456789ab",))
    refused = alarm("data_keys_refused", data_keys_are_refused=True)

    assert (missing.severity, missing.details) == (Severity.CRITICAL, ("data-0123456789ab",))
    assert (refused.severity, refused.details) == (Severity.WARNING, ())


def test_a_kafka_that_refuses_the_api_alarms_beside_one_that_does_not_answer() -> None:
    assert [entry.name for entry in told(kafka_refuses=True, measured=None).alarms] == ["kafka_refuses", "kafka_away"]


def test_a_dead_letter_of_an_incident_alarms_and_one_of_a_position_does_not() -> None:
    letters = [
        StandingLetter(id="l-1", topic=INCIDENTS.name, since_ms=NOW_MS - 5),
        StandingLetter(id="l-2", topic=LOCATIONS.name, since_ms=NOW_MS - 9),
    ]

    assert alarm("dead_lettered_incident", letters=letters).details == ("l-1",)


def test_void_events_late_timers_and_what_asks_for_a_human_come_from_the_picture() -> None:
    void = AlarmFacts(now_ms=NOW_MS, applied={0: 9}, void={"offer|o-1": 7})
    late = AlarmFacts(now_ms=NOW_MS, applied={0: 9}, late={"i-1": NOW_MS - 6_000})

    assert alarm("void_events", facts=void).details == ("offer|o-1",)
    assert alarm("timers_late", facts=late).since_ms == NOW_MS - 6_000


@pytest.mark.parametrize(
    "reason", [AttentionReason.LADDER_ENDED, AttentionReason.DISTRESS, AttentionReason.CHECK_IN_OVERDUE]
)
def test_what_a_human_must_see_alarms_once_for_each_incident(reason: AttentionReason) -> None:
    asking = [
        AttentionRequest(reason=reason, incident_id="i-1", requirement_id="r1", since_ms=20),
        AttentionRequest(reason=reason, incident_id="i-1", requirement_id="r2", since_ms=10),
        AttentionRequest(reason=AttentionReason.DUPLICATE_ENDED, incident_id="i-2", requirement_id=None, since_ms=5),
    ]

    found = alarm(reason, facts=AlarmFacts(now_ms=NOW_MS, applied={0: 9}, asking=asking))

    assert (found.details, found.since_ms, found.severity) == (("i-1",), 10, Severity.CRITICAL)


def test_decisions_that_are_not_in_the_picture_alarm_and_a_log_that_was_cut_off_does_not() -> None:
    assert alarm("projection_behind", facts=AlarmFacts(now_ms=NOW_MS, applied={0: 8})).details == ("0",)
    # Nothing was ever applied, and everything that stood in the log is older than what it keeps.
    empty = measured(lag={}, decided={0: (10, 10), 1: (0, 0)})
    assert told(measured=empty, facts=AlarmFacts(now_ms=NOW_MS, applied={})) == AlarmSnapshot()


def test_no_worker_and_one_that_stands_still() -> None:
    assert alarm("worker_missing", measured=measured(workers=0)).count == 0
    assert alarm("worker_stuck", measured=measured(still_s={3: 16.0, 1: 2.0})).details == ("3",)


def test_no_notifier_alarms_and_one_nobody_has_seen_is_unknown() -> None:
    assert alarm("notifier_missing", measured=measured(notifier=GroupLag(count=0, lag=3))).severity == "critical"
    assert told(measured=measured(notifier=None)).unknown == ("notifier_missing",)


def test_a_missing_assistant_is_a_warning_unless_it_is_switched_off() -> None:
    gone = measured(assistant=GroupLag(count=0, lag=3))

    assert alarm("assistant_missing", measured=gone).severity == "warning"
    assert told(measured=gone, assistant_is_off=True).alarms == ()
    assert told(measured=measured(assistant=GroupLag(count=None, lag=0))).unknown == ("assistant_missing",)
    assert told(measured=measured(notifier=GroupLag(count=None, lag=0))).unknown == ("notifier_missing",)


def test_hints_below_their_floor_are_a_warning_that_names_them() -> None:
    below = alarm("assistant_below_floor", below_floor=["geolocate kk", "report kk"])

    assert (below.severity, below.details) == ("warning", ("geolocate kk", "report kk"))


def test_ways_that_fail_are_named_with_their_code_and_are_unknown_without_redis() -> None:
    refused = WayHealth(name="webpush web.push.apple.com", refused_ms=9, failed_ms=9, ok_ms=8, code="http_403")
    works = WayHealth(name="telegram", ok_ms=9, run=0, taken=30, failed=3)

    found = alarm("way_failing", ways=(refused, works))

    assert (found.details, found.severity) == (("webpush web.push.apple.com http_403",), Severity.CRITICAL)
    assert told(ways=(replace(refused, ok_ms=10), works)) == AlarmSnapshot()
    assert told(ways=None).unknown == ("way_failing",)


def test_during_a_rebuild_it_is_the_rebuild_that_alarms() -> None:
    found = told(measured=measured(still_s={3: 60.0}), rebuild=RebuildState(is_ready=False, owner="w"), facts=None)

    assert [entry.name for entry in found.alarms] == ["rebuild_running"]
    assert "ladder_ended" in found.unknown


def test_without_redis_what_stands_there_is_unknown_and_not_well() -> None:
    found = told(rebuild=None, facts=None)

    assert [entry.name for entry in found.alarms] == ["redis_away"]
    assert set(found.unknown) >= {"ladder_ended", "distress", "timers_late", "void_events", "rebuild_running"}


def test_without_kafka_what_workers_do_is_unknown() -> None:
    found = told(measured=None, letters=None)

    assert [entry.name for entry in found.alarms] == ["kafka_away"]
    assert set(found.unknown) == {
        "undecided",
        "worker_missing",
        "worker_stuck",
        "notifier_missing",
        "assistant_missing",
        "projection_behind",
        "dead_lettered_incident",
    }


def test_some_conditions_must_hold_for_a_while_and_begin_anew_when_they_ended() -> None:
    board, missing, well = Board(), Observed(**QUIET | {"measured": measured(workers=0)}), Observed(**QUIET)

    seen = [
        board.update(look, at).alarms for look, at in ((missing, 0.0), (missing, 9.0), (well, 9.5), (missing, 12.0))
    ]

    assert seen == [(), (), (), ()]
    (found,) = board.update(missing, 22.0).alarms
    assert (found.name, found.since_ms) == ("worker_missing", NOW_MS - 10_000)


def test_an_alarm_that_cannot_be_known_for_a_moment_keeps_its_beginning() -> None:
    board, missing = Board(), Observed(**QUIET | {"measured": measured(workers=0)})
    board.update(missing, 0.0)
    board.update(Observed(**QUIET | {"measured": None}), 5.0)

    assert [entry.name for entry in board.update(missing, 11.0).alarms] == ["worker_missing"]


def test_of_many_the_first_are_named_and_all_are_counted() -> None:
    void = {f"decision|{number:03}": number for number in range(100)}

    found = alarm("void_events", facts=AlarmFacts(now_ms=NOW_MS, applied={0: 9}, void=void))

    assert (found.count, len(found.details), found.details[0]) == (100, DETAILS, "decision|000")


def test_names_are_stable_words_and_the_critical_come_first() -> None:
    assert len(set(NAMES)) == len(NAMES)
    severities = [rule.severity for rule in RULES]
    assert severities == sorted(severities, key=list(Severity).index)
    assert all(rule.about and rule.cure for rule in RULES)


def test_the_alert_rules_are_those_of_the_list() -> None:
    text = alert_rules.FILE.read_text("utf-8")

    assert text == alert_rules.text(), "run python -m streams.codegen.alert_rules"
    group, *_ = yaml.safe_load(text)["groups"]
    assert [rule["expr"] for rule in group["rules"]] == [
        *(f'max(komek_alarm{{name="{name}"}}) == 1' for name in NAMES),
        "absent(komek_alarm)",
        *(alarm.holds for alarm in QUERIED),
    ]


def test_the_gauge_says_holds_does_not_and_cannot_be_known() -> None:
    alarm_watch.count(told(rebuild=None, facts=None))

    def value(name: str) -> float:
        found = REGISTRY.get_sample_value("komek_alarm", {"name": name})
        assert found is not None
        return found

    assert (value("redis_away"), value("kafka_away")) == (1.0, 0.0)
    assert math.isnan(value("ladder_ended"))
