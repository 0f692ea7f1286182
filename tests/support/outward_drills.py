"""Drills of what only Prometheus knows: receivers of webhooks that fail, and exports that fail, are missing, old or unread.

The thresholds of receivers are minutes; Prometheus gets rules here in which they are `HASTENED_S`. Those of exports are hours and
stay: the files are made older.
"""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from streams import clock
from streams.backup import ages
from streams.backup.documents import MANIFEST, PLAN, READ_BACK
from streams.local.keys import write_secret
from streams.monitoring.queried_alarms import BEHIND_S, ERASURES_S, EXPORT_S, FAILING_S, INDEX_S
from tests.support.drills import Fault, Ground, drill, nothing
from tests.support.receiver import SECRET, Receiver, receiving
from tests.support.shared_stack import webhooks_file
from tests.support.waiting import until
from tests.support.whole_stack import WholeStack

HASTENED_S = 8
BACKUP_KEY = "a key of the drills, long enough"
_SUBSCRIPTION = """
[webhooks.{name}]
url = "{url}"
secret = "{secret}"
private = true
types = ["incident.reported"]
"""


def environ_of(data: Path) -> dict[str, str]:
    """What the stack of the drills is told beside the rest."""
    webhooks_file(data).touch()
    return {
        "KOMEK_LIVE_INDEX": "on",
        "KOMEK_WEBHOOKS": str(webhooks_file(data)),
        "KOMEK_BACKUPS": str(data / "backups"),
        "KOMEK_BACKUP_KEY": BACKUP_KEY,
    }


def hastened(rules: str) -> str:
    """The alert rules with short thresholds for receivers and for the live index."""
    for seconds in (FAILING_S, BEHIND_S, INDEX_S):
        assert f'> {seconds}"' in rules
        rules = rules.replace(f'> {seconds}"', f'> {HASTENED_S}"')
    return rules


@contextmanager
def _subscribed(at: Ground, name: str) -> Iterator[Receiver]:
    """A receiver that has taken a first event; ended, it has no subscription any more."""
    file = webhooks_file(at.komek.data)
    with receiving() as receiver:
        write_secret(file, _SUBSCRIPTION.format(name=name, url=receiver.url, secret=SECRET))
        until(lambda: f'"{name}"' in at.komek.run("webhooks", "list", "--json").stdout)
        first = at.town.report()
        until(lambda: receiver.of(first))
        try:
            yield receiver
        finally:
            file.write_text("", encoding="utf-8")


def _takes_again(receiver: Receiver) -> None:
    receiver.answer = lambda _: 200


@drill("webhook_letters")
def _refused_event(at: Ground) -> Iterator[Fault]:
    with _subscribed(at, "drill-letters") as receiver:
        receiver.answer = lambda _: 422
        fault = Fault(lambda: _takes_again(receiver))
        fault.known = {"NAME": "drill-letters", "INCIDENT": at.town.report()}
        yield fault


@drill("webhook_failing")
def _gone_receiver(at: Ground) -> Iterator[Fault]:
    """It answers that it wants no more; then its operator says that this was a mistake, and it is resumed as the page says."""
    with _subscribed(at, "drill-failing") as receiver:
        receiver.answer = lambda _: 410
        fault = Fault(lambda: _takes_again(receiver), {"NAME": "drill-failing"})
        at.town.report()
        yield fault


@drill("webhook_behind")
def _slow_receiver(at: Ground) -> Iterator[Fault]:
    with _subscribed(at, "drill-behind") as receiver:
        receiver.answer = lambda _: 503
        fault = Fault(lambda: _takes_again(receiver), {"NAME": "drill-behind"})
        at.town.report()
        yield fault


# Exports: each drill begins with one that is well.


def _exported(komek: WholeStack) -> Path:
    """The folder of all exports; the newest was made and read back now."""
    done = komek.run("export", "--check")
    assert done.returncode == 0, done.stderr
    return komek.data / "backups"


def _aged(backups: Path, seconds: int) -> None:
    """As if every export had begun so long ago."""
    now_ms = clock.now_ms()
    for path in (*backups.glob(f"*/{PLAN}"), *backups.glob(f"*/{MANIFEST}")):
        text = path.read_text("utf-8")
        begin = text.index('"begun_ms": ') + len('"begun_ms": ')
        end = text.index(",", begin)
        path.write_text(f"{text[:begin]}{now_ms - seconds * 1000}{text[end:]}", "utf-8")
    ages.write_metrics(backups)


@drill("backup_failed")
def _failing_export(at: Ground) -> Iterator[Fault]:
    """It finds no broker."""
    backups = _exported(at.komek)
    fault = Fault(nothing)
    done = at.komek.run("export", "--check", environ={"KOMEK_KAFKA": "127.0.0.1:9"})
    assert done.returncode == 3, done.stderr
    assert (backups / ages.FAILURE).exists()
    yield fault


@drill("backup_late")
def _no_export(at: Ground) -> Iterator[Fault]:
    backups = _exported(at.komek)
    fault = Fault(nothing)
    _aged(backups, EXPORT_S + 60)
    yield fault


@drill("backup_unverified")
def _unread_export(at: Ground) -> Iterator[Fault]:
    backups = _exported(at.komek)
    fault = Fault(nothing)
    for path in backups.glob(f"*/{READ_BACK}"):
        path.unlink()
    ages.write_metrics(backups)
    yield fault


@drill("erasures_late")
def _old_list(at: Ground) -> Iterator[Fault]:
    backups = _exported(at.komek)
    fault = Fault(nothing)
    since_s = time.time() - ERASURES_S - 60  # noqa: TID251 - the time of a file
    for path in backups.glob("erasures-*.sealed"):
        os.utime(path, (since_s, since_s))
    ages.write_metrics(backups)
    yield fault


@drill("index_behind")
def _told_of_no_change(at: Ground) -> Iterator[Fault]:
    """Somebody ends, again and again, the connections by which Redis tells of changed people."""
    over = threading.Event()
    ending = threading.Thread(target=_end_tracking, args=(at.komek.redis, over))
    ending.start()
    fault = Fault(over.set)
    try:
        yield fault
    finally:
        over.set()
        ending.join()


def _end_tracking(url: str, over: threading.Event) -> None:
    with redis.Redis.from_url(url) as link:
        while not over.wait(0.1):
            for client in link.client_list():
                # B: told of all keys with a prefix.
                if "B" in client["flags"]:
                    link.client_kill_filter(_id=client["id"])
