"""`komek incident`: report, show and list incidents, and manual commands (`by_hand.py`)."""

import time
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import httpx2
import typer

from dispatch.model.counted import counted
from dispatch.model.vocabulary import IncidentStatus, Priority
from streams import clock
from streams.api_paths import path_of
from streams.cli import by_hand, proposals, remind
from streams.cli.client import ApiOption, JsonOption, TokenOption, access, ask, incident_named
from streams.cli.errors import WRONG_USE, CommandFailed
from streams.cli.labels import priority_words, words
from streams.cli.output import print_json, print_table, say
from streams.cli.places import location

app = typer.Typer(
    help="Report, show, assign, escalate and reopen incidents; answer for a volunteer.", no_args_is_help=True
)
for order in (by_hand.reopen, by_hand.escalate, by_hand.assign, by_hand.withdraw, by_hand.answer, by_hand.split):
    app.command()(order)
app.command("remind")(remind.remind)
app.command("accept-proposal")(proposals.accept_proposal)
app.command("reject-proposal")(proposals.reject_proposal)

FOLLOW_EVERY_S = 0.5
OVER = (IncidentStatus.CLOSED, IncidentStatus.CANCELLED)


@app.command()
def new(
    kind: Annotated[str, typer.Option("--type", help="Incident type, as listed by GET /v1/incident-types.")],
    at: Annotated[str | None, typer.Option(help="Where: LON,LAT.")] = None,
    geometry: Annotated[str | None, typer.Option(help="The place: a GeoJSON Point, Polygon or MultiPolygon.")] = None,
    placeless: Annotated[bool, typer.Option("--placeless", help="Work without a place.")] = False,
    priority: Annotated[Priority | None, typer.Option(help="Default: the priority of the response plan.")] = None,
    description: Annotated[str | None, typer.Option(help="What the caller said.")] = None,
    language: Annotated[str | None, typer.Option(help="Language of the caller: kk, ru, en, …")] = None,
    address: Annotated[str | None, typer.Option(help="Address in the caller's words.")] = None,
    caller_name: Annotated[str | None, typer.Option()] = None,
    caller_phone: Annotated[str | None, typer.Option()] = None,
    need: Annotated[
        list[str] | None,
        typer.Option(
            help="CAPABILITY:SKILL[:COUNT[:LANGUAGE+LANGUAGE]], replaces the requirements of the plan; may be repeated."
        ),
    ] = None,
    reported_at: Annotated[str | None, typer.Option(help="Time of the call, like 2026-11-22T08:00:00Z.")] = None,
    external_id: Annotated[str | None, typer.Option(help="Id of the incident in another system.")] = None,
    key: Annotated[
        str | None, typer.Option(help="Idempotency-Key: a repeat with the same key creates no second incident.")
    ] = None,
    follow: Annotated[bool, typer.Option("--follow", help="Print changes until the incident ends, or Ctrl-C.")] = False,
    api: ApiOption = None,
    token: TokenOption = None,
    json: JsonOption = False,
) -> None:
    """Report an incident and print its id."""
    body = {
        "type": kind,
        "location": location(at, geometry, placeless=placeless),
        "priority": priority.value if priority else None,
        "description": description,
        "language": language,
        "address": address,
        "caller": {"name": caller_name, "phone": caller_phone} if caller_name or caller_phone else None,
        "requirements": [_requirement(text) for text in need] if need else None,
        "reported_at": reported_at,
        "external_id": external_id,
    }
    # `location: null` is a value: work without a place.
    body = {name: value for name, value in body.items() if value is not None or name == "location"}
    with access(api, token).http() as http:
        headers = {"Idempotency-Key": key or f"cli-{clock.fresh_id()}"}
        answer = ask(http, "POST", "/v1/incidents", json=body, headers=headers)
        print_json(answer) if json else say(answer["id"])
        if follow:
            _follow(http, str(answer["id"]), json)


@app.command()
def show(incident_id: str, api: ApiOption = None, token: TokenOption = None, json: JsonOption = False) -> None:
    """Show one incident: attention, proposals, requirements, offers, and the people who have not confirmed a change.

    By its id, or by its number on the pages."""
    with access(api, token).http() as http:
        incident = ask(http, "GET", path_of("incidents", incident_named(http, incident_id)))
    if json:
        print_json(incident)
        return
    say(f"{incident['id']}  {incident['type']}  {priority_words(incident['priority'])}  {incident['status']}")
    # Absent without the right to read it.
    if incident.get("address"):
        say(f"address: {incident['address']}")
    if attention := incident.get("attention"):
        print_table(
            "Attention",
            ("why", "person", "for", "detail", "since"),
            [_attention_row(entry, incident) for entry in attention],
            empty="",
        )
    if waiting := incident.get("proposals"):
        print_table(
            "Proposals of digital work (`komek incident accept-proposal` or `reject-proposal`)",
            ("proposal", "says", "who (right of judged)", "waits because of", "at"),
            [_proposal_row(entry) for entry in waiting],
            empty="",
        )
    print_table(
        "Requirements",
        ("id", "capability", "skill", "needed", "offered", "accepted", "missing", "why"),
        [_requirement_row(requirement) for requirement in incident["requirements"]],
        empty="no requirements: nobody is asked; a PATCH of `requirements` adds some",
    )
    print_table(
        "Offers",
        ("offer", "volunteer", "for", "state", "distance", "expires"),
        [_offer_row(offer) for offer in incident["offers"]],
        empty=f"no offers: nobody has been asked; `komek why {incident['id']}` says why",
    )
    if unconfirmed := [offer for offer in incident["offers"] if offer.get("to_confirm")]:
        print_table(
            "Changes not confirmed (`komek incident answer OFFER confirm` once you have told the person)",
            ("person", "changed", "since", "state", "offer"),
            [_unconfirmed_row(offer, offer["to_confirm"]) for offer in unconfirmed],
            empty="",
        )
    for entry in incident.get("merge_candidates", []):
        say(
            f"may be the same as {entry['incident_id']} ({entry['score']:.0%}): {', '.join(map(words, entry['reasons']))}"
        )


