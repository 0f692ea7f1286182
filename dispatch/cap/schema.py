"""The schemas of CAP 1.1 and 1.2 as one table, and the verdict on an alert.

The table replaces a library for XML Schema: OASIS' files are two hundred lines that never change, their licence leaves open
whether a source tree may contain them, and every message of a stranger would pass through the library. Tests compare the verdicts
with those of libxml2 and OASIS' files.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from dispatch.cap.messages import BadAlert, Fault
from dispatch.cap.xml_tree import Node

NAMESPACES = {"urn:oasis:names:tc:emergency:cap:1.1": "1.1", "urn:oasis:names:tc:emergency:cap:1.2": "1.2"}
SIGNATURES = "http://www.w3.org/2000/09/xmldsig#"
_SCHEMA_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance\n"
_BLANKS = " \t\r\n"
_STRICT_TIME = re.compile(r"\d\d\d\d-\d\d-\d\dT\d\d:\d\d:\d\d[-,+]\d\d:\d\d")
_TIME = re.compile(r"(-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[-+]\d\d:\d\d)?")
_LANGUAGE = re.compile(r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*")
_INTEGER = re.compile(r"[-+]?\d+")
_DECIMAL = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)")

Check = Callable[[str], str]
"""Returns what was expected, empty if the text is as it should be."""


@dataclass(frozen=True, slots=True)
class Element:
    """A child in its place. `what`: the check of its text, or its own children in their order."""

    name: str
    what: "Check | tuple[Element, ...]"
    least: int = 1
    most: int | None = 1


def _text(text: str) -> str:  # noqa: ARG001 - a check
    return ""


def _one_of(*words: str) -> Check:
    # Not stripped: the types are restrictions of xs:string, which keeps its blanks.
    return lambda text: "" if text in words else "one of " + ", ".join(words)


def _like(pattern: re.Pattern[str], expected: str) -> Check:
    return lambda text: "" if pattern.fullmatch(text.strip(_BLANKS)) else expected


def _time_of_1_2(text: str) -> str:
    return (
        "" if _STRICT_TIME.fullmatch(text.strip(_BLANKS)) and is_time(text) else "a time like 2026-11-22T08:00:00+05:00"
    )


def _time_of_1_1(text: str) -> str:
    return "" if is_time(text) else "a time (xs:dateTime)"


def is_time(text: str) -> bool:
    """Whether the text is an xs:dateTime."""
    found = _TIME.fullmatch(text.strip(_BLANKS))
    if found is None:
        return False
    zone = found[2] or "Z"
    if zone != "Z" and not (zone[1:] == "14:00" or (zone[1:3] < "14" and zone[4:] < "60")):
        return False
    try:
        # 24:00:00 is the midnight at the end of the day.
        datetime.fromisoformat(found[1].lstrip("-")[-19:].replace("T24:00:00", "T00:00:00"))
    except ValueError:
        return False
    return True


def _maybe(name: str, what: "Check | tuple[Element, ...]" = _text) -> Element:
    return Element(name, what, 0)


def _any(name: str, what: "Check | tuple[Element, ...]" = _text, least: int = 0) -> Element:
    return Element(name, what, least, None)


_PAIR = (Element("valueName", _text), Element("value", _text))
CATEGORIES = (
    *("Geo", "Met", "Safety", "Security", "Rescue", "Fire"),
    *("Health", "Env", "Transport", "Infra", "CBRNE", "Other"),
)


def _info(time: Check, responses: str, mime: Element, height: Check) -> tuple[Element, ...]:
    resource = (
        Element("resourceDesc", _text),
        mime,
        _maybe("size", _like(_INTEGER, "an integer")),
        _maybe("uri"),
        _maybe("derefUri"),
        _maybe("digest"),
    )
    area = (
        Element("areaDesc", _text),
        _any("polygon"),
        _any("circle"),
        _any("geocode", _PAIR),
        _maybe("altitude", height),
        _maybe("ceiling", height),
    )
    return (
        _maybe("language", _like(_LANGUAGE, "a language tag (xs:language)")),
        _any("category", _one_of(*CATEGORIES), 1),
        Element("event", _text),
        _any("responseType", _one_of(*responses.split())),
        Element("urgency", _one_of("Immediate", "Expected", "Future", "Past", "Unknown")),
        Element("severity", _one_of("Extreme", "Severe", "Moderate", "Minor", "Unknown")),
        Element("certainty", _one_of("Observed", "Likely", "Possible", "Unlikely", "Unknown")),
        _maybe("audience"),
        _any("eventCode", _PAIR),
        *(_maybe(name, time) for name in ("effective", "onset", "expires")),
        *(_maybe(name) for name in ("senderName", "headline", "description", "instruction", "web", "contact")),
        _any("parameter", _PAIR),
        _any("resource", resource),
        _any("area", area),
    )


def _alert(time: Check, info: tuple[Element, ...]) -> tuple[Element, ...]:
    return (
        Element("identifier", _text),
        Element("sender", _text),
        Element("sent", time),
        Element("status", _one_of("Actual", "Exercise", "System", "Test", "Draft")),
        Element("msgType", _one_of("Alert", "Update", "Cancel", "Ack", "Error")),
        _maybe("source"),
        Element("scope", _one_of("Public", "Restricted", "Private")),
        _maybe("restriction"),
        _maybe("addresses"),
        _any("code"),
        *(_maybe(name) for name in ("note", "references", "incidents")),
        _any("info", info),
    )


_RESPONSES = "Shelter Evacuate Prepare Execute Monitor Assess None"
_ALERTS = {
    "1.1": _alert(_time_of_1_1, _info(_time_of_1_1, _RESPONSES, _maybe("mimeType"), _text)),
    "1.2": _alert(
        _time_of_1_2,
        _info(
            _time_of_1_2,
            f"{_RESPONSES} Avoid AllClear",
            Element("mimeType", _text),
            _like(_DECIMAL, "a decimal number"),
        ),
    ),
}


def check(alert: Node) -> None:
    """Checks an alert element against the schema of its version.

    Raises:
        BadAlert: `invalid`, with the first element that is not as it should be.
    """
    version = NAMESPACES[alert.namespace]
    children = alert.children
    if version == "1.2":
        # `xs:any` at the end, of the namespace of XML Signature and not looked into.
        while children and children[-1].namespace == SIGNATURES:
            children = children[:-1]
    for fault in _faults(alert, children, _ALERTS[version]):
        raise BadAlert(Fault.INVALID, fault)


def _faults(node: Node, children: list[Node], elements: tuple[Element, ...]) -> Iterator[str]:
    yield from _attribute_faults(node)
    if node.text.strip(_BLANKS):
        yield f"line {node.line}: {node.name}: expected elements, found text"
    at = 0
    for element in elements:
        count = 0
        while (
            at < len(children)
            and (children[at].namespace, children[at].name) == (node.namespace, element.name)
            and (element.most is None or count < element.most)
        ):
            yield from _faults_of(children[at], element)
            count, at = count + 1, at + 1
        if count < element.least:
            found = f"found {children[at].name}" if at < len(children) else "found the end"
            yield f"line {(children[at] if at < len(children) else node).line}: expected {element.name}, {found}"
    if at < len(children):
        yield f"line {children[at].line}: {children[at].name} is not expected here"


def _faults_of(child: Node, element: Element) -> Iterator[str]:
    if isinstance(element.what, tuple):
        yield from _faults(child, child.children, element.what)
        return
    yield from _attribute_faults(child)
    if child.children:
        yield f"line {child.line}: {child.name}: expected text, found {child.children[0].name}"
    if expected := element.what(child.text):
        yield f"line {child.line}: {child.name}: expected {expected}"


def _attribute_faults(node: Node) -> Iterator[str]:
    for name in node.attributes:
        if not name.startswith(_SCHEMA_INSTANCE):
            yield f"line {node.line}: {node.name}: no attribute is expected, found {name.rpartition(chr(10))[2]}"
