"""Orders that an operator gives by hand: `komek incident reopen, escalate, assign, withdraw, answer, split`."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from dispatch.model.vocabulary import DeclineReason, HeardBy
from streams import clock
from streams.api_paths import path_of
from streams.cli.client import ApiOption, JsonOption, TokenOption, access, ask
from streams.cli.output import print_json
from streams.cli.places import location

ReasonOption = Annotated[str | None, typer.Option("--reason", help="Kept private, shown in the timeline.")]
KeyOption = Annotated[str | None, typer.Option("--key", help="Idempotency-Key: the same key gives the same order.")]


class SpokenAnswer(StrEnum):
    """What a person said, and the request it becomes."""

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
    level: Annotated[int | None, typer.Option(help="The alarm level at which the order is given.")] = None,
    reason: ReasonOption = None,
    key: KeyOption = None,
    api: ApiOption = None,
    token: TokenOption = None,
    json: JsonOption = False,
) -> None:
    """Raise the alarm level by one, once however often it is given at one level."""
    _order(path_of("incidents", incident_id, "escalate"), {"level": level, "reason": reason}, key, api, token, json)


def assign(
    incident_id: str,
    volunteer_id: str,
    requirement: Annotated[str, typer.Option("--for", help="Id of the need, as `show` prints it.")] = "r1",
    force: Annotated[
        bool, typer.Option("--force", help="Set rules aside that speak against them; needs a reason.")
    ] = False,
    reason: ReasonOption = None,
    key: KeyOption = None,
    api: ApiOption = None,
    token: TokenOption = None,
    json: JsonOption = False,
) -> None:
    """Ask a person you name, and print the id of their offer."""
    body = {"volunteer_id": volunteer_id, "requirement_id": requirement, "force": force or None, "reason": reason}
    _order(path_of("incidents", incident_id, "offers"), body, key, api, token, json)


def withdraw(
    offer_id: str,
    give_up: Annotated[bool, typer.Option("--give-up", help="Do not fill the place anew.")] = False,
    reason: ReasonOption = None,
    key: KeyOption = None,
    api: ApiOption = None,
    token: TokenOption = None,
    json: JsonOption = False,
) -> None:
    """Take an offer back, or stand the person down."""
    body = {"reason": reason, "replace": False if give_up else None}
    _order(path_of("offers", offer_id, "withdraw"), body, key, api, token, json)


def answer(
    offer_id: str,
    said: SpokenAnswer,
    heard_by: Annotated[HeardBy, typer.Option(help="How you heard it.")] = HeardBy.PHONE,
    because: Annotated[DeclineReason | None, typer.Option(help="Why they decline.")] = None,
    text: Annotated[str | None, typer.Option(help="What they said besides; kept private.")] = None,
    key: KeyOption = None,
    api: ApiOption = None,
    token: TokenOption = None,
    json: JsonOption = False,
) -> None:
    """Enter what a person told you about their offer."""
    body: dict[str, Any] = {"on_behalf": {"heard_by": heard_by.value}}
    if said in _PROGRESS:
        verb, body = "progress", body | {"state": said.value}
    else:
        verb = said.value.replace("_", "-")
        body |= {"text": text if said is not SpokenAnswer.ACCEPT else None}
        body |= {"reason": because.value if because else None} if said is SpokenAnswer.DECLINE else {}
    _order(path_of("offers", offer_id, verb), body, key, api, token, json)


def split(
    incident_id: str,
    kind: Annotated[str, typer.Option("--type", help="What the other event is.")],
    at: Annotated[str | None, typer.Option(help="Where it is: LON,LAT. Without it, work that has no place.")] = None,
    offer: Annotated[list[str] | None, typer.Option(help="Whose person goes over; may be repeated.")] = None,
    report: Annotated[list[str] | None, typer.Option(help="A further report that goes over; may be repeated.")] = None,
    description: Annotated[str | None, typer.Option(help="What is known of it.")] = None,
    reason: ReasonOption = None,
    key: KeyOption = None,
    api: ApiOption = None,
    token: TokenOption = None,
    json: JsonOption = False,
) -> None:
    """Make a part of an incident an incident of its own, and print its id."""
    body = {"type": kind, "description": description, "offers": offer, "reports": report, "reason": reason}
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
    """Gives the order and prints the id of what it is about."""
    with access(api, token).http() as http:
        headers = {"Idempotency-Key": key or f"cli-{clock.fresh_id()}"}
        given = {name: value for name, value in body.items() if value is not None} | (always or {})
        told = ask(http, "POST", path, json=given, headers=headers)
    print_json(told) if json else print(told["id"])
