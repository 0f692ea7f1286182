"""`komek up` as a person meets it: real Kafka, Redis, workers and API as processes."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from functools import partial
from pathlib import Path

import psutil
import pytest

from streams.codegen.metrics_list import of_component
from streams.components import Component
from streams.local import stackfile
from tests.streams.local.programs import is_gone
from tests.support.waiting import until
from tests.support.whole_stack import StartStack, WholeStack, without_komek

UP = (sys.executable, "-m", "streams.cli.main", "up", "--no-demo")

pytestmark = pytest.mark.timeout(300)


def up(data: Path, *arguments: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    """For starts that fail."""
    return subprocess.run(
        [*UP, *arguments],
        env={**without_komek(), "KOMEK_DATA": str(data), **environ},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_a_taken_port_is_named_and_nothing_is_started(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])

        done = up(tmp_path, KOMEK_PORT=port)

    assert done.returncode == 2
    assert f"KOMEK_PORT={port} is taken" in done.stderr
    assert "Set KOMEK_PORT to another port" in done.stderr
    assert not (tmp_path / "kafka").exists()


def test_settings_that_cannot_be_used_stop_the_start_by_name(tmp_path: Path) -> None:
    done = up(tmp_path, KOMEK_PARTITIONS="0", KOMEK_PROT="8000")

    assert done.returncode == 2
    assert "KOMEK_PARTITIONS='0': expected a whole number from 1 to 256" in done.stderr
    assert "KOMEK_PROT" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.stack
class TestARunningStack:
    """On the stack that all share."""

    def test_the_stack_file_names_addresses_and_processes(self, breakable_stack: WholeStack) -> None:
        content = json.loads((breakable_stack.data / "stack.json").read_text())

        assert set(content) == {"api", "kafka", "redis", "processes"}
        assert set(content["processes"]) == {"kafka", "redis", "worker-1", "worker-2", "notifier", "assistant", "api"}
        assert all(psutil.pid_exists(pid) for pid in content["processes"].values())

    def test_every_file_is_its_owners_only(self, breakable_stack: WholeStack) -> None:
        # The folder of logs and its up.log were made by the test.
        made = [path for path in breakable_stack.data.rglob("*") if path.name not in ("logs", "up.log")]

        open_to_others = [path.name for path in made if not path.is_symlink() and path.lstat().st_mode & 0o077]

        assert {"stack.json", "kafka", "redis", "data-keys.json"} <= {path.name for path in made}
        assert open_to_others == []

    def test_every_process_serves_its_metrics_and_probes_where_the_list_for_prometheus_says(
        self, breakable_stack: WholeStack
    ) -> None:
        listed = json.loads((breakable_stack.data / "metrics.json").read_text())

        addresses = {entry["labels"]["process"]: entry["targets"][0] for entry in listed}
        assert set(addresses) == {"api", "worker-1", "worker-2", "notifier", "assistant"}
        for name, address in addresses.items():
            until(partial(is_ready, address))
            status, text = fetched(f"http://{address}/metrics")
            assert status == 200, name
            assert exposed(text) == of_component(Component(name.partition("-")[0])), name

    def test_a_second_stack_in_the_same_folder_is_refused_naming_the_pid(self, breakable_stack: WholeStack) -> None:
        done = up(breakable_stack.data)

        assert done.returncode == 2
        assert f"in use by the Komek with pid {breakable_stack.supervisor_pid}" in done.stderr

    @pytest.mark.parametrize("name", ["worker-1", "api", "redis", "kafka"])
    def test_a_killed_part_runs_again(self, name: str, breakable_stack: WholeStack) -> None:
        old = breakable_stack.kill(name)

        new = breakable_stack.await_restart(name, old)

        assert psutil.pid_exists(new)
        assert f"{name} (pid {old}) was ended by SIGKILL; restarting it" in breakable_stack.said()
        until(lambda: breakable_stack.run("doctor").returncode == 0)

    def test_everything_listens_on_this_machine_only(self, breakable_stack: WholeStack) -> None:
        for name, pid in breakable_stack.pids.items():
            listening = [c for c in psutil.Process(pid).net_connections("inet") if c.status == psutil.CONN_LISTEN]
            for connection in listening:
                assert connection.laddr.ip in ("127.0.0.1", "::ffff:127.0.0.1", "::1"), (name, connection)


def exposed(text: str) -> set[str]:
    """Names of the metrics of Komek in an answer to a scrape."""
    found = set(re.findall(r"^# TYPE (\S+)", text, re.MULTILINE))
    return {name for name in found if name.startswith("komek_")}


def is_ready(address: str) -> bool:
    return fetched(f"http://{address}/readyz")[0] == 200


def fetched(url: str) -> tuple[int, str]:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(url, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, ""
    except OSError:
        return 0, ""


def ends_cleanly(komek: WholeStack, number: int) -> None:
    """Every process ends with this signal, and nothing is left."""
    pids = [*komek.pids.values(), *_descendants(komek.supervisor_pid)]

    exit_code = komek.end(number)

    assert exit_code == 0, komek.said()
    assert [pid for pid in pids if not is_gone(pid)] == []
    assert not (komek.data / "stack.json").exists()


@pytest.mark.stack
@pytest.mark.soak
def test_what_a_killed_supervisor_left_is_no_hindrance_and_ctrl_c_ends_the_next(stack: StartStack) -> None:
    komek = stack(workers=1)
    komek.start()
    pids, old_kafka = list(komek.pids.values()), komek.pids["kafka"]

    os.kill(komek.supervisor_pid, signal.SIGKILL)
    komek.end()

    if sys.platform == "linux":
        until(lambda: all(map(is_gone, pids)))
    assert stackfile.read(komek.data / "stack.json") is not None, "it is stale now"
    with komek:
        assert komek.pids["kafka"] != old_kafka
        assert all(map(is_gone, pids))
        ends_cleanly(komek, signal.SIGINT)


def _descendants(pid: int) -> list[int]:
    return [process.pid for process in psutil.Process(pid).children(recursive=True)]
