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
RETRIED_BATCHES = Counter("komek_retried_batches_total", "Batches tried again, by what was in the way", ["cause"])
VOID_DECISIONS = Counter("komek_void_decisions_total", "Second decisions of a command; expected 0")
VOID_OFFERS = Counter("komek_void_offers_total", "Offers refused by the order of the log; expected 0")
DEADLINES = Counter("komek_deadlines_total", "Deadlines turned into commands, by kind", ["kind"])
REBUILDS = Counter("komek_rebuilds_total", "Times the picture was made anew from the log")
REBUILD_SECONDS = Gauge("komek_rebuild_seconds", "How long the last rebuild took")
