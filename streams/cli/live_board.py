"""The layout of the live board for a terminal. Pure: it fetches nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.layout import Layout
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from streams.cli.labels import age, priority_text, status_text, words

WIDE = 130
"""Columns from which queue and offers stand side by side."""
PRIORITY_ORDER = ("critical", "high", "normal", "low")
NEEDS_PEOPLE = ("reported", "dispatching", "unfilled")
# Signs beside the words and colours, for terminals and people without colours.
OFFER_SIGNS = {
    "offered": "… asked",
    "accepted": "+ accepted",
    "declined": "x declined",
    "expired": "  no answer",
    "withdrawn": "- taken back",
    "stood_down": "- stood down",
    "en_route": "> on the way",
    "on_scene": "@ there",
    "done": "= done",
    "void": "! void",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    at: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardState:
    """What the board shows. `away_s`: seconds since the API stopped answering, None while it answers."""

    now_ms: int
    url: str
    status: Mapping[str, Any] = field(default_factory=dict)
    incidents: Sequence[Mapping[str, Any]] = ()
    happened: Sequence[Happened] = ()
    away_s: float | None = None
    away_because: str = ""
    is_refused: bool = False
    """The API answers, but refuses the token."""


def layout_of(shown: BoardState, width: int) -> Layout:
    """Renders the board. Queue and offers are side by side when the terminal is wide enough."""
    layout = Layout()
    layout.split_column(
        # One line more while there are alarms.
        Layout(_head(shown), name="head", size=5 if alarms_of(shown.status) else 4),
        Layout(name="middle", ratio=3),
        Layout(_events(shown), name="events", ratio=1, minimum_size=6),
    )
    both = Layout(_queue(shown), ratio=7), Layout(_offers(shown), ratio=4)
    # On a narrow terminal one above the other.
    (layout["middle"].split_row if width >= WIDE else layout["middle"].split_column)(*both)
    return layout


def _head(shown: BoardState) -> RenderableType:
    line = Text.assemble(_standing(shown), "   ", *_figures(shown))
    border = "red" if _is_degraded(shown) or alarms_of(shown.status) else "green"
    lines = [line, *_alarm_line(shown), _second_line(shown)]
    return Panel(Group(*lines), title="Komek", subtitle="q quits", border_style=border)


def _standing(shown: BoardState) -> Text:
    if shown.away_s is not None:
        # First, because everything else on the board is old then.
        what = "REFUSES THIS TOKEN" if shown.is_refused else "DOES NOT ANSWER"
        told = f"x THE API {what} since {age(shown.away_s)}: the data below is old ({shown.away_because})"
        return Text(told, style="bold reverse red")
    if shown.status.get("assignment") == "delayed":
        reason = shown.status.get("assignment_reason") or "reports are accepted, people are asked later"
        return Text(f"! ASSIGNMENT DELAYED: {words(reason)}", style="bold reverse yellow")
    wrong = troubled(shown.status)
    if wrong or is_degraded(shown.status):
        return Text(f"! DEGRADED: {', '.join(wrong) or 'see the alarms'}", style="bold reverse yellow")
    return Text("= working", style="bold green")


def _is_degraded(shown: BoardState) -> bool:
    return shown.away_s is not None or is_degraded(shown.status)


def is_degraded(status: Mapping[str, Any]) -> bool:
    """Whether Komek itself is impaired. Alarms of concern `field`, such as missing people, do not count."""
    # Only these: a shortfall that nobody can end is no fault of Komek (DESIGN 49).
    of_system = any(alarm.get("concern") == "system" for alarm in alarms_of(status))
    return status.get("assignment") == "delayed" or bool(troubled(status)) or of_system


def alarms_of(status: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    alarms = status.get("alarms")
    return [alarm for alarm in alarms if isinstance(alarm, Mapping)] if isinstance(alarms, list) else []


def alarm_words(alarm: Mapping[str, Any]) -> str:
    """Formats an alarm: `! ladder_ended (2)`. A critical one has two marks, so that colour is not the only distinction."""
    mark = "!!" if alarm.get("severity") == "critical" else "!"
    count = alarm.get("count") or 0
    return f"{mark} {alarm.get('name')}" + (f" ({count})" if count else "")


def _alarm_line(shown: BoardState) -> list[Text]:
    alarms = alarms_of(shown.status)
    if not alarms:
        return []
    told = "   ".join(map(alarm_words, alarms))
    return [Text(f"ALARMS  {told}", style="bold red", no_wrap=True, overflow="ellipsis")]


def troubled(status: Mapping[str, Any]) -> list[str]:
    """Names of the components that report a problem."""
    components = status.get("components")
    if not isinstance(components, Mapping):
        return []
    return [str(name) for name, about in components.items() if not _is_well(about)]


def _is_well(about: object) -> bool:
    word = about.get("status", about.get("state", "ok")) if isinstance(about, Mapping) else about
    # A component that has not been measured yet has no problem; `assignment` reports it when it matters.
    return word is True or word is None or str(word).lower() in ("ok", "up", "ready", "unknown")


def _figures(shown: BoardState) -> list[str]:
    waiting = sum(incident.get("status") in NEEDS_PEOPLE for incident in shown.incidents)
    figures = [f"{len(shown.incidents)} open", f"{waiting} need people"]
    return ["   ".join([*figures, f"{_number(shown.status.get('volunteers_on_duty'))} on duty"])]


def _second_line(shown: BoardState) -> Text:
    return Text("   ".join([shown.url, *measurements(shown.status)]), style="dim")


def measurements(status: Mapping[str, Any]) -> list[str]:
    """Lag and latencies; a dash for an unknown value."""
    # The status is JSON of another version perhaps: what is missing is shown as a dash and never ends the board.
    lag, latency = (_inside(status, *names) for names in (("committed_lag",), ("latency_ms", "report_to_offer")))
    oldest = status.get("oldest_undecided_age_s")
    quick = "/".join(_number(latency.get(name)) for name in ("p50", "p95", "p99"))
    notifier = _inside(status, "components", "notifier")
    return [
        f"lag {_number(lag.get('total'))}",
        f"notifier lag {_number(notifier.get('lag'))}",
        f"oldest undecided {age(oldest) if isinstance(oldest, (int, float)) else '-'}",
        f"report to offer p50/p95/p99 {quick} ms",
    ]


def _inside(value: object, *names: str) -> Mapping[str, Any]:
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def flat(value: object, name: str = "") -> list[tuple[str, str]]:
    """Flattens nested objects to pairs of a dotted name and a value."""
    if isinstance(value, Mapping):
        return [pair for key, inside in value.items() for pair in flat(inside, f"{name}.{key}" if name else str(key))]
    if isinstance(value, list):
        return [(name, ", ".join(str(entry) for entry in value) or "none")]
    return [(name, _number(value))]


def _number(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else "-" if value is None else str(value)


def in_order(incidents: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Sorts incidents: those that need people first, then by priority, then oldest first."""

    def urgency(incident: Mapping[str, Any]) -> tuple[int, int, str]:
        priority = str(incident.get("priority"))
        order = PRIORITY_ORDER.index(priority) if priority in PRIORITY_ORDER else len(PRIORITY_ORDER)
        # Times are RFC 3339 in UTC, so their text sorts like the times.
        return (0 if incident.get("status") in NEEDS_PEOPLE else 1, order, _reported(incident))

    return sorted(incidents, key=urgency)


