"""The follower of feeds of warnings as a process of a deployment: a token in a file, a restart, an API or a feed that is away."""

import json
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from streams import clock
from streams.cap.fetching import TIMEOUT_S
from streams.local.ports import LOOPBACK, free_ports
from tests.support.alert_feed import AlertFeed
from tests.support.cap_alerts import alert, area
from tests.support.waiting import until
from tests.support.whole_stack import COMMAND, RunningStack, StartStack, without_komek

pytestmark = pytest.mark.stack
WARNING = {"event": "Су тасқыны", "headline": "Су тасқыны қаупі", "language": "kk"}


def around(lon: float) -> str:
    """An area that no other test draws."""
    ring = [(45.0, lon), (45.1, lon), (45.1, lon + 0.1), (45.0, lon + 0.1), (45.0, lon)]
    return area(" ".join(f"{lat:.2f},{at:.2f}" for lat, at in ring))


def warned_of(komek: RunningStack, lon: float) -> list[dict[str, Any]]:
    """Incidents with this area."""
    answer = httpx2.get(f"{komek.api}/v1/incidents?type=flood", headers=komek.headers("operator"), timeout=60)
    shapes = [one for one in answer.json()["items"] if (one["location"] or {}).get("type") == "Polygon"]
    return [one for one in shapes if min(at for at, _ in one["location"]["coordinates"][0]) == lon]


class Follower:
    """`komek cap follow` with nothing but what a deployment hands to it."""

    def __init__(self, folder: Path, feed: str, api: str, more: Mapping[str, str]) -> None:
        self.folder = folder
        self.token = folder / "cap-token"
        self.at = f"{LOOPBACK}:{free_ports(1)[0]}"
        host, _, port = api.removeprefix("http://").partition(":")
        self.environ = {
            **without_komek(),
            "KOMEK_CAP_FEEDS": feed,
            "KOMEK_CAP_EVERY_S": "10",
            "KOMEK_CAP_PRIVATE": "on",
            "KOMEK_CAP_TOKEN": str(self.token),
            "KOMEK_HOST": host,
            "KOMEK_PORT": port,
            "KOMEK_PROBES": self.at,
            "KOMEK_DATA": str(folder / "data"),
            **more,
        }

    @contextmanager
    def running(self) -> Iterator["subprocess.Popen[bytes]"]:
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen([*COMMAND, "cap", "follow"], env=self.environ, stdout=log, stderr=log)
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def put(self, token: str) -> None:
        """As `komek token --out`: the whole file at once, for its owner alone."""
        draft = self.token.with_suffix(".new")
        draft.write_text(f"{token}\n")
        draft.chmod(0o600)
        draft.replace(self.token)

    def asked(self, path: str) -> httpx2.Response | None:
        try:
            return httpx2.get(f"http://{self.at}{path}", timeout=5, trust_env=False)
        except httpx2.TransportError:
            return None

    def is_ready(self) -> bool:
        return (answer := self.asked("/readyz")) is not None and answer.status_code == 200

    def is_alive_and_not_ready(self) -> bool:
        answers = self.asked("/healthz"), self.asked("/readyz")
        return [answer and answer.status_code for answer in answers] == [200, 503]

    def said(self, cause: str) -> bool:
        return cause in (self.folder / "log").read_text("utf-8")


def next_second() -> None:
    """Tokens say in whole seconds when they were issued, and a revocation ends those of its own second too."""
    now_s = clock.now_ms() // 1000
    until(lambda: clock.now_ms() // 1000 > now_s)


def test_a_token_that_has_ended_or_is_missing_is_said_and_the_next_is_taken_up_without_a_restart(
    shared_stack: RunningStack, tmp_path: Path
) -> None:
    komek, feed = shared_stack, AlertFeed()
    feed.text = alert("KZ-T1", areas=around(71.0), **WARNING)
    with feed.served() as url:
        own = Follower(tmp_path, url, komek.api, {})
        with own.running() as process:
            until(lambda: own.said("cannot be read: there is no such file") and own.is_alive_and_not_ready())

            own.put("no.real.token")
            until(lambda: own.said("401"))
            assert warned_of(komek, 71.0) == []

            own.put(komek.token("feed", "komek-follower"))
            until(lambda: warned_of(komek, 71.0))
            until(own.is_ready)

            # Revoked with everything that was issued to it; the feed is as quiet as before, and it is found all the same.
            next_second()
            done = komek.run("sessions", "revoke", "--subject", "komek-follower")
            assert done.returncode == 0, done.stderr
            until(own.is_alive_and_not_ready)
            next_second()
            own.put(komek.token("feed", "komek-follower"))
            until(own.is_ready)

            assert process.poll() is None
    assert len(warned_of(komek, 71.0)) == 1


def test_the_file_of_a_token_that_everybody_reads_is_not_used(shared_stack: RunningStack, tmp_path: Path) -> None:
    feed = AlertFeed()
    with feed.served() as url:
        own = Follower(tmp_path, url, shared_stack.api, {})
        own.put(shared_stack.token("feed", "komek-follower"))
        own.token.chmod(0o644)
        with own.running():
            until(lambda: own.said("chmod 600") and own.is_alive_and_not_ready())
            own.token.chmod(0o600)
            until(own.is_ready)


def test_without_an_api_it_waits_for_one(tmp_path: Path) -> None:
    (nobody,) = free_ports(1)
    own = Follower(tmp_path, "http://127.0.0.1:9/feed", f"http://{LOOPBACK}:{nobody}", {})
    own.put("a.b.c")
    with own.running() as process:
        until(lambda: own.said("the API does not answer") and own.is_alive_and_not_ready())
        assert process.poll() is None
        process.terminate()

        assert process.wait(20) == 0


def test_a_feed_that_hangs_does_not_hold_up_its_end(shared_stack: RunningStack, tmp_path: Path) -> None:
    feed = AlertFeed()
    with feed.served() as url:
        own = Follower(tmp_path, url, shared_stack.api, {})
        own.put(shared_stack.token("feed", "komek-follower"))
        with own.running() as process:
            until(own.is_ready)
            feed.held.clear()
            before = feed.asked
            until(lambda: feed.asked > before)
            process.terminate()

            # Sooner than its own patience with a feed.
            assert process.wait(TIMEOUT_S * 0.75) == 0


@pytest.mark.soak
def test_a_local_stack_follows_its_feeds_and_a_killed_follower_does_nothing_twice(
    stack: StartStack,
) -> None:
    feed = AlertFeed()
    with feed.served() as url:
        given = {"KOMEK_CAP_FEEDS": url, "KOMEK_CAP_EVERY_S": "10", "KOMEK_CAP_PRIVATE": "on"}
        with stack(environ=given) as komek:
            feed.text = alert("KZ-L1", areas=around(72.0), **WARNING)
            until(lambda: warned_of(komek, 72.0))
            until(lambda: feed.unchanged)

            pid = komek.kill("follower", signal.SIGKILL)
            komek.await_restart("follower", pid)
            feed.text = f"<all>{feed.text}{alert('KZ-L2', areas=around(72.5), **WARNING)}</all>"
            until(lambda: warned_of(komek, 72.5))

            assert len(warned_of(komek, 72.0)) == len(warned_of(komek, 72.5)) == 1
            told = komek.run("doctor", "--deployment", "--json")
            feeds = [one for one in json.loads(told.stdout) if one["name"] == "feed of warnings"]
            assert [(one["level"], url in one["found"]) for one in feeds] == [("ok", True)]
            assert (komek.data / "cap-ledger.sqlite").stat().st_mode & 0o077 == 0
