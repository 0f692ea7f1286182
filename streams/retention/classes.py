"""The table of retention: each class of data, where it lies, for how long, what ends it, and why it is kept so long.

Every topic (`streams/topics.py`) and every key in Redis (`streams/redis_keys.py`) has one row; a test fails for one without.
To add a topic, add a row with `in_topic`; to add a key, one with `in_redis`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from dispatch.model.private_refs import HANDOVER, MESSAGE
from streams import redis_keys

MINUTE_S = 60
HOUR_S = 3600
DAY_S = 24 * HOUR_S

PLACES_S = HOUR_S
"""TTL of every key in Redis that holds a place of a person. The worker extends it (`streams/store/place_expiry.py`)."""
READY_S = 50 * MINUTE_S
"""TTL of the ready marker: shorter than PLACES_S, so that no search runs after the first place has expired."""
HERE_S = 15
"""How long an operator is shown at an incident after their last sign."""
HOLD_S = 5 * MINUTE_S
"""How long the position of a person who is not on duty waits for the duty to begin."""
ENDED_S = 35 * DAY_S
"""How long an ended incident stays in Redis: longer than people may still write about it."""
ERASED_S = 31 * DAY_S
"""How long a tombstone is known, in Kafka and in Redis: longer than a dead letter may be replayed."""
COMMAND_S = 8 * DAY_S
"""A day longer than `incidents` retains commands, so that a redelivered command is recognised."""
HANDOVER_S = 7 * DAY_S
"""How long a note of a shift is kept, with its text and the names of its readers: who comes back from some days off reads it."""
MESSAGE_S = 7 * DAY_S
"""How long a message from the public is kept with the number it came from, whatever became of it: incidents have own copies."""
STATUS_S = 90 * DAY_S
"""How long the last state of an ended incident stays in `incident-status`."""


OWN_TIMES_S = {HANDOVER: HANDOVER_S, MESSAGE: MESSAGE_S}
"""How long private records are kept that belong to no person and no incident, by the beginning of their keys."""


def own_time_s(ref: str) -> int | None:
    """How long the private record of this key is kept since it was written; None: as long as its person or incident."""
    return OWN_TIMES_S.get(ref.partition(":")[0] + ":")


class Ending(StrEnum):
    """What ends a class of data."""

    RETENTION = "Kafka deletes segments (retention.ms, segment.ms)"
    SUCCESSOR = "a newer record or a tombstone replaces it; compaction removes it within a day"
    SERVICE = "the retention service writes a tombstone; compaction removes it within a day"
    EXPIRY = "Redis expires the key"
    REMOVAL = "the write that ends its subject removes it"
    SIZE = "a limit of the size or number"
    PERSON = "the person who runs the machine deletes it"


@dataclass(frozen=True, slots=True)
class InTopic:
    """The topic `komek.<name>.v<n>`. `hold_ms`: compaction leaves records alone for so long."""

    name: str
    hold_ms: int = 0

    def __str__(self) -> str:
        return f"topic {self.name}"


@dataclass(frozen=True, slots=True)
class InRedis:
    """Keys that match the pattern. `has_ttl`: each key has a TTL at every moment."""

    pattern: str
    has_ttl: bool

    def __str__(self) -> str:
        return f"Redis {self.pattern}"


@dataclass(frozen=True, slots=True)
class InFile:
    """Files below KOMEK_DATA."""

    pattern: str

    def __str__(self) -> str:
        return f"file {self.pattern}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DataClass:
    """A row. `kept_s` None: as long as its subject (the person, the open incident) exists; `ending` says what ends it then."""

    place: InTopic | InRedis | InFile
    kept_s: int | None
    ending: Ending
    why: str

    @property
    def is_compacted(self) -> bool:
        return self.ending in (Ending.SUCCESSOR, Ending.SERVICE)


def in_topic(name: str, kept_s: int | None, ending: Ending, why: str, *, hold_s: int = 0) -> DataClass:
    return DataClass(place=InTopic(name, hold_s * 1000), kept_s=kept_s, ending=ending, why=why)


def in_redis(key: str | Callable[..., str], kept_s: int | None, ending: Ending, why: str) -> DataClass:
    """`key`: a constant or a function of `redis_keys`. A row that ends by expiry states the longest TTL."""
    pattern = key if isinstance(key, str) else key(*(["*"] * key.__code__.co_argcount))
    return DataClass(place=InRedis(pattern, ending is Ending.EXPIRY), kept_s=kept_s, ending=ending, why=why)


def in_file(pattern: str, kept_s: int | None, ending: Ending, why: str) -> DataClass:
    return DataClass(place=InFile(pattern), kept_s=kept_s, ending=ending, why=why)


_OPEN = "state of open work: the next decision needs it"
_INDEX = "index of open work; derived, without texts"
_PERSON = "people must be found and asked while they are registered"

CLASSES: tuple[DataClass, ...] = (
    # Kafka
    in_topic("incidents", 7 * DAY_S, Ending.RETENTION, "a week of commands can be decided again after an outage"),
    in_topic("decisions", 365 * DAY_S, Ending.RETENTION, "accountability: who was asked, and why, for a year"),
    in_topic("offers", 365 * DAY_S, Ending.RETENTION, "accountability: what each person was told, for a year"),
    in_topic("incident-status", STATUS_S, Ending.SERVICE, "the board without Redis; statistics of a quarter"),
    in_topic("locations", HOUR_S, Ending.RETENTION, "only a recent position helps to find the nearest people"),
    # Duty of the last two hours decides which positions of the last hour a rebuild may use.
    in_topic("volunteers", None, Ending.SUCCESSOR, _PERSON, hold_s=2 * HOUR_S),
    in_topic("verifications", None, Ending.SUCCESSOR, "which skills count, while the person is registered"),
    # The hold: a record that was sealed again may hide a newer one for seconds (DESIGN 125).
    in_topic(
        "private",
        None,
        Ending.SERVICE,
        "people until erased; of an incident KOMEK_PRIVATE_DAYS after its end; of a hand-over note 7 days, "
        "of a message from the public 7 days",
        hold_s=2 * HOUR_S,
    ),
    in_topic("dead-letters", 30 * DAY_S, Ending.RETENTION, "time to correct the cause and to replay"),
    in_topic("audit", 365 * DAY_S, Ending.RETENTION, "people may ask for a year who saw their data"),
    in_topic("plans", None, Ending.SUCCESSOR, "configuration; no person"),
    # Two API processes may spend one login code: the second claim must not remove the first before both have read it.
    in_topic("sessions", 32 * DAY_S, Ending.SERVICE, "a revocation outlives every token; ids only", hold_s=HOUR_S),
    in_topic("alarms", 13 * HOUR_S, Ending.SERVICE, "all desks know who has heard an alarm; ids of operators"),
    in_topic(
        "messages", MESSAGE_S, Ending.RETENTION, "what the public sent, and what became of it; ids and keyed digests"
    ),
    in_topic("handovers", HANDOVER_S, Ending.SERVICE, "what the next shift must know, and who has read it; ids only"),
    in_topic("keys", None, Ending.SUCCESSOR, "check values of keys: a process with the wrong ring must not start"),
    in_topic("hints", 365 * DAY_S, Ending.RETENTION, "how good the assistant was, for a year; no value of a text"),
    in_topic("webhooks", None, Ending.SUCCESSOR, "where each webhook goes on; ids of what it still owes; no person"),
    in_topic("shadow", 30 * DAY_S, Ending.RETENTION, "a month of another book of plans to judge it by; no person"),
    in_topic("assistant", None, Ending.SUCCESSOR, "switches: configuration; ids of operators"),
    in_topic("notices", 30 * DAY_S, Ending.RETENTION, "disputes about whether somebody was told; ids only"),
    # Redis: people
    in_redis(redis_keys.volunteer, PLACES_S, Ending.EXPIRY, "place, home cell, claim; extended while a worker runs"),
    in_redis(redis_keys.held_fix, HOLD_S, Ending.EXPIRY, "the first position before duty begins must not be lost"),
    in_redis(redis_keys.PLACES_PASS, PLACES_S, Ending.EXPIRY, "one worker at a time extends places"),
    in_redis(redis_keys.field_index, PLACES_S, Ending.EXPIRY, "search by place; extended while a worker runs"),
    in_redis(redis_keys.engaged_index, PLACES_S, Ending.EXPIRY, "search by place; extended while a worker runs"),
    in_redis(redis_keys.erased, ERASED_S, Ending.EXPIRY, "older records must not bring an erased person back"),
    in_redis(redis_keys.FIXES, None, Ending.REMOVAL, "ids and times: when a position is to be examined"),
    in_redis(redis_keys.ON_DUTY, None, Ending.REMOVAL, _PERSON),
    in_redis(redis_keys.DUTY_ENDS, None, Ending.REMOVAL, "ends of duties that are still to be acted on"),
    in_redis(redis_keys.DUTY_WARNINGS, None, Ending.REMOVAL, "people to be told that their duty ends"),
    in_redis(redis_keys.VOLUNTEERS, None, Ending.REMOVAL, _PERSON),
    in_redis(redis_keys.verified, None, Ending.REMOVAL, _PERSON),
    in_redis(redis_keys.VERIFIED_UNTIL, None, Ending.REMOVAL, "ends of verifications: warnings, offers to withdraw"),
    in_redis(redis_keys.HALVES, None, Ending.REMOVAL, "profiles that wait for their repair, some seconds"),
    in_redis(redis_keys.digital_index, None, Ending.REMOVAL, _PERSON),
    in_redis(redis_keys.digital_engaged, None, Ending.REMOVAL, _PERSON),
    in_redis(redis_keys.offers_of, ENDED_S, Ending.EXPIRY, "at most 200 offers of a person: limits and rest periods"),
    in_redis(
        redis_keys.distress_incidents,
        ENDED_S,
        Ending.EXPIRY,
        "at most 20 of a person: who comes to them, and how it ended",
    ),
    in_redis(redis_keys.distressed, None, Ending.REMOVAL, _OPEN),
    in_redis(redis_keys.private, None, Ending.REMOVAL, "ciphertext as in the topic; a tombstone removes it"),
    in_redis(redis_keys.PENDING_CLAIMS, None, Ending.REMOVAL, "claims of a decision in progress, some seconds"),
    in_redis(redis_keys.PRIORS, None, Ending.SIZE, "sums by hour and distance; no person"),
    # Redis: incidents
    in_redis(redis_keys.incident, ENDED_S, Ending.REMOVAL, "open: its work; ended: corrections and questions"),
    in_redis(redis_keys.timeline, ENDED_S, Ending.REMOVAL, "places of its decisions in the log"),
    in_redis(redis_keys.by_status, ENDED_S, Ending.REMOVAL, _INDEX),
    in_redis(redis_keys.ALL_INCIDENTS, ENDED_S, Ending.REMOVAL, "ids and times"),
    in_redis(redis_keys.by_priority, None, Ending.REMOVAL, _INDEX),
    in_redis(redis_keys.OPEN_INCIDENTS, None, Ending.REMOVAL, _INDEX),
    in_redis(redis_keys.WIDE_INCIDENTS, None, Ending.REMOVAL, _INDEX),
    in_redis(redis_keys.vicinity_of, None, Ending.REMOVAL, _INDEX),
    in_redis(redis_keys.external, None, Ending.REMOVAL, _INDEX),
    in_redis(
        redis_keys.call_numbers,
        ENDED_S,
        Ending.EXPIRY,
        "the next number of the day; an incident is found by its number",
    ),
    in_redis(
        redis_keys.external_of, ENDED_S, Ending.REMOVAL, "the entries of an incident in the indexes by external id"
    ),
    in_redis(
        redis_keys.ended_external,
        ENDED_S,
        Ending.EXPIRY,
        "an ended incident is found by its number in another system, as long as it can be read; keyed digests and ids",
    ),
    in_redis(redis_keys.HAZARDS, None, Ending.REMOVAL, _OPEN),
    in_redis(redis_keys.HAZARDS_VERSION, None, Ending.REMOVAL, "a time"),
    in_redis(redis_keys.UNDER_WAY, None, Ending.REMOVAL, _OPEN),
    in_redis(redis_keys.ATTENTION, None, Ending.REMOVAL, _OPEN),
    in_redis(redis_keys.TIMERS, None, Ending.REMOVAL, _OPEN),
    in_redis(redis_keys.timers_of, None, Ending.REMOVAL, _OPEN),
    in_redis(redis_keys.waiting_field, None, Ending.REMOVAL, _OPEN),
    in_redis(redis_keys.waiting_anywhere, None, Ending.REMOVAL, _OPEN),
    in_redis(redis_keys.waiting_of, None, Ending.REMOVAL, _OPEN),
    in_redis(redis_keys.scarce_field, None, Ending.REMOVAL, _OPEN),
    in_redis(redis_keys.scarce_anywhere, None, Ending.REMOVAL, _OPEN),
    in_redis(redis_keys.WAITING_TERMS, None, Ending.REMOVAL, _OPEN),
    in_redis(redis_keys.WAITING_REACH, None, Ending.REMOVAL, _OPEN),
    in_redis(redis_keys.SCARCE, None, Ending.REMOVAL, _OPEN),
    in_redis(redis_keys.SHORTFALLS, None, Ending.REMOVAL, _OPEN),
    # Redis: the log and the intake
    in_redis(redis_keys.ready, READY_S, Ending.EXPIRY, "extended while a worker runs"),
    in_redis(redis_keys.REBUILD_LOCK, MINUTE_S, Ending.EXPIRY, "one rebuild at a time"),
    in_redis(redis_keys.command, COMMAND_S, Ending.EXPIRY, "redelivered commands are recognised"),
    in_redis(redis_keys.progress, None, Ending.SIZE, "one per partition"),
    in_redis(redis_keys.ending, None, Ending.REMOVAL, "until the end of an offer is published"),
    in_redis(redis_keys.refused, None, Ending.REMOVAL, "until the offer is voided"),
    in_redis(redis_keys.VOIDS, 7 * DAY_S, Ending.REMOVAL, "the alarm about void records"),
    in_redis(redis_keys.reported, DAY_S, Ending.EXPIRY, "a report can be read before its decision"),
    in_redis(redis_keys.answering, 2 * MINUTE_S, Ending.EXPIRY, "an answer can be seen before its decision"),
    in_redis(redis_keys.repeat, DAY_S, Ending.EXPIRY, "requests may be repeated for a day"),
    in_redis(redis_keys.here, HERE_S, Ending.EXPIRY, "operators see each other at an incident and at messages"),
    # Redis: the assistant
    in_redis(
        redis_keys.ASSISTANT_ASKED, MINUTE_S, Ending.EXPIRY, "sealed questions on their way, a quarter of a second"
    ),
    in_redis(redis_keys.assistant_answer, MINUTE_S, Ending.EXPIRY, "sealed answers on their way"),
    in_redis(redis_keys.ASSISTANT_ALIVE, MINUTE_S, Ending.EXPIRY, "whether an assistant is running"),
    # Redis: notices
    in_redis(redis_keys.devices_of, ENDED_S, Ending.EXPIRY, "whether a device still receives notices; ids and times"),
    in_redis(redis_keys.reach_of, DAY_S, Ending.EXPIRY, "the operator sees whom the notices of an offer reached"),
    in_redis(redis_keys.replying, DAY_S, Ending.EXPIRY, "which offer a reply by SMS answers; a keyed digest and ids"),
    in_redis(redis_keys.ways, 7 * DAY_S, Ending.EXPIRY, "whether gateways work, for an alarm; counts, times and codes"),
    in_redis(redis_keys.offer_link, DAY_S, Ending.EXPIRY, "which offer a link opens; a keyed digest and ids"),
    in_redis(redis_keys.linking, HOUR_S, Ending.EXPIRY, "who has begun to connect Telegram; a keyed digest and ids"),
    # Files of the local stack
    in_file("logs/*.log", None, Ending.SIZE, "32 MB for each process; no personal data (tests search for it)"),
    in_file("kafka", None, Ending.RETENTION, "the topics above"),
    in_file("redis", None, Ending.SIZE, "empty: the local Redis writes nothing to disk"),
    in_file("faust", None, Ending.SIZE, "names of topics and partitions"),
    in_file(
        "audit/*.jsonl", None, Ending.REMOVAL, "entries that Kafka does not have yet; removed once the topic has them"
    ),
    in_file("*.json", None, Ending.PERSON, "addresses, process numbers and passwords of the local servers; keys"),
    in_file("cap-ledger.sqlite*", 400 * DAY_S, Ending.REMOVAL, "published alerts and what was done by them; no person"),
    in_file("supervisor.lock", None, Ending.PERSON, "empty: one `komek up` at a time"),
    in_file("data-key", None, Ending.PERSON, "keys"),
    in_file("vapid-key.pem", None, Ending.PERSON, "keys"),
)

_OF_TOPIC = {row.place.name: row for row in CLASSES if isinstance(row.place, InTopic)}


def of_topic(full_name: str) -> DataClass:
    """The row of the topic with this full name.

    Raises:
        KeyError: the table has no row for it.
    """
    short = full_name.split(".")[1]
    if short not in _OF_TOPIC:
        raise KeyError(f"{full_name}: add a row to streams/retention/classes.py")
    return _OF_TOPIC[short]
