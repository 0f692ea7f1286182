"""One burst of commands through one way, and what it took."""

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

import redis

from dispatch.model.commands import ReportIncident
from dispatch.model.ids import zone_of_incident
from streams import topics, wire
from tests.benchmarks import bare_topics
from tests.benchmarks.following import Follower, Seen, following, producing
from tests.benchmarks.servers import Process, Servers

WITHIN_S = 240.0
JOINED_WITHIN_S = 40.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Where commands go in and decisions come out."""

    name: str
    commands: str
    decisions: str
    mark: bytes = b""
    """What a decision of such a command holds: Komek also decides about deadlines meanwhile."""


KOMEK = Way(
    name="komek",
    commands=topics.INCIDENTS.name,
    decisions=topics.DECISIONS.name,
    mark=b'"command_kind":"report_incident"',
)
BARE_FAUST = Way(name="bare, faust", commands=bare_topics.COMMANDS, decisions=bare_topics.DECISIONS)
BARE_GETMANY = Way(name="bare, getmany", commands=bare_topics.COMMANDS, decisions=bare_topics.DECISIONS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """`seconds`: from the log's time of the first command to that of the last decision; `wall_s`: the same as seen from here.
    Processor time is of one command: of the process that decides, and of Redis."""

    way: Way
    sent: int
    decisions: Sequence[Seen]
    seconds: float
    wall_s: float
    cpu_us: float
    redis_us: float

    @property
    def per_second(self) -> float:
        return len(self.decisions) / self.seconds if self.seconds > 0 else float("nan")

    @property
    def all_cpu_us(self) -> float:
        return self.cpu_us + self.redis_us


async def burst(at: Servers, way: Way, commands: Sequence[ReportIncident], decider: Process) -> Burst:
    """Sends all at once and waits for as many decisions, or until it takes too long."""
    encoded = [((zone_of_incident(c.incident_id) or "").encode(), wire.encode_command(c)) for c in commands]
    async with following(at.kafka, way.decisions) as log, producing(at.kafka) as producer:
        cpu_before, redis_before = decider.cpu_s, _redis_cpu_s(at)
        begun_s = perf_counter()
        sent = [await producer.send(way.commands, value, key=key) for key, value in encoded]
        logged = [(await future).timestamp for future in sent]
        ours = _Count(log, way.mark)
        await log.until(lambda: ours.now() >= len(commands), WITHIN_S, [decider])
        cpu_s, redis_s = decider.cpu_s - cpu_before, _redis_cpu_s(at) - redis_before
        seen = [entry for entry in log.seen if way.mark in (entry.value or b"")]
    last_ms = max((entry.logged_ms for entry in seen), default=min(logged))
    return Burst(
        way=way,
        sent=len(commands),
        decisions=seen,
        seconds=(last_ms - min(logged)) / 1000,
        wall_s=max((entry.arrived_s for entry in seen), default=begun_s) - begun_s,
        cpu_us=cpu_s / max(1, len(seen)) * 1e6,
        redis_us=redis_s / max(1, len(seen)) * 1e6,
    )


async def join(at: Servers, way: Way, command: ReportIncident, decider: Process) -> None:
    """Returns when the way decides: a member of a consumer group gets nothing for its first moments.

    Raises:
        AssertionError: it has ended, or decides nothing.
    """
    value = wire.encode_command(command)
    async with following(at.kafka, way.decisions) as log, producing(at.kafka) as producer:
        for _ in range(round(JOINED_WITHIN_S)):
            await producer.send_and_wait(
                way.commands, value, key=(zone_of_incident(command.incident_id) or "").encode()
            )
            if await log.until(lambda: bool(log.seen), 1.0, [decider]):
                return
    raise AssertionError(f"{way.name} decided nothing within {JOINED_WITHIN_S:.0f} s:\n{decider.said()}")


class _Count:
    """How many records hold the mark; each is looked at once."""

    def __init__(self, log: Follower, mark: bytes) -> None:
        self._log = log
        self._mark = mark
        self._looked = 0
        self._found = 0

    def now(self) -> int:
        fresh = self._log.seen[self._looked :]
        self._looked += len(fresh)
        self._found += sum(self._mark in (entry.value or b"") for entry in fresh)
        return self._found


def _redis_cpu_s(at: Servers) -> float:
    with redis.Redis.from_url(at.redis) as client:
        info = client.info("cpu")
    assert isinstance(info, dict)
    return float(info["used_cpu_user"]) + float(info["used_cpu_sys"])
