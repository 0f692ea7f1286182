"""Cards of other control rooms for tests: a 112 card by the built-in names, and an EIDO as the samples of the standard write
it."""

import json
from typing import Any

NUMBER = "135946"
EIDO_ID = "urn:emergency:uid:incidentid:a56e556d871:psap.example.kz"
CHANGED = "2026-11-28T01:00:00+05:00"
POINT = (
    '<?xml version="1.0" encoding="UTF-8"?><presence xmlns="urn:ietf:params:xml:ns:pidf" '
    'xmlns:gp="urn:ietf:params:xml:ns:pidf:geopriv10" xmlns:gml="http://www.opengis.net/gml" entity="pres:a@example.kz">'
    "<gp:geopriv><gp:location-info>"
    '<gml:Point srsName="urn:ogc:def:crs:EPSG::4326"><gml:pos>43.238 76.945</gml:pos></gml:Point>'
    "</gp:location-info></gp:geopriv></presence>"
)


def national(*, stamp: Any = CHANGED, system: Any = "112", **changes: Any) -> dict[str, Any]:
    """`changes`: members of the card; `...` removes one."""
    card: dict[str, Any] = {
        "cardNumber": NUMBER,
        "eventType": [{"id": "", "typeName": "Пожар в жилом доме"}],
        "complainant": [{"FIO": "Айгүл Серік", "contactPhone": ["8(701)111-22-33"], "cantSpeak": 0}],
        "language": "kk",
        "createInfo": {"createTime": "2026-11-28T00:58:00+05:00"},
        "eventAddress": {
            "addressGeoLatitude": 43.238,
            "addressGeoLongitude": 76.945,
            "locality": "Алматы",
            "street": "Абай даңғылы",
            "house": "10",
            "apartment": "7",
        },
        "eventDescription": [{"descriptionInfo": "Үйдің 3-қабатынан түтін"}],
        "injuredCount": 2,
        "status": {"statusName": "Зарегистрирована"},
    }
    card = {name: value for name, value in (card | changes).items() if value is not ...}
    outer = {"card": card, "systemCode": system, "timeStamp": stamp}
    return {name: value for name, value in outer.items() if value is not ...}


def eido(
    *,
    number: Any = EIDO_ID,
    stamp: Any = CHANGED,
    place: str = POINT,
    incident: dict[str, Any] | None = None,
    **changes: Any,
) -> dict[str, Any]:
    """`incident`: members of the incident component; `changes`: members of the document. `...` removes one."""
    begin = {"lastUpdateTimeStamp": stamp, "updatedByAgencyReference": {"$ref": "psap.example.kz"}}
    component: dict[str, Any] = {
        "$id": "i-1",
        **begin,
        "incidentTypeInternalText": "Structure fire",
        "incidentTypeCommonRegistryText": "FSTRU",
        "incidentStatusCommonRegistryText": ["Active"],
        "incidentCommonPriorityNumber": 8,
        "locationReference": [{"$ref": "l-1"}],
        "notesReference": [{"$ref": "n-1"}],
    }
    document: dict[str, Any] = {
        "$id": number,
        **begin,
        "eidoVersion": "1.0",
        "issuingElementIdentification": "psap.example.kz",
        "agencyComponent": [{"$id": "psap.example.kz", **begin, "agencyType": ["psap"]}],
        "incidentComponent": {k: v for k, v in (component | (incident or {})).items() if v is not ...},
        "callComponent": [
            {
                "$id": "c-1",
                **begin,
                "callStartTimestamp": "2026-11-28T00:58:00+05:00",
                "callBackReference": {"$ref": "b-1"},
            }
        ],
        "callbackComponent": [
            {"$id": "b-1", **begin, "callBackInformationUri": ["sip:87011112233@osp.kz", "tel:+7-701-111-22-33"]}
        ],
        "personComponent": [
            {
                "$id": "p-1",
                **begin,
                "personIncidentRoleRegistryText": ["Caller"],
                "ncPersonComponent": {"name": [{"personFullName": [{"value": "Айгүл Серік"}]}]},
            }
        ],
        "locationComponent": [
            {"$id": "l-1", **begin, "locationTypeDescriptionRegistryText": "CurrentIncident", "locationByValue": place}
        ],
        "notesComponent": [{"$id": "n-1", **begin, "notesActionComments": "Smoke &amp; <b>fire</b><br>3rd floor"}],
    }
    return {name: value for name, value in (document | changes).items() if value is not ...}


def raw(*documents: dict[str, Any]) -> bytes:
    value = documents[0] if len(documents) == 1 else list(documents)
    return json.dumps(value, ensure_ascii=False).encode()