@app.command("list")
def list_incidents(
    status: Annotated[IncidentStatus | None, typer.Option()] = None,
    priority: Annotated[Priority | None, typer.Option()] = None,
    limit: Annotated[int, typer.Option(min=1, max=200)] = 50,
    api: ApiOption = None,
    token: TokenOption = None,
    json: JsonOption = False,
) -> None:
    """List incidents."""
    wanted = {"status": status, "priority": priority, "limit": limit}
    with access(api, token).http() as http:
        answer = ask(http, "GET", "/v1/incidents", params={name: str(v) for name, v in wanted.items() if v is not None})
    if json:
        print_json(answer)
        return
    rows = [
        (item["id"], item["type"], priority_words(item["priority"]), item["status"], item["times"]["reported"])
        for item in answer["items"]
    ]
    print_table(
        counted(len(rows), "incident"),
        ("id", "type", "priority", "status", "reported"),
        rows,
        empty="no incidents match; `komek incident new` reports one",
    )


def _requirement(text: str) -> dict[str, Any]:
    capability, _, rest = text.partition(":")
    skill, _, rest = rest.partition(":")
    count, _, languages = rest.partition(":")
    if not skill or not (count.isdecimal() or not count):
        raise CommandFailed(
            f"--need {text!r}: expected CAPABILITY:SKILL[:COUNT[:LANGUAGES]]",
            "--need field:first_aid:3:kk+ru",
            WRONG_USE,
        )
    need: dict[str, Any] = {"capability": capability, "skill": skill, "count": int(count or 1)}
    return {**need, "languages": languages.split("+")} if languages else need


def _follow(http: httpx2.Client, incident_id: str, json: bool) -> None:
    """Prints each change until the incident has ended."""
    known: dict[str, str] = {}
    while True:
        incident = ask(http, "GET", path_of("incidents", incident_id))
        for line in _changes(known, incident):
            print_json(line) if json else say("  ".join(str(part) for part in line.values()))
        if incident["status"] in OVER:
            return
        # By polling: it needs no event stream, and one incident is a small response.
        time.sleep(FOLLOW_EVERY_S)


def _changes(known: dict[str, str], incident: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The changes since `known`, which is updated."""
    at = clock.rfc3339(clock.now_ms())
    skills = {requirement["id"]: requirement["skill"] for requirement in incident["requirements"]}
    # Only differences: the same state is read many times.
    if known.get("incident") != incident["status"]:
        known["incident"] = incident["status"]
        yield {"at": at, "what": "incident", "state": incident["status"]}
    for offer in incident["offers"]:
        if known.get(offer["id"]) != offer["state"]:
            known[offer["id"]] = offer["state"]
            skill = skills.get(offer["requirement_id"], "")
            yield {"at": at, "what": "offer", "state": offer["state"], "volunteer": offer["volunteer_id"], "for": skill}


def _requirement_row(requirement: Mapping[str, Any]) -> tuple[str, ...]:
    names = ("id", "capability", "skill", "count", "offered", "accepted", "shortfall")
    return (*(str(requirement[name]) for name in names), words(requirement.get("shortfall_reason") or ""))


def _attention_row(entry: Mapping[str, Any], incident: Mapping[str, Any]) -> tuple[str, ...]:
    """The person and the requirement are those of the offer that the entry is about."""
    offer: Mapping[str, Any] = next((one for one in incident["offers"] if one["id"] == entry["offer_id"]), {})
    requirement_id = entry["requirement_id"] or offer.get("requirement_id", "")
    skill = next((line["skill"] for line in incident["requirements"] if line["id"] == requirement_id), "")
    work = f"{requirement_id} {skill}".strip()
    return (words(entry["reason"]), offer.get("volunteer_id", ""), work, entry["detail"] or "", entry["since"])


def _proposal_row(entry: Mapping[str, Any]) -> tuple[str, ...]:
    place = entry["location"]["coordinates"] if entry["location"] else ""
    says = f"{words(entry['kind'])} {entry['incident_id'] or place}".strip()
    who = (
        f"{one['volunteer_id']} ({one['upheld']:g} of {one['judged']:g})" if one["judged"] else str(one["volunteer_id"])
        for one in entry["said"]
    )
    return (entry["id"], says, ", ".join(who), ", ".join(map(words, entry["because"])), entry["at"])


def _unconfirmed_row(offer: Mapping[str, Any], change: Mapping[str, Any]) -> tuple[str, ...]:
    return (offer["volunteer_id"], ", ".join(change["fields"]), change["since"], change["state"], offer["id"])


def _offer_row(offer: Mapping[str, Any]) -> tuple[str, ...]:
    distance = offer.get("distance_m")
    return (
        offer["id"],  # whole: other commands take it
        offer["volunteer_id"],
        offer["requirement_id"],
        offer["state"],
        "" if distance is None else f"{distance / 1000:.1f} km",
        offer["expires_at"],
    )
