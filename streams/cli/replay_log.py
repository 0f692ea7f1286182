"""`komek replay-log`: what another book of plans would have made of what the log holds, beside what happened."""

import asyncio
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from aiokafka.errors import KafkaError

from dispatch.plans import book as response_plans
from dispatch.plans.book import BadPlans, PlanBook
from dispatch.plans.budget_table import UNLIMITED
from streams import clock, logs
from streams.backup.run import OpenExport, open_export
from streams.cli.context import log_errors_reported, settings_here, settings_of_whole_log
from streams.cli.errors import WRONG_USE, CommandFailed
from streams.cli.export import backup_errors_reported, place_of, progress_bar
from streams.cli.output import print_json, print_table, say
from streams.cli.plans import CURE
from streams.errors import LogUnavailable
from streams.kafka.log_reader import LogReader
from streams.kafka.reasons import kafka_reason
from streams.policy_replay.comparison import Column, ReplayComparison, compare
from streams.policy_replay.log_reading import Interval, OnProgress, read_log
from streams.policy_replay.log_sources import ExportSource, KafkaSource, LogSource, export_source
from streams.policy_replay.recorded_log import NothingToReplay, RecordedLog
from streams.policy_replay.replay import ReplaySettings
from streams.policy_replay.replay_figures import ReplayFigures, WaitTimes
from streams.ring import LiveRing
from streams.service_area import service_area_of
from streams.settings import Settings, SettingsError

