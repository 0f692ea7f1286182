"""A month of real emergency calls, as fast as they go, for 3,000 simulated volunteers of Almaty, through a whole Komek."""

import asyncio
import json
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dispatch.model.staffing_events import ShortfallFound
from dispatch.model.vocabulary import OfferState
from streams import clock, wire
from streams.topics import DEAD_LETTERS, DECISIONS, INCIDENTS, OFFERS
from tests.benchmarks.following import read_all
from tests.benchmarks.options import Options
from tests.benchmarks.result import Figure, NotHere, Result, spread
from tests.benchmarks.servers import whole
from tests.faults.checker import double_bookings
from tests.support import sample_data
from tests.support.whole_stack import COMMAND, WholeStack

NAME = "month"
ABOUT = "a month of real calls replayed at full speed, 3,000 volunteers in Almaty who answer and work"

VOLUNTEERS = 3000
CITY = "almaty"
SPEED = 20
"""How many times faster than life people answer and work: a month in minutes would find them busy for ever."""
CALLS = "incidents/montgomery_911_2016-02.csv.gz"
REPLAYED_WITHIN_S = 1200.0
DECIDED_WITHIN_S = 300.0
AFTERWARDS_S = 60.0
PEOPLE_READY_S = 120.0


@dataclass(slots=True)
class Tally:
    """What the log says happened."""

    commands: dict[str, str] = field(default_factory=dict)
    reports: dict[str, int] = field(default_factory=dict)
    """Incident and the log's time of its report."""
    decided: set[str] = field(default_factory=set)
    outcomes: Counter[str] = field(default_factory=Counter)
    shortfalls: Counter[str] = field(default_factory=Counter)
    first_offers: dict[str, int] = field(default_factory=dict)
    steps: Counter[str] = field(default_factory=Counter)
    letters: Counter[str] = field(default_factory=Counter)


def run(options: Options) -> Result:
    file = _file(options)
    with whole(options.workers or 2) as (stack, _):
        with _people(stack, options) as simulated:
            begun_s = clock.monotonic_s()
            replayed = _replay(stack, file, options)
            replay_s = clock.monotonic_s() - begun_s
            tally = asyncio.run(_until_decided(stack))
            decided_s = clock.monotonic_s() - begun_s
            asyncio.run(asyncio.sleep(options.seconds or AFTERWARDS_S))
        tally = asyncio.run(_tally(stack.kafka))
        report = double_bookings.judge(double_bookings.read(stack.kafka, within_s=300.0))
    return Result(
        figures=_figures(replayed, tally, report, replay_s, decided_s),
        notes=[
            f"calls: {replayed['format']}, {replayed['rows']:,} rows; bad rows: {len(replayed['bad_rows'])}",
            f"refused: {_words(replayed['refused'])}; dead letters: {_words(tally.letters)}",
            f"decisions: {_words(tally.outcomes)}",
            f"shortfalls: {_words(tally.shortfalls)}",
            f"steps of offers: {_words(tally.steps)}",
        ],
        details={"replay": replayed, "simulated": simulated, "shortfalls": dict(tally.shortfalls)},
    )


def _file(options: Options) -> Path:
    """The file of `--file`, else the one in `shared/data` beside the project.

    Raises:
        NotHere: there is none.
    """
    beside = sample_data.ROOT / CALLS
    file = options.file or beside
    if not file.is_file():
        raise NotHere(f"no file of calls at {file}; name one with --file")
    return file


@contextmanager
def _people(stack: WholeStack, options: Options) -> Iterator[dict[str, Any]]:
    """Volunteers who live, answer and work while the block runs; the dictionary is filled when it has ended."""
    arguments = ["--volunteers", str(options.volunteers or VOLUNTEERS), "--city", CITY, "--seed", str(options.seed)]
    # One incident of its own: without any it would end at once.
    arguments += ["--rate", "0.001", "--minutes", "0", "--speed", str(SPEED), "--bulk", "--json"]
    figures: dict[str, Any] = {}
    output, errors = stack.data / "simulate.json", stack.data / "simulate.log"
    with output.open("wb") as out, errors.open("wb") as err:
        process = subprocess.Popen(
            [*COMMAND, "simulate", *arguments], env=stack.command_environ(), stdout=out, stderr=err
        )
        try:
            _await_people(stack, process, errors)
            yield figures
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    figures.update(json.loads(output.read_text("utf-8") or "{}"))


