"""Topics of the bare paths that Komek is measured against: as many partitions and the same times as its own."""

from streams.kafka.topic_admin import connected
from streams.settings import Settings
from streams.topics import INCIDENTS, OFFERS

COMMANDS = "bench.commands"
DECISIONS = "bench.decisions"
OFFERS_MADE = "bench.offers"


def create(settings: Settings) -> None:
    models = {COMMANDS: INCIDENTS, DECISIONS: INCIDENTS, OFFERS_MADE: OFFERS}
    with connected(settings) as admin:
        admin.create_topics(
            {
                name: {
                    "num_partitions": model.partition_count(settings),
                    "replication_factor": settings.replication,
                    "configs": model.config(settings),
                }
                for name, model in models.items()
            }
        )
        admin.wait_for_topics(list(models))
