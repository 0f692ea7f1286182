"""Manual commands of an operator: `komek incident reopen, escalate, assign, withdraw, answer, split`."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from dispatch.model.reasons import DeclineReason
from dispatch.model.vocabulary import HeardBy
from streams import clock
from streams.api_paths import path_of
from streams.cli.client import ApiOption, JsonOption, TokenOption, access, ask
from streams.cli.output import print_json
from streams.cli.places import location

ReasonOption = Annotated[str | None, typer.Option("--reason", help="Stored encrypted, shown in the timeline.")]
KeyOption = Annotated[
    str | None, typer.Option("--key", help="Idempotency-Key: a repeat with the same key has no further effect.")
]


class SpokenAnswer(StrEnum):
    """An answer that a person gave by voice, and the path segment of its request."""

    ACCEPT = "accept"
    DECLINE = "decline"
    EN_ROUTE = "en_route"
    ON_SCENE = "on_scene"
    DONE = "done"
    CHECK_IN = "check_in"
    NEED_HELP = "need_help"
    DISTRESS = "distress"


_PROGRESS = (SpokenAnswer.EN_ROUTE, SpokenAnswer.ON_SCENE, SpokenAnswer.DONE)


def reopen(
    incident_id: str,
    reason: ReasonOption = None,
    key: KeyOption = None,
    api: ApiOption = None,
    token: TokenOption = None,
    json: JsonOption = False,
) -> None:
    """Open an incident again that was closed or cancelled."""
    _order(path_of("incidents", incident_id, "reopen"), {"reason": reason}, key, api, token, json)


def escalate(
    incident_id: str,
    level: Annotated[int | None, typer.Option(help="The alarm level from which to raise.")] = None,
    reason: ReasonOption = None,
    key: KeyOption = None,
    api: ApiOption = None,
    token: TokenOption = None,
    json: JsonOption = False,
) -> None:
    """Raise the alarm level by one. Repeating the command at the same level has no further effect."""
    _order(path_of("incidents", incident_id, "escalate"), {"level": level, "reason": reason}, key, api, token, json)


def assign(
    incident_id: str,
    volunteer_id: str,
    requirement: Annotated[str, typer.Option("--for", help="Id of the requirement, as printed by `show`.")] = "r1",
    force: Annotated[
        bool, typer.Option("--force", help="Override soft rules against this person; requires --reason.")
    ] = False,
    reason: ReasonOption = None,
    key: KeyOption = None,
    api: ApiOption = None,
    token: TokenOption = None,
    json: JsonOption = False,
) -> None:
    """Ask a named person, and print the id of their offer."""
    body = {"volunteer_id": volunteer_id, "requirement_id": requirement, "force": force or None, "reason": reason}
    _order(path_of("incidents", incident_id, "offers"), body, key, api, token, json)


def withdraw(
    offer_id: str,
    give_up: Annotated[bool, typer.Option("--give-up", help="Do not fill the place again.")] = False,
    reason: ReasonOption = None,
    key: KeyOption = None,
    api: ApiOption = None,
    token: TokenOption = None,
    json: JsonOption = False,
) -> None:
    """Withdraw an offer, or stand the person down."""
    # None leaves the field out, so that the default of the API holds.
    body = {"reason": reason, "replace": False if give_up else None}
    _order(path_of("offers", offer_id, "withdraw"), body, key, api, token, json)


def answer(
    offer_id: str,
    said: SpokenAnswer,
    heard_by: Annotated[HeardBy, typer.Option(help="The channel by which you received the answer.")] = HeardBy.PHONE,
    because: Annotated[DeclineReason | None, typer.Option(help="Why they decline.")] = None,
    text: Annotated[str | None, typer.Option(help="Their words; stored encrypted.")] = None,
    key: KeyOption = None,
    api: ApiOption = None,
    token: TokenOption = None,
    json: JsonOption = False,
) -> None:
    """Enter a person's answer to their offer."""
    body: dict[str, Any] = {"on_behalf": {"heard_by": heard_by.value}}
    if said in _PROGRESS:
        # These three are states of one route; each of the others has a route of its own.
        verb, body = "progress", body | {"state": said.value}
    else:
        verb = said.value.replace("_", "-")
        # An acceptance takes no text and only a decline takes a reason; the API refuses unknown fields.
        body |= {"text": text if said is not SpokenAnswer.ACCEPT else None}
        body |= {"reason": because.value if because else None} if said is SpokenAnswer.DECLINE else {}
    _order(path_of("offers", offer_id, verb), body, key, api, token, json)


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
    api: ApiOption = None,
    token: TokenOption = None,
    json: JsonOption = False,
) -> None:
    """Split a part of an incident into a new incident, and print its id."""
    body = {"type": kind, "description": description, "offers": offer, "reports": report, "reason": reason}
    # `location: null` is a value (work without a place), unlike the options that were not given.
    place = {"location": location(at, None, placeless=at is None)}
    _order(path_of("incidents", incident_id, "split"), body, key, api, token, json, always=place)


def _order(
    path: str,
    body: dict[str, Any],
    key: str | None,
    api: str | None,
    token: str | None,
    json: bool,
    *,
    always: Any = None,
) -> None:
    """Sends the command and prints the id of its incident or offer."""
    with access(api, token).http() as http:
        # A fresh key by default: two equal commands are two orders unless the operator gives the key.
        headers = {"Idempotency-Key": key or f"cli-{clock.fresh_id()}"}
        given = {name: value for name, value in body.items() if value is not None} | (always or {})
        told = ask(http, "POST", path, json=given, headers=headers)
    print_json(told) if json else print(told["id"])
