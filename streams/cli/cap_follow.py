"""`komek cap follow`: one process that follows feeds of alerts until it is stopped."""

import os
import random
import signal
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import structlog
import typer

from dispatch.cap.rules import Rules
from dispatch.cap.steps import StepKind
from streams import clock, logs, metrics
from streams.cap.desk import ApiDesk
from streams.cap.fetching import Fetched, Validators, fetched
from streams.cap.following import FeedState, Follower
from streams.cap.importing import Done, OrderRefused
from streams.cap.ledger import Ledger
from streams.cap.sources import is_address
from streams.cli.cap_setup import (
    AnywhereOption,
    LedgerOption,
    PrivateOption,
    RulesOption,
    TrustOption,
    opened_ledger,
    rule_faults,
    setup,
    signatures_module,
)
from streams.cli.client import ApiOption, TokenOption, access
from streams.cli.errors import WRONG_USE, CommandFailed
from streams.components import ApiClient
from streams.errors import RetryLater
from streams.feed_settings import SELDOMEST_S
from streams.local.early_load import await_begin
from streams.probe_server import ProbeServer
from streams.tokens import Role

IDLE_S = 30.0
"""At least so often what waits and what has expired is looked at."""
FAILS_AT_MOST = 3
LONGEST_PAUSE_S = 60.0
"""Between two attempts while the API does not answer."""
END_WITHIN_S = 9.0
"""Below the ten seconds after which supervisors kill: a server of a feed may take its time."""
TOLD_MOST = 10_000
"""Messages of which the log has told; beyond them it tells again."""
log = structlog.get_logger("komek.cap")


def command(
    feeds: Annotated[
        list[str] | None,
        typer.Argument(help="Addresses of feeds (Atom, RSS) or of alerts. Default: KOMEK_CAP_FEEDS."),
    ] = None,
    every: Annotated[
        int | None,
        typer.Option(
            min=10, max=SELDOMEST_S, help="Seconds between two requests to a feed. Default: KOMEK_CAP_EVERY_S."
        ),
    ] = None,
    token_file: Annotated[
        Path | None,
        typer.Option(help="File with the bearer token of a feed, read for every request. Default: KOMEK_CAP_TOKEN."),
    ] = None,
    rules: RulesOption = None,
    ledger: LedgerOption = None,
    trust: TrustOption = None,
    private: PrivateOption = False,
    anywhere: AnywhereOption = False,
    api: ApiOption = None,
    token: TokenOption = None,
) -> None:
    """Follow feeds of alerts: carry out what is new, its updates and cancellations, until SIGTERM.

    What was done is in the ledger, so a restart repeats nothing. A feed that fails is asked less and less often, at least hourly.
    """
    await_begin()
    given = setup(rules, ledger, trust, anywhere=anywhere)
    addresses = _addresses(feeds or given.settings.cap_feeds)
    # Now, not with the first signed alert.
    signatures_module()
    logs.configure(given.settings.log_level, "cap")
    probes = ProbeServer(ApiClient.FOLLOWER)
    probes.serve(given.settings.probes)
    stop = _stopped_by_signals()
    file = token_file or (None if token else given.settings.cap_token)
    is_private_allowed = private or given.settings.cap_private

    def fetch(url: str, known: Validators) -> Fetched:
        return fetched(url, is_private_allowed=is_private_allowed, known=known)

    with (
        opened_ledger(given.ledger, is_written=True) as entries,
        access(api, token, file).http(role=Role.FEED, identity="cap-follow") as http,
    ):
        desk = ApiDesk(http)
        follower = Follower(
            feeds=_followed(entries, addresses),
            ledger=entries,
            fetch=fetch,
            judge=given.judge,
            importer=lambda now_ms: given.importer(entries, desk, now_ms),
            every_s=every or given.settings.cap_every_s,
            chance=random.random,
            should_stop=stop.is_set,
        )
        Following(given.rules, desk, follower, probes, stop).run()


def _addresses(stated: Iterable[str]) -> list[str]:
    found = list(dict.fromkeys(stated))
    for one in found:
        if not is_address(one):
            raise CommandFailed(f"{one}: expected an address with http or https", exit_code=WRONG_USE)
    if not found:
        raise CommandFailed(
            "no feed to follow", "Name addresses of feeds, here or in KOMEK_CAP_FEEDS.", exit_code=WRONG_USE
        )
    return found


