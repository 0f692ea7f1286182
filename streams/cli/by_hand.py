"""Manual commands of an operator: `komek incident reopen, escalate, assign, withdraw, answer, split`.

Each sends one order, waits for its decision and prints it (`outcomes.py`). Exit code 0: decided as wanted; 1: refused, or without
the wanted effect; 4: stored, but not decided within `--wait`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

import typer

from dispatch.model.ids import parts_of_offer
from dispatch.model.reasons import DeclineReason
from dispatch.model.vocabulary import FILLING_STATES, LIVE_STATES, HeardBy, OfferState
from streams import clock
from streams.api_paths import path_of
from streams.cli.client import ApiOption, JsonOption, TokenOption, access, ask
from streams.cli.errors import DONE, UNDECIDED, WRONG_USE, CommandFailed
from streams.cli.outcomes import Success, decided
from streams.cli.output import print_json, say
from streams.cli.places import location

ReasonOption = Annotated[str | None, typer.Option("--reason", help="Stored encrypted, shown in the timeline.")]
KeyOption = Annotated[
    str | None, typer.Option("--key", help="Idempotency-Key: a repeat with the same key has no further effect.")
]
WaitOption = Annotated[float, typer.Option("--wait", min=0, help="Seconds to wait for the decision.")]
WAIT_S = 5.0


class SpokenAnswer(StrEnum):
    """An answer that a person gave by voice."""

    ACCEPT = "accept"
    DECLINE = "decline"
    EN_ROUTE = "en_route"
    ON_SCENE = "on_scene"
    DONE = "done"
    CHECK_IN = "check_in"
    CONFIRM = "confirm"
    NEED_HELP = "need_help"
    DISTRESS = "distress"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRoute:
    """`verb`: last segment of the path. `state`: of a progress report. `options`: the options whose values its body takes."""

    verb: str
    success: Success
    state: str | None = None
    options: frozenset[str] = frozenset()


_ENDED = frozenset(OfferState) - LIVE_STATES - {OfferState.DONE}
_TEXT = frozenset({"--text"})
ANSWERS = {
    SpokenAnswer.ACCEPT: AnswerRoute(verb="accept", success=Success(text="accepted", offer_states=FILLING_STATES)),
    SpokenAnswer.DECLINE: AnswerRoute(
        verb="decline",
        success=Success(text="declined", offer_states=_ENDED),
        options=_TEXT | {"--because"},
    ),
    # These three are states of one route; each of the others has a route of its own.
    SpokenAnswer.EN_ROUTE: AnswerRoute(verb="progress", success=Success(text="en route"), state="en_route"),
    SpokenAnswer.ON_SCENE: AnswerRoute(verb="progress", success=Success(text="on scene"), state="on_scene"),
    SpokenAnswer.DONE: AnswerRoute(verb="progress", success=Success(text="done"), state="done"),
    SpokenAnswer.CHECK_IN: AnswerRoute(verb="check-in", success=Success(text="checked in"), options=_TEXT),
    SpokenAnswer.CONFIRM: AnswerRoute(
        verb="confirm", success=Success(text="confirmed"), options=frozenset({"--version"})
    ),
    SpokenAnswer.NEED_HELP: AnswerRoute(verb="need-help", success=Success(text="help requested"), options=_TEXT),
    SpokenAnswer.DISTRESS: AnswerRoute(verb="distress", success=Success(text="distress raised"), options=_TEXT),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """The options that every order has."""

    api: str | None
    token: str | None
    key: str | None
    json: bool
    wait_s: float


def reopen(
    incident_id: str,
    reason: ReasonOption = None,
    key: KeyOption = None,
    wait: WaitOption = WAIT_S,
    api: ApiOption = None,
    token: TokenOption = None,
    json: JsonOption = False,
) -> None:
    """Open an incident again that was closed or cancelled."""
    sending = Sending(api=api, token=token, key=key, json=json, wait_s=wait)
    send_order(sending, path_of("incidents", incident_id, "reopen"), {"reason": reason}, Success(text="reopened"))


def escalate(
    incident_id: str,
    level: Annotated[int | None, typer.Option(help="The alarm level from which to raise.")] = None,
    reason: ReasonOption = None,
    key: KeyOption = None,
    wait: WaitOption = WAIT_S,
    api: ApiOption = None,
    token: TokenOption = None,
    json: JsonOption = False,
) -> None:
    """Raise the alarm level by one. Repeating the command at the same level has no further effect."""
    sending = Sending(api=api, token=token, key=key, json=json, wait_s=wait)
    body = {"level": level, "reason": reason}
    send_order(sending, path_of("incidents", incident_id, "escalate"), body, Success(text="alarm level raised"))


def assign(
    incident_id: str,
    volunteer_id: str,
    requirement: Annotated[str, typer.Option("--for", help="Id of the requirement, as printed by `show`.")] = "r1",
    force: Annotated[
        bool, typer.Option("--force", help="Override soft rules against this person; requires --reason.")
    ] = False,
    reason: ReasonOption = None,
    key: KeyOption = None,
    wait: WaitOption = WAIT_S,
    api: ApiOption = None,
    token: TokenOption = None,
    json: JsonOption = False,
) -> None:
    """Ask a named person, and print the id of their offer; the decision is printed on standard error."""
    body = {"volunteer_id": volunteer_id, "requirement_id": requirement, "force": force or None, "reason": reason}
    sending = Sending(api=api, token=token, key=key, json=json, wait_s=wait)
    success = Success(text="asked", offer_states=FILLING_STATES | {OfferState.OFFERED})
    send_order(sending, path_of("incidents", incident_id, "offers"), body, success, makes_id=True)


def withdraw(
    offer_id: str,
    give_up: Annotated[bool, typer.Option("--give-up", help="Do not fill the place again.")] = False,
    reason: ReasonOption = None,
    key: KeyOption = None,
    wait: WaitOption = WAIT_S,
    api: ApiOption = None,
    token: TokenOption = None,
    json: JsonOption = False,
) -> None:
    """Withdraw an offer, or stand the person down."""
    # None leaves the field out, so that the default of the API holds.
    body = {"reason": reason, "replace": False if give_up else None}
    sending = Sending(api=api, token=token, key=key, json=json, wait_s=wait)
    send_order(sending, path_of("offers", offer_id, "withdraw"), body, Success(text="withdrawn", offer_states=_ENDED))


def answer(
    offer_id: str,
    said: SpokenAnswer,
    heard_by: Annotated[HeardBy, typer.Option(help="The channel by which you received the answer.")] = HeardBy.PHONE,
    because: Annotated[DeclineReason | None, typer.Option(help="decline: why.")] = None,
    text: Annotated[
        str | None, typer.Option(help="decline, check_in, need_help, distress: their words; stored encrypted.")
    ] = None,
    version: Annotated[
        int | None, typer.Option(min=1, help="confirm: the version up to which they know the changes. Default: all.")
    ] = None,
    key: KeyOption = None,
    wait: WaitOption = WAIT_S,
    api: ApiOption = None,
    token: TokenOption = None,
    json: JsonOption = False,
) -> None:
    """Enter a person's answer to their offer, and print what was decided about it."""
    sending = Sending(api=api, token=token, key=key, json=json, wait_s=wait)
    route = ANSWERS[said]
    given = {"--because": because, "--text": text, "--version": version}
    _check_options(said, route, frozenset(name for name, value in given.items() if value is not None))
    success = route.success
    if said is SpokenAnswer.CONFIRM and version is None:
        version, success = _to_confirm(sending, offer_id)
    body = {
        "on_behalf": {"heard_by": heard_by.value},
        "state": route.state,
        "reason": because.value if because else None,
        "text": text,
        "version": version,
    }
    send_order(sending, path_of("offers", offer_id, route.verb), body, success)


