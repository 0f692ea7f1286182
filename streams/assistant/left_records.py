"""Records that this process cannot read: counted, told and left, so that the next start does not fail on them again.

No dead letter is written: whoever owns the topic reads the same record and writes it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from aiokafka.errors import KafkaError

from streams import metrics
from streams.errors import RetryLater

_log = structlog.get_logger(__name__)


@contextmanager
def left_if_unreadable(record: Any) -> Iterator[None]:
    """What fails inside for what the record says ends here; what may succeed later does not. `record`: of aiokafka."""
    try:
        yield
    except (RetryLater, KafkaError, TimeoutError, OSError):
        raise
    except Exception as error:  # noqa: BLE001 -- a bug too: a record that ends this process would end it at every start
        metrics.ASSISTANT_LEFT.labels(topic=record.topic).inc()
        _log.error(
            "a record was left: the assistant cannot read it",
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            # Its message may hold what the record says.
            cause=type(error).__name__,
        )
