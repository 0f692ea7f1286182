"""`komek webhooks`: how far the subscriptions are, and what was given up."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from streams import clock
from streams.cli.client import JsonOption
from streams.cli.context import broker_errors_reported, settings_here
from streams.cli.errors import FAILED, WRONG_USE, CommandFailed
from streams.cli.output import print_json, print_table, say
from streams.webhooks import orders
from streams.webhooks.book import letter_key, place_key
from streams.webhooks.cloud_events import PREFIX, WebhookEvent
from streams.webhooks.sending import Answer, Sender, Verdict
from streams.webhooks.subscriptions import BadSubscriptions, Subscription, subscriptions_in
from streams.wire import WebhookLetter

app = typer.Typer(help="Check webhooks, see how far they are, send again what was given up.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="A subscription of the file of KOMEK_WEBHOOKS.")]
Ids = Annotated[list[str] | None, typer.Option("--id", help="Of one event; may be repeated. Default: all.")]
TEST = "test"


@app.callback()
def webhooks() -> None:
    """Check webhooks, see how far they are, send again what was given up."""


@app.command()
def check(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="As KOMEK_WEBHOOKS names it.")
    ],
    test: Annotated[str | None, typer.Option("--test", help="Send a signed test event to this subscription.")] = None,
    json: JsonOption = False,
) -> None:
    """Check a file of subscriptions, and send a test event. Needs no Kafka. Exit code 1 unless the receiver took it."""
    try:
        found = subscriptions_in(file)
    except BadSubscriptions as error:
        raise CommandFailed(str(error), "streams/webhooks/subscriptions.py shows the form.", WRONG_USE) from error
    answer = _tested(found, test) if test is not None else None
    if json:
        items = [{"name": one.name, "url": one.shown_url, "types": list(one.types)} for one in found.values()]
        print_json({"items": items, "test": {"verdict": answer.verdict, "code": answer.code} if answer else None})
    else:
        rows = [(one.name, one.shown_url, " ".join(one.types) or "all") for one in found.values()]
        print_table(
            "Webhooks", ("name", "address", "types"), rows, empty="no subscriptions; add a table [webhooks.NAME]"
        )
        if answer is not None:
            say(f"{test}: {answer.verdict} ({answer.code})")
    if answer is not None and answer.verdict is not Verdict.DELIVERED:
        raise typer.Exit(FAILED)


def _tested(found: dict[str, Subscription], name: str) -> Answer:
    if name not in found:
        raise CommandFailed(f"there is no subscription {name!r}", f"It has {', '.join(found)}.", WRONG_USE)
    event = WebhookEvent(
        id=clock.fresh_id(), type=PREFIX + TEST, incident_id=TEST, at_ms=clock.now_ms(), data={}, by=TEST
    )
    body = event.body(links_from=settings_here().public_url)

    async def send() -> Answer:
        sender = Sender(now_s=lambda: clock.now_ms() // 1000)
        try:
            return await sender.send(found[name], event.id, body)
        finally:
            await sender.close()

    return asyncio.run(send())


@app.command("list")
def list_(json: JsonOption = False) -> None:
    """List the subscriptions that have begun: what was delivered, who is in trouble, how much was given up."""
    with broker_errors_reported():
        book = orders.book_now(settings_here())
    items = [
        {
            "name": place.name,
            "state": "stopped" if place.is_stopped else "in_trouble" if place.failing_since_ms else "delivers",
            "delivered": place.delivered,
            "given_up": len(book.letters_of(place.name)),
            "failing_since": clock.rfc3339(place.failing_since_ms) if place.failing_since_ms else None,
            "code": place.code,
            "at": clock.rfc3339(place.at_ms),
        }
        for place in sorted(book.places.values(), key=lambda one: one.name)
    ]
    if json:
        print_json({"items": items})
        return
    columns = ("name", "state", "delivered", "given_up", "failing_since", "code", "at")
    rows = [tuple(str(item[column] if item[column] is not None else "") for column in columns) for item in items]
    print_table("Webhooks", columns, rows, empty="no subscription has begun; KOMEK_WEBHOOKS of the notifier names them")


@app.command()
def letters(name: Name, json: JsonOption = False) -> None:
    """List the events that were given up, the oldest first."""
    with broker_errors_reported():
        found = orders.book_now(settings_here()).letters_of(name)
    columns = ("event_id", "type", "incident_id", "code", "attempts", "at", "wanted_again")
    items = [dict(zip(columns, _cells(one), strict=True)) for one in found]
    if json:
        print_json({"items": items})
        return
    rows = [tuple(str(cell) for cell in item.values()) for item in items]
    print_table(f"Given up for {name}", columns, rows, empty=f"nothing was given up for {name}")


def _cells(letter: WebhookLetter) -> tuple[object, ...]:
    at = clock.rfc3339(letter.at_ms)
    return letter.event_id, letter.type, letter.incident_id, letter.code, letter.attempts, at, letter.is_wanted


@app.command()
def replay(name: Name, ids: Ids = None) -> None:
    """Send events that were given up once more, with their ids. One that fails again stays in the list."""
    _order_letters(name, ids or [], is_kept=True)


@app.command()
def dismiss(name: Name, ids: Ids = None) -> None:
    """Forget events that were given up: they are not delivered any more."""
    _order_letters(name, ids or [], is_kept=False)


def _order_letters(name: str, ids: list[str], *, is_kept: bool) -> None:
    settings = settings_here()
    with broker_errors_reported():
        found = orders.chosen(orders.book_now(settings).letters_of(name), ids)
        orders.order(
            settings,
            {letter_key(one.name, one.event_id): replace(one, is_wanted=True) if is_kept else None for one in found},
        )
    say(f"{len(found)} {'are sent again; `komek webhooks letters` shows which fail' if is_kept else 'forgotten'}")


@app.command()
def resume(name: Name) -> None:
    """Send again to a receiver that had answered 410. It goes on where it stopped."""
    settings = settings_here()
    with broker_errors_reported():
        place = orders.book_now(settings).places.get(name)
        if place is None:
            raise CommandFailed(f"no subscription {name!r} has begun", "`komek webhooks list` names them.", WRONG_USE)
        orders.order(settings, {place_key(name): replace(place, is_stopped=False, code=None)})
    say(f"{name} goes on")
