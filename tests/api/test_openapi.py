"""The OpenAPI document: what it says about values is true, and can be understood without the code."""

import re
from collections.abc import Iterator
from typing import Any

import jsonschema

from dispatch.model.events import EVENTS
from dispatch.model.reasons import FixRefusal
from tests.support.openapi import openapi


def schemas_with_default(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema below the node that has a default, with its place in the document."""
    if isinstance(node, dict):
        if "default" in node and node.keys() & {"type", "anyOf", "enum", "$ref"}:
            yield path, node
        for name, inner in node.items():
            yield from schemas_with_default(inner, f"{path}/{name}")
    if isinstance(node, list):
        for index, inner in enumerate(node):
            yield from schemas_with_default(inner, f"{path}/{index}")


def test_every_default_is_a_value_that_its_schema_permits() -> None:
    document = openapi()
    found = list(schemas_with_default(document))

    assert found
    for path, schema in found:
        whole = {**schema, "components": document["components"]}
        assert not list(jsonschema.Draft202012Validator(whole).iter_errors(schema["default"])), path


def test_an_edit_has_no_defaults() -> None:
    schemas = openapi()["components"]["schemas"]

    for name in ("IncidentPatch", "IncidentValues", "VolunteerPatch"):
        assert not [field for field, schema in schemas[name]["properties"].items() if "default" in schema]


def test_each_operation_has_a_name_of_its_own_that_a_program_can_say() -> None:
    names = [operation["operationId"] for methods in openapi()["paths"].values() for operation in methods.values()]

    assert len(names) == len(set(names))
    assert [name for name in names if not re.fullmatch(r"[a-z]+(_[a-z]+)*", name) or "v1" in name] == []
    assert {"report_incident", "list_incidents", "read_incident", "accept_offer", "put_profile"} <= set(names)


def test_no_description_refers_to_the_code() -> None:
    texts = [text for text in strings(openapi()) if re.search(r"\.py\b|\.lua\b|DESIGN|msgspec|pydantic", text)]

    assert texts == []


def strings(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict | list):
        for inner in node.values() if isinstance(node, dict) else node:
            yield from strings(inner)


def test_the_codes_of_rejected_positions_are_listed() -> None:
    described = openapi()["components"]["schemas"]["RejectedPosition"]["description"]

    for name in ("invalid", "bad_volunteer_id", "bad_time", *FixRefusal):
        assert f"`{name}`" in described


def test_no_response_about_incidents_and_offers_has_fields_without_a_name() -> None:
    schemas = openapi()["components"]["schemas"]
    names = ("IncidentShown", "OfferShown", "OfferOfIncident", "RequirementShown", "TimelineEntry", "DecisionShown")

    for name in (*names, "IncidentTypes", "IncidentType", "DecisionEvent"):
        assert "additionalProperties" not in schemas[name], name
        for field, schema in schemas[name].get("properties", {}).items():
            # Of `links` and `title` the names are data.
            assert field in ("links", "title") or "'additionalProperties': True" not in str(schema), f"{name}.{field}"


def test_every_event_of_a_decision_is_described_by_its_kind() -> None:
    document = openapi()
    schemas = document["components"]["schemas"]
    described = [schemas[one["$ref"].rpartition("/")[2]] for one in schemas["DecisionEvent"]["oneOf"]]

    assert {one["properties"]["kind"]["const"] for one in described} == set(EVENTS)
    assert set(re.findall(r"#/components/schemas/(\w+)", str(document))) <= schemas.keys()
