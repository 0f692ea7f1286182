"""From messages to XML (CAP 1.2), and the feed (Atom) that names them. The same message gives the same bytes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

from dispatch.cap.messages import Alert, CapArea, Info, Reference
from dispatch.model.ids import derived
from dispatch.model.visible_text import visible

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
ATOM = "http://www.w3.org/2005/Atom"
CAP_MEDIA = "application/cap+xml"
ATOM_MEDIA = "application/atom+xml"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry of the feed: the newest message of one chain, and where it is read."""

    message: Alert
    href: str


def written(alert: Alert) -> bytes:
    """The document, without a signature."""
    parts = [
        _element("identifier", alert.identifier),
        _element("sender", alert.sender),
        _element("sent", time_of(alert.sent_ms)),
        _element("status", alert.status),
        _element("msgType", alert.message_type),
        _element("scope", alert.scope),
        _element("references", " ".join(map(_reference, alert.references))),
        *map(_info, alert.infos),
    ]
    return f'{_DECLARATION}<alert xmlns="{NAMESPACE}">{"".join(parts)}</alert>\n'.encode()


def feed_of(entries: Sequence[Entry], *, title: str, href: str) -> bytes:
    """The feed of the newest messages. `href`: where the feed itself is read."""
    newest_ms = max((entry.message.sent_ms for entry in entries), default=0)
    head = (
        f"<id>urn:uuid:{derived('cap-feed', title)}</id>{_element('title', title)}"
        f'<updated>{time_of(newest_ms)}</updated><link rel="self" href={quoteattr(href)}/>'
    )
    return f'{_DECLARATION}<feed xmlns="{ATOM}">{head}{"".join(map(_entry, entries))}</feed>\n'.encode()


def time_of(at_ms: int) -> str:
    # CAP has no Z, and writes UTC as -00:00.
    return datetime.fromtimestamp(at_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S") + "-00:00"


def _entry(entry: Entry) -> str:
    message = entry.message
    title = message.infos[0].headline if message.infos else message.message_type
    author = next((info.sender_name for info in message.infos if info.sender_name), message.sender)
    name = derived("cap", message.sender, message.identifier, str(message.sent_ms))
    return (
        f"<entry><id>urn:uuid:{name}</id>{_element('title', title)}<updated>{time_of(message.sent_ms)}</updated>"
        f"<author>{_element('name', author)}</author>"
        f'<link rel="alternate" type="{CAP_MEDIA}" href={quoteattr(entry.href)}/></entry>'
    )


def _reference(reference: Reference) -> str:
    return f"{reference.sender},{reference.identifier},{time_of(reference.sent_ms)}"


def _info(info: Info) -> str:
    # In the order of the schema.
    parts = [
        _element("language", info.language),
        *_elements("category", info.categories),
        _element("event", info.event),
        *_elements("responseType", info.responses),
        _element("urgency", info.urgency),
        _element("severity", info.severity),
        _element("certainty", info.certainty),
        *_pairs("eventCode", info.event_codes),
        _time("onset", info.onset_ms),
        _time("expires", info.expires_ms),
        _element("senderName", info.sender_name),
        _element("headline", info.headline),
        _element("description", info.description),
        _element("instruction", info.instruction),
        *map(_area, info.areas),
    ]
    return f"<info>{''.join(parts)}</info>"


def _area(area: CapArea) -> str:
    parts = [
        _element("areaDesc", area.description),
        *_elements("polygon", area.polygons),
        *_elements("circle", area.circles),
        *_pairs("geocode", area.geocodes),
    ]
    return f"<area>{''.join(parts)}</area>"


def _element(name: str, text: str) -> str:
    # `visible`: XML has no form for control characters.
    return f"<{name}>{escape(visible(text))}</{name}>" if text else ""


def _elements(name: str, texts: Iterable[str]) -> list[str]:
    return [_element(name, text) for text in texts]


def _pairs(name: str, pairs: Iterable[tuple[str, str]]) -> list[str]:
    return [f"<{name}>{_element('valueName', key)}{_element('value', value)}</{name}>" for key, value in pairs]


def _time(name: str, at_ms: int | None) -> str:
    return "" if at_ms is None else _element(name, time_of(at_ms))
