"""An Emergency Incident Data Object (NENA-STA-021.1, version 1.0) as a card.

Components name each other by `$id` and `$ref`. Both spellings of the time stamp in use are read (`lastUpdateTimeStamp` of the
schema, `lastUpdateTimestamp` of a public library), and an incident component that stands in a list, as in early examples.
"""

from collections.abc import Iterator, Mapping, Sequence
from html.parser import HTMLParser

from dispatch.cards.card_table import CardTable, EidoTable
from dispatch.cards.card_values import objects_at, phone_of, text_of, texts_at, time_ms, values_at
from dispatch.cards.national_card import AS_SENT
from dispatch.cards.pidf_lo import BadPlace, read_pidf_lo
from dispatch.cards.received_card import BadCard, Card, CardFault, CardState, Doubt, Json, Kind, external_of
from dispatch.model.places import Area
from dispatch.model.vocabulary import Priority

VERSION = "eidoVersion"
COMPONENTS = ["callComponent", "callbackComponent", "notesComponent", "locationComponent", "personComponent"]
_NAME = ("personFullName", "personGivenName", "personMiddleName", "personSurName")
_REPLACED = "REPLACED"


def is_eido(document: Json) -> bool:
    return VERSION in document


class _Text(HTMLParser):
    """The text of a note, which is HTML5."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - the parser's arguments
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("br", "p", "div", "li"):
            self.pieces.append("\n")


def plain(html: str) -> str:
    reader = _Text()
    reader.feed(html)
    reader.close()
    lines = (line.strip() for line in "".join(reader.pieces).splitlines())
    return "\n".join(line for line in lines if line)


class _Reading:
    """One document: its components by id, and what could not be used."""

    def __init__(self, document: Json, table: EidoTable) -> None:
        self.document = document
        self.table = table
        self.doubts: list[Doubt] = []
        self.kept: list[str] = []
        incidents = objects_at(document, "incidentComponent")
        self.incident: Json = incidents[0] if incidents else {}
        self.by_id = {text_of(one.get("$id")): one for name in COMPONENTS for one in objects_at(document, name)}

    def doubt(self, which: Doubt, as_sent: str = "") -> None:
        self.doubts.append(which)
        if as_sent:
            self.kept.append(f"{AS_SENT[which]}: {as_sent}")

    def named(self, component: Json, name: str) -> Iterator[Json]:
        """The components that one names."""
        for text in texts_at(component, [f"{name}.$ref"]):
            found = self.by_id.get(text.removeprefix("#"))
            if found is None:
                self.doubt(Doubt.MISSING_REFERENCE)
            else:
                yield found

    def locations(self) -> list[Json]:
        """Those of the incident, else all; the kinds of the table first, in its order."""
        found = [*self.named(self.incident, "locationReference")] or objects_at(self.document, "locationComponent")
        kinds = self.table.locations
        return sorted(found, key=lambda one: kinds.index(kind) if (kind := _kind_of(one)) in kinds else len(kinds))

    def place(self) -> tuple[Area | None, str]:
        """The first place that can be read, and an address."""
        area: Area | None = None
        addresses: list[str] = []
        for location in self.locations():
            addresses.append(text_of(location.get("locationDescriptionText")))
            value = text_of(location.get("locationByValue"))
            try:
                found = read_pidf_lo(value) if value else None
            except BadPlace:
                self.doubt(Doubt.BAD_PLACE, value[:300])
                continue
            if found is None:
                if url := text_of(location.get("locationByReferenceUrl")):
                    self.doubt(Doubt.PLACE_BY_REFERENCE, url[:300])
                continue
            addresses.append(found.address)
            if area is None and found.area is not None:
                area = found.area
                if _kind_of(location) == "RoutingLocation":
                    self.doubts.append(Doubt.PLACE_OF_ROUTING)
        if area is None:
            self.doubt(Doubt.NO_PLACE)
        return area, ", ".join(dict.fromkeys(filter(None, addresses)))

    def caller(self) -> tuple[str, str]:
        """Name and phones of whoever called."""
        people = objects_at(self.document, "personComponent")
        callers = [one for one in people if "Caller" in values_at(one, "personIncidentRoleRegistryText")]
        calls = objects_at(self.document, "callComponent")
        reached = [found for one in (*calls, *callers) for found in self.named(one, "callBackReference")]
        uris = [uri for one in reached for uri in texts_at(one, ["callBackInformationUri"])]
        uris += [uri for one in reached for uri in texts_at(one, ["updatedCbn.updatedCbnIdentifierUri"])]
        names = [_person(one.get("ncPersonComponent")) for one in callers]
        # A telephone before an address of a network, which nobody can dial.
        uris.sort(key=lambda uri: not uri.lower().startswith("tel:"))
        phones = dict.fromkeys(filter(None, map(phone_of, uris)))
        return next(filter(None, names), ""), ", ".join(phones)

    def state(self) -> CardState:
        stated = texts_at(self.incident, ["incidentStatusCommonRegistryText"])
        ours = {word.casefold(): CardState(name) for name, word in self.table.statuses.items()}
        known = [ours[one.casefold()] for one in stated if one.casefold() in ours]
        if stated and not known:
            self.doubt(Doubt.UNKNOWN_STATUS, ", ".join(stated))
        return known[0] if known else CardState.OPEN

    def priority(self) -> Priority | None:
        stated = text_of(self.incident.get("incidentCommonPriorityNumber"))
        if not stated:
            return None
        at_most = [name for name, low in self.table.priorities.items() if stated.isdigit() and low <= int(stated) <= 10]
        if not at_most:
            self.doubt(Doubt.UNKNOWN_PRIORITY, stated[:40])
            return None
        return Priority(max(at_most, key=lambda name: self.table.priorities[name]))

    def notes(self) -> list[str]:
        wanted = [*self.named(self.incident, "notesReference")]
        ordered = wanted or objects_at(self.document, "notesComponent")
        return [plain(text) for one in ordered if (text := text_of(one.get("notesActionComments")))]


def eido_card(document: Json, table: CardTable) -> Card:
    """The card in an EIDO.

    Raises:
        BadCard: a version that is not read, several incidents, no id, or no time with a zone.
    """
    number = text_of(document.get("$id"))
    version = text_of(document.get(VERSION))
    if version not in table.eido.versions:
        raise BadCard(
            CardFault.UNKNOWN_VERSION, f"EIDO {version[:40]}; read are {', '.join(table.eido.versions)}", number
        )
    if len(objects_at(document, "incidentComponent")) > 1:
        raise BadCard(CardFault.UNKNOWN_FORM, "several incidents in one EIDO", number)
    if not number:
        raise BadCard(CardFault.NO_NUMBER, "no $id")
    changed_ms = _changed_ms(document)
    if changed_ms is None:
        raise BadCard(CardFault.NO_TIME, "lastUpdateTimeStamp is no time with a zone", number)
    read = _Reading(document, table.eido)
    incident, (area, address), (name, phone) = read.incident, read.place(), read.caller()
    codes = [text_of(incident.get(one)) for one in ("incidentTypeInternalCode", "incidentTypeCommonRegistryText")]
    internal = text_of(incident.get("incidentTypeInternalText"))
    state, priority, notes = read.state(), read.priority(), read.notes()
    return Card(
        source="",
        number=number,
        external_id=external_of("", number),
        changed_ms=changed_ms,
        state=state,
        # The common code first: it says the same everywhere, unless the internal one is a type of ours.
        kinds=tuple(Kind(code=code, name=internal) for code in codes if code) or _named(internal),
        area=area,
        address=address,
        description="\n".join(dict.fromkeys(filter(None, [internal, *notes, *read.kept]))),
        caller_name=name,
        caller_phone=phone,
        priority=priority,
        reported_ms=_first_call_ms(document),
        replaced_by=_replaced_by(document),
        doubts=tuple(dict.fromkeys(read.doubts)),
    )


def _named(name: str) -> tuple[Kind, ...]:
    return (Kind(name=name),) if name else ()


def _changed_ms(document: Json) -> int | None:
    stated = text_of(document.get("lastUpdateTimeStamp")) or text_of(document.get("lastUpdateTimestamp"))
    return time_ms(stated, None)


def _first_call_ms(document: Json) -> int | None:
    times = [time_ms(text, None) for text in texts_at(document, ["callComponent.callStartTimestamp"])]
    return min((one for one in times if one is not None), default=None)


def _replaced_by(document: Json) -> str:
    for merge in objects_at(document, "mergeComponent"):
        if merge.get("incidentMergeDirectionCode") == _REPLACED:
            return external_of("", text_of(merge.get("incidentTrackingIdentifier")))
    return ""


def _kind_of(location: Json) -> str:
    return text_of(location.get("locationTypeDescriptionRegistryText"))


def _person(component: object) -> str:
    """The name in a NIEM person: the full one, else its parts."""
    if not isinstance(component, Mapping):
        return ""
    found = {name: " ".join(_texts_within(component, name)) for name in _NAME}
    return found[_NAME[0]] or " ".join(filter(None, (found[name] for name in _NAME[1:])))


def _texts_within(component: object, name: str) -> Iterator[str]:
    """The texts below a member of this name: NIEM wraps them in several ways."""
    if isinstance(component, Mapping):
        for key, value in component.items():
            yield from _leaves(value) if key == name else _texts_within(value, name)
    elif isinstance(component, Sequence) and not isinstance(component, str):
        for one in component:
            yield from _texts_within(one, name)


def _leaves(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, one in value.items():
            # "@context" and the like are about the data, not of it.
            yield from () if str(key).startswith("@") else _leaves(one)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for one in value:
            yield from _leaves(one)
    elif text := text_of(value):
        yield text