def _followed(ledger: Ledger, addresses: Sequence[str]) -> list[FeedState]:
    """The feeds with when they were last read, before a restart too: a process that dies again and again hides no silence."""
    now_ms = clock.now_ms()
    ledger.follow_only(addresses)
    return [FeedState(url, read_ms=ledger.feed_read_ms(url, now_ms)) for url in addresses]


def _stopped_by_signals() -> threading.Event:
    stop = threading.Event()

    def end(*_: object) -> None:
        stop.set()
        # Whatever is under way then is done again by the next process, without a second effect.
        timer = threading.Timer(END_WITHIN_S, os._exit, (0,))
        timer.daemon = True
        timer.start()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    return stop


class Following:
    """Round after round, until it is stopped. While the API does not answer, it waits.

    A rule that asks for what no plan has costs its own warnings, which the API refuses, and no other: plans change at any time.
    """

    def __init__(
        self, rules: Rules, desk: ApiDesk, follower: Follower, probes: ProbeServer, stop: threading.Event
    ) -> None:
        self._rules, self._desk, self._follower, self._probes, self._stop = rules, desk, follower, probes, stop
        self._told, self._failures = Told(), 0
        self._faults: list[str] = []

    def run(self) -> None:
        # A first round may take minutes.
        self._follower.show_figures(clock.now_ms())
        while not self._stop.is_set():
            self.once(clock.now_ms())
            self._follower.show_figures(clock.now_ms())
            self._stop.wait(pause_s(self._failures, self._follower.next_ms() - clock.now_ms()))
        self._probes.ready.clear()

    def once(self, now_ms: int) -> None:
        """One round, and whether the process is ready after it."""
        try:
            if self._follower.next_ms() <= now_ms:
                # Feeds are quiet most of the time: a token that has ended must not be found by the first warning.
                self._judge_rules()
            self._told.tell(self._follower.round(now_ms))
            self._failures = 0
        except (RetryLater, OrderRefused) as trouble:
            self._failures += 1
            log.warning("alerts wait until the API answers", cause=str(trouble))
        if is_well(self._follower, self._failures) and not self._faults:
            self._probes.ready.set()
        else:
            self._probes.ready.clear()

    def _judge_rules(self) -> None:
        faults = rule_faults(self._rules, self._desk)
        for fault in faults:
            if fault not in self._faults:
                log.error("a rule asks for what no plan has: the API refuses its warnings", fault=fault)
        self._faults = faults


def pause_s(failures: int, ahead_ms: int) -> float:
    """Until the next round. `failures`: rounds in a row in which the API did not answer; `ahead_ms`: until a feed is due."""
    if failures:
        # Bounded before the power: an API may be away for days.
        return min(LONGEST_PAUSE_S, 2.0 ** min(failures, 10))
    return max(0.0, min(IDLE_S, ahead_ms / 1000))


def is_well(follower: Follower, failures: int) -> bool:
    """Whether the API answers and no feed has failed so often that its warnings are missed."""
    return not failures and all(feed.failures < FAILS_AT_MOST for feed in follower.feeds)


class Told:
    """Logs and counts what became of messages: each outcome of a message once, not with every round."""

    def __init__(self) -> None:
        self._reasons: dict[tuple[str, str | None], str] = {}

    def tell(self, done: Iterable[Done]) -> None:
        for one in done:
            key = (one.identifier, one.incident_id)
            if one.step is StepKind.IGNORE or self._reasons.get(key) == one.reason:
                continue
            if len(self._reasons) >= TOLD_MOST:
                self._reasons.clear()
            self._reasons[key] = one.reason
            told = {"message": one.identifier, "reason": one.reason, "incident_id": one.incident_id}
            if one.step is None:
                metrics.CAP_ALERTS.labels(outcome="refused" if one.is_refused else "unusable").inc()
                log.warning("an alert or a feed was not used", **told)
            else:
                metrics.CAP_ALERTS.labels(outcome=one.step.value).inc()
                log.info("an alert was followed", step=one.step.value, rule=one.rule, **told)