def _await_people(stack: WholeStack, process: "subprocess.Popen[bytes]", errors: Path) -> None:
    """Returns when the simulation's own incident has its first decision: people are there by then."""
    deadline = clock.monotonic_s() + PEOPLE_READY_S
    while not asyncio.run(read_all(stack.kafka, DECISIONS.name)):
        assert process.poll() is None, f"komek simulate ended:\n{errors.read_text('utf-8')[-2000:]}"
        assert clock.monotonic_s() < deadline, "no simulated incident was decided in time"


def _replay(stack: WholeStack, file: Path, options: Options) -> dict[str, Any]:
    limit = ["--limit", str(options.incidents)] if options.incidents else []
    done = stack.run("replay", str(file), "--at", CITY, "--speed", "0", "--json", *limit, within_s=REPLAYED_WITHIN_S)
    try:
        return dict(json.loads(done.stdout))
    except ValueError:
        raise AssertionError(f"komek replay ended with {done.returncode}:\n{done.stderr[-2000:]}") from None


async def _until_decided(stack: WholeStack) -> Tally:
    """Waits until every command of the log has its outcome."""
    async with asyncio.timeout(DECIDED_WITHIN_S):
        while True:
            tally = await _tally(stack.kafka)
            waiting = [command for command, kind in tally.commands.items() if kind == "report_incident"]
            if set(waiting) <= tally.decided:
                return tally
            await asyncio.sleep(1.0)


async def _tally(kafka: str) -> Tally:
    tally = Tally()
    for entry in await read_all(kafka, INCIDENTS.name, DECISIONS.name, OFFERS.name, DEAD_LETTERS.name):
        if entry.topic == INCIDENTS.name:
            command = wire.decode_command(entry.value)
            tally.commands[command.id] = wire.kind_of(command)
            if wire.kind_of(command) == "report_incident":
                tally.reports.setdefault(command.incident_id, entry.logged_ms)
        elif entry.topic == DECISIONS.name:
            _count_decision(tally, wire.decode_decision(entry.value))
        elif entry.topic == OFFERS.name:
            step = wire.decode_offer_step(entry.value)
            tally.steps[step.state] += 1
            if step.state is OfferState.OFFERED:
                earlier = tally.first_offers.get(step.incident_id, entry.logged_ms)
                tally.first_offers[step.incident_id] = min(earlier, entry.logged_ms)
        else:
            tally.letters[(entry.key or b"").decode("utf-8", "replace")] += 1
    return tally


def _count_decision(tally: Tally, decision: Any) -> None:
    tally.decided.add(decision.cause.command_id)
    tally.outcomes[f"{decision.cause.command_kind} {decision.outcome}"] += 1
    for fact in decision.events:
        if isinstance(fact, ShortfallFound):
            tally.shortfalls[fact.shortfall.reason] += 1


def _figures(
    replayed: dict[str, Any], tally: Tally, report: double_bookings.Report, replay_s: float, decided_s: float
) -> list[Figure]:
    undecided = [
        command
        for command, kind in tally.commands.items()
        if kind == "report_incident" and command not in tally.decided
    ]
    waits = [
        float(at - tally.reports[incident]) for incident, at in tally.first_offers.items() if incident in tally.reports
    ]
    return [
        Figure(name="calls in the file", value=replayed["calls"]),
        Figure(name="reports accepted", value=replayed["accepted"]),
        Figure(name="reports refused", value=sum(replayed["refused"].values())),
        Figure(name="reports whose fate is unknown", value=replayed["unknown"]),
        Figure(name="dead letters", value=sum(tally.letters.values())),
        Figure(name="reports without a decision", value=len(undecided), at_most=0, anywhere=True),
        Figure(name="seconds of the replay", value=replay_s, unit="s"),
        Figure(name="seconds until the last was decided", value=decided_s, unit="s"),
        Figure(name="reports a second", value=replayed["accepted"] / replay_s, unit="1/s"),
        Figure(name="offers made", value=tally.steps[OfferState.OFFERED]),
        Figure(name="acceptances", value=tally.steps[OfferState.ACCEPTED]),
        Figure(name="incidents with an offer", value=len(waits)),
        *spread("report → first offer", waits),
        Figure(name="shortfalls found", value=sum(tally.shortfalls.values())),
        *(
            Figure(name=kind.replace("_", " "), value=count, at_most=0, anywhere=True)
            for kind, count in {**report.counts, "void_offers": report.void_offers}.items()
        ),
    ]


def _words(counts: Any) -> str:
    shown = sorted(dict(counts).items(), key=lambda entry: -entry[1])
    return ", ".join(f"{name} {count:,}" for name, count in shown) or "none"