def _check_options(said: SpokenAnswer, route: AnswerRoute, given: frozenset[str]) -> None:
    """Raises CommandFailed for an option that the API has no field for in this answer: dropped words would look stored."""
    refused = sorted(given - route.options)
    if not refused:
        return
    takers = (
        f"{option} is for {', '.join(answer for answer, one in ANSWERS.items() if option in one.options)}"
        for option in refused
    )
    raise CommandFailed(f"{said} does not take {' and '.join(refused)}", "; ".join(takers) + ".", WRONG_USE)


def _to_confirm(sending: Sending, offer_id: str) -> tuple[int, Success]:
    """The version that covers all changes which the person has not confirmed, and the success that names their fields.

    Raises:
        CommandFailed: no offer id, or the incident has no such offer.
    """
    parts = parts_of_offer(offer_id)
    if parts is None:
        raise CommandFailed(f"{offer_id!r} is not the id of an offer", "`komek incident show` prints them.", WRONG_USE)
    with access(sending.api, sending.token).http() as http:
        incident = ask(http, "GET", path_of("incidents", parts.incident_id))
    offer = next((offer for offer in incident["offers"] if offer["id"] == offer_id), None)
    if offer is None:
        raise CommandFailed(
            f"{incident['id']} has no offer {offer_id}", f"`komek incident show {incident['id']}` prints its offers."
        )
    change = offer.get("to_confirm")
    if change is None:
        # Nothing to confirm: the API answers so for any version that was decided.
        return int(incident["version"]), Success(text="confirmed")
    return int(change["version"]), Success(text=f"confirmed: {', '.join(change['fields'])}")


