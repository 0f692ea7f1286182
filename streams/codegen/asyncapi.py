"""Generates the JSON Schemas of all records and the AsyncAPI document from the list of topics.

`python -m streams.codegen.asyncapi` writes them to `deploy/schemas/`; a test checks that they are up to date.
"""

import inspect
import json
import re
from pathlib import Path
from typing import Any

import msgspec

from dispatch.model.command_kinds import COMMANDS
from dispatch.model.decisions import OfferStep, StatusRecord
from dispatch.model.events import EVENTS
from streams.codegen.asyncapi_page import page
from streams.dead_letters.letters import DeadLetter
from streams.dead_letters.outcomes import LetterSettled
from streams.ring.declared_keys import KeyRecord
from streams.topics import (
    ALARMS,
    ASSISTANT,
    AUDIT,
    DEAD_LETTERS,
    DECISIONS,
    HANDOVERS,
    HINTS,
    INCIDENT_STATUS,
    INCIDENTS,
    KEYS,
    LOCATIONS,
    MESSAGES,
    NOTICES,
    OFFERS,
    PLANS,
    PRIVATE,
    SESSIONS,
    SHADOW,
    TOPICS,
    VERIFICATIONS,
    VOLUNTEERS,
    WEBHOOKS,
    Topic,
)
from streams.wire import (
    AlarmAnswer,
    AuditRecord,
    ChannelsPrivate,
    ConsentsPrivate,
    ConversationEnded,
    ConversationReopened,
    ConversationReplied,
    ConversationTaken,
    DecisionFrame,
    FixRecord,
    HandoverNote,
    HandoverRead,
    HintsRecord,
    IncidentPrivate,
    JudgementRecord,
    MessagePrivate,
    ModeRecord,
    NoticeRecord,
    PlansRecord,
    PublicMessage,
    SessionRecord,
    ShadowDifference,
    ShadowTally,
    StandingRecord,
    VerificationRecord,
    VolunteerPrivate,
    VolunteerRecord,
    WebhookLetter,
    WebhookPlace,
    WeightsRecord,
)

FOLDER = Path(__file__).parents[2] / "deploy" / "schemas"
RECORDS: dict[str, tuple[type, ...]] = {
    INCIDENTS.name: tuple(COMMANDS.values()),
    DECISIONS.name: (DecisionFrame,),
    OFFERS.name: (OfferStep,),
    INCIDENT_STATUS.name: (StatusRecord,),
    LOCATIONS.name: (FixRecord,),
    VOLUNTEERS.name: (VolunteerRecord,),
    VERIFICATIONS.name: (VerificationRecord,),
    PRIVATE.name: (VolunteerPrivate, IncidentPrivate, ConsentsPrivate, ChannelsPrivate, MessagePrivate),
    DEAD_LETTERS.name: (DeadLetter, LetterSettled),
    AUDIT.name: (AuditRecord,),
    PLANS.name: (PlansRecord,),
    NOTICES.name: (NoticeRecord,),
    HINTS.name: (HintsRecord, JudgementRecord),
    ASSISTANT.name: (ModeRecord, StandingRecord, WeightsRecord),
    SESSIONS.name: (SessionRecord,),
    ALARMS.name: (AlarmAnswer,),
    HANDOVERS.name: (HandoverNote, HandoverRead),
    MESSAGES.name: (
        PublicMessage,
        ConversationTaken,
        ConversationEnded,
        ConversationReopened,
        ConversationReplied,
    ),
    KEYS.name: (KeyRecord,),
    WEBHOOKS.name: (WebhookPlace, WebhookLetter),
    SHADOW.name: (ShadowDifference, ShadowTally),
}
_REFERENCE = re.compile(r"#/\$defs/(\w+)")
# `wire` writes the field `kind` by itself, so msgspec does not know it.
_KINDS = {cls: kind for table in (COMMANDS, EVENTS) for kind, cls in table.items()}