Cell = Callable[[ReplayFigures], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """What of the recorded deployment a replay has to share: an export states it, else it is this one."""

    time_zone: str
    position_ttl_s: int
    budget: bool

    def in_force(self, book: PlanBook) -> PlanBook:
        """As a worker uses it."""
        return book.in_time_zone(self.time_zone) if self.budget else replace(book, budget=UNLIMITED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayWishes:
    """`other`: name and book of the second replay; None: there is none. `seed` None: nothing is drawn."""

    from_ms: int | None
    until_ms: int | None
    other: tuple[str, PlanBook] | None
    seed: int | None
    often: int


def command(
    begin: Annotated[
        str, typer.Option("--from", help="A time with its zone (of the configured Kafka), or the folder of an export.")
    ],
    until: Annotated[str | None, typer.Option(help="A time with its zone; default: the end of the log.")] = None,
    plans: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, readable=True, help="The other response plans; default: none."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the answers that the record does not have.")] = 1,
    silent: Annotated[
        bool, typer.Option("--silent", help="Draw no answers: who has none in the record says nothing.")
    ] = False,
    often: Annotated[int, typer.Option(min=1, help="Print the share of people with more offers than this.")] = 3,
    key_file: Annotated[
        Path | None, typer.Option(help="File with the secret that seals exports; default: KOMEK_BACKUP_KEY.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Play recorded commands and answers through other response plans, and print what comes of it beside what happened.

    The first replay is under the plans in force: what lies between it and the record is what a replay cannot know. Reads the
    log and writes nothing; prints counts, no names or texts. Who was not asked in the record answers by the chance that the
    dispatcher states for the offer; the figures say how often.
    """
    logs.configure("critical", "cli")
    folder = Path(begin)
    is_export = folder.exists()
    wishes = ReplayWishes(
        from_ms=None if is_export else _time(begin, "--from", "a time with its zone, or the folder of an export"),
        until_ms=None if until is None else _time(until, "--until", "a time with its zone"),
        other=None if plans is None else (plans.name, _book(plans, CURE)),
        seed=None if silent else seed,
        often=often,
    )
    if wishes.from_ms is not None and wishes.until_ms is not None and wishes.from_ms >= wishes.until_ms:
        raise CommandFailed("the interval is empty: --until is not after --from", "Give a later --until.", WRONG_USE)
    settings = settings_here() if is_export else settings_of_whole_log()
    with backup_errors_reported(), log_errors_reported(), progress_bar(quiet=json) as tell:
        if is_export:
            place = place_of(settings, folder, key_file)
            opened = open_export(place.folder, place.secret)
            playing = _from_export(settings, opened, place.secret, wishes, tell)
        else:
            playing = _from_kafka(settings, wishes, tell)
        log, found = _run(playing)
    if json:
        print_json(_as_data(begin, log, found, wishes))
    else:
        _print(log, found, wishes)


def _run(playing: Any) -> tuple[RecordedLog, ReplayComparison]:
    try:
        made: tuple[RecordedLog, ReplayComparison] = asyncio.run(playing)
    except NothingToReplay as error:
        raise CommandFailed(str(error), "Choose another interval; commands are kept for a week.") from error
    return made


async def _from_kafka(
    settings: Settings, wishes: ReplayWishes, tell: OnProgress
) -> tuple[RecordedLog, ReplayComparison]:
    settings.require_kafka()
    reader = LogReader(settings, "komek-replay-log")
    here = Deployment(time_zone=settings.time_zone, position_ttl_s=settings.position_ttl_s, budget=settings.budget)
    try:
        await reader.start()
        return await _play(settings, KafkaSource(reader, end_ms=clock.now_ms()), here, _ring(settings), wishes, tell)
    except (KafkaError, TimeoutError) as error:
        raise LogUnavailable(f"the log cannot be read: {kafka_reason(error)}") from error
    finally:
        await reader.stop()


async def _from_export(
    settings: Settings, opened: OpenExport, secret: str, wishes: ReplayWishes, tell: OnProgress
) -> tuple[RecordedLog, ReplayComparison]:
    source: ExportSource = export_source(opened, secret)
    stated = opened.manifest.plan.settings
    there = Deployment(
        time_zone=stated.get("time_zone", settings.time_zone),
        position_ttl_s=int(stated.get("position_ttl_s", settings.position_ttl_s)),
        budget=stated.get("budget", "true") == "true",
    )
    # Without the list a home may be that of somebody who was erased since.
    ring = _ring(settings) if source.knows_erasures else None
    return await _play(settings, source, there, ring, wishes, tell)


async def _play(
    settings: Settings,
    source: LogSource,
    deployment: Deployment,
    ring: LiveRing | None,
    wishes: ReplayWishes,
    tell: OnProgress,
) -> tuple[RecordedLog, ReplayComparison]:
    fallback = _book(settings.plans, "Correct the file, or unset KOMEK_PLANS.")
    wanted = Interval(
        from_ms=wishes.from_ms,
        until_ms=source.end_ms if wishes.until_ms is None else wishes.until_ms,
        fallback=fallback,
    )
    log = await read_log(source, wanted, ring, tell)
    books = [("in force", deployment.in_force(log.book or fallback))]
    if wishes.other is not None:
        name, book = wishes.other
        books.append((name, deployment.in_force(book)))
    playing = ReplaySettings(
        seed=wishes.seed,
        time_zone=deployment.time_zone,
        position_ttl_s=deployment.position_ttl_s,
        served=service_area_of(settings),
    )
    return log, await compare(log, books, playing, often=wishes.often, tell=tell)


def _ring(settings: Settings) -> LiveRing | None:
    with suppress(SettingsError):
        if settings.data_key is not None or settings.data_keys is not None:
            return LiveRing.of(settings)
    return None


def _book(path: Path | None, cure: str) -> PlanBook:
    try:
        return response_plans.load(path) if path is not None else response_plans.load_builtin()
    except BadPlans as error:
        raise CommandFailed(str(error), cure) from error


def _time(text: str, option: str, expected: str) -> int:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise CommandFailed(
            f"{option} {text!r}: expected {expected}", "Write a time like 2026-11-26T08:00:00+05:00.", WRONG_USE
        )
    return round(at.timestamp() * 1000)


def _as_data(begin: str, log: RecordedLog, found: ReplayComparison, wishes: ReplayWishes) -> dict[str, Any]:
    return {
        "from": clock.rfc3339(log.begins_ms),
        "until": clock.rfc3339(log.until_ms),
        "source": "kafka" if wishes.from_ms is not None else begin,
        "seed": wishes.seed,
        "commands": len(log.commands),
        "decisions": len(log.decided),
        "left_out": _counts(log.left_out),
        "assumptions": list(found.assumptions),
        "columns": [
            {
                "name": column.name,
                "plans": column.plans,
                "not_given_again": _counts(column.skipped),
                "figures": column.figures.as_data(),
            }
            for column in found.columns
        ],
    }


def _print(log: RecordedLog, found: ReplayComparison, wishes: ReplayWishes) -> None:
    say(
        f"from {clock.rfc3339(log.begins_ms)} to {clock.rfc3339(log.until_ms)}; commands: {len(log.commands):,}, "
        f"decisions: {len(log.decided):,}"
    )
    heads = ["", *(_head(column) for column in found.columns)]
    cells = [[name, *(cell(column.figures) for column in found.columns)] for name, cell in _rows(found.columns, wishes)]
    print_table("replay", heads, cells, empty="nothing to compare")
    say("records that were left out: " + _listed(_counts(log.left_out)))
    for column in found.columns[1:]:
        say(f"commands not given again, {column.name}: " + _listed(_counts(column.skipped)))
    for line in found.assumptions:
        say(f"- {line}")


def _head(column: Column) -> str:
    return column.name if column.plans is None else f"{column.name} ({column.plans})"


def _rows(columns: Sequence[Column], wishes: ReplayWishes) -> Iterator[tuple[str, Cell]]:
    yield "incidents", lambda figures: f"{figures.incidents:,}"
    yield "of them merged into others", lambda figures: f"{figures.merged:,}"
    for what, of in (("first acceptance", _accepted), ("first on scene", _arrived)):
        names = dict.fromkeys(name for column in columns for name in of(column.figures))
        for name in names:
            yield f"{what}, {name}", _cell_of(of, name)
    yield "first acceptance, digital work", lambda figures: _shown(figures.digital_acceptance)
    yield "offers", lambda figures: f"{figures.offers:,}"
    yield "offers per incident", lambda figures: _number(figures.offers_per_incident)
    yield "acceptances", lambda figures: f"{figures.acceptances:,}"
    yield "people asked", lambda figures: f"{figures.people_asked:,}"
    yield "most offers to one person", lambda figures: f"{figures.most_offers:,}"
    yield "offers to one person, p90", lambda figures: _number(figures.p90_offers)
    yield f"people with more than {wishes.often} offers", lambda figures: _share(figures.asked_often)
    yield "incidents ever short of people", lambda figures: f"{figures.short_incidents:,}"
    for reason in sorted({reason for column in columns for reason in column.figures.shortfalls}):
        yield f"short: {reason.replace('_', ' ')}", _short_of(reason)
    yield "offers without a recorded answer", lambda figures: f"{figures.unknown_offers:,}"
    yield "acceptances drawn", lambda figures: f"{figures.drawn_acceptances:,}"
    yield "first acceptances drawn", lambda figures: f"{figures.drawn_first_acceptances:,}"


def _accepted(figures: ReplayFigures) -> dict[str, WaitTimes]:
    return figures.first_acceptance


def _arrived(figures: ReplayFigures) -> dict[str, WaitTimes]:
    return figures.first_on_scene


def _cell_of(of: Callable[[ReplayFigures], dict[str, WaitTimes]], name: str) -> Cell:
    return lambda figures: _shown(of(figures).get(name))


def _short_of(reason: str) -> Cell:
    return lambda figures: f"{figures.shortfalls.get(reason, 0):,}"


def _shown(times: WaitTimes | None) -> str:
    """Median, p90, and how many never."""
    if times is None or not times.incidents:
        return "-"
    said = f"{_seconds(times.median_s)}, p90 {_seconds(times.p90_s)}"
    return f"{said}, never {times.never:,} of {times.incidents:,}" if times.never else said


def _seconds(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.1f} s" if math.isfinite(value) else "never"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:,.2f}".rstrip("0").rstrip(".")


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"


def _counts(counter: dict[str, int]) -> dict[str, int]:
    return {name: count for name, count in sorted(counter.items()) if count}


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in counts.items()) or "none"
