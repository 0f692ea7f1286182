"""The list of metrics. Names follow Prometheus: unit last, `_total` for counters. Labels never hold a person's id."""

from importlib.metadata import PackageNotFoundError, version

from prometheus_client import Counter, Gauge, Histogram, Info


def _version() -> str:
    try:
        return version("komek")
    except PackageNotFoundError:
        return "unknown"  # run from its sources alone


# Every process.
BUILD = Info("komek_build", "Version of Komek that this process runs")
BUILD.info({"version": _version()})

COMMANDS = Counter("komek_commands_total", "Commands decided, by kind and outcome", ["kind", "outcome"])
BATCH_SECONDS = Histogram("komek_batch_seconds", "Time to decide, publish and apply one batch of commands")
BATCH_COMMANDS = Histogram(
    "komek_batch_commands", "Commands in one batch", buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
)
OFFERS_MADE = Counter("komek_offers_made_total", "Offers made, by capability", ["capability"])
CLAIMS_LOST = Counter("komek_claims_lost_total", "Claims not granted, by answer", ["answer"])
DEAD_LETTERED = Counter("komek_dead_letters_total", "Records that could not be read, by topic", ["topic"])
RETENTION_TOMBSTONES = Counter(
    "komek_retention_tombstones_total", "Tombstones written because the time of a record is over, by kind", ["kind"]
)
REDELIVERED = Counter(
    "komek_commands_redelivered_total", "Commands delivered again after their decision; without effect"
)
SEARCHES_BOUNDED = Counter(
    "komek_searches_bounded_total", "Searches that reached their work limit before they found enough people"
)
RETRIED_BATCHES = Counter("komek_retried_batches_total", "Batches retried, by cause", ["cause"])
LADDERS_ENDED = Counter("komek_ladders_ended_total", "Requirements whose ladder ended unfilled; alarm on any")
VOID_DECISIONS = Counter("komek_void_decisions_total", "Second decisions of a command; expected 0")
BROKEN_DECISIONS = Counter(
    "komek_broken_decisions_total",
    "Records of decisions that cannot be read or cannot follow; expected 0; alarm on any",
)
VOID_OFFERS = Counter("komek_void_offers_total", "Offers void by the order of the log; expected 0")
TRAVEL_ANSWERS = Counter("komek_travel_answers_total", "Needs with travel times, by source of the times", ["source"])
DEADLINES = Counter("komek_deadlines_total", "Deadlines turned into commands, by kind", ["kind"])
REBUILDS = Counter("komek_rebuilds_total", "Rebuilds of Redis from the log")
REBUILD_UNREADABLE = Counter(
    "komek_rebuild_unreadable_total", "Records about people that a rebuild could not read, by topic", ["topic"]
)
REBUILD_SECONDS = Gauge("komek_rebuild_seconds", "Duration of the last rebuild")

# Of the readers of all of `offers`: the notifier and the API's live views.
VOID_EVENTS = Counter(
    "komek_void_events_total", "Events of offers that are void by the order of the log; expected 0", ["reason"]
)

# Every process that holds data keys.
KEY_RING_RELOADS = Counter("komek_key_ring_reloads_total", "Reloads of the key ring, by outcome", ["outcome"])

# The notifier.
NOTICES = Counter("komek_notices_total", "Notices sent or failed, by channel and outcome", ["channel", "outcome"])
NOTICES_DROPPED = Counter("komek_notices_dropped_total", "Notices dropped, by channel and reason", ["channel", "why"])
NOTICES_RETRIED = Counter("komek_notices_retried_total", "Failed attempts, by channel", ["channel"])
NOTICES_WAITING = Gauge("komek_notices_waiting", "Notices in the queue, by channel", ["channel"])
NOTICE_SECONDS = Histogram(
    "komek_notice_seconds",
    "Time from the append of the step to the sent notice",
    ["channel"],
    buckets=(0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60),
)
NOTICES_REFUSED = Counter(
    "komek_notices_refused", "Messages that a gateway did not take, by the code it gave", ["channel", "code"]
)
NOTIFIER_LAG = Gauge("komek_notifier_lag", "Steps of offers not committed by a notifier; also measured by the API")

