"""The commands against a whole Komek: report, follow, simulate, replay, look."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.streams.simulator.samples import MONTGOMERY, PLAIN, written
from tests.support.waiting import until
from tests.support.whole_stack import RunningStack

pytestmark = pytest.mark.stack


def said(komek: RunningStack, *arguments: str) -> Any:
    done = komek.run(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def status_of(komek: RunningStack) -> Any:
    return httpx2.get(f"{komek.api}/v1/status", headers=komek.headers("monitor"), timeout=60).json()


def incidents(komek: RunningStack) -> int:
    """None as long as they are unknown: while the picture is rebuilt, which every stack begins with."""
    return sum((status_of(komek)["incidents"]["by_status"] or {}).values())


def until_decided(komek: RunningStack, count: int) -> None:
    until(lambda: incidents(komek) >= count)


def until_all_is_decided(komek: RunningStack) -> None:
    """Nothing waits in the log, by a measurement that was begun after now."""
    began_s = time.monotonic()

    def is_all() -> bool:
        told = status_of(komek)
        age_s = told["components"]["kafka"]["measured_age_s"]
        return age_s is not None and age_s + 1 < time.monotonic() - began_s and told["committed_lag"]["total"] == 0

    until(is_all)


def test_an_incident_is_reported_once_however_often_it_is_sent(shared_stack: RunningStack) -> None:
    new = ("incident", "new", "--type", "flood", "--at", "76.945,43.238", "--description", "Су басты", "--key", "k-1")

    ids = {shared_stack.run(*new).stdout.strip() for _ in range(2)}

    (incident_id,) = ids
    until_decided(shared_stack, 1)
    # Texts come to Redis on a way of their own; in the first seconds of a stack they may come after the decision.
    shown = until(lambda: (now := said(shared_stack, "incident", "show", incident_id)).get("description") and now)
    assert (shown["type"], shown["description"]) == ("flood", "Су басты")
    assert incident_id in shared_stack.run("incident", "list").stdout


def test_a_refused_report_names_the_field(shared_stack: RunningStack) -> None:
    done = shared_stack.run("incident", "new", "--type", "dragon", "--at", "76.9,43.2")

    assert done.returncode == 1
    assert "type: expected one of" in done.stderr


def test_status_and_board_show_a_working_stack(shared_stack: RunningStack) -> None:
    # In its first seconds a stack is degraded: its notifier is not there yet.
    status = until(lambda: (done := shared_stack.run("status")).returncode == 0 and done)
    board = shared_stack.run("watch", "--once")

    assert status.returncode == board.returncode == 0
    assert "= working" in status.stdout
    assert "Queue" in board.stdout


def test_the_board_can_be_a_picture(shared_stack: RunningStack, tmp_path: Path) -> None:
    assert shared_stack.run("watch", "--svg", str(tmp_path / "board.svg")).returncode == 0
    assert "<svg" in (tmp_path / "board.svg").read_text("utf-8")


def test_a_simulation_plays_and_sums_up(shared_stack: RunningStack) -> None:
    figures = said(
        shared_stack,
        *("simulate", "--volunteers", "60", "--city", "almaty", "--rate", "60", "--minutes", "0.15", "--speed", "100"),
    )

    assert figures["registered"] == 60
    assert figures["reports accepted"] in (9, 10)  # the beat has some jitter
    assert figures["accepted"] > 0
    assert not [name for name in figures if "refused (" in name or "unknown" in name]


def test_people_registered_in_bulk_are_found_by_the_dispatcher(shared_stack: RunningStack) -> None:
    figures = said(
        shared_stack,
        *("simulate", "--volunteers", "3000", "--city", "astana", "--rate", "120", "--minutes", "0.15"),
        *("--speed", "100", "--seed", "9", "--bulk"),
    )

    assert figures["registered"] == 3000
    assert figures["offers seen"] > 0
    assert status_of(shared_stack)["volunteers"]["known"] >= 3000


def test_a_simulation_ends_cleanly_on_a_signal(shared_stack: RunningStack) -> None:
    playing = subprocess.Popen(
        [sys.executable, "-m", "streams.cli.main", "simulate", "--volunteers", "5", "--minutes", "0"],
        env=shared_stack.command_environ(),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert playing.stdout is not None
    while "playing" not in playing.stdout.readline():
        pass

    playing.send_signal(signal.SIGTERM)

    rest, _ = playing.communicate(timeout=300)
    assert playing.returncode == 0
    assert "stage ended" in rest


def test_a_second_replay_makes_no_second_incident_whichever_way_it_goes(
    shared_stack: RunningStack, tmp_path: Path
) -> None:
    calls = str(written(tmp_path, MONTGOMERY))
    before = incidents(shared_stack)
    replay = ("replay", calls, "--at", "almaty", "--speed", "0")

    first = said(shared_stack, *replay)
    until_decided(shared_stack, before + first["incidents"])
    again = said(shared_stack, *replay)
    third = said(shared_stack, *replay, "--through", "kafka")
    until_all_is_decided(shared_stack)

    assert first["accepted"] == again["accepted"] == third["accepted"] == first["calls"] == 5
    assert len(first["bad_rows"]) == 4
    assert incidents(shared_stack) == before + 5


def test_a_replay_straight_into_kafka_is_decided(shared_stack: RunningStack, tmp_path: Path) -> None:
    before = incidents(shared_stack)

    summary = said(shared_stack, "replay", str(written(tmp_path, PLAIN)), "--speed", "0", "--through", "kafka")

    until_decided(shared_stack, before + 2)
    assert summary["accepted"] == 2
    assert incidents(shared_stack) == before + 2
