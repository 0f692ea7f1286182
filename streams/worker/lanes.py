"""Divides the commands of a batch: into lanes of whole partitions, and a lane into parts of different incidents."""

from collections import Counter
from collections.abc import Iterable, Sequence

from dispatch.model.commands import Command
from streams.kafka.records import Consumed

LANES = 2
"""Concurrent groups of partitions in a batch: while one awaits Redis or Kafka, the other computes (DESIGN 45)."""
WORTH_LANES = 16
"""Fewer commands than this are decided in one lane."""


def lanes_of(commands: Sequence[tuple[Consumed, Command]]) -> list[list[tuple[Consumed, Command]]]:
    """Assigns partitions to lanes, the largest first to the shorter lane; few commands stay in one lane."""
    # Small batches, and those of one partition, gain nothing by a second lane.
    sizes = Counter(record.partition for record, _ in commands)
    if len(commands) < WORTH_LANES or len(sizes) == 1:
        return [list(commands)]
    lane_of: dict[int, int] = {}
    loads = [0] * LANES
    # Whole partitions: two lanes must never decide about the same incident, nor write to one partition out of order.
    for partition, size in sizes.most_common():
        lane_of[partition] = loads.index(min(loads))
        loads[lane_of[partition]] += size
    return [[entry for entry in commands if lane_of[entry[0].partition] == lane] for lane in range(LANES)]


def without_repeats(
    commands: Sequence[tuple[Consumed, Command]],
) -> Iterable[list[tuple[Consumed, Command]]]:
    """Splits the commands so that no part contains an incident twice: each decision sees the one before.

    Part n holds the n-th command of each incident, so there are no more parts than the busiest incident has commands. Commands of
    one incident keep the order of the log; those of different incidents need none, as little as those of different lanes.
    """
    # A part costs the same round trips whether it holds one command or all. Cutting where an incident came up again made some 25
    # parts of a batch in which the offers of a few incidents expired, and a worker that never caught up (DESIGN 279).
    parts: list[list[tuple[Consumed, Command]]] = []
    count: Counter[str] = Counter()
    for record, command in commands:
        nth = count[command.incident_id]
        count[command.incident_id] += 1
        if nth == len(parts):
            parts.append([])
        parts[nth].append((record, command))
    return parts
