"""The published JSON Schemas: whether a record is as they say, and what a field holds that is not written."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jsonschema_rs

from tests.faults.checker.topics import DECISIONS, INCIDENTS, STATUS

FOLDER = Path(__file__).resolve().parents[3] / "deploy" / "schemas"
LONGEST = 200

Json = dict[str, Any]
Fill = Callable[[Any], Any]


class Misfit(ValueError):
    """The record is not as its schema says; the message says where."""


class Published:
    """Of a topic without a schema every JSON object fits."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._schemas: dict[str, Json] = {
            path.stem: json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("komek.*.json"))
        }
        self._judges: dict[str, Any] = {}
        self._kinds = {topic: _by_kind(self._schemas[topic]) for topic in (INCIDENTS, DECISIONS)}
        self._frame = jsonschema_rs.validator_for(_without_events(self._schemas[DECISIONS]))
        self._fills: dict[tuple[str, str], Fill] = {}

    @property
    def events(self) -> frozenset[str]:
        """Kinds of facts inside a decision."""
        return frozenset(self._kinds[DECISIONS])

    def knows(self, topic: str) -> bool:
        return topic in self._schemas

    def fields(self, topic: str, name: str) -> frozenset[str]:
        return frozenset(self._schemas[topic]["$defs"][name]["properties"])

    def read(self, topic: str, value: bytes | None) -> Json:
        """The record as an object.

        Raises:
            Misfit: it is not as the schema says.
        """
        try:
            told = json.loads(value or b"")
        except (ValueError, RecursionError) as error:
            raise Misfit(f"no JSON: {error}"[:LONGEST]) from error
        if not isinstance(told, dict):
            raise Misfit("no JSON object")
        if topic == DECISIONS:
            self._check(self._frame, told)
            for event in told["events"]:
                self._check_kind(DECISIONS, event)
        elif topic == INCIDENTS:
            self._check_kind(INCIDENTS, told)
        elif topic in self._schemas:
            if topic not in self._judges:
                self._judges[topic] = jsonschema_rs.validator_for(self._schemas[topic])
            self._check(self._judges[topic], told)
        return told

    def whole(self, name: str, value: Json) -> Any:
        """The value with every default written out, as a definition of `incident-status` says; a copy."""
        return self._fill(name)(value)

    def fresh(self, name: str, **fields: Any) -> Json:
        """An object of a definition of `incident-status`: these fields, and the defaults of the others."""
        filled: Json = self._fill(name)(fields)
        return filled

    def _check_kind(self, topic: str, told: Any) -> None:
        kind = told.get("kind") if isinstance(told, dict) else None
        judge = self._kinds[topic].get(kind) if isinstance(kind, str) else None
        if judge is None:
            raise Misfit(f"kind {kind!r} is not published")
        self._check(judge, told)

    def _check(self, judge: Any, told: Any) -> None:
        if not judge.is_valid(told):
            error = next(iter(judge.iter_errors(told)))
            place = "/".join(map(str, error.instance_path))
            raise Misfit(f"{place or 'the whole'}: {error.message}"[:LONGEST])

    def _fill(self, name: str) -> Fill:
        if (STATUS, name) not in self._fills:
            self._fills[STATUS, name] = _fill_of(self._schemas[STATUS]["$defs"], {"$ref": f"#/$defs/{name}"})
        return self._fills[STATUS, name]


def _by_kind(schema: Json) -> dict[str, Any]:
    """A judge for each definition that has a constant `kind`."""
    judges = {}
    for name, definition in schema["$defs"].items():
        kind = definition.get("properties", {}).get("kind", {}).get("const")
        if kind is not None:
            judges[kind] = jsonschema_rs.validator_for({"$ref": f"#/$defs/{name}", "$defs": schema["$defs"]})
    return judges


def _without_events(schema: Json) -> Json:
    """Events are judged one by one, by their kind: one of 42 alternatives would be tried after the other."""
    copy: Json = json.loads(json.dumps(schema))
    frame = copy["$ref"].rpartition("/")[2]
    copy["$defs"][frame]["properties"]["events"] = {"type": "array"}
    return copy


def _same(value: Any) -> Any:
    return value


def _fill_of(definitions: Mapping[str, Json], schema: Json) -> Fill:
    if "$ref" in schema:
        return _fill_of(definitions, definitions[schema["$ref"].rpartition("/")[2]])
    if "anyOf" in schema:
        fills = [_fill_of(definitions, option) for option in schema["anyOf"] if option.get("type") != "null"]
        inner = next((fill for fill in fills if fill is not _same), _same)
        return inner if inner is _same else lambda value: None if value is None else inner(value)
    if "properties" in schema:
        return _fill_of_object(definitions, schema)
    if schema.get("type") == "array" and isinstance(schema.get("items"), dict):
        item = _fill_of(definitions, schema["items"])
        return list if item is _same else lambda value: [item(one) for one in value]
    if schema.get("type") == "object":
        return dict
    return _same


def _fill_of_object(definitions: Mapping[str, Json], schema: Json) -> Fill:
    fills = {name: _fill_of(definitions, about) for name, about in schema["properties"].items()}
    defaults: Json = {}
    for name, about in schema["properties"].items():
        if "default" in about:
            defaults[name] = about["default"]
        elif name not in schema.get("required", ()) and about.get("type") == "object":
            defaults[name] = {}  # a map without entries has no default of its own in the schema

    def fill(value: Any) -> Any:
        return {**{name: fills[name](default) for name, default in defaults.items()}, **_filled(value, fills)}

    return fill


def _filled(value: Json, fills: Mapping[str, Fill]) -> Json:
    return {name: fills[name](inner) if name in fills else inner for name, inner in value.items()}
