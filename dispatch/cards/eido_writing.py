"""An incident as an Emergency Incident Data Object (NENA-STA-021.1, version 1.0), from the view of it that the caller's role has.

Whoever sees no caller and no exact place in the view sees none here: nothing is read besides it. Volunteers are left out: a
resource of an EIDO needs an agent, which would be a person; what is needed and how many come stands in a note.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from dispatch.cards.card_table import EidoTable
from dispatch.cards.pidf_lo import written_pidf_lo
from dispatch.cards.received_card import CardState, Json

EIDO_MEDIA = "application/json"
"""As the interface description of the standard says."""
_CONTEXT = {"@vocab": "./JSON-LD_Contexts/EmergencyIncidentDataObjectType.jsonld"}
_URN = "urn:emergency:uid:"
_STATES = {"closed": CardState.CLOSED, "cancelled": CardState.CANCELLED}


def incident_urn(incident_id: str, sender: str) -> str:
    return f"{_URN}incidentid:{incident_id}:{sender}"


def is_own(number: str, sender: str) -> bool:
    """Whether the `$id` of an EIDO is one that this deployment has given."""
    return bool(sender) and number.startswith(_URN) and number.endswith(f":{sender}")


@dataclass(frozen=True, slots=True, kw_only=True)
class EidoNote:
    """A text of an operator. `at`: RFC 3339."""

    at: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EidoWriter:
    """`sender`: of this deployment, unique in the world. `titles`: of the types, in one language."""

    sender: str
    table: EidoTable
    titles: Mapping[str, str]

    def document(self, shown: Json, notes: Sequence[EidoNote], changed_at: str) -> dict[str, Any]:
        """`shown`: the incident as the API shows it (`api/views/incidents.py`). `changed_at`: of its newest decision."""
        return _Document(self, shown, notes, changed_at).made()


class _Document:
    def __init__(self, writer: EidoWriter, shown: Json, notes: Sequence[EidoNote], changed_at: str) -> None:
        self.writer = writer
        self.shown: Any = shown
        self.given = notes
        self.changed_at = changed_at
        self.urn = incident_urn(str(self.shown["id"]), writer.sender)

    def made(self) -> dict[str, Any]:
        locations, notes = self.locations(), self.notes()
        incident = self.incident(locations, notes)
        lists = {
            "mergeComponent": self.merges(),
            "linkComponent": self.links(),
            **self.caller(),
            "locationComponent": locations,
            "notesComponent": notes,
        }
        return {
            **self.prologue(self.urn),
            "eidoVersion": self.writer.table.versions[0],
            "issuingElementIdentification": self.writer.sender,
            "agencyComponent": [self.agency()],
            "incidentComponent": incident,
            # An empty list says no more than none, and the schema wants none of them.
            **{name: components for name, components in lists.items() if components},
            "@context": _CONTEXT,
        }

    def prologue(self, component_id: str, at: str | None = None) -> dict[str, Any]:
        return {
            "$id": component_id,
            "lastUpdateTimeStamp": at or self.changed_at,
            "updatedByAgencyReference": {"$ref": self.writer.sender},
        }

    def agency(self) -> dict[str, Any]:
        return {
            **self.prologue(self.writer.sender),
            "agencyRoleDescriptionRegistryText": list(self.writer.table.agency_roles),
            "agencyType": list(self.writer.table.agency_types),
            "incidentOwningAgencyIndicator": True,
        }

    def incident(self, locations: Sequence[Json], notes: Sequence[Json]) -> dict[str, Any]:
        table, kind, status = self.writer.table, str(self.shown["type"]), str(self.shown["status"])
        state = _STATES.get(status, CardState.OPEN)
        found: dict[str, Any] = {
            **self.prologue(f"{self.urn}:incident"),
            "incidentTypeInternalCode": kind,
            "incidentTypeInternalText": self.writer.titles.get(kind, kind),
            "incidentTypeCommonRegistryText": table.types.get(kind, table.unknown_type),
            "incidentStatusInternalText": [status],
            "incidentPriorityInternalText": self.shown["priority"],
            "locationReference": _references(locations),
            "notesReference": _references(notes),
        }
        if word := table.statuses.get(state):
            found["incidentStatusCommonRegistryText"] = [word]
        if (number := table.priorities.get(self.shown["priority"])) is not None:
            found["incidentCommonPriorityNumber"] = number
        if self.shown["call_number"]:
            found["internalIncidentId"] = self.shown["call_number"]
        if code := table.dispositions.get(self.shown["end_code"] or ""):
            found["dispositionComponent"] = [self.disposition(code)]
        return {name: value for name, value in found.items() if value != []}

    def disposition(self, code: str) -> dict[str, Any]:
        return {
            **self.prologue(f"{self.urn}:disposition", self.shown["times"]["closed"]),
            "dispositionCommonRegistryCode": code,
            "dispositionPrimaryIndicator": True,
            "dispositionCategoryText": self.shown["end_code"],
        }

    def locations(self) -> list[dict[str, Any]]:
        """A component for each part of the area; the address stands with the first."""
        geometry, address = self.shown["location"], self.shown.get("address")
        places = written_pidf_lo(geometry, self.writer.sender, self.changed_at) if geometry else []
        found = []
        for number, place in enumerate(places or ([""] if address else [])):
            one = {**self.prologue(f"{self.urn}:location:{number}")}
            one["locationTypeDescriptionRegistryText"] = self.writer.table.locations[0]
            if place:
                one["locationByValue"] = place
            if address and not number:
                one["locationDescriptionText"] = address
            found.append(one)
        return found

    def notes(self) -> list[dict[str, Any]]:
        """The description, the texts of operators, what is needed, and how it ended."""
        reported = self.shown["times"]["reported"]
        texts = [(reported, self.shown.get("description")), *((one.at, one.text) for one in self.given)]
        texts += [(self.changed_at, self.needs()), (self.changed_at, self.ended())]
        return [
            {**self.prologue(f"{self.urn}:note:{number}", at), "notesActionComments": _html(text)}
            for number, (at, text) in enumerate((at, text) for at, text in texts if text)
        ]

    def needs(self) -> str:
        lines = [
            f"{one['skill']} ({one['capability']}): {one['count']} needed, {one['accepted']} accepted, {one['shortfall']} short"
            for one in self.shown["requirements"]
        ]
        drill = ["EXERCISE. ОҚУ-ЖАТТЫҒУ. УЧЕНИЯ."] if self.shown["exercise"] else []
        return "\n".join([*drill, *lines])

    def ended(self) -> str:
        return f"end: {self.shown['end_code']}" if self.shown["end_code"] else ""

    def merges(self) -> list[dict[str, Any]]:
        named = [(one, "REPLACING") for one in self.shown["reports"]]
        named += [(one, "SPLIT") for one in (self.shown["split_from"], *self.shown["split_into"]) if one]
        if self.shown["merged_into"]:
            named.append((self.shown["merged_into"], "REPLACED"))
        return [
            {
                **self.prologue(f"{self.urn}:merge:{number}"),
                "incidentTrackingIdentifier": incident_urn(str(other), self.writer.sender),
                "incidentMergeDirectionCode": direction,
            }
            for number, (other, direction) in enumerate(named)
        ]

    def links(self) -> list[dict[str, Any]]:
        """The incident of which this one is a part, and the number in another system."""
        named = []
        if parent := self.shown["parent_id"]:
            named.append(
                (incident_urn(str(parent), self.writer.sender), "PARENT", "the person in danger was sent there")
            )
        if external := self.shown["external_id"]:
            named.append((str(external), "RELATED", "the same event in another system"))
        return [
            {
                **self.prologue(f"{self.urn}:link:{number}"),
                "incidentTrackingIdentifier": other,
                "linkDirectionCode": direction,
                "transactionReasonText": reason,
            }
            for number, (other, direction, reason) in enumerate(named)
        ]

    def caller(self) -> dict[str, list[dict[str, Any]]]:
        """The call, the person and how to call back; empty without a caller."""
        caller = self.shown.get("caller")
        if not caller:
            return {}
        reported = self.shown["times"]["reported"]
        call, person, back = (
            f"{_URN}{name}:{self.shown['id']}:{self.writer.sender}" for name in ("callid", "person", "callback")
        )
        phone, name = caller.get("phone"), caller.get("name")
        reference = {"callBackReference": {"$ref": back}} if phone else {}
        called = {
            **self.prologue(call, reported),
            "standardPrimaryCallType": "emergency",
            "direction": "incoming",
            "callStartTimestamp": reported,
            "callStateRegistryText": "callEnd",
            "personReference": [{"$ref": person}],
            **reference,
        }
        who = {
            **self.prologue(person, reported),
            "personIncidentRoleRegistryText": ["Caller"],
            "callIdentifier": [call],
            **reference,
        }
        if name:
            who["ncPersonComponent"] = {"name": [{"personFullName": [{"value": name}]}]}
        found = {"callComponent": [called], "personComponent": [who]}
        if phone:
            found["callbackComponent"] = [
                {**self.prologue(back, reported), "callBackInformationUri": _uris(str(phone))}
            ]
        return found


def _references(components: Sequence[Json]) -> list[dict[str, Any]]:
    return [{"$ref": one["$id"]} for one in components]


def _uris(phone: str) -> list[str]:
    """`tel:` for numbers (RFC 3966), each of several; everything else as it was written, since it cannot be a URI."""
    parts = [part.strip() for part in phone.split(",") if part.strip()]
    numbers = ["".join(letter for letter in part if letter.isdigit() or letter == "+") for part in parts]
    return [
        f"tel:{number}" if len(number) >= 3 and not any(map(str.isalpha, part)) else part
        for part, number in zip(parts, numbers, strict=True)
    ]


def _html(text: str) -> str:
    """Notes are HTML5: a caller's words must not become markup."""
    return "<br>".join(escape(line) for line in text.splitlines())
