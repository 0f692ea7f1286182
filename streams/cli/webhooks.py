"""`komek webhooks`: how far the subscriptions are, and what was given up."""

import asyncio
import contextlib
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from dispatch.model.counted import counted
from dispatch.model.plain_reason import plain_reason
from streams import clock, private_file
from streams.cli.client import JsonOption
from streams.cli.context import log_errors_reported, settings_here, settings_of_whole_log
from streams.cli.errors import FAILED, WRONG_USE, CommandFailed
from streams.cli.labels import words
from streams.cli.output import print_json, print_table, say
from streams.settings import Settings
from streams.webhooks import orders
from streams.webhooks.book import WebhookBook, letter_key, place_key
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
        # Whoever reads it can sign events for every receiver. The notifier warns, and goes on.
        private_file.check(file)
    except BadSubscriptions as error:
        raise CommandFailed(str(error), "streams/webhooks/subscriptions.py shows the form.", WRONG_USE) from error
    except OSError as error:
        raise CommandFailed(f"{file}: {plain_reason(error)}", "Correct its rights.", WRONG_USE) from error
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
            say(f"{test}: {words(answer.verdict)} ({words(answer.code)})")
    if answer is not None and answer.verdict is not Verdict.DELIVERED:
        raise typer.Exit(FAILED)


def _tested(found: dict[str, Subscription], name: str) -> Answer:
    if name not in found:
        raise _unknown(name, found)
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
    with log_errors_reported():
        book = orders.book_now(settings_of_whole_log())
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
    rows = [tuple(_cell(column, item[column]) for column in columns) for item in items]
    print_table("Webhooks", columns, rows, empty="no subscription has begun; KOMEK_WEBHOOKS of the notifier names them")


@app.command()
def letters(name: Name, json: JsonOption = False) -> None:
    """List the events that were given up, the oldest first."""
    settings = settings_of_whole_log()
    with log_errors_reported():
        book = orders.book_now(settings)
    _require_known(name, book, settings)
    found = book.letters_of(name)
    columns = ("event_id", "type", "incident_id", "code", "attempts", "at", "wanted_again")
    items = [dict(zip(columns, _cells(one), strict=True)) for one in found]
    if json:
        print_json({"items": items})
        return
    rows = [tuple(_cell(column, item[column]) for column in columns) for item in items]
    print_table(f"Given up for {name}", columns, rows, empty=f"nothing was given up for {name}")


def _cell(column: str, value: object) -> str:
    """For people: no bare codes, and nothing for what there is none of."""
    if value is None:
        return ""
    return words(value) if column in ("state", "code", "wanted_again") else str(value)


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
    settings = settings_of_whole_log()
    with log_errors_reported():
        book = orders.book_now(settings)
        _require_known(name, book, settings)
        given_up = book.letters_of(name)
        if missing := sorted(set(ids) - {one.event_id for one in given_up}):
            raise CommandFailed(
                f"{name} has not given up {', '.join(missing)}",
                f"`komek webhooks letters {name}` lists what it has. Nothing was changed.",
                WRONG_USE,
            )
        found = orders.chosen(given_up, ids)
        orders.order(
            settings,
            {letter_key(one.name, one.event_id): replace(one, is_wanted=True) if is_kept else None for one in found},
        )
    if not found:
        say(f"nothing was given up for {name}")
        return
    events = counted(len(found), "event is", "events are")
    say(f"{events} {f'sent again; `komek webhooks letters {name}` shows which fail' if is_kept else 'forgotten'}")


def _require_known(name: str, book: WebhookBook, settings: Settings) -> None:
    """Raises CommandFailed: there is no such subscription, neither in the log nor in the file that this shell names."""
    known = {*book.places, *(one.name for one in book.letters.values())}
    if settings.webhooks is not None:
        # A file that cannot be used says nothing; those that have begun are in the log.
        with contextlib.suppress(BadSubscriptions):
            known |= set(subscriptions_in(settings.webhooks))
    if name not in known:
        raise _unknown(name, known)


def _unknown(name: str, known: Collection[str]) -> CommandFailed:
    cure = (
        f"There are {', '.join(sorted(known))}."
        if known
        else "None has begun; KOMEK_WEBHOOKS of the notifier names them."
    )
    return CommandFailed(f"there is no subscription {name!r}", cure, WRONG_USE)


@app.command()
def resume(name: Name) -> None:
    """Send again to a receiver that had answered 410. It goes on where it stopped."""
    settings = settings_of_whole_log()
    with log_errors_reported():
        book = orders.book_now(settings)
        _require_known(name, book, settings)
        place = book.places.get(name)
        if place is None:
            raise CommandFailed(f"{name} has not begun yet", "The notifier begins it; nothing is to be resumed.")
        orders.order(settings, {place_key(name): replace(place, is_stopped=False, code=None)})
    say(f"{name} goes on")
