"""All invariants of one run, in the order in which what one reads is needed by the next."""

from pathlib import Path

from tests.faults.checker import canaries, incidents, liveness
from tests.faults.checker import published as schemas
from tests.faults.checker.commands import Commands
from tests.faults.checker.decisions import Decisions, Parts
from tests.faults.checker.duty import Duty
from tests.faults.checker.expected import Expected
from tests.faults.checker.faulty_times import FaultyTimes
from tests.faults.checker.findings import Book
from tests.faults.checker.folder import Folder, Unreadable
from tests.faults.checker.history import History
from tests.faults.checker.notices import Notices
from tests.faults.checker.offers import Offers
from tests.faults.checker.pages import Pages
from tests.faults.checker.picture import Picture
from tests.faults.checker.published import Published
from tests.faults.checker.reducer import FOLDS


def check(root: Path, *, budget_factor: float | None = None, schema_folder: Path = schemas.FOLDER) -> Book:
    """Judges the run in this folder.

    Raises:
        Unreadable: something of it is missing or cannot be read, or the schemas publish what the reducer does not know.
    """
    folder, published, book = Folder(root), _published(schema_folder), Book()
    ended_ms = folder.run.ended_ms
    times = _times(folder)
    commands, duty = Commands(), Duty()
    commands.read(folder, published, book)
    letters = commands.read_letters(folder, published, book)
    duty.read(folder, published, book, letters)
    parts = Parts(published=published, commands=commands, duty=duty, times=times, book=book)
    decisions = Decisions(parts, ended_ms)
    decisions.read(folder, letters)
    decisions.edits.read(folder)
    commands.judge(book, ended_ms)
    commands.judge_samples(folder.lines("samples.jsonl"), book)
    offers = Offers(decisions, times, book, folder.run)
    offers.read(folder, published)
    Notices(offers, times, book, ended_ms).read(folder, published)
    incidents.Statuses(published, book).read(folder, decisions)
    history = History(times, book)
    history.read(folder)
    history.judge(commands, decisions)
    incidents.judge_reports(commands, decisions, book)
    incidents.judge_ends(commands, decisions, history.accepted, book, ended_ms)
    expected = Expected(decisions)
    Picture(published, commands, decisions, duty, expected, book).read(folder, ended_ms)
    Pages(decisions, expected, book).read(folder)
    canaries.search(folder, book)
    liveness.measure(history, offers.first_offer_ms, commands, times, book, budget_factor)
    book.counts["void_events"] += 0
    return book


def _times(folder: Folder) -> FaultyTimes:
    try:
        return FaultyTimes(folder.lines("nemesis.jsonl"), folder.run.healed_ms)
    except (KeyError, TypeError, ValueError) as error:
        raise Unreadable(f"nemesis.jsonl: {error!r}") from error


def _published(schema_folder: Path) -> Published:
    try:
        published = Published(schema_folder)
    except (OSError, ValueError, KeyError) as error:
        raise Unreadable(f"{schema_folder}: {error!r}") from error
    unknown = published.events - FOLDS.keys() - {"incident_reported"}
    if unknown:
        raise Unreadable(f"the reducer does not know the published events {', '.join(sorted(unknown))}")
    return published
