"""From bytes to alerts: a single alert, several in one file, EDXL-DE wrappers, and feeds (Atom, RSS) with alerts or links."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from dispatch.cap import schema
from dispatch.cap.messages import Alert, BadAlert, CapArea, Fault, Info, Reference, SignatureState
from dispatch.cap.xml_tree import Node, tree_of

MAX_ALERTS = 2_000
"""In one file or feed."""
Signatures = Callable[[int], SignatureState]
"""Of the alert with this number, counted from 0 in the order of the document. Raises BadAlert."""
_MAX_STAMP = 100
_FEEDS = ("feed", "rss", "RDF")
_ATOM = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusable:
    """An alert that is not used. `identifier`: as far as it has one."""

    identifier: str
    fault: Fault
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a file has, in its order. `links`: addresses of alerts that a feed names and does not contain. `stamps`: by link, what
    the feed says of its version (`updated`, `pubDate`); empty where it says nothing."""

    alerts: tuple[Alert, ...]
    unusable: tuple[Unusable, ...]
    links: tuple[str, ...]
    stamps: Mapping[str, str] = field(default_factory=dict)


def contents_of(raw: bytes, signatures_in: Callable[[], Signatures] | None = None) -> Contents:
    """All alerts in the bytes; one that is invalid does not hinder the others.

    `signatures_in`: called if one of them is signed, after the bytes were found harmless. Without it signatures are unverified.

    Raises:
        BadAlert: no XML that is read, too many alerts, or nothing in it.
    """
    root = tree_of(raw)
    found = [node for node in root.within() if node.name == "alert" and node.namespace in schema.NAMESPACES]
    if len(found) > MAX_ALERTS:
        raise BadAlert(Fault.TOO_LARGE, f"{len(found)} alerts; at most {MAX_ALERTS} are read")
    stamps = _links(root) if not found else {}
    links = tuple(stamps)
    # A feed of warnings is empty most of the time.
    if not found and not links and root.name not in _FEEDS:
        raise BadAlert(Fault.NO_ALERT, f"the root element {root.name} has no alert of CAP 1.1 or 1.2")
    alerts: list[Alert] = []
    unusable: list[Unusable] = []
    judge: Signatures = _unverified
    if signatures_in is not None and any(map(_is_signed, found)):
        judge = signatures_in()
    for number, node in enumerate(found):
        try:
            schema.check(node)
            alert = _alert(node)
            alerts.append(replace(alert, signature=judge(number)) if _is_signed(node) else alert)
        except BadAlert as error:
            unusable.append(Unusable(identifier=node.first("identifier"), fault=error.fault, detail=error.detail))
    return Contents(alerts=tuple(alerts), unusable=tuple(unusable), links=links, stamps=stamps)


def _is_signed(alert: Node) -> bool:
    return any(child.namespace == schema.SIGNATURES for child in alert.children)


def _unverified(number: int) -> SignatureState:  # noqa: ARG001 - a function of the same kind
    return SignatureState.UNVERIFIED


def _links(root: Node) -> dict[str, str]:
    """The links with their stamps, in the order of the feed."""
    stamps: dict[str, str] = {}
    for entry in (node for node in root.within() if node.name in ("item", "entry")):
        if link := _link(entry):
            stamps.setdefault(link, (entry.first("updated") or entry.first("pubDate"))[:_MAX_STAMP])
    return stamps


def _link(entry: Node) -> str:
    if entry.namespace != _ATOM:
        return entry.first("link")
    links = sorted(entry.all("link"), key=lambda link: "cap" not in link.attributes.get("type", ""))
    return next((link.attributes["href"].strip() for link in links if link.attributes.get("href")), "")


def instant_ms(text: str) -> int:
    """Milliseconds since 1970 of a time that the schema has accepted; without an offset it counts as UTC."""
    # Of all forms of xs:dateTime only 24:00:00 is not read by Python: midnight at the end of the day.
    plain = text.strip().replace("T24:00:00", "T23:59:59")
    try:
        at = datetime.fromisoformat(plain)
    except ValueError:
        raise BadAlert(Fault.INVALID, f"a time that is not read: {plain[:40]}") from None
    return round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)


def _optional_ms(text: str) -> int | None:
    return instant_ms(text) if text else None


def _alert(node: Node) -> Alert:
    message_type = node.first("msgType")
    references = references_of(node.first("references"))
    if message_type in ("Update", "Cancel") and not references:
        raise BadAlert(Fault.BAD_REFERENCE, f"{message_type} without a message in references")
    return Alert(
        version=schema.NAMESPACES[node.namespace],
        identifier=node.first("identifier"),
        sender=node.first("sender"),
        sent_ms=instant_ms(node.first("sent")),
        status=node.first("status"),
        message_type=message_type,
        scope=node.first("scope"),
        references=references,
        infos=tuple(map(_info, node.all("info"))),
    )


def references_of(text: str) -> tuple[Reference, ...]:
    """The messages in `references`: `sender,identifier,sent`, parted by blanks. What does not name a message is passed over."""
    found: list[Reference] = []
    for part in text.split():
        # The identifier is between the first comma and the last.
        sender, _, rest = part.partition(",")
        identifier, _, sent = rest.rpartition(",")
        if sender and identifier and schema.is_time(sent):
            found.append(Reference(sender=sender, identifier=identifier, sent_ms=instant_ms(sent)))
    return tuple(dict.fromkeys(found))


def _info(node: Node) -> Info:
    return Info(
        language=node.first("language") or "en-US",
        categories=tuple(category.text for category in node.all("category")),
        event=node.first("event"),
        urgency=node.first("urgency"),
        severity=node.first("severity"),
        certainty=node.first("certainty"),
        responses=tuple(response.text for response in node.all("responseType")),
        event_codes=_pairs(node, "eventCode"),
        onset_ms=_optional_ms(node.first("onset")),
        expires_ms=_optional_ms(node.first("expires")),
        sender_name=node.first("senderName"),
        headline=node.first("headline"),
        description=node.first("description"),
        instruction=node.first("instruction"),
        areas=tuple(map(_area, node.all("area"))),
    )


def _area(node: Node) -> CapArea:
    return CapArea(
        description=node.first("areaDesc"),
        polygons=tuple(text for one in node.all("polygon") if (text := one.text.strip())),
        circles=tuple(text for one in node.all("circle") if (text := one.text.strip())),
        geocodes=_pairs(node, "geocode"),
    )


def _pairs(node: Node, name: str) -> tuple[tuple[str, str], ...]:
    return tuple((pair.first("valueName"), pair.first("value")) for pair in node.all(name))
