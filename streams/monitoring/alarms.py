"""The list of alarms: name, severity, concern, description, remedy and condition of each.

`alarm_watch.py` evaluates the conditions (`alarm_conditions.py`) every second on an `alarm_board.Board`. `GET /v1/status`,
`/metrics`, `komek status` and `komek watch` show the result, and `streams/codegen/alert_rules.py` generates Prometheus rules from
the list. Details of an alarm are ids and numbers, never text that people wrote.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from dispatch.model.reasons import AttentionReason
from streams.monitoring import alarm_conditions as conditions
from streams.monitoring.alarm_conditions import AlarmCondition, Observed


class Severity(StrEnum):
    CRITICAL = "critical"  # people wait for help or are in danger
    WARNING = "warning"  # a delay that recovers by itself, or something to look into today


class Concern(StrEnum):
    SYSTEM = "system"  # Komek itself is impaired
    FIELD = "field"  # Komek has done what it can: an operator must act


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`about`: what is wrong; `cure`: what to do. `holds` raises ConditionUnknown. `for_s`: how long it must hold before it
    alarms."""

    name: str
    severity: Severity
    concern: Concern
    about: str
    cure: str
    holds: Callable[[Observed], AlarmCondition | None]
    for_s: float = 0.0


CRITICAL, WARNING = Severity.CRITICAL, Severity.WARNING
SYSTEM, FIELD = Concern.SYSTEM, Concern.FIELD

