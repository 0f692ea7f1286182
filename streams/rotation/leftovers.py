"""Counts what is sealed under which key: the newest records of `private`, and their copies in Redis."""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from aiokafka.errors import KafkaError

from streams.errors import LogUnavailable
from streams.kafka.log_reader import LogReader
from streams.kafka.reasons import kafka_reason
from streams.ring import KeyRing, KeyUse
from streams.rotation.private_fold import PrivateFold
from streams.rotation.reseal import key_finder, read_into
from streams.settings import Settings
from streams.topics import PRIVATE, Topic

COPIES_AT_ONCE = 500

Copies = Callable[[Sequence[str]], Awaitable[Sequence[bytes | None]]]
"""`streams.store.reads.Reads.privates`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftovers:
    """Numbers of records by the id of their key. `unreadable`: those that no key of the ring opens. `hidden`: newest records
    behind a later one that counts for less; a run of `Resealer` writes them again."""

    in_log: dict[str, int] = field(default_factory=dict)
    in_redis: dict[str, int] = field(default_factory=dict)
    unreadable: int = 0
    hidden: int = 0


async def count_leftovers(settings: Settings, ring: KeyRing, copies: Copies, topic: Topic = PRIVATE) -> Leftovers:
    """Reads the whole topic, and the copy of each record in Redis.

    Raises:
        LogUnavailable, StoreUnavailable, NotReady: something did not answer; nothing can be said.
    """
    reader = LogReader(settings, "keys-count")
    key_of = key_finder(ring)
    log: Counter[str | None] = Counter()
    redis: Counter[str | None] = Counter()
    hidden = 0
    try:
        await reader.start()
        for number in await reader.partitions(topic.name):
            fold = PrivateFold(ring.active(KeyUse.DATA).id, key_of)
            bounds = await reader.bounds(topic.name, [number])
            await read_into(fold, reader, topic.name, number, bounds[number])
            log.update(fold.counts())
            hidden += sum(not newest.is_last for _, newest in fold.pending())
            redis.update(await _of_copies(fold.refs(), key_of, copies))
    except (KafkaError, TimeoutError) as error:
        raise LogUnavailable(f"{topic.name}: {kafka_reason(error)}") from error
    finally:
        await reader.stop()
    return Leftovers(
        in_log={name: count for name, count in log.items() if name is not None},
        in_redis={name: count for name, count in redis.items() if name is not None},
        unreadable=log[None],
        hidden=hidden,
    )


async def _of_copies(
    refs: Sequence[str], key_of: Callable[[str, bytes], str | None], copies: Copies
) -> Counter[str | None]:
    found: Counter[str | None] = Counter()
    for at in range(0, len(refs), COPIES_AT_ONCE):
        part = refs[at : at + COPIES_AT_ONCE]
        values = await copies(part)
        found.update(key_of(ref, value) for ref, value in zip(part, values, strict=True) if value is not None)
    return found
