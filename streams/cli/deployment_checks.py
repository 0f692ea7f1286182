"""Checks of a running deployment, for whoever operates it: what one machine forgives, production does not.

Each takes some seconds at most and raises nothing. They ask what runs (probes, API, Kafka, Redis), and never change anything.
"""

import json
import re
import ssl
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx2

from dispatch.model.plain_reason import plain_reason
from streams import clock
from streams.api_client import http_reason
from streams.cli.backup_ages import backup_checks
from streams.cli.certificate_ends import certificate_checks
from streams.cli.client import Access
from streams.cli.feed_checks import FEED, feed_checks, followed, token_checks
from streams.cli.kept_checks import data_key_checks, retention_checks, token_keys
from streams.cli.labels import words
from streams.cli.server_checks import KAFKA, clock_check, kafka_checks, redis_checks
from streams.local.acl_checks import acl_checks
from streams.local.check import Check, Level, fail, ok, warn
from streams.local.stack_checks import kafka_access
from streams.settings import Settings
from streams.tls import BadCertificate, client_context

WITHIN_S = 5.0
LEAST_WORKERS = 2
DATE_STEP_S = 2.0
"""A server tells whole seconds, cut off, and uvicorn makes its header Date anew once a second."""
_VERSION = re.compile(r'^komek_build_info\{[^}]*version="([^"]*)"', re.MULTILINE)


def deployment_checks(settings: Settings, api: Access | Check, targets: Sequence[Path]) -> Iterator[Check]:
    """`api`: how it is asked, or why it cannot be. `targets`: files as `file_sd_configs` of Prometheus reads them."""
    # Without a token: probes ask for none, and no process should get one.
    with httpx2.Client(trust_env=False, verify=_trusted(settings), timeout=WITHIN_S) as probing:
        found = list(process_checks(targets, probing))
    yield from found
    yield from followed(settings, is_shown=any(check.name == FEED for check in found))
    yield from token_checks(settings)
    if isinstance(api, Check):
        yield api
    else:
        with api.http("monitor", "doctor") as http:
            yield from api_checks(http)
    kafka = list(kafka_checks(settings))
    yield from kafka
    yield from redis_checks(settings)
    # What the first question to Kafka has found is not said again of each of the others, which would only wait in vain.
    if all(check.name != KAFKA for check in kafka):
        yield from retention_checks(settings)
        yield from data_key_checks(settings)
        yield from (kafka_access(settings), *acl_checks(settings))
    yield token_keys(settings)
    yield from certificate_checks(settings, None if isinstance(api, Check) else api)
    yield from backup_checks(settings, clock.now_ms())


def _trusted(settings: Settings) -> ssl.SSLContext:
    """For the probes. A file that cannot be used is what the check of the API says."""
    try:
        return client_context(settings)
    except BadCertificate:
        return ssl.create_default_context()


def stricter(check: Check) -> Check:
    """What is right on one machine alone is a warning here."""
    return replace(check, level=Level.WARN) if check.level is Level.NOTE else check


def process_checks(targets: Sequence[Path], http: httpx2.Client) -> Iterator[Check]:
    """Whether every process of the lists is ready, all run the same version, and what they follow is read."""
    if not targets:
        yield warn(
            "processes", "not looked at: no list of them", "Give --targets FILE, the list that Prometheus reads."
        )
        return
    listed: list[tuple[str, str]] = []
    for file in targets:
        try:
            listed += _listed(file)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            is_form = isinstance(error, KeyError | TypeError | AttributeError)
            why = "it is no list of targets with labels" if is_form else plain_reason(error)
            yield fail("processes", f"{file} cannot be read: {why}", "Give a file as `file_sd_configs` reads it.")
            return
    if not listed:
        yield fail("processes", f"{', '.join(map(str, targets))} names none", "Give the list of all processes.")
        return
    with ThreadPoolExecutor(8) as pool:
        looked = list(pool.map(lambda one: _process(one[0], one[1], http), listed))
    yield from (check for checks, _ in looked for check in checks)
    versions = {version for _, version in looked if version}
    if len(versions) > 1:
        yield fail("versions", f"{', '.join(sorted(versions))} run side by side", "Finish the upgrade.")
    elif versions:
        yield ok("versions", f"all run {versions.pop()}")


