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
    """Splits the commands, in the order of the log, so that no part contains an incident twice: each decision sees the one
    before."""
    part: list[tuple[Consumed, Command]] = []
    seen: set[str] = set()
    for record, command in commands:
        if command.incident_id in seen:
            yield part
            part, seen = [], set()
        part.append((record, command))
        seen.add(command.incident_id)
    if part:
        yield part
