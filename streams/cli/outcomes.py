"""The outcome of an order: follows `links.outcome` of a 202 until the decision, and says in one line what was decided."""

import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx2

from dispatch.model.vocabulary import Outcome
from streams import clock
from streams.cli.errors import DONE, FAILED, UNDECIDED
from streams.cli.labels import words

POLL_EVERY_S = 0.1
PENDING = "pending"


@dataclass(frozen=True, slots=True, kw_only=True)
class Success:
    """What an order that succeeded looks like.

    `text`: said of an applied order without `offer_states`. `offer_states`: the order is about one offer, and succeeded if the
    offer is in one of these states after the decision; the state is said. An acceptance, for example, is applied also if the
    decision stands the person down.
    """

    text: str
    offer_states: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """`text`: what was decided. `exit_code`: DONE, FAILED if the order has not the wanted effect, UNDECIDED if it is unknown."""

    text: str
    exit_code: int
    outcome: Mapping[str, Any] | None = None
    """The body of `links.outcome`; None if it could not be read."""


def decided(http: httpx2.Client, accepted: Mapping[str, Any], success: Success, *, wait_s: float) -> Decided:
    """The decision on an order, polled for up to `wait_s`. Never raises: the order is in the log, whatever can be read."""
    links = accepted["links"]
    incident_path, _, command_id = str(links.get("outcome") or links.get("incident") or "").partition("/commands/")
    later = f"not decided yet; see `komek why {incident_path.rpartition('/')[2]}`"
    outcome = _polled(http, str(links["outcome"]), wait_s) if command_id else None
    if outcome is None or outcome["outcome"] == PENDING:
        return Decided(text=later, exit_code=UNDECIDED, outcome=outcome)
    reason = f": {words(outcome['reason'])}" if outcome.get("reason") else ""
    if outcome["outcome"] == Outcome.REFUSED:
        return Decided(text=f"refused{reason}", exit_code=FAILED, outcome=outcome)
    if success.offer_states:
        return _by_offer(_offer(http, incident_path, str(accepted["id"])), success, outcome)
    if outcome["outcome"] == Outcome.UNCHANGED:
        return Decided(text=f"unchanged{reason}", exit_code=DONE if _is_as_wanted(outcome) else FAILED, outcome=outcome)
    return Decided(text=success.text, exit_code=DONE, outcome=outcome)


def _polled(http: httpx2.Client, path: str, wait_s: float) -> Mapping[str, Any] | None:
    """The body of the outcome once it is decided, else the last one; None if none could be read."""
    give_up_s = clock.monotonic_s() + wait_s
    found: Mapping[str, Any] | None = None
    is_announced = False
    while True:
        found = _read(http, path) or found
        if found is not None and found["outcome"] != PENDING:
            return found
        if clock.monotonic_s() >= give_up_s:
            return found
        if not is_announced:
            # On standard error: standard output has only the result.
            print("waiting for the decision …", file=sys.stderr, flush=True)
            is_announced = True
        time.sleep(POLL_EVERY_S)


def _by_offer(offer: Mapping[str, Any] | None, success: Success, outcome: Mapping[str, Any]) -> Decided:
    if offer is None:
        text = f"{outcome['outcome']}, but the offer cannot be read; see `komek incident show {outcome['incident_id']}`"
        return Decided(text=text, exit_code=UNDECIDED, outcome=outcome)
    state, reason = str(offer["state"]), offer.get("reason")
    text = f"{words(state)}: {words(reason)}" if reason else words(state)
    return Decided(text=text, exit_code=DONE if state in success.offer_states else FAILED, outcome=outcome)


def _is_as_wanted(outcome: Mapping[str, Any]) -> bool:
    """Whether an order that changed nothing found what it wanted: `already_…`. `limit_reached`, for example, did not."""
    reason = str(outcome.get("reason") or "")
    return reason.startswith("already_") or reason == "nothing_to_confirm"


def _offer(http: httpx2.Client, incident_path: str, offer_id: str) -> Mapping[str, Any] | None:
    incident = _read(http, incident_path)
    return next((offer for offer in incident["offers"] if offer["id"] == offer_id), None) if incident else None


def _read(http: httpx2.Client, path: str) -> Mapping[str, Any] | None:
    try:
        response = http.get(path)
        body = response.json() if response.is_success else None
    except (httpx2.HTTPError, ValueError):
        return None
    return body if isinstance(body, Mapping) else None
