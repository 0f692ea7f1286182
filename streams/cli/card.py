"""`komek card`: cards of other control rooms, in the form of the 112 card or of an EIDO."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from dispatch.cards import card_table
from dispatch.cards.card_reading import card_file
from dispatch.cards.card_table import CardTable
from dispatch.cards.card_text import MAX_BYTES
from dispatch.cards.received_card import Card
from dispatch.cards.table_values import BadTable
from dispatch.model.counted import counted
from dispatch.model.plain_reason import plain_reason
from dispatch.plans import book
from streams import clock
from streams.cap.desk import ApiDesk
from streams.cap.importing import Done
from streams.cap.ledger import BadLedger
from streams.cards.card_importing import CardDesk, CardImporter, DryCardRun, unusable
from streams.cards.card_ledger import CardLedger
from streams.cli.cap_setup import LEDGER_CURE, START_IT, desk_errors_reported
from streams.cli.client import ApiOption, JsonOption, TokenOption, access
from streams.cli.context import settings_here
from streams.cli.errors import FAILED, WRONG_USE, CommandFailed
from streams.cli.labels import reason_words
from streams.cli.output import print_json, print_table, say
from streams.service_area import service_area_of
from streams.settings import Settings

app = typer.Typer(help="Import cards of other control rooms (112 cards, EIDO).", no_args_is_help=True)
REPEAT = "What was done is in the ledger: repeat the command once the API answers."


@app.callback()
def card() -> None:
    """Import cards of other control rooms (112 cards, EIDO)."""


@app.command("import")
def import_(
    sources: Annotated[
        list[str], typer.Argument(help="Files with a card, an array or a line for each; - for standard input.")
    ],
    apply: Annotated[
        bool, typer.Option("--apply", help="Post what follows to the API; without it, only show.")
    ] = False,
    table: Annotated[
        Path | None,
        typer.Option(help="Names and codes (TOML). Default: KOMEK_CARD_TABLE, else those that come with Komek."),
    ] = None,
    ledger: Annotated[Path | None, typer.Option(help="Default: card-ledger.sqlite in KOMEK_DATA.")] = None,
    api: ApiOption = None,
    token: TokenOption = None,
    json: JsonOption = False,
) -> None:
    """Turn cards into incidents, and follow their newer versions, merges and ends.

    A version that was imported before has no second effect. What cannot be used, and a code that the table does not have, is
    told and tried again by the next run; exit code 1 then.
    """
    settings = settings_here()
    names = _table(table or settings.card_table)
    cards, done = _read(sources, names)
    path = ledger or settings.data / "card-ledger.sqlite"
    with _ledger(path, is_written=apply) as entries, _desk(api, token, names, settings, is_real=apply) as desk:
        importer = CardImporter(
            table=names,
            ledger=entries,
            desk=desk,
            served=service_area_of(settings),
            now_ms=clock.now_ms(),
            own_sender=settings.cap_sender,
        )
        with desk_errors_reported(REPEAT):
            done += importer.run(cards)
    _show(done, is_applied=apply, json=json)
    if any(one.step is None for one in done):
        raise typer.Exit(FAILED)


def _table(path: Path | None) -> CardTable:
    try:
        return card_table.load(path)
    except BadTable as error:
        raise CommandFailed(str(error), "dispatch/cards/builtin.toml shows the form.", WRONG_USE) from error


def _read(sources: Sequence[str], names: CardTable) -> tuple[list[Card], list[Done]]:
    """All cards, and what cannot be used. A source that cannot be read hinders no other."""
    cards: list[Card] = []
    faults: list[Done] = []
    for source in dict.fromkeys(sources):
        try:
            found = card_file(_bytes_of(source), names)
        except OSError as error:
            faults.append(Done(identifier=source, event="", reason=plain_reason(error), step=None))
            continue
        cards += found.cards
        faults += [unusable(one, source) for one in found.faults]
    return cards, faults


def _bytes_of(source: str) -> bytes:
    if source == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    with Path(source).open("rb") as file:
        return file.read(MAX_BYTES + 1)


@contextmanager
def _ledger(path: Path, *, is_written: bool) -> Iterator[CardLedger]:
    """The ledger; for a dry run a copy of it in memory. Raises CommandFailed."""
    try:
        if is_written:
            path.parent.mkdir(parents=True, exist_ok=True)
        copied = path if not is_written and path.exists() else None
        with CardLedger.opened(path if is_written else None, copied_from=copied) as entries:
            yield entries
    except BadLedger as error:
        raise CommandFailed(str(error), LEDGER_CURE, WRONG_USE) from error
    except OSError as error:
        raise CommandFailed(f"{path}: {plain_reason(error)}", LEDGER_CURE, WRONG_USE) from error


@contextmanager
def _desk(
    api: str | None, token: str | None, names: CardTable, settings: Settings, *, is_real: bool
) -> Iterator[CardDesk]:
    """Compares the types of the table with the plans: those in force, or for a dry run those of this machine. Raises
    CommandFailed."""
    if not is_real:
        plans = book.load(settings.plans) if settings.plans else book.load_builtin()
        # Plans that were applied at run time are known to the API alone, which a dry run does not ask.
        for sentence in names.without_plan(plans.plans):
            say(f"{sentence} (plans of this machine; --apply asks the API for those in force)", to_errors=True)
        yield DryCardRun()
        return
    with access(api, token).http(identity="card-import") as http:
        desk = ApiDesk(http)
        with desk_errors_reported(START_IT):
            faults = names.without_plan([one.type for one in desk.types()])
        if faults:
            raise CommandFailed(
                "\n".join(faults), "Correct the table, or apply plans that have these types.", WRONG_USE
            )
        yield desk


def _show(done: Sequence[Done], *, is_applied: bool, json: bool) -> None:
    rows = [
        (
            one.identifier,
            one.event,
            one.step.value if one.step else "refused",
            one.rule,
            one.reason if json else reason_words(one.reason),
            one.incident_id or "",
        )
        for one in done
    ]
    columns = ("card", "event", "step", "rule", "why", "incident")
    if json:
        names = ("identifier", "event", "step", "rule", "reason", "incident_id")
        items = [dict(zip(names, row, strict=True)) for row in rows]
        print_json(
            {"applied": is_applied, "items": [{**one, "incident_id": one["incident_id"] or None} for one in items]}
        )
        return
    print_table(counted(len(rows), "card"), columns, rows, empty="no cards; nothing to do")
    if not is_applied:
        say("nothing was sent; --apply posts it")