def _queue(shown: BoardState) -> RenderableType:
    table = Table(expand=True, box=None, padding=(0, 1, 0, 0), header_style="bold")
    # Each width fits the longest word, so a narrow terminal truncates only the last column.
    for column, width in (
        ("priority", 10),
        ("age", 7),
        ("what", 22),
        ("status", 13),
        ("people", 12),
        ("missing", None),
    ):
        table.add_column(column, no_wrap=True, overflow="ellipsis", min_width=width)
    for incident in in_order(shown.incidents):
        table.add_row(
            priority_text(str(incident.get("priority"))),
            age(_seconds_since(_reported(incident), shown.now_ms)),
            Text(f"{incident.get('type')} {str(incident.get('id'))[-6:]}"),
            status_text(str(incident.get("status"))),
            Text(_people(incident)),
            Text(_missing(incident), style="bold red"),
        )
    title = "Queue" if shown.incidents else "Queue: no open incidents"
    return Panel(table, title=title, title_align="left")


def _people(incident: Mapping[str, Any]) -> str:
    needs = incident.get("requirements") or ()
    held, wanted = (sum(int(need.get(name) or 0) for need in needs) for name in ("accepted", "count"))
    asked = sum(int(need.get("offered") or 0) for need in needs)
    return f"{held}/{wanted}" + (f" +{asked} asked" if asked else "")