# The assistant.
ASSISTANT_TEXTS = Counter(
    "komek_assistant_texts_total", "Texts by what became of them: read, shed, failed, stuck, gone", ["outcome"]
)
ASSISTANT_MODEL = Counter(
    "komek_assistant_model_total", "Texts for the model of KOMEK_LLM, by outcome or code of its failure", ["outcome"]
)
ASSISTANT_JUDGED = Counter(
    "komek_assistant_judged_total", "Hints that people's answers judged, by work", ["task", "right"]
)
ASSISTANT_LEFT = Counter(
    "komek_assistant_left_total", "Records that the assistant could not read and left, by topic", ["topic"]
)
ASSISTANT_WAITING = Gauge("komek_assistant_waiting", "Texts that wait to be read")
ASSISTANT_SECONDS = Histogram(
    "komek_assistant_seconds",
    "Time to read one text",
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10),
)

# The API.
REQUESTS = Counter("komek_http_requests_total", "Responses, by route, method and status", ["route", "method", "status"])
REQUEST_SECONDS = Histogram(
    "komek_http_request_seconds",
    "Time to the response, by route and method",
    ["route", "method"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.25, 0.5, 1, 2, 5),
)
INTAKE_REFUSED = Counter("komek_intake_refused_total", "Sends that Kafka did not confirm, by cause", ["cause"])
PRODUCER_RENEWED = Counter("komek_intake_producer_renewed_total", "Times the producer of commands was replaced")
POSITIONS = Counter("komek_positions_accepted_total", "Positions confirmed by Kafka")
TOKEN_KEY_RELOADS = Counter(
    "komek_token_key_reloads_total", "Changes of the key file: loaded, or refused as unusable", ["outcome"]
)
SESSION_RECORDS = Gauge("komek_session_records", "Sessions, login codes and revocations in memory")
AUDIT_LOST = Counter("komek_audit_lost_total", "Audit entries that could be written nowhere; expected 0")
AUDIT_WAITING = Gauge("komek_audit_waiting", "Audit entries that Kafka has not confirmed yet")
AUDIT_SPOOL_BROKEN = Gauge("komek_audit_file_broken", "1 if the file of the audit log cannot be written")
LIMITED = Counter(
    "komek_limited_requests_total",
    "Requests refused by a limit of their rate or number, by class and role",
    ["kind", "role"],
)
STALE_REQUESTS = Counter(
    "komek_stale_requests_total", "Requests refused because they had waited too long before they were read"
)
LIVE_VIEWS = Gauge("komek_live_views", "Connected live views")
LIVE_CUT_OFF = Counter("komek_live_cut_off_total", "Live views disconnected because they fell behind")
UNREADABLE_SHOWN = Counter("komek_live_unreadable_total", "Records the live views could not read, by topic", ["topic"])
REPORT_TO_OFFER_SECONDS = Histogram(
    "komek_report_to_offer_seconds",
    "Time from the append of the report to its first offer",
    buckets=(0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60),
)
OLDEST_UNDECIDED_SECONDS = Gauge("komek_oldest_undecided_seconds", "Age of the oldest command without a decision")
ALARMS_ANSWERED = Counter(
    "komek_alarms_answered_total",
    "Alarms that operators acknowledged (`ack`) or silenced (`shelve`)",
    ["name", "answer"],
)
ALARM_SOUNDS = Counter(
    "komek_alarm_sounds_total", "How many times answered alarms had sounded at the desk that answered them", ["name"]
)
OPERATORS_WATCHING = Gauge("komek_operators_watching", "Operators with an open live view of this process")
ALARM = Gauge("komek_alarm", "Alarms of `streams/monitoring/alarms.py`: 1 active, 0 not active, NaN unknown", ["name"])
COMMITTED_LAG = Gauge("komek_committed_lag", "Commands not committed yet, by partition", ["partition"])