# The critical ones first, which is also the order of display. Names are values of the API and of a metric label: never change
# them.
RULES: tuple[Rule, ...] = (
    Rule(
        name="distress",
        severity=CRITICAL,
        concern=FIELD,
        about="a person who was sent is in danger",
        cure="Send help, then settle it: POST /v1/incidents/{id}/attention.",
        holds=conditions.attention(AttentionReason.DISTRESS),
    ),
    Rule(
        name="check_in_overdue",
        severity=CRITICAL,
        concern=FIELD,
        about="a person on scene did not respond to two check-in requests",
        cure="Contact them another way; their check-in ends the alarm.",
        holds=conditions.attention(AttentionReason.CHECK_IN_OVERDUE),
    ),
    Rule(
        name="ladder_ended",
        severity=CRITICAL,
        concern=FIELD,
        about="the ladder of a requirement has ended: it stays unfilled unless an operator acts",
        cure="Find people another way, reduce the requirement, or settle it: POST /v1/incidents/{id}/attention.",
        holds=conditions.attention(AttentionReason.LADDER_ENDED),
    ),
    Rule(
        name="message_unread",
        severity=CRITICAL,
        concern=FIELD,
        about="a message from the public has waited for more than two minutes, and nobody works on it",
        cure="Read it: GET /v1/conversations; make an incident of it, attach it or discard it.",
        holds=conditions.message_unread,
    ),
    Rule(
        name="undecided",
        severity=CRITICAL,
        concern=SYSTEM,
        about="an accepted command has waited for its decision for more than 10 s",
        cure="Check worker_missing, worker_stuck, redis_away and rebuild_running; otherwise add workers.",
        holds=conditions.undecided,
    ),
    Rule(
        name="dead_lettered_incident",
        severity=CRITICAL,
        concern=SYSTEM,
        about="a command about an incident could not be read and is a dead letter",
        cure="`komek dead-letters show ID`, then `replay` or `dismiss`; handle the incident by hand meanwhile.",
        holds=conditions.dead_lettered,
    ),
    Rule(
        name="void_events",
        severity=CRITICAL,
        concern=SYSTEM,
        about="decisions or offers became void by the order of the log in the last day; expected: none",
        cure="Check for two workers on one partition, or a loss of Redis between claim and decision, at that time.",
        holds=conditions.void_events,
    ),
    Rule(
        name="worker_missing",
        severity=CRITICAL,
        concern=SYSTEM,
        about="no worker is running; reports are accepted and wait in Kafka",
        cure="Start workers; their logs tell why they ended.",
        holds=conditions.worker_missing,
        for_s=10.0,
    ),
    Rule(
        name="notifier_missing",
        severity=CRITICAL,
        concern=SYSTEM,
        about="no notifier is running; people get no notices and see offers only when they look for them",
        cure="Start a notifier (komek notifier); it resumes at the last committed offset and skips notices no longer valid.",
        holds=conditions.notifier_missing,
        for_s=10.0,
    ),
    Rule(
        name="worker_stuck",
        severity=CRITICAL,
        concern=SYSTEM,
        about="these partitions have lag, and no offset was committed for 15 s",
        cure="The watchdog ends such a worker (exit code 72); if the alarm returns, see its log.",
        holds=conditions.worker_stuck,
    ),
    Rule(
        name="redis_away",
        severity=CRITICAL,
        concern=SYSTEM,
        about="Redis does not answer; reports are accepted and wait in Kafka",
        cure="Start Redis; a worker rebuilds it from the log.",
        holds=conditions.redis_away,
        for_s=3.0,
    ),
    Rule(
        name="kafka_refuses",
        severity=CRITICAL,
        concern=SYSTEM,
        about="Kafka does not accept the API's password or certificate, or denies it a topic or group",
        cure="`komek doctor` with the API's settings says why; see KOMEK_KAFKA_… and `komek topics acls`.",
        holds=conditions.kafka_refuses,
    ),
    Rule(
        name="kafka_away",
        severity=CRITICAL,
        concern=SYSTEM,
        about="Kafka does not answer; reports are refused with 503",
        cure="Start the brokers.",
        holds=conditions.kafka_away,
    ),
    Rule(
        name="data_key_missing",
        severity=CRITICAL,
        concern=SYSTEM,
        about="this API lacks a data key that the deployment uses: texts under it cannot be read, and nothing replaces them",
        cure="Add the named keys to the file of KOMEK_DATA_KEYS of every process; `komek keys list` shows them.",
        holds=conditions.data_key_missing,
    ),
    Rule(
        name="way_failing",
        severity=CRITICAL,
        concern=SYSTEM,
        about="these ways do not take notices; people who have no other way are not reached",
        cure="http_401, http_403, bad_token, no_vapid_subject: correct the account or KOMEK_VAPID_SUBJECT; otherwise check the "
        "gateway. It ends when a notice is taken: POST /v1/volunteers/{id}/test-notice.",
        holds=conditions.way_failing,
    ),
    Rule(
        name="person_silent",
        severity=WARNING,
        concern=FIELD,
        about="a person who announced silence is overdue and did not answer whether they are coming",
        cure="Contact them another way, or withdraw the offer: POST /v1/offers/{id}/withdraw. Any sign of life ends the alarm.",
        holds=conditions.attention(AttentionReason.PERSON_SILENT),
    ),
    Rule(
        name="change_unconfirmed",
        severity=WARNING,
        concern=FIELD,
        about="a person who was sent has not confirmed a change of their job after two notices",
        cure="Contact them another way; their confirmation ends the alarm.",
        holds=conditions.attention(AttentionReason.CHANGE_UNCONFIRMED),
    ),
    Rule(
        name="assistant_missing",
        severity=WARNING,
        concern=SYSTEM,
        about="no assistant is running; reports and digital work get no suggestions, and dispatch goes on as always",
        cure="Start an assistant (komek assistant), or switch it off: PUT /v1/assistant.",
        holds=conditions.assistant_missing,
        for_s=30.0,
    ),
    Rule(
        name="assistant_below_floor",
        severity=WARNING,
        concern=SYSTEM,
        about="hints for some work are wrong too often in a language; they are shown to nobody, and are judged as before",
        cure="Look at GET /v1/assistant. Switch them on again by PUT /v1/assistant/{task} with the language, or leave them.",
        holds=conditions.assistant_below_floor,
    ),
    Rule(
        name="rebuild_running",
        severity=WARNING,
        concern=SYSTEM,
        about="Redis is being rebuilt from the log: assignment is delayed",
        cure="Wait; components.redis in the status shows the progress. Workers do the rebuild, so one must be running.",
        holds=conditions.rebuild_running,
    ),
    Rule(
        name="timers_late",
        severity=WARNING,
        concern=SYSTEM,
        about="deadlines are overdue by more than 5 s",
        cure="Check undecided and worker_missing; any worker processes overdue deadlines.",
        holds=conditions.timers_late,
    ),
    Rule(
        name="projection_behind",
        severity=WARNING,
        concern=SYSTEM,
        about="decisions of these partitions are not applied to Redis",
        cure="The worker that owns the partition applies them within seconds; otherwise run `komek rebuild`.",
        holds=conditions.projection_behind,
        for_s=5.0,
    ),
    Rule(
        name="token_keys_refused",
        severity=WARNING,
        concern=SYSTEM,
        about="the file of token keys was changed and cannot be used; this API verifies tokens with the previous keys",
        cure="Correct the file of KOMEK_JWT_KEYS; the log of the API states what is wrong. A restart fails until then.",
        holds=conditions.token_keys_refused,
        # Longer than a file that is written in place is incomplete.
        for_s=3.0,
    ),
    Rule(
        name="data_keys_refused",
        severity=WARNING,
        concern=SYSTEM,
        about="the key ring was changed and cannot be used; this API goes on with the previous keys",
        cure="Correct the file of KOMEK_DATA_KEYS; the log of the API states what is wrong. A restart fails until then.",
        holds=conditions.data_keys_refused,
        for_s=3.0,
    ),
    Rule(
        name="audit_unwritten",
        severity=WARNING,
        concern=SYSTEM,
        about="entries of the audit log are not in Kafka yet; they wait in a file of this API, or nothing private can be shown",
        cure="See `kafka_away` first. Otherwise check that KOMEK_DATA can be written: `audit_unavailable` ends once it can.",
        holds=conditions.audit_unwritten,
        for_s=30.0,
    ),
)
NAMES = tuple(rule.name for rule in RULES)