def _missing(incident: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{need['shortfall']} {need['skill']} ({words(need.get('shortfall_reason'))})"
        for need in incident.get("requirements") or ()
        if need.get("shortfall")
    )


def _offers(shown: BoardState) -> RenderableType:
    table = Table(expand=True, box=None, padding=(0, 1, 0, 0), header_style="bold")
    for column, width in (("who", 5), ("for", 10), ("state", 12), ("left", 5), ("way", 7)):
        table.add_column(column, no_wrap=True, overflow="ellipsis", min_width=width)
    for incident in in_order(shown.incidents):
        skills = {need["id"]: need["skill"] for need in incident.get("requirements") or ()}
        for offer in incident.get("offers") or ():
            if offer.get("state") in ("offered", "accepted", "en_route", "on_scene"):
                table.add_row(*_offer_cells(offer, skills, shown.now_ms))
    return Panel(table, title="Offers and people at work", title_align="left")


def _offer_cells(offer: Mapping[str, Any], skills: Mapping[str, str], now_ms: int) -> tuple[Text, ...]:
    state = str(offer.get("state"))
    # Negative: the time is in the future while the offer is open.
    left_s = -_seconds_since(str(offer.get("expires_at")), now_ms)
    # Only an open offer has a time left; for people at work the column shows what they have not confirmed.
    left = unconfirmed(offer, now_ms) if state != "offered" else age(left_s) if left_s > 0 else "over"
    distance = offer.get("distance_m")
    return (
        Text(str(offer.get("volunteer_id"))),
        Text(skills.get(str(offer.get("requirement_id")), "")),
        Text(OFFER_SIGNS.get(state, state), style="cyan" if state == "offered" else "green"),
        Text(left, style="bold yellow" if left_s < 15 or offer.get("to_confirm") else ""),
        Text("remote" if distance is None else f"{distance / 1000:.1f} km"),
    )


def unconfirmed(offer: Mapping[str, Any], now_ms: int) -> str:
    """Unconfirmed changes of the job and their age: `? location 0:40`, with `!` after the second notice."""
    open_changes = offer.get("to_confirm")
    if not isinstance(open_changes, Mapping):
        return ""
    mark = "!" if open_changes.get("state") == "overdue" else "?"
    since_s = _seconds_since(str(open_changes.get("since")), now_ms)
    return f"{mark} {', '.join(open_changes.get('fields') or ())} {age(since_s)}"


def _events(shown: BoardState) -> RenderableType:
    table = Table.grid(padding=(0, 2, 0, 0))
    for happened in shown.happened:
        table.add_row(Text(happened.at, style="dim"), Text(happened.words))
    return Panel(table, title="Last events", title_align="left")


def _reported(incident: Mapping[str, Any]) -> str:
    times = incident.get("times")
    return str(times.get("reported")) if isinstance(times, Mapping) else ""


def _seconds_since(time: str, now_ms: int) -> float:
    try:
        return now_ms / 1000 - datetime.fromisoformat(time).timestamp()
    except ValueError:
        return 0.0
