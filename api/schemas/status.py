"""The status of the whole system. null: not known at the moment."""

from typing import Literal

from api.schemas.base import Shown, Time


class ApiStatus(Shown):
    """`degraded`: this process lacks a data key, or its file cannot be used; the alarms say which."""

    status: Literal["up", "degraded"]


class KafkaStatus(Shown):
    """`measured_age_s`: age of the last successful measurement of the committed lag. `refused`: Kafka does not accept the API's
    password or certificate, or denies it a topic or group."""

    status: Literal["up", "down"]
    refused: bool
    measured_age_s: float | None


class RedisStatus(Shown):
    """`done` of `total` records are applied while Redis is rebuilt."""

    status: Literal["up", "rebuilding", "down"]
    done: int | None = None
    total: int | None = None


class WorkersStatus(Shown):
    status: Literal["up", "down", "unknown"]
    count: int | None


class NotifierStatus(WorkersStatus):
    """`lag`: records of the topic `offers` that no notifier has processed."""

    lag: int | None


class AssistantStatus(Shown):
    """`off`: switched off. `lag`: decisions whose texts no assistant has read."""

    status: Literal["up", "down", "off", "unknown"]
    count: int | None
    lag: int | None


class Components(Shown):
    api: ApiStatus
    kafka: KafkaStatus
    redis: RedisStatus
    workers: WorkersStatus
    notifier: NotifierStatus
    assistant: AssistantStatus


class IncidentCounts(Shown):
    """`by_priority` counts open incidents only. `exercises`: drills by status, which the other two leave out."""

    by_status: dict[str, int] | None
    by_priority: dict[str, int] | None
    exercises: dict[str, int] | None


class VolunteerCounts(Shown):
    known: int | None
    on_duty: int | None


class CommittedLag(Shown):
    """Commands behind the committed offset, in total and by partition."""

    total: int | None
    partitions: dict[str, int] | None


class Percentiles(Shown):
    """Milliseconds over `count` samples; null without a sample."""

    count: int
    p50: float | None
    p95: float | None
    p99: float | None


class LatencyShown(Shown):
    """From the report in the log to its first offer, over the last `window_s` seconds."""

    report_to_offer: Percentiles
    window_s: int


class StandingAlarm(Shown):
    """An active alarm. `details`: at most 20 ids; `count` counts all."""

    name: str
    severity: Literal["critical", "warning"]
    concern: Literal["system", "field"]
    about: str
    since: Time
    count: int
    details: list[str]


class WayStatus(Shown):
    """How a way to people's pockets does: a kind of channel, for pushes with the service.

    `taken` and `failed`: notices of the last five minutes. `code`: of the newest failure.
    """

    way: str
    status: Literal["working", "failing", "unused"]
    taken: int
    failed: int
    code: str | None
    taken_at: Time | None
    failed_at: Time | None


class Status(Shown):
    at: Time
    components: Components
    assignment: Literal["normal", "delayed"]
    assignment_reason: str | None
    alarms: list[StandingAlarm]
    """Active alarms, the most severe first."""
    alarms_unknown: list[str]
    """Names of alarms whose condition cannot be evaluated at the moment."""
    channels: list[WayStatus] | None
    """Ways to people's pockets that were used within a week or are set up in this API's settings; null while Redis is away."""
    incidents: IncidentCounts
    shortfalls: int | None
    oldest_shortfall_age_s: float | None
    volunteers: VolunteerCounts
    volunteers_on_duty: int | None
    oldest_undecided_age_s: float | None
    committed_lag: CommittedLag
    latency_ms: LatencyShown


class Health(Shown):
    """`/healthz` and `/readyz`; only the latter has `kafka` and `redis`."""

    status: str
    kafka: KafkaStatus | None = None
    redis: RedisStatus | None = None
