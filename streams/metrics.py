"""Every metric, once. Names follow Prometheus: unit last, `_total` for counters. No label ever holds a person's id."""

from prometheus_client import Counter, Gauge, Histogram

COMMANDS = Counter("komek_commands_total", "Commands decided, by kind and outcome", ["kind", "outcome"])
BATCH_SECONDS = Histogram("komek_batch_seconds", "Time to decide, publish and apply one batch of commands")
BATCH_COMMANDS = Histogram(
    "komek_batch_commands", "Commands in one batch", buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
)
OFFERS_MADE = Counter("komek_offers_made_total", "Offers made, by capability", ["capability"])
CLAIMS_LOST = Counter("komek_claims_lost_total", "Claims not granted, by answer", ["answer"])
DEAD_LETTERED = Counter("komek_dead_letters_total", "Records that could not be read, by topic", ["topic"])
REDELIVERED = Counter(
    "komek_commands_redelivered_total", "Commands that came again after their decision; nothing is changed"
)
SEARCHES_BOUNDED = Counter(
    "komek_searches_bounded_total", "Searches that ended at their bound of work before they had found enough people"
)
RETRIED_BATCHES = Counter("komek_retried_batches_total", "Batches tried again, by what was in the way", ["cause"])
LADDERS_ENDED = Counter("komek_ladders_ended_total", "Requirements for which nothing was left to try; alarm on any")
VOID_DECISIONS = Counter("komek_void_decisions_total", "Second decisions of a command; expected 0")
BROKEN_DECISIONS = Counter(
    "komek_broken_decisions_total",
    "Records of decisions that cannot be read or cannot follow; expected 0; alarm on any",
)
VOID_OFFERS = Counter("komek_void_offers_total", "Offers refused by the order of the log; expected 0")
TRAVEL_ANSWERS = Counter("komek_travel_answers_total", "Needs whose travel times were asked for, by source", ["source"])
DEADLINES = Counter("komek_deadlines_total", "Deadlines turned into commands, by kind", ["kind"])
REBUILDS = Counter("komek_rebuilds_total", "Times the picture was made anew from the log")
REBUILD_UNREADABLE = Counter(
    "komek_rebuild_unreadable_total", "Records about people that a rebuild could not read, by topic", ["topic"]
)
REBUILD_SECONDS = Gauge("komek_rebuild_seconds", "How long the last rebuild took")

# Who reads the whole of `offers`: the notifier and the API's live views.
VOID_EVENTS = Counter("komek_void_events_total", "Events of offers the log's order makes void; expected 0", ["reason"])

# The notifier.
NOTICES = Counter(
    "komek_notices_total", "Notices that went out or failed, by channel and outcome", ["channel", "outcome"]
)
NOTICES_DROPPED = Counter("komek_notices_dropped_total", "Notices not sent, by channel and why", ["channel", "why"])
NOTICES_RETRIED = Counter("komek_notices_retried_total", "Attempts that did not succeed, by channel", ["channel"])
NOTICES_WAITING = Gauge("komek_notices_waiting", "Notices in the queue, by channel", ["channel"])
NOTICE_SECONDS = Histogram(
    "komek_notice_seconds",
    "From the step in the log to its notice sent",
    ["channel"],
    buckets=(0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60),
)
NOTIFIER_LAG = Gauge("komek_notifier_lag", "Steps of offers not committed by a notifier; the API measures it, too")

# The API.
REQUESTS = Counter("komek_http_requests_total", "Answers, by route, method and status", ["route", "method", "status"])
REQUEST_SECONDS = Histogram(
    "komek_http_request_seconds",
    "Time to the answer, by route and method",
    ["route", "method"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.25, 0.5, 1, 2, 5),
)
INTAKE_REFUSED = Counter("komek_intake_refused_total", "Sends not confirmed, by cause", ["cause"])
PRODUCER_RENEWED = Counter("komek_intake_producer_renewed_total", "Times the producer of commands was replaced")
POSITIONS = Counter("komek_positions_accepted_total", "Positions confirmed by Kafka")
AUDIT_LOST = Counter("komek_audit_lost_total", "Audit entries that could not be kept; expected 0")
STALE_REQUESTS = Counter(
    "komek_stale_requests_total", "Requests that had waited too long to be answered when they were read"
)
LIVE_VIEWS = Gauge("komek_live_views", "Live views that are connected")
LIVE_CUT_OFF = Counter("komek_live_cut_off_total", "Live views cut off because they fell behind")
UNREADABLE_SHOWN = Counter("komek_live_unreadable_total", "Records the live views could not read, by topic", ["topic"])
REPORT_TO_OFFER_SECONDS = Histogram(
    "komek_report_to_offer_seconds",
    "From the report in the log to its first offer",
    buckets=(0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60),
)
OLDEST_UNDECIDED_SECONDS = Gauge("komek_oldest_undecided_seconds", "Age of the oldest command without a decision")
ALARM = Gauge(
    "komek_alarm", "Alarms of `streams/monitoring/alarms.py`: 1 holds, 0 does not, NaN cannot be known", ["name"]
)
COMMITTED_LAG = Gauge("komek_committed_lag", "Commands not committed yet, by partition", ["partition"])
