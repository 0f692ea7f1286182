"""The Python client as its users get it: generated without a warning; its example on a whole Komek, and beside trouble."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.support.town import Town
from tests.support.waiting import until

pytestmark = pytest.mark.stack
ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "deploy" / "client" / "report_and_follow.py"
INCIDENT = "i-8320e5-" + "a" * 32
ACCEPTED = {"id": INCIDENT, "status": "reported", "links": {}}
Answer = tuple[int, dict[str, str], dict[str, Any]]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the package lies in. A warning of the generator fails: a part of the document would be left out."""
    folder = tmp_path_factory.mktemp("client") / "komek-client"
    done = subprocess.run(
        [sys.executable, ROOT / ".ci" / "client.py", folder], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def started(client: Path, api: str, token: str, *words: str) -> "subprocess.Popen[str]":
    # As after `pip install`: the client, what it needs, and nothing of Komek.
    path = os.pathsep.join(map(str, (client, Path(sys.prefix) / "client")))
    environ = {**os.environ, "PYTHONPATH": path, "KOMEK_TOKEN": token}
    return subprocess.Popen(
        [sys.executable, EXAMPLE, "--api", api, *words],
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(running: "subprocess.Popen[str]") -> tuple[int, str, str]:
    out, err = running.communicate(timeout=300)
    return running.returncode, out, err


def test_the_example_reports_follows_to_the_assignment_and_says_why(town: Town, client: Path) -> None:
    near = town.volunteer("near")
    token = town.komek.headers("operator")["Authorization"].removeprefix("Bearer ")
    at = f"{town.centre.lon},{town.centre.lat}"
    running = started(client, town.komek.api, token, "--type", "road.accident", "--at", at, "--within", "50")

    assert running.stdout is not None
    incident = running.stdout.readline().split()[-1]
    offer = until(lambda: town.live(incident).get(near))
    town.answer(offer, "accept")
    code, out, err = ended(running)

    assert (code, err) == (0, "")
    assert near in out
    assert "1 accepted" in out


class Troubled:
    """A server that gives these answers one after the other; None: it says nothing until the client has gone."""

    def __init__(self, answers: Sequence[Answer | None]) -> None:
        self.answers = list(answers)
        self.seen: list[tuple[str | None, bytes]] = []
        self.is_over = threading.Event()

    @contextmanager
    def served(self) -> Iterator[str]:
        troubled = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                troubled.seen.append((self.headers["Idempotency-Key"], body))
                answer = troubled.answers.pop(0)
                if answer is None:
                    troubled.is_over.wait(30)
                    return
                status, headers, content = answer
                sent = json.dumps(content).encode()
                self.send_response(status)
                media = "application/json" if status < 300 else "application/problem+json"
                for name, value in {"Content-Type": media, "Content-Length": str(len(sent)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(sent)

            def log_message(self, *_: object) -> None:
                return

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            self.is_over.set()
            server.shutdown()
            thread.join()
            server.server_close()


def problem(status: int, code: str, **more: Any) -> Answer:
    body = {"type": f"urn:komek:problem:{code}", "title": "t", "status": status, "code": code, "detail": "the detail"}
    return status, {"Retry-After": "0"}, {**body, **more}


def run(client: Path, api: str, *words: str) -> tuple[int, str, str]:
    return ended(started(client, api, "a.b.c", "--at", "76.9,43.2", "--within", "0", "--timeout", "1", *words))


@pytest.mark.soak
def test_trouble_is_repeated_with_the_same_key_until_an_answer_counts(client: Path) -> None:
    troubled = Troubled([None, problem(503, "unknown_outcome"), problem(429, "too_many_requests"), (202, {}, ACCEPTED)])
    with troubled.served() as api:
        code, out, err = run(client, api)

    # Nobody has accepted within no time at all: the report itself is in.
    assert (code, INCIDENT in out) == (3, True), err
    assert [word in err for word in ("ReadTimeout", "unknown_outcome", "too_many_requests")] == [True] * 3
    assert len(troubled.seen) == 4
    assert len(set(troubled.seen)) == 1


def test_a_refusal_is_told_with_its_code_and_fields_and_never_repeated(client: Path) -> None:
    fault = {"field": "type", "expected": "a known type", "got": "text"}
    troubled = Troubled([problem(422, "invalid", errors=[fault])])
    with troubled.served() as api:
        code, _, err = run(client, api)

    assert (code, len(troubled.seen)) == (1, 1)
    assert "HTTP 422 invalid: the detail; type: expected a known type" in err


def test_without_any_answer_it_says_that_the_report_may_be_stored(client: Path) -> None:
    with Troubled([]).served() as gone:
        pass

    code, _, err = run(client, gone, "--tries", "2")

    assert code == 2
    assert "ConnectError" in err
    assert "Idempotency-Key" in err
