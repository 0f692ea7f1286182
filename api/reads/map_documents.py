"""What OGC API – Features wants said of itself: landing page, conformance, descriptions of collections, their schemas, and an API
definition in OpenAPI 3.0 (the document of the whole API is 3.1, which QGIS and the standard do not know yet)."""

from collections.abc import Sequence

from api.http.ogc_parameters import ALWAYS, documented
from api.reads.map_collections import GisCollection
from api.schemas.base import Shown
from api.views.values import View

JSON, GEOJSON, SCHEMA = "application/json", "application/geo+json", "application/schema+json"
DEFINITION = "application/vnd.oai.openapi+json;version=3.0"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_FEATURES_1 = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf"
CONFORMS_TO = (
    f"{_FEATURES_1}/core",
    f"{_FEATURES_1}/geojson",
    f"{_FEATURES_1}/oas30",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables-query-parameters",
    # By it QGIS knows the fields of a layer that is empty when it is opened.
    "http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/schemas",
)
REL_SCHEMA = "http://www.opengis.net/def/rel/ogc/1.0/schema"
REL_QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
DRAFT = "https://json-schema.org/draft/2020-12/schema"
_KEPT = ("type", "format", "enum", "description")


def link(href: str, rel: str, media: str, title: str) -> View:
    return {"href": href, "rel": rel, "type": media, "title": title}


def start(root: str, docs: str, name: str) -> View:
    """`schemas.map_features.GisStart`."""
    return {
        "title": f"{name}: OGC API – Features",
        "description": "Incidents, hazard areas, staging points and numbers of volunteers by cells. Nobody is named.",
        "links": [
            link(root, "self", JSON, "This page"),
            link(f"{root}/api", "service-desc", DEFINITION, "API definition"),
            link(docs, "service-doc", "text/html", "Documentation of the whole API"),
            link(f"{root}/conformance", "conformance", JSON, "Conformance classes"),
            link(f"{root}/collections", "data", JSON, "Collections"),
        ],
    }


def collections(root: str, offered: Sequence[GisCollection], language: str) -> View:
    """`schemas.map_features.MapCollections`."""
    return {
        "links": [link(f"{root}/collections", "self", JSON, "Collections")],
        "collections": [collection(root, one, language) for one in offered],
    }


def collection(root: str, one: GisCollection, language: str) -> View:
    """`schemas.map_features.MapCollection`."""
    address = f"{root}/collections/{one.id}"
    extent = {"extent": {"spatial": {"bbox": [list(one.extent)], "crs": CRS84}}} if one.extent else {}
    return {
        "id": one.id,
        "title": one.titles[language],
        "description": one.descriptions[language],
        "itemType": "feature",
        "crs": [CRS84],
        **extent,
        "links": [
            link(address, "self", JSON, "This collection"),
            link(f"{address}/items", "items", GEOJSON, "Features"),
            link(f"{address}/schema", REL_SCHEMA, SCHEMA, "Schema of a feature"),
            link(f"{address}/queryables", REL_QUERYABLES, SCHEMA, "Properties by which features are filtered"),
        ],
    }


def schema(root: str, one: GisCollection, language: str) -> View:
    """JSON Schema of a feature, with the roles of Part 5."""
    known = properties_of(one.properties)
    for number, (name, told) in enumerate(known.items(), 3):
        told.pop("nullable", None)
        told["x-ogc-propertySeq"] = number
        if name == one.instant:
            told["x-ogc-role"] = "primary-instant"
    return {
        **_schema_head(f"{root}/collections/{one.id}/schema", one.titles[language]),
        "properties": {
            "id": {"type": "string", "x-ogc-role": "id", "x-ogc-propertySeq": 1},
            "geometry": {
                "format": f"geometry-{one.geometry}",
                "x-ogc-role": "primary-geometry",
                "x-ogc-propertySeq": 2,
            },
            **known,
        },
    }


def queryables(root: str, one: GisCollection, language: str) -> View:
    """JSON Schema of the properties that are query parameters as well."""
    known = properties_of(one.properties)
    for told in known.values():
        told.pop("nullable", None)
    return {
        **_schema_head(f"{root}/collections/{one.id}/queryables", one.titles[language]),
        "properties": {name: known[name] for name in one.filters if name in known},
        "additionalProperties": False,
    }


