"""The printed board: open incidents as plain text. Pure: it reads nothing.

Sorted by priority, then oldest first. It states its time and what it cannot show. It contains ids only, so that a lost sheet does
not identify anybody.
"""

from collections.abc import Iterator, Sequence
from textwrap import wrap

from dispatch.model.commands import ReportIncident
from dispatch.model.incidents import Incident
from dispatch.model.languages import canonicals
from dispatch.model.offers import Offer
from dispatch.model.places import Area
from dispatch.model.requirements import Requirement
from dispatch.model.vocabulary import LIVE_STATES, OfferState, Priority
from streams.clock import rfc3339
from streams.readers.last_known import LastKnown, Undecided

WIDTH = 100
INDENT = "     "


def page(known: LastKnown) -> str:
    """The board: all open incidents, and all reports without a decision."""
    # By order of priority and time; the text is no part of the key.
    entries = sorted(_entries(known), key=lambda entry: entry[:2])
    lines = [*_head(known, len(entries))]
    for number, (_, _, text) in enumerate(entries, 1):
        first, *rest = text
        lines += ["-" * WIDTH, f"{number:>3}  {first}", *rest]
    lines += ["=" * WIDTH, "end of the board"]
    # Every line, whatever field it shows: many of them hold words of clients.
    return "\n".join(_harmless(line).rstrip() for line in lines) + "\n"


def _head(known: LastKnown, count: int) -> Iterator[str]:
    yield "=" * WIDTH
    yield f"KOMEK   open incidents: {count}   as of {_time(known.read_ms)}"
    newest = "none" if known.decided_ms is None else _time(known.decided_ms)
    yield f"Read from the log, not from Redis. Newest decision: {newest}."
    waiting = "unknown" if known.waiting is None else str(known.waiting)
    yield f"Commands that wait for a decision: {waiting}."
    yield "Ids only: names, addresses, phones and texts are encrypted and not shown."


def _entries(known: LastKnown) -> Iterator[tuple[int, int, list[str]]]:
    for state in known.states:
        if state.is_open:
            # The sheet is sorted by these two.
            yield state.priority.order, state.times.reported_ms, list(_incident(state, known.read_ms))
    for entry in known.undecided:
        # A report without a priority gets that of its type when it is decided, so it is unknown until then.
        order = (entry.command.priority or Priority.CRITICAL).order
        yield order, entry.logged_ms, list(_report(entry, known.read_ms))


def _incident(state: Incident, read_ms: int) -> Iterator[str]:
    age = _age(read_ms - state.times.reported_ms)
    yield f"{state.priority.upper():<9} {state.type:<24} {state.status.upper():<12} {age:>9}   {state.id}"
    about = [_place(state.area), f"reported {_time(state.times.reported_ms)}", f"alarm level {state.alarm_level}"]
    yield INDENT + "   ".join([*about, str(state.certainty)])
    # Each reason once, however many people it concerns.
    for reason in sorted({str(entry.reason) for entry in state.attention}):
        yield f"{INDENT}! OPERATOR: {reason}"
    for need in state.requirements:
        yield from _need(need, state.offers_for(need.id))


def _need(need: Requirement, offers: Sequence[Offer]) -> Iterator[str]:
    live = [offer for offer in offers if offer.state in LIVE_STATES]
    asked = sum(offer.state is OfferState.OFFERED for offer in live)
    filled = sum(offer.is_filling for offer in offers)
    line = f"{need.id:<4} {need.count} x {need.skill} ({need.capability}{_in(canonicals(need.languages))})"
    missing = f"   MISSING {need.shortfall.missing} ({need.shortfall.reason})" if need.shortfall else ""
    yield f"{INDENT}{line}   filled {filled}, asked {asked}{missing}"
    # Those who come before those who are only asked.
    for offer in sorted(live, key=lambda offer: (offer.state is OfferState.OFFERED, offer.created_ms)):
        until = f" until {_time(offer.expires_ms)}" if offer.state is OfferState.OFFERED else ""
        way = "" if offer.distance_m is None else f"   {offer.distance_m / 1000:.1f} km"
        open_changes = f"   NOT CONFIRMED: {', '.join(offer.unconfirmed.fields)}" if offer.unconfirmed else ""
        # A box to tick by hand: on paper the list is worked through with a pen.
        yield f"{INDENT}     [ ] {offer.volunteer_id:<24} {offer.state}{until}{way}{open_changes}"


def _report(entry: Undecided, read_ms: int) -> Iterator[str]:
    report = entry.command
    priority = report.priority.upper() if report.priority else "AS PLANNED"
    age = _age(read_ms - entry.logged_ms)
    yield f"{priority:<9} {report.type:<24} {'NOT DECIDED':<12} {age:>9}   {report.incident_id}"
    yield f"{INDENT}{_place(report.area)}   in the log since {_time(entry.logged_ms)}   NOBODY HAS BEEN ASKED YET"
    yield from wrap(_wanted(report), WIDTH, initial_indent=INDENT, subsequent_indent=INDENT)


def _wanted(report: ReportIncident) -> str:
    if not report.requirements:
        return "needs: as planned for this type"
    return "needs: " + ", ".join(f"{spec.count or 1} x {spec.skill}" for spec in report.requirements)


def _harmless(line: str) -> str:
    """Removes control characters: ids come from clients and must not control a printer or a terminal."""
    return "".join(sign if sign.isprintable() else "?" for sign in line)


def _in(languages: Sequence[str]) -> str:
    return f", {'/'.join(languages)}" if languages else ""


def _place(area: Area | None) -> str:
    return "no place" if area is None else f"lat {area.centre.lat:.5f} lon {area.centre.lon:.5f}"


def _time(at_ms: int) -> str:
    return f"{rfc3339(at_ms)[:19]}Z"


def _age(age_ms: int) -> str:
    """An age in hours and minutes."""
    minutes = max(0, age_ms) // 60_000
    return f"{minutes // 60} h {minutes % 60:02} min"
