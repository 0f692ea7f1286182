"""The supervisor: parts are kept alive, and none outlives it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.local.errors import NeverReady
from streams.local.supervisor import Supervisor
from tests.streams.local.programs import DEAF, IGNORES_TERM, STAYS, exists, is_gone, marks, program
from tests.support.waiting import until

WITHIN_S = 60.0


class Told:
    """What the supervisor said and which pids it told of."""

    def __init__(self, logs: Path) -> None:
        self.lines: list[str] = []
        self.pids: list[dict[str, int]] = []
        self.supervisor = Supervisor(
            logs=logs, say=self.lines.append, changed=lambda pids: self.pids.append(dict(pids))
        )

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Told]:
    told = Told(tmp_path / "logs")
    yield told
    told.supervisor.end(patience_s=0.5)


def never() -> bool:
    return False


def tend_until(supervisor: Supervisor, is_so: object) -> None:
    assert callable(is_so)

    def look() -> bool:
        supervisor.tend()
        return bool(is_so())

    until(look)


def test_a_killed_part_runs_again_with_a_new_pid_and_it_is_said_in_one_line(told: Told) -> None:
    told.supervisor.start([program("worker-1")])
    first = told.supervisor.pids()["worker-1"]

    os.kill(first, signal.SIGKILL)
    tend_until(told.supervisor, lambda: told.supervisor.pids().get("worker-1", first) != first)

    assert told.lines == [f"worker-1 (pid {first}) was ended by SIGKILL; restarting it in 0.2 s"]
    assert told.pids[-1] == told.supervisor.pids()


def test_the_pauses_of_a_part_that_keeps_dying_grow_and_its_log_is_shown(told: Told, tmp_path: Path) -> None:
    told.supervisor.start([program("worker-1", "print('no such database'); raise SystemExit(1)")])

    tend_until(told.supervisor, lambda: "keeps dying" in told.text)

    pauses = [line.rpartition(" in ")[2] for line in told.lines if "restarting it in" in line]
    assert pauses == ["0.2 s", "0.4 s", "0.8 s", "1.6 s"]
    assert "| no such database" in told.text
    assert str(tmp_path / "logs" / "worker-1.log") in told.text


def test_a_start_fails_with_the_end_of_the_log_when_a_part_dies_repeatedly(told: Told) -> None:
    part = program("kafka", "raise SystemExit('disk is full')", is_ready=never)
    told.supervisor.start([part])

    with pytest.raises(NeverReady, match="kafka ended with exit code 1, 3 times in a row") as caught:
        told.supervisor.await_ready([part], within_s=WITHIN_S, stopped=never)

    assert "| disk is full" in caught.value.cure


def test_a_part_that_refuses_its_settings_is_not_tried_again(told: Told) -> None:
    part = program("api", "print('KOMEK_BATCH=0: expected'); raise SystemExit(2)", is_ready=never)
    told.supervisor.start([part])

    with pytest.raises(NeverReady, match="api refused its settings") as caught:
        told.supervisor.await_ready([part], within_s=WITHIN_S, stopped=never)

    assert caught.value.settings_refused
    assert told.lines == []


def test_a_part_that_is_silent_is_named_when_the_time_is_over(told: Told) -> None:
    part = program("api", is_ready=never)
    told.supervisor.start([part])

    with pytest.raises(NeverReady, match="api was not ready within 0 s"):
        told.supervisor.await_ready([part], within_s=0.2, stopped=never)


def test_ready_waits_for_every_part(told: Told, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    quick, slow = program("quick"), program("slow", marks(mark), is_ready=exists(mark))
    told.supervisor.start([quick, slow])

    assert told.supervisor.await_ready([quick, slow], within_s=WITHIN_S, stopped=never)

    assert mark.exists()


def test_a_part_that_runs_once_is_ready_when_it_has_ended_well_and_is_left_alone(told: Told) -> None:
    part = program("topics", "print('made')", runs_once=True)
    told.supervisor.start([part])

    assert told.supervisor.await_ready([part], within_s=WITHIN_S, stopped=never)
    told.supervisor.tend()

    assert told.supervisor.pids() == {}
    assert told.lines == []


def test_waiting_ends_when_told_to_stop(told: Told) -> None:
    part = program("api", is_ready=never)
    told.supervisor.start([part])

    # Told to stop at the first look.
    assert not told.supervisor.await_ready([part], within_s=WITHIN_S, stopped=lambda: True)


def test_ending_goes_from_the_last_rank_to_the_first(told: Told, tmp_path: Path) -> None:
    order = tmp_path / "order"

    def notes_its_end(name: str) -> str:
        return (
            "import signal, sys, time, pathlib\n"
            "def end(*_):\n"
            f"    with open({str(order)!r}, 'a') as file: file.write('{name} ')\n"
            "    sys.exit(0)\n"
            "signal.signal(signal.SIGTERM, end)\n"
            f"pathlib.Path({str(tmp_path / name)!r}).touch()\n" + STAYS
        )

    ranks = {"kafka": 0, "redis": 1, "worker": 3, "api": 4}
    some = [
        program(name, notes_its_end(name), rank=rank, is_ready=exists(tmp_path / name)) for name, rank in ranks.items()
    ]
    told.supervisor.start(some)
    told.supervisor.await_ready(some, within_s=WITHIN_S, stopped=never)

    told.supervisor.end()

    assert order.read_text().split() == ["api", "worker", "redis", "kafka"]
    assert told.pids[-1] == {}


def test_a_loaded_part_begins_when_it_is_started_and_not_before(told: Told, tmp_path: Path) -> None:
    loaded, begun = tmp_path / "loaded", tmp_path / "begun"
    part = program(
        "api", marks(loaded, f"from streams.local.early_load import await_begin\nawait_begin()\n{marks(begun)}")
    )
    told.supervisor.load([part])
    until(exists(loaded))
    before = told.supervisor.pids()["api"]
    told.supervisor.tend()
    assert not begun.exists()

    told.supervisor.start([part])
    until(exists(begun))
    assert told.supervisor.pids()["api"] == before == int(begun.read_text())

    # One that runs again has nothing to wait for.
    begun.unlink()
    os.kill(before, signal.SIGKILL)
    tend_until(told.supervisor, exists(begun))


def test_a_part_that_died_while_it_was_loaded_starts_anew(told: Told, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    part = program("api", marks(begun, "import sys\nsys.exit(1)"))
    told.supervisor.load([part])
    until(lambda: "api" not in told.supervisor.pids())
    tend_until(told.supervisor, exists(begun))
    begun.unlink()
    assert told.lines == []

    told.supervisor.start([part])
    until(exists(begun))


def test_a_part_that_is_held_stays_dead_until_it_is_let_go(told: Told) -> None:
    told.supervisor.start([program("held"), program("other")])
    first = told.supervisor.pids()
    told.supervisor.hold("held")
    for pid in first.values():
        os.kill(pid, signal.SIGKILL)

    tend_until(told.supervisor, lambda: told.supervisor.pids().get("other", first["other"]) != first["other"])
    assert "held" not in told.supervisor.pids()

    told.supervisor.let_go("held")
    tend_until(told.supervisor, lambda: "held" in told.supervisor.pids())


def test_a_part_that_will_not_end_is_killed_and_named(told: Told, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    # The signal is ignored before the mark is written: the test sends it as soon as it sees the mark.
    part = program("deaf", IGNORES_TERM + marks(mark), is_ready=exists(mark))
    told.supervisor.start([part])
    told.supervisor.await_ready([part], within_s=WITHIN_S, stopped=never)
    pid = told.supervisor.pids()["deaf"]

    told.supervisor.end(patience_s=0.3)

    assert is_gone(pid)
    assert "deaf did not end within 0 s and was killed" in told.text


def test_a_stopped_part_still_ends(told: Told, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    part = program("stopped", marks(mark), is_ready=exists(mark))
    told.supervisor.start([part])
    told.supervisor.await_ready([part], within_s=WITHIN_S, stopped=never)
    pid = told.supervisor.pids()["stopped"]
    os.kill(pid, signal.SIGSTOP)

    told.supervisor.end()

    assert is_gone(pid)
    assert told.lines == []


def test_what_a_part_started_itself_ends_with_it(told: Told, tmp_path: Path) -> None:
    mark = tmp_path / "grandchild"
    grandchild = marks(mark, DEAF)
    part = program(
        "parent",
        f"import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', {grandchild!r}])\n" + STAYS,
        is_ready=exists(mark),
    )
    told.supervisor.start([part])
    told.supervisor.await_ready([part], within_s=WITHIN_S, stopped=never)
    until(lambda: mark.read_text().isdigit())

    told.supervisor.end(patience_s=2.0)

    until(lambda: is_gone(int(mark.read_text())))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent died")
def test_a_part_dies_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from streams.local.supervisor import Supervisor\nfrom tests.streams.local.programs import *\n"
        f"supervisor = Supervisor(logs=Path({str(tmp_path)!r}), say=print)\n"
        f"supervisor.start([program('part', marks(Path({str(mark)!r}), DEAF))])\n"
        "supervisor.watch(lambda: False)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code]) as supervisor:
        until(lambda: mark.exists() and mark.read_text().isdigit())
        supervisor.kill()

    until(lambda: is_gone(int(mark.read_text())))
