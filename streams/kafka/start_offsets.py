"""Where a reader of recent records begins: at the first record of the last so many seconds."""

from collections.abc import Iterable

from aiokafka import AIOKafkaConsumer, TopicPartition

from streams import clock


async def recent_offsets(
    consumer: AIOKafkaConsumer, parts: Iterable[TopicPartition], back_s: float
) -> dict[TopicPartition, int]:
    """The first offset of the last `back_s` seconds, by the log's time; the end of a partition without a record since then.

    Raises:
        KafkaError: no answer.
    """
    asked = list(parts)
    if not asked:
        return {}
    found = await consumer.offsets_for_times(dict.fromkeys(asked, clock.now_ms() - round(back_s * 1000)))
    ends = await consumer.end_offsets(asked)
    return {part: found[part].offset if found.get(part) else ends[part] for part in asked}


async def offset_to_go_on(consumer: AIOKafkaConsumer, part: TopicPartition, recent: int) -> int:
    """The committed offset of the consumer's group, or `recent` without one, or where it lies before `recent`.

    Raises:
        KafkaError: no answer.
    """
    committed = await consumer.committed(part)
    (end,) = (await consumer.end_offsets([part])).values()
    # A commit beyond the end belongs to another log: the topic was created anew.
    return max(recent, committed) if committed is not None and committed <= end else recent
