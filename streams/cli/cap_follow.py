"""`komek cap follow`: one process that follows feeds of alerts until it is stopped."""

import random
import signal
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import structlog
import typer

from dispatch.cap.steps import StepKind
from streams import clock, logs
from streams.cap.desk import ApiAway, ApiDesk
from streams.cap.fetching import Fetched, Validators, fetched
from streams.cap.following import FeedState, Follower
from streams.cap.importing import Done
from streams.cap.sources import is_address
from streams.cli.cap_setup import (
    AnywhereOption,
    LedgerOption,
    PrivateOption,
    RulesOption,
    TrustOption,
    check_rules,
    opened_ledger,
    setup,
    signatures_module,
)
from streams.cli.client import ApiOption, TokenOption, access
from streams.cli.errors import WRONG_USE, CommandFailed
from streams.components import Component
from streams.probe_server import ProbeServer

IDLE_S = 30.0
"""At least so often what waits and what has expired is looked at."""
FAILS_AT_MOST = 3
LONGEST_PAUSE_S = 60.0
"""Between two attempts while the API does not answer."""
TOLD_MOST = 10_000
"""Messages of which the log has told; beyond them it tells again."""
log = structlog.get_logger("komek.cap")


def command(
    feeds: Annotated[list[str], typer.Argument(help="Addresses of feeds (Atom, RSS) or of alerts.")],
    every: Annotated[int, typer.Option(min=10, max=86_400, help="Seconds between two requests to a feed.")] = 120,
    token_file: Annotated[
        Path | None, typer.Option(help="File with the bearer token of an operator, read for every request.")
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
    for one in feeds:
        if not is_address(one):
            raise CommandFailed(f"{one}: expected an address with http or https", exit_code=WRONG_USE)
    given = setup(rules, ledger, trust, anywhere=anywhere)
    # Now, not with the first signed alert.
    signatures_module()
    logs.configure(given.settings.log_level, "cap")
    probes = ProbeServer(Component.OPERATOR)
    probes.serve(given.settings.probes)
    stop = _stopped_by_signals()

    def fetch(url: str, known: Validators) -> Fetched:
        return fetched(url, is_private_allowed=private, known=known)

    with (
        opened_ledger(given.ledger, is_written=True) as entries,
        access(api, token, token_file).http(identity="cap-follow") as http,
    ):
        desk = ApiDesk(http)
        follower = Follower(
            feeds=[FeedState(url) for url in dict.fromkeys(feeds)],
            ledger=entries,
            fetch=fetch,
            judge=given.judge,
            importer=lambda now_ms: given.importer(entries, desk, now_ms),
            every_s=every,
            chance=random.random,
            should_stop=stop.is_set,
        )
        check_rules(given.rules, desk)
        _follow(follower, probes, stop)


def _stopped_by_signals() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _follow(follower: Follower, probes: ProbeServer, stop: threading.Event) -> None:
    told, failures = Told(), 0
    while not stop.is_set():
        now_ms = clock.now_ms()
        try:
            told.tell(follower.round(now_ms))
            failures = 0
        except ApiAway as trouble:
            failures += 1
            log.warning("alerts wait until the API answers", cause=str(trouble))
        if is_well(follower, failures):
            probes.ready.set()
        else:
            probes.ready.clear()
        ahead_s = (follower.next_ms() - clock.now_ms()) / 1000
        pause_s = min(LONGEST_PAUSE_S, 2.0**failures) if failures else max(0.0, min(IDLE_S, ahead_s))
        stop.wait(pause_s)
    probes.ready.clear()


def is_well(follower: Follower, failures: int) -> bool:
    """Whether the API answers and no feed has failed so often that its warnings are missed."""
    return not failures and all(feed.failures < FAILS_AT_MOST for feed in follower.feeds)


class Told:
    """Logs what became of messages: each outcome of a message once, not with every round."""

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
                log.warning("an alert or a feed was not used", **told)
            else:
                log.info("an alert was followed", step=one.step.value, rule=one.rule, **told)
