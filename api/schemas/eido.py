"""The part of the Emergency Incident Data Object (NENA-STA-021.1, version 1.0) that Komek writes.

Written from the interface description of the standard (NENA911/EIDO-JSON, `openapi.yaml`, version 1.0.0), which states no
licence and is therefore not part of this tree: names, types and what is required are those of its components. The API tests
compare every response with these models and refuse a member that is not in them.
"""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from api.schemas.base import Shown, Time

DocumentUrn = Annotated[str, Field(alias="$id")]


class EidoPart(Shown):
    """Members have the names of the standard."""

    model_config = ConfigDict(alias_generator=to_camel)


class EidoReference(EidoPart):
    """`$ref`: the `$id` of a component of the same document."""

    ref: Annotated[str, Field(alias="$ref")]


class EidoComponent(EidoPart):
    """What every component begins with."""

    id: DocumentUrn
    last_update_time_stamp: Time
    updated_by_agency_reference: EidoReference


class EidoAgency(EidoComponent):
    agency_role_description_registry_text: list[str]
    agency_type: list[str]
    incident_owning_agency_indicator: bool


class EidoDisposition(EidoComponent):
    disposition_common_registry_code: str
    disposition_primary_indicator: bool
    disposition_category_text: str


class EidoIncident(EidoComponent):
    incident_type_internal_code: str
    incident_type_internal_text: str
    incident_type_common_registry_text: str
    incident_status_internal_text: list[str]
    incident_status_common_registry_text: list[str] = []
    incident_priority_internal_text: str
    incident_common_priority_number: Annotated[int, Field(ge=0, le=10)] | None = None
    internal_incident_id: str | None = None
    """The call number."""
    location_reference: list[EidoReference] = []
    notes_reference: list[EidoReference] = []
    disposition_component: list[EidoDisposition] = []


class EidoMerge(EidoComponent):
    incident_tracking_identifier: str
    incident_merge_direction_code: Literal["REPLACING", "REPLACED", "SPLIT"]


class EidoLink(EidoComponent):
    incident_tracking_identifier: str
    link_direction_code: Literal["PARENT", "CHILD", "RELATED", "UNLINK"]
    transaction_reason_text: str


class EidoLocation(EidoComponent):
    """`locationByValue`: PIDF-LO. `locationDescriptionText`: the address."""

    location_type_description_registry_text: str
    location_by_value: str | None = None
    location_description_text: str | None = None


class EidoNoteShown(EidoComponent):
    notes_action_comments: str
    """HTML5."""


class EidoCallback(EidoComponent):
    call_back_information_uri: list[str]


class EidoCall(EidoComponent):
    standard_primary_call_type: str
    direction: Literal["incoming", "outgoing", "internal"]
    call_start_timestamp: Time
    call_state_registry_text: str
    person_reference: list[EidoReference]
    call_back_reference: EidoReference | None = None


class NiemText(EidoPart):
    value: str


class NiemPersonName(EidoPart):
    person_full_name: list[NiemText]


class NiemPerson(EidoPart):
    name: list[NiemPersonName]


class EidoPerson(EidoComponent):
    person_incident_role_registry_text: list[str]
    call_identifier: list[str]
    call_back_reference: EidoReference | None = None
    nc_person_component: NiemPerson | None = None


class EidoContext(EidoPart):
    vocab: Annotated[Literal["./JSON-LD_Contexts/EmergencyIncidentDataObjectType.jsonld"], Field(alias="@vocab")]


class EidoDocument(EidoComponent):
    """One incident at one time. Lists without entries are absent."""

    eido_version: Literal["1.0"]
    issuing_element_identification: str
    agency_component: list[EidoAgency]
    incident_component: EidoIncident
    merge_component: list[EidoMerge] = []
    link_component: list[EidoLink] = []
    call_component: list[EidoCall] = []
    callback_component: list[EidoCallback] = []
    location_component: list[EidoLocation] = []
    notes_component: list[EidoNoteShown] = []
    person_component: list[EidoPerson] = []
    context: Annotated[EidoContext, Field(alias="@context")]