def definition(root: str, offered: Sequence[GisCollection], language: str) -> View:
    """The API definition (OpenAPI 3.0)."""
    paths: View = {
        "/": _operation("getLandingPage", "Landing page", JSON),
        "/api": _operation("getDefinition", "This document", DEFINITION),
        "/conformance": _operation("getConformance", "Conformance classes", JSON),
        "/collections": _operation("getCollections", "Collections", JSON),
    }
    schemas: View = {"Problem": _PROBLEM}
    parameters = {entry["name"]: entry for entry in documented(ALWAYS)}
    for one in offered:
        name, address = _camel(one.id), f"/collections/{one.id}"
        schemas[f"{name}Feature"] = _feature(one)
        schemas[f"{name}Page"] = _page(f"#/components/schemas/{name}Feature")
        of_all = [{"$ref": f"#/components/parameters/{entry}"} for entry in ALWAYS]
        title = one.titles[language]
        paths |= {
            address: _operation(f"describe{name}", title, JSON),
            f"{address}/schema": _operation(f"getSchemaOf{name}", f"{title}: schema", SCHEMA),
            f"{address}/queryables": _operation(f"getQueryablesOf{name}", f"{title}: queryables", SCHEMA),
            f"{address}/items": _operation(
                f"get{name}", title, GEOJSON, f"{name}Page", [*of_all, *documented(one.filters)]
            ),
            f"{address}/items/{{featureId}}": _operation(
                f"getOneOf{name}", title, GEOJSON, f"{name}Feature", [_FEATURE_ID, _FORMAT]
            ),
        }
    return {
        "openapi": "3.0.3",
        "info": {"title": "Komek: OGC API – Features", "version": "1", "description": _HOW},
        "servers": [{"url": root}],
        "security": [{"token": []}, {"password": []}],
        "paths": paths,
        "components": {
            "parameters": parameters,
            "schemas": schemas,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "password": {"type": "http", "scheme": "basic", "description": "the token as password, with any name"},
            },
        },
    }


_HOW = "Read alone, by the roles operator and monitor. Monitors see coarse places and no shapes but published hazard areas."
_FORMAT = {"$ref": "#/components/parameters/f"}
_FEATURE_ID = {"name": "featureId", "in": "path", "required": True, "schema": {"type": "string"}}
_PROBLEM = {
    "type": "object",
    "description": "RFC 9457",
    "required": ["code", "detail", "status", "title", "type"],
    "properties": {
        **{name: {"type": "string"} for name in ("type", "title", "code", "detail")},
        "status": {"type": "integer"},
        "errors": {"type": "array", "items": {"type": "object"}},
    },
}
_STATUSES = ("400", "401", "403", "404", "429", "503")


def properties_of(model: type[Shown]) -> dict[str, View]:
    """The properties in a form that both JSON Schema and OpenAPI 3.0 take, but for `nullable`, which is OpenAPI's alone."""
    document = model.model_json_schema()
    return {name: _flat(told, document.get("$defs", {})) for name, told in document["properties"].items()}


def _flat(told: View, definitions: View) -> View:
    choices = [choice for choice in told.get("anyOf", [told]) if choice.get("type") != "null"]
    (choice,) = choices
    if "$ref" in choice:
        # The words of a vocabulary; what they mean in the code says nothing to a desk.
        choice = {
            key: value for key, value in definitions[choice["$ref"].rpartition("/")[2]].items() if key != "description"
        }
    merged = {**choice, **told}
    nullable = {"nullable": True} if "anyOf" in told and len(told["anyOf"]) > len(choices) else {}
    return {key: merged[key] for key in _KEPT if key in merged} | nullable


def _schema_head(address: str, title: str) -> View:
    return {"$schema": DRAFT, "$id": address, "type": "object", "title": title}


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("-"))


def _operation(
    name: str, summary: str, media: str, schema_name: str | None = None, parameters: Sequence[View] | None = None
) -> View:
    shown = {"type": "object"} if schema_name is None else {"$ref": f"#/components/schemas/{schema_name}"}
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        "get": {
            "operationId": name,
            "summary": summary,
            "parameters": [_FORMAT] if parameters is None else list(parameters),
            "responses": {
                "200": {"description": summary, "content": {media: {"schema": shown}}},
                **{status: {"description": "Problem (RFC 9457)", "content": problem} for status in _STATUSES},
            },
        }
    }


def _feature(one: GisCollection) -> View:
    return {
        "type": "object",
        "required": ["type", "id", "geometry", "properties"],
        "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            "id": {"type": "string"},
            "geometry": {"type": "object", "nullable": True, "description": f"GeoJSON, {one.geometry}"},
            "properties": {"type": "object", "properties": properties_of(one.properties)},
        },
    }


def _page(feature: str) -> View:
    return {
        "type": "object",
        "required": ["type", "features", "links", "timeStamp", "numberReturned"],
        "properties": {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "features": {"type": "array", "items": {"$ref": feature}},
            "links": {"type": "array", "items": {"type": "object"}},
            "timeStamp": {"type": "string", "format": "date-time"},
            "numberReturned": {"type": "integer"},
            "numberMatched": {"type": "integer"},
        },
    }