def split(
    incident_id: str,
    kind: Annotated[str, typer.Option("--type", help="Incident type of the other event.")],
    at: Annotated[str | None, typer.Option(help="Its place: LON,LAT. Without it, work without a place.")] = None,
    offer: Annotated[
        list[str] | None, typer.Option(help="Offer whose person moves to the new incident; may be repeated.")
    ] = None,
    report: Annotated[
        list[str] | None, typer.Option(help="Report that moves to the new incident; may be repeated.")
    ] = None,
    description: Annotated[str | None, typer.Option(help="Description of the new incident.")] = None,
    reason: ReasonOption = None,
    key: KeyOption = None,
    wait: WaitOption = WAIT_S,
    api: ApiOption = None,
    token: TokenOption = None,
    json: JsonOption = False,
) -> None:
    """Split a part of an incident into a new incident, and print its id; the decision is printed on standard error."""
    body = {"type": kind, "description": description, "offers": offer, "reports": report, "reason": reason}
    # `location: null` is a value (work without a place), unlike the options that were not given.
    place = {"location": location(at, None, placeless=at is None)}
    sending = Sending(api=api, token=token, key=key, json=json, wait_s=wait)
    path = path_of("incidents", incident_id, "split")
    send_order(sending, path, body, Success(text="split"), always=place, makes_id=True)


def send_order(
    sending: Sending,
    path: str,
    body: Mapping[str, Any],
    success: Success,
    *,
    always: Mapping[str, Any] | None = None,
    makes_id: bool = False,
) -> None:
    """Sends an order, waits for its decision and prints it. `always`: fields that are sent even if they are null.

    `makes_id`: the order makes an offer or incident. Its id alone is printed on standard output, unless the order failed, and the
    decision on standard error.

    Raises:
        CommandFailed: the order was not accepted.
        typer.Exit: with the exit code of the decision.
    """
    # A fresh key by default: two equal commands are two orders unless the operator gives the key.
    headers = {"Idempotency-Key": sending.key or f"cli-{clock.fresh_id()}"}
    given = {name: value for name, value in body.items() if value is not None} | dict(always or {})
    with access(sending.api, sending.token).http() as http:
        accepted = ask(http, "POST", path, json=given, headers=headers)
        result = decided(http, accepted, success, wait_s=sending.wait_s)
    if sending.json:
        print_json({**accepted, "decision": {"text": result.text, **(result.outcome or {})}})
    elif makes_id:
        say(result.text, to_errors=True)
        if result.exit_code in (DONE, UNDECIDED):
            say(accepted["id"])
    else:
        say(result.text)
    raise typer.Exit(result.exit_code)