def _listed(file: Path) -> list[tuple[str, str]]:
    """Name and address of each process."""
    return [
        (str(entry["labels"].get("process", address)), f"{entry['labels'].get('__scheme__', 'http')}://{address}")
        for entry in json.loads(file.read_text("utf-8"))
        for address in entry["targets"]
    ]


def _process(name: str, url: str, http: httpx2.Client) -> tuple[list[Check], str | None]:
    """What is found of it, and its version."""
    try:
        ready = http.get(f"{url}/readyz", timeout=WITHIN_S)
        exposed = http.get(f"{url}/metrics", timeout=WITHIN_S).text
    except httpx2.HTTPError as error:
        told = f"{url} does not answer: {http_reason(error)}"
        return [fail(name, told, "Look at its log; it should be restarted.")], None
    feeds = feed_checks(exposed, clock.now_ms() / 1000)
    if ready.status_code != 200:
        told = f"{url}/readyz answers {ready.status_code}"
        return [fail(name, told, "It starts or stops, or waits for another; look at its log."), *feeds], None
    version = _VERSION.search(exposed)
    return [ok(name, f"{url} is ready"), *feeds], version[1] if version else None


def api_checks(http: httpx2.Client) -> Iterator[Check]:
    """What the API knows: alarms, processes that take part, and its clock."""
    try:
        asked_s = time.time()  # noqa: TID251 - compared with the clock of another machine
        answer = http.get("/v1/status", timeout=WITHIN_S)
        answered_s = time.time()  # noqa: TID251
        told: Mapping[str, Any] = answer.json() if answer.status_code == 200 else {}
    except httpx2.HTTPError as error:
        yield fail("API", f"{http.base_url} does not answer: {http_reason(error)}", "Start it, or set --api.")
        return
    except ValueError:
        yield fail("API", f"{http.base_url}: what answers there is no API of Komek", "Correct --api.")
        return
    if not told:
        yield fail(
            "API",
            "it refuses the token"
            if answer.status_code == 401
            else f"its status is answered with {answer.status_code}",
            "Give a --token of an operator, admin or monitor that is valid now.",
        )
        return
    yield _clock_of("API", answer.headers.get("Date"), asked_s, answered_s)
    yield from _alarms(told["alarms"])
    yield from way_checks(told.get("channels"))
    for name, part in told["components"].items():
        count = part.get("count")
        if part["status"] not in ("up", "off"):
            yield fail(name, f"status {part['status']}", "See its alarm.")
        elif name == "workers" and count is not None and count < LEAST_WORKERS:
            yield warn(
                name, f"{count or 'none'} runs: nobody takes over while it restarts", f"Run {LEAST_WORKERS} or more."
            )
        else:
            yield ok(name, f"status {part['status']}" + (f", {count} run" if count is not None else ""))


def _alarms(active: Sequence[Mapping[str, Any]]) -> Iterator[Check]:
    for alarm in active:
        grade = fail if alarm["severity"] == "critical" else warn
        yield grade(f"alarm {alarm['name']}", str(alarm["about"]), f"See deploy/runbook/{alarm['name']}.md.")
    if not active:
        yield ok("alarms", "none is active")


def way_checks(told: Sequence[Mapping[str, Any]] | None) -> Iterator[Check]:
    """How the ways to people's pockets do, as the notifier found them: the settings of this shell may know none of them."""
    if told is None:
        yield warn("ways to people", "not known while Redis is away", "See Redis.")
        return
    for way in told:
        name, counts = f"way {way['way']}", f"{way['taken']} taken and {way['failed']} failed in five minutes"
        if way["status"] == "failing":
            yield fail(name, f"it fails: {words(way['code'])}; {counts}", "See deploy/runbook/way_failing.md.")
        elif way["status"] == "unused":
            yield ok(name, "set up, and nothing was sent of late")
        else:
            yield ok(name, counts)
    if not told:
        yield warn(
            "ways to people",
            "none: only open pages tell people of offers",
            "Set up push, Telegram, SMS, e-mail or voice (USING.md, Notices).",
        )


def _clock_of(name: str, date: str | None, asked_s: float, answered_s: float) -> Check:
    try:
        told_s = parsedate_to_datetime(date or "").timestamp()
    except (TypeError, ValueError):
        return warn(f"clock of {name}", "it tells no time", "A proxy may have removed the header Date.")
    return clock_check(name, told_s, asked_s - DATE_STEP_S, answered_s)
