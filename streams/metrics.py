"""The list of metrics. Names follow Prometheus: unit last, `_total` for counters. Labels never hold a person's id.

A process exposes the metrics that its code sets, and no other: a worker that showed 0 for the age of the oldest report would lie.
`python -m streams.codegen.metrics_list` writes `deploy/metrics.md` from this list; a test compares the components stated here
with the modules that each process imports.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TypeVar

from prometheus_client import (
    GC_COLLECTOR,
    PLATFORM_COLLECTOR,
    PROCESS_COLLECTOR,
    Counter,
    Gauge,
    Histogram,
    Info,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.metrics_core import Metric

from streams.components import ApiClient, Component, Part

# When a series began says nothing that `rate` does not know, and doubles their number.
disable_created_metrics()  # type: ignore[no-untyped-call]
M = TypeVar("M", bound=MetricWrapperBase)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """`components`: whose processes set it."""

    metric: MetricWrapperBase
    components: tuple[Part, ...]


LISTED: list[Listed] = []


class _Of:
    """Lists what it is called with as a metric of these components."""

    def __init__(self, *components: Part) -> None:
        self._components = components

    def __call__(self, metric: M) -> M:
        LISTED.append(Listed(metric=metric, components=self._components))
        return metric


_every = _Of(Component.API, Component.WORKER, Component.NOTIFIER, Component.ASSISTANT)
_api, _worker = _Of(Component.API), _Of(Component.WORKER)
_notifier, _assistant = _Of(Component.NOTIFIER), _Of(Component.ASSISTANT)
_follower = _Of(ApiClient.FOLLOWER)


def _version() -> str:
    try:
        return version("komek")
    except PackageNotFoundError:
        return "unknown"  # run from its sources alone


VERSION = _version()

# Every process.
BUILD = _Of(Component.API, Component.WORKER, Component.NOTIFIER, Component.ASSISTANT, ApiClient.FOLLOWER)(
    Info("komek_build", "Version and component of Komek that this process runs")
)

COMMANDS = _worker(Counter("komek_commands_total", "Commands decided, by kind and outcome", ["kind", "outcome"]))
BATCH_SECONDS = _worker(Histogram("komek_batch_seconds", "Time to decide, publish and apply one batch of commands"))
BATCH_COMMANDS = _worker(
    Histogram("komek_batch_commands", "Commands in one batch", buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 512))
)
OFFERS_MADE = _worker(Counter("komek_offers_made_total", "Offers made, by capability", ["capability"]))
CLAIMS_LOST = _worker(Counter("komek_claims_lost_total", "Claims not granted, by answer", ["answer"]))
DEAD_LETTERED = _Of(Component.API, Component.WORKER, Component.NOTIFIER)(
    Counter("komek_dead_letters_total", "Records that could not be read, by topic", ["topic"])
)
RETENTION_TOMBSTONES = _worker(
    Counter(
        "komek_retention_tombstones_total", "Tombstones written because the time of a record is over, by kind", ["kind"]
    )
)
REDELIVERED = _worker(
    Counter("komek_commands_redelivered_total", "Commands delivered again after their decision; without effect")
)
SEARCHES_BOUNDED = _worker(
    Counter("komek_searches_bounded_total", "Searches that reached their work limit before they found enough people")
)
SEARCHES = _worker(
    Counter(
        "komek_searches_total",
        "Searches for people, by who answered: the live index, or Redis for digital work, where people are scarce, while the "
        "index is behind",
        ["by"],
    )
)
INDEX_PEOPLE = _worker(Gauge("komek_live_index_people", "People on duty in the worker's live index"))
INDEX_BEHIND_SECONDS = _worker(
    Gauge(
        "komek_live_index_behind_seconds",
        "How old the oldest change may be that the live index lacks; while it is not loaded, for how long it has not been",
    )
)
SHADOW_DECISIONS = _worker(
    Counter("komek_shadow_decisions_total", "Decisions compared with KOMEK_SHADOW_PLANS, by outcome", ["outcome"])
)
SHADOW_OFFERS = _worker(
    Counter("komek_shadow_offers_total", "Offers of compared decisions, by book of plans", ["plans"])
)
RETRIED_BATCHES = _worker(Counter("komek_retried_batches_total", "Batches retried, by cause", ["cause"]))
LADDERS_ENDED = _worker(Counter("komek_ladders_ended_total", "Requirements whose ladder ended unfilled; alarm on any"))
VOID_DECISIONS = _worker(Counter("komek_void_decisions_total", "Second decisions of a command; expected 0"))
BROKEN_DECISIONS = _worker(
    Counter(
        "komek_broken_decisions_total",
        "Records of decisions that cannot be read or cannot follow; expected 0; alarm on any",
    )
)
VOID_OFFERS = _worker(Counter("komek_void_offers_total", "Offers void by the order of the log; expected 0"))
TRAVEL_ANSWERS = _worker(
    Counter("komek_travel_answers_total", "Needs with travel times, by source of the times", ["source"])
)
DEADLINES = _worker(Counter("komek_deadlines_total", "Deadlines turned into commands, by kind", ["kind"]))
REBUILDS = _worker(Counter("komek_rebuilds_total", "Rebuilds of Redis from the log"))
REBUILD_UNREADABLE = _worker(
    Counter("komek_rebuild_unreadable_total", "Records about people that a rebuild could not read, by topic", ["topic"])
)
REBUILD_SECONDS = _worker(Gauge("komek_rebuild_seconds", "Duration of the last rebuild"))

# Of the readers of all of `offers`: the notifier and the API's live views.
VOID_EVENTS = _Of(Component.API, Component.NOTIFIER)(
    Counter("komek_void_events_total", "Events of offers that are void by the order of the log; expected 0", ["reason"])
)

# Every process that holds data keys.
KEY_RING_RELOADS = _every(Counter("komek_key_ring_reloads_total", "Reloads of the key ring, by outcome", ["outcome"]))

# Every process, where traces are on.
TRACE_SPANS = _every(
    Counter(
        "komek_trace_spans_total",
        "Spans of traces by what became of them: sent, dropped (too many waited), failed (the collector did not take them)",
        ["outcome"],
    )
)

# The notifier.
NOTICES = _notifier(
    Counter("komek_notices_total", "Notices sent or failed, by channel and outcome", ["channel", "outcome"])
)
NOTICES_DROPPED = _notifier(
    Counter("komek_notices_dropped_total", "Notices dropped, by channel and reason", ["channel", "why"])
)
NOTICES_RETRIED = _notifier(Counter("komek_notices_retried_total", "Failed attempts, by channel", ["channel"]))
NOTICES_WAITING = _notifier(Gauge("komek_notices_waiting", "Notices in the queue, by channel", ["channel"]))
NOTICE_SECONDS = _notifier(
    Histogram(
        "komek_notice_seconds",
        "Time from the append of the step to the sent notice",
        ["channel"],
        buckets=(0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60),
    )
)
NOTICES_REFUSED = _notifier(
    Counter(
        "komek_notices_refused_total", "Messages that a gateway did not take, by the code it gave", ["channel", "code"]
    )
)
NOTIFIER_LAG = _Of(Component.API, Component.NOTIFIER)(
    Gauge("komek_notifier_lag", "Steps of offers not committed by a notifier; also measured by the API")
)
WEBHOOKS = _notifier(
    Counter(
        "komek_webhooks_total",
        "Requests to receivers of webhooks, by subscription and verdict",
        ["subscription", "verdict"],
    )
)
WEBHOOK_LETTERS = _notifier(
    Counter("komek_webhook_letters_total", "Webhooks that were given up, by subscription", ["subscription"])
)
# Of the notifier that sends; another one that waits for its turn tells nothing.
WEBHOOK_LETTERS_LEFT = _notifier(
    Gauge("komek_webhook_letters_left", "Webhooks that were given up and not sent again since", ["subscription"])
)
WEBHOOK_FAILING_SECONDS = _notifier(
    Gauge("komek_webhook_failing_seconds", "For how long a receiver has been failing; 0: it takes", ["subscription"])
)
WEBHOOK_BEHIND_SECONDS = _notifier(
    Gauge("komek_webhook_behind_seconds", "Age of the oldest event that a receiver has not taken yet", ["subscription"])
)

# The follower of feeds of alerts.
FEED_READ = _follower(
    Gauge(
        "komek_cap_feed_read_timestamp_seconds",
        "When a feed was last read and what it had was carried out, since 1970; before the first time, since when it is followed",
        ["feed"],
    )
)
FEED_REFUSED_SECONDS = _follower(
    Gauge(
        "komek_cap_feed_refused_seconds",
        "For how long the API has refused an order that follows from a feed; 0: it takes all",
        ["feed"],
    )
)
FEED_READS = _follower(
    Counter("komek_cap_feed_reads_total", "Requests to feeds, by outcome: read, unchanged, failed", ["feed", "outcome"])
)
CAP_ALERTS = _follower(
    Counter(
        "komek_cap_alerts_total",
        "Alerts by what became of them: report, edit, close, hold, record; refused (by the API), unusable (also pages)",
        ["outcome"],
    )
)

# The assistant.
ASSISTANT_TEXTS = _assistant(
    Counter("komek_assistant_texts_total", "Texts by what became of them: read, shed, failed, stuck, gone", ["outcome"])
)
ASSISTANT_MODEL = _assistant(
    Counter(
        "komek_assistant_model_total",
        "Texts for the model of KOMEK_LLM, by outcome or code of its failure",
        ["outcome"],
    )
)
ASSISTANT_JUDGED = _assistant(
    Counter("komek_assistant_judged_total", "Hints that people's answers judged, by work", ["task", "right"])
)
ASSISTANT_LEFT = _assistant(
    Counter("komek_assistant_left_total", "Records that the assistant could not read and left, by topic", ["topic"])
)
ASSISTANT_WAITING = _assistant(Gauge("komek_assistant_waiting", "Texts that wait to be read"))
ASSISTANT_SECONDS = _assistant(
    Histogram(
        "komek_assistant_seconds",
        "Time to read one text",
        buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10),
    )
)

# The API.
REQUESTS = _api(
    Counter("komek_http_requests_total", "Responses, by route, method and status", ["route", "method", "status"])
)
REQUEST_SECONDS = _api(
    Histogram(
        "komek_http_request_seconds",
        "Time to the response, by route and method",
        ["route", "method"],
        buckets=(0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.25, 0.5, 1, 2, 5),
    )
)
INTAKE_REFUSED = _Of(Component.API, Component.ASSISTANT)(
    Counter("komek_intake_refused_total", "Sends that Kafka did not confirm, by cause", ["cause"])
)
PRODUCER_RENEWED = _Of(Component.API, Component.ASSISTANT)(
    Counter("komek_intake_producer_renewed_total", "Times the producer of commands was replaced")
)
POSITIONS = _api(Counter("komek_positions_accepted_total", "Positions confirmed by Kafka"))
TOKEN_KEY_RELOADS = _api(
    Counter("komek_token_key_reloads_total", "Changes of the key file: loaded, or refused as unusable", ["outcome"])
)
SESSION_RECORDS = _api(Gauge("komek_session_records", "Sessions, login codes and revocations in memory"))
AUDIT_LOST = _api(Counter("komek_audit_lost_total", "Audit entries that could be written nowhere; expected 0"))
AUDIT_WAITING = _api(Gauge("komek_audit_waiting", "Audit entries that Kafka has not confirmed yet"))
AUDIT_SPOOL_BROKEN = _api(Gauge("komek_audit_file_broken", "1 if the file of the audit log cannot be written"))
LIMITED = _api(
    Counter(
        "komek_limited_requests_total",
        "Requests refused by a limit of their rate or number, by class and role",
        ["kind", "role"],
    )
)
STALE_REQUESTS = _api(
    Counter("komek_stale_requests_total", "Requests refused because they had waited too long before they were read")
)
LIVE_VIEWS = _api(Gauge("komek_live_views", "Connected live views"))
LIVE_CUT_OFF = _api(Counter("komek_live_cut_off_total", "Live views disconnected because they fell behind"))
UNREADABLE_SHOWN = _Of(Component.API, Component.NOTIFIER, Component.ASSISTANT)(
    Counter("komek_live_unreadable_total", "Records the live views could not read, by topic", ["topic"])
)
REPORT_TO_OFFER_SECONDS = _api(
    Histogram(
        "komek_report_to_offer_seconds",
        "Time from the append of the report to its first offer",
        buckets=(0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60),
    )
)
OLDEST_UNDECIDED_SECONDS = _api(Gauge("komek_oldest_undecided_seconds", "Age of the oldest command without a decision"))
MESSAGES = _api(
    Counter(
        "komek_public_messages_total", "Messages from the public that were recorded, by way and kind", ["way", "kind"]
    )
)
MESSAGES_ANSWERED = _api(
    Counter(
        "komek_public_acknowledgements_total",
        "Acknowledgements of messages from the public: asked of the notifier, or why not (stopped, lately, too_many)",
        ["outcome"],
    )
)
MESSAGES_WAITING = _api(
    Gauge("komek_public_conversations_waiting", "Conversations with the public that have not ended")
)
OLDEST_MESSAGE_SECONDS = _api(
    Gauge("komek_public_oldest_unread_seconds", "Age of the oldest conversation that nobody works on; 0: there is none")
)
ALARMS_ANSWERED = _api(
    Counter(
        "komek_alarms_answered_total",
        "Alarms that operators acknowledged (`ack`) or silenced (`shelve`)",
        ["name", "answer"],
    )
)
ALARM_SOUNDS = _api(
    Counter(
        "komek_alarm_sounds_total",
        "How many times answered alarms had sounded at the desk that answered them",
        ["name"],
    )
)
OPERATORS_WATCHING = _api(Gauge("komek_operators_watching", "Operators with an open live view of this process"))
ALARM = _api(
    Gauge("komek_alarm", "Alarms of `streams/monitoring/alarms.py`: 1 active, 0 not active, NaN unknown", ["name"])
)
COMMITTED_LAG = _api(Gauge("komek_committed_lag", "Commands not committed yet, by partition", ["partition"]))


class _Exposed:
    """What a process of one component exposes."""

    def __init__(self, component: Part) -> None:
        self._component = component

    def collect(self) -> Iterator[Metric]:
        for listed in LISTED:
            if self._component in listed.components:
                yield from listed.metric.collect()
        for library in (PROCESS_COLLECTOR, PLATFORM_COLLECTOR, GC_COLLECTOR):
            yield from library.collect()


def exposition(component: Part) -> bytes:
    """The answer to a scrape, in Prometheus' text format."""
    BUILD.info({"version": VERSION, "component": component})
    return generate_latest(_Exposed(component))
