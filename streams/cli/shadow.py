"""`komek shadow`: the sums of what the shadow plans (KOMEK_SHADOW_PLANS) would have decided otherwise."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Any

import typer
from aiokafka.errors import KafkaError

from streams import clock, logs, wire
from streams.cli.context import log_errors_reported, settings_of_whole_log
from streams.cli.output import print_json, print_table, say
from streams.errors import LogUnavailable
from streams.kafka.log_reader import LogReader
from streams.kafka.reasons import kafka_reason
from streams.settings import Settings
from streams.topics import SHADOW

MOST_INCIDENTS = 20
NOTHING = "no decision was compared; set KOMEK_SHADOW_PLANS of the workers to a file of plans, and start them again"


@dataclass(slots=True)
class ShadowSums:
    """Of one pair of books."""

    compared: int = 0
    different: int = 0
    asked: int = 0
    shadow_asked: int = 0
    passed_over: int = 0
    failed: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    """Requirements by how they differ."""
    incidents: dict[str, int] = field(default_factory=dict)
    """Differing decisions by incident."""

    def add(self, record: wire.ShadowDifference | wire.ShadowTally) -> None:
        if isinstance(record, wire.ShadowDifference):
            self.codes.update(str(one.code) for one in record.requirements)
            self.incidents[record.incident_id] = self.incidents.get(record.incident_id, 0) + 1
            return
        self.compared += record.compared
        self.different += record.different
        self.asked += record.asked
        self.shadow_asked += record.shadow_asked
        self.passed_over += record.passed_over
        self.failed += record.failed


Books = tuple[str, str]
"""Versions of the book in force and of the shadow's."""


def command(
    hours: Annotated[float, typer.Option(min=0.01, max=720, help="Of the last hours.")] = 24.0,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show how often the shadow plans would have asked others than were asked, and where.

    Workers compare what they have time for and write sums once a minute. Prints counts and ids of incidents.
    """
    settings = settings_of_whole_log()
    settings.require_kafka()
    logs.configure("error", "cli")
    since_ms = clock.now_ms() - round(timedelta(hours=hours) / timedelta(milliseconds=1))
    with log_errors_reported():
        found = asyncio.run(_read(settings, since_ms))
    if json:
        print_json([_as_data(books, sums) for books, sums in sorted(found.items())])
    elif not found:
        say(NOTHING)
    for books, sums in sorted(found.items()) if not json else ():
        _print(books, sums)


async def _read(settings: Settings, since_ms: int) -> dict[Books, ShadowSums]:
    reader = LogReader(settings, "komek-shadow")
    found: dict[Books, ShadowSums] = {}
    try:
        await reader.start()
        partitions = await reader.partitions(SHADOW.name)
        ends = await reader.ends(SHADOW.name, partitions)
        firsts = await reader.offsets_at(SHADOW.name, partitions, since_ms)
        async for chunk in reader.read(SHADOW.name, {number: (firsts[number], end) for number, end in ends.items()}):
            for record in chunk:
                try:
                    made = wire.decode_shadow(record.key, record.value)
                except wire.Unreadable:
                    continue  # a measurement: the others count all the same
                found.setdefault((made.plans, made.shadow_plans), ShadowSums()).add(made)
    except (KafkaError, TimeoutError) as error:
        raise LogUnavailable(f"the log cannot be read: {kafka_reason(error)}") from error
    finally:
        await reader.stop()
    return found


def _as_data(books: Books, sums: ShadowSums) -> dict[str, Any]:
    return {
        "plans": books[0],
        "shadow_plans": books[1],
        "compared": sums.compared,
        "different": sums.different,
        "offers": sums.asked,
        "shadow_offers": sums.shadow_asked,
        "passed_over": sums.passed_over,
        "failed": sums.failed,
        "by_code": dict(sorted(sums.codes.items())),
        "incidents": sums.incidents,
    }


def _print(books: Books, sums: ShadowSums) -> None:
    say(
        f"plans {books[0]} in force, {books[1]} beside them; decisions compared: {sums.compared:,}, different: "
        f"{sums.different:,}, passed over: {sums.passed_over:,}, failed: {sums.failed:,}; offers: {sums.asked:,}, of the shadow: "
        f"{sums.shadow_asked:,}"
    )
    codes = [[code.replace("_", " "), f"{count:,}"] for code, count in sums.codes.most_common()]
    print_table("requirements", ["the shadow asks", "times"], codes, empty="no requirement differs")
    most = sorted(sums.incidents.items(), key=lambda one: (-one[1], one[0]))[:MOST_INCIDENTS]
    rows = [[incident, f"{count:,}"] for incident, count in most]
    print_table("incidents that differ most often", ["incident", "decisions"], rows, empty="no incident differs")