def schemas() -> dict[str, Any]:
    """JSON Schema (2020-12) of each record type, by name. Commands and events have the field `kind`."""
    # Events stand inside decisions as raw JSON, so they are added by hand.
    roots = {cls for classes in RECORDS.values() for cls in classes} | set(EVENTS.values())
    _, components = msgspec.json.schema_components(
        sorted(roots, key=lambda cls: cls.__name__), ref_template="#/$defs/{name}", schema_hook=_anything
    )
    for schema in components.values():
        # Python 3.13 removes the indentation of docstrings, earlier versions keep it: the files must not depend on the version.
        if "description" in schema:
            schema["description"] = inspect.cleandoc(schema["description"])
    for cls, kind in _KINDS.items():
        schema = components[cls.__name__]
        schema["properties"] = {"kind": {"const": kind}, **schema["properties"]}
        schema["required"] = ["kind", *schema.get("required", [])]
    events = [{"$ref": f"#/$defs/{cls.__name__}"} for cls in EVENTS.values()]
    components["DecisionFrame"]["properties"]["events"] = {"type": "array", "items": {"oneOf": events}}
    return {name: components[name] for name in sorted(components)}


def _anything(cls: type) -> dict[str, Any]:
    """The schema of fields typed `object` (GeoJSON, explanations), whose contents are described elsewhere."""
    # msgspec has no schema for `object` and asks this hook.
    if cls is object:
        return {"description": "any JSON value"}
    raise NotImplementedError(cls)


def topic_schema(topic: Topic, known: dict[str, Any]) -> dict[str, Any]:
    """The schema that validates one value of the topic (for `private`: the decrypted record)."""
    # Each file stands alone: a consumer of one topic needs no other schema.
    refs = [{"$ref": f"#/$defs/{cls.__name__}"} for cls in RECORDS[topic.name]]
    choice: dict[str, Any] = refs[0] if len(refs) == 1 else {"anyOf": refs}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": topic.name,
        "description": topic.carries,
        **choice,
        "$defs": {name: known[name] for name in sorted(_reachable(choice, known))},
    }


def _reachable(schema: Any, known: dict[str, Any]) -> set[str]:
    names: set[str] = set()
    open_schemas = [schema]
    while open_schemas:
        fresh = set(_REFERENCE.findall(json.dumps(open_schemas.pop()))) - names
        names |= fresh
        open_schemas.extend(known[name] for name in fresh)
    return names


def document(known: dict[str, Any]) -> dict[str, Any]:
    """The AsyncAPI 3.0 document: one channel per topic, messages refer to the schemas."""
    # AsyncAPI keeps shared schemas under `components`, JSON Schema under `$defs`.
    moved = json.loads(json.dumps(known).replace("#/$defs/", "#/components/schemas/"))
    channels = {
        topic.name: {
            "address": topic.name,
            "description": topic.carries,
            "messages": {
                cls.__name__: {
                    "contentType": "application/json",
                    "payload": {"$ref": f"#/components/schemas/{cls.__name__}"},
                }
                for cls in RECORDS[topic.name]
            },
            "bindings": {
                "kafka": {
                    "topicConfiguration": {
                        "cleanup.policy": ["compact" if topic.compacted else "delete"],
                        **({"retention.ms": topic.retention_ms} if topic.retention_ms else {}),
                    },
                    "x-key": topic.key,
                }
            },
        }
        for topic in TOPICS
    }
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Komek topics", "version": "1"},
        "defaultContentType": "application/json",
        "channels": channels,
        "components": {"schemas": moved},
    }


def files() -> dict[str, str]:
    """The text of each generated file, by name."""
    known = schemas()
    texts = {f"{topic.name}.json": topic_schema(topic, known) for topic in TOPICS}
    texts["asyncapi.json"] = document(known)
    # Sorted keys: the files change only when a record changes.
    written = {
        name: json.dumps(text, indent=1, ensure_ascii=False, sort_keys=True) + "\n" for name, text in texts.items()
    }
    return {**written, "asyncapi.html": page(texts["asyncapi.json"])}


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in files().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
