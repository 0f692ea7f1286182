"""Hand-made runs for the tests: a story is told step by step, and written down as the folder a fault run leaves behind.

What Komek derives (offers, status, notices, the picture in Redis, the answers of the API) follows from the decisions by itself,
so that a story is good until a test bends it.
"""

import base64
import hashlib
import json
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from tests.faults.checker.jobs import told_as
from tests.faults.checker.published import Published
from tests.faults.checker.reducer import LIVE, State, fills, fold, is_open
from tests.faults.checker.timers import implied
from tests.faults.checker.topics import (
    DEAD_LETTERS,
    DECISIONS,
    INCIDENTS,
    LOCATIONS,
    NOTICES,
    OFFERS,
    PRIVATE,
    STATUS,
    VOLUNTEERS,
)

Json = dict[str, Any]
PUBLISHED = Published()
START_MS = 1_790_000_000_000
NAME, PHONE = "Қанарейка-1f", "+7 700 123 45 67"
PLACE = (76.9451237, 43.2381237)
PROFILE: Json = {
    "capabilities": ["field"],
    "skills": ["first_aid"],
    "languages": ["kk"],
    "travel_mode": "foot",
    "max_distance_m": None,
    "on_duty": True,
}
_TOLD = {"offered": "offered", "accepted": "confirmed", "withdrawn": "withdrawn", "stood_down": "stood_down"}
_TIMES = ("reported", "logged", "decided", "first_offer", "first_accept", "first_on_scene", "staffed", "closed")


def incident_id(name: str) -> str:
    return f"i-8320e5-{_hex(name, 32)}"


def offer_id(incident: str, volunteer: str) -> str:
    return f"o-{incident[2:]}-{_hex(volunteer, 16)}"


def requirement(number: int = 1, **changes: Any) -> Json:
    needs = {"capability": "field", "skill": "first_aid", "count": 1, "max_distance_m": 5000, "window_s": 60}
    filled: Json = PUBLISHED.whole("Requirement", {"id": f"r{number}", **needs, **changes})
    return filled


def _hex(name: str, digits: int) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:digits]


def _rfc3339(at_ms: int | None) -> str | None:
    return None if at_ms is None else datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds")


class Story:
    def __init__(self, profile: str = "single") -> None:
        self.now_ms = START_MS
        self.run: Json = {"seed": 1, "minutes": 1, "profile": profile, "brokers": 1, "started_ms": START_MS}
        self.topics: dict[str, list[Json]] = defaultdict(list)
        self.history: list[Json] = []
        self.nemesis: list[Json] = []
        self.samples: list[Json] = []
        self.files: dict[str, str] = {}
        self.canaries: Json = {"values": [NAME, PHONE], "coordinates": [PLACE]}
        self.states: dict[str, State] = {}
        self.bend: list[Callable[[list[Json], list[Json]], object]] = []
        """Change what is found in Redis and what the API says, once both are made of the rest."""

    def after(self, milliseconds: int) -> Self:
        self.now_ms += milliseconds
        return self

    def put(self, topic: str, key: str | None, value: Json | bytes | None, headers: Json | None = None) -> Json:
        """A record at the end of partition 0."""
        raw = json.dumps(value, ensure_ascii=False).encode() if isinstance(value, dict) else value
        record = {
            "partition": 0,
            "offset": len(self.topics[topic]),
            "timestamp_ms": self.now_ms,
            "key": key,
            "value_b64": None if raw is None else base64.b64encode(raw).decode(),
            "headers": headers or {},
        }
        self.topics[topic].append(record)
        return record

    def person(self, name: str, **changes: Any) -> Self:
        self.put(VOLUNTEERS, name, {"id": name, **PROFILE, "changed_ms": self.now_ms, **changes})
        return self

    # What clients do.

    def ask(
        self,
        what: str,
        path: str,
        *,
        key: str,
        actor: str = "op-1",
        status: int | None = 202,
        answer: Json | None = None,
        took_ms: int = 20,
        **more: Any,
    ) -> Self:
        """One operation: what is asked, and after a while the answer; `status` None: none came."""
        common = {
            "op": f"{key}-{len(self.history)}",
            "actor": actor,
            "role": "operator",
            "what": what,
            "method": "PATCH" if what == "update" else "POST",
            "path": path,
            "key": key,
            "body": {},
            "repeat_of": None,
            "other_body_of": None,
            **more,
        }
        self._told(common, "invoke", None, None)
        self.after(took_ms)
        phase = "unknown" if status is None or status >= 500 else "ok" if status < 300 else "fail"
        self._told(common, phase, status, answer)
        return self

    def _told(self, common: Json, phase: str, status: int | None, answer: Json | None) -> None:
        line = {"n": len(self.history) + 1, "phase": phase, "at_ms": self.now_ms, "status": status, "answer": answer}
        self.history.append({**common, **line})

    def fault(self, fault: str, target: str, phase: str) -> Self:
        self.nemesis.append({"at_ms": self.now_ms, "fault": fault, "target": target, "phase": phase, "detail": {}})
        return self

    def sample(self, committed: int | None = None) -> Self:
        """What the workers have committed; by default everything."""
        offset = len(self.topics[INCIDENTS]) if committed is None else committed
        where = {"group": "komek-dispatcher", "topic": INCIDENTS, "partition": 0}
        self.samples.append({"at_ms": self.now_ms, **where, "committed": offset})
        return self

    # What stands in the log.

    def command(self, kind: str, incident: str, *, name: str = "", **fields: Any) -> Json:
        """The record of a command, to be decided or not."""
        command = {
            "kind": kind,
            "id": f"c-{name or len(self.topics[INCIDENTS])}",
            "incident_id": incident,
            "by": fields.pop("by", "op-1"),
            "sent_ms": self.now_ms,
            **fields,
        }
        record = self.put(INCIDENTS, "8320e5", command)
        return {**command, "offset": record["offset"], "logged_ms": self.now_ms}

    def decide(self, command: Json, *events: Json, outcome: str = "applied", is_told: bool = True, **bent: Any) -> Json:
        """The decision on a command, with what follows from it when `is_told`; `bent` fields are as given."""
        incident = command["incident_id"]
        before = self.states.get(incident)
        version = (before["version"] if before else 0) + (outcome == "applied")
        decision = {
            "id": f"d-{command['id']}",
            "cause": {
                "topic": INCIDENTS,
                "partition": 0,
                "offset": command["offset"],
                "command_id": command["id"],
                "command_kind": command["kind"],
            },
            "incident_id": incident,
            "zone": "8320e5",
            "outcome": outcome,
            "reason": None,
            "by": command["by"],
            "version": version,
            "events": list(events) if outcome == "applied" else [],
            "why": {},
            "logged_ms": command["logged_ms"],
            "decided_ms": self.now_ms,
            **bent,
        }
        decision["offset"] = self.put(DECISIONS, "8320e5", decision)["offset"]
        if is_told:
            self.tell(decision)
        return decision

    def tell(self, decision: Json) -> Self:
        """Applies a decision and publishes what is derived from it."""
        state = fold(self.states.get(decision["incident_id"]), decision, PUBLISHED)
        if state is None:
            return self
        self.states[state["id"]] = state
        for event in decision["events"]:
            if event["kind"] in ("offer_made", "offer_moved"):
                self.step(decision, event["offer_id"], event.get("state", "offered"))
            elif event["kind"] == "job_changed" and event["to_confirm"]:
                held = next(one for one in state["offers"] if one["id"] == event["offer_id"])
                self.step(decision, held["id"], held["state"], notice=told_as(event), changes=event["changes"])
        if decision["events"]:
            self.put(STATUS, state["id"], {"incident": state, **self._named(decision), "decided_ms": self.now_ms})
        return self

    def step(self, decision: Json, offer: str, state: str, *, is_noticed: bool = True, **bent: Any) -> Json:
        """A record of `offers`, and the notice of it."""
        incident = self.states[decision["incident_id"]]
        held = next(one for one in incident["offers"] if one["id"] == offer)
        step = {
            "event_id": f"e-{decision['id']}-{offer}-{bent.get('notice', state)}",
            **{name: held[name] for name in ("id", "requirement_id", "volunteer_id", "capability", "skill")},
            "incident_id": incident["id"],
            "state": state,
            "reason": held["reason"],
            "epoch": decision["version"],
            "at_ms": self.now_ms,
            "expires_ms": held["expires_ms"],
            **self._named(decision),
            **bent,
        }
        self.put(OFFERS, step["volunteer_id"], step)
        if is_noticed and (state in _TOLD or "notice" in step):
            self.notice(step)
        return step

    def notice(self, step: Json, **bent: Any) -> Self:
        value = {
            "id": f"n-{step['event_id']}",
            "event_id": step["event_id"],
            "offer_id": step["id"],
            "incident_id": step["incident_id"],
            "volunteer_id": step["volunteer_id"],
            "kind": step.get("notice") or _TOLD[step["state"]],
            "channel": "log",
            "outcome": "sent",
            "attempts": 1,
            "at_ms": self.now_ms,
            **bent,
        }
        self.put(NOTICES, value["volunteer_id"], value)
        return self

    def letter(self, record: Json, topic: str = INCIDENTS, **bent: Any) -> Self:
        value = {
            "id": f"l-{topic}-{record['offset']}",
            "topic": topic,
            "partition": 0,
            "offset": record["offset"],
            "timestamp_ms": self.now_ms,
            "key": None,
            "value": record.get("value_b64"),
            "headers": [],
            "reason": "kind: expected a command",
            "size_bytes": 1,
            **bent,
        }
        self.put(DEAD_LETTERS, topic, value)
        return self

    def _named(self, decision: Json) -> Json:
        return {
            "decision_id": decision["id"],
            "decision_partition": 0,
            "decision_offset": decision["offset"],
        }

    # The folder.

    def write(self, root: Path) -> Path:
        for topic in (INCIDENTS, DECISIONS, OFFERS, STATUS, VOLUNTEERS, PRIVATE, LOCATIONS):
            _lines(root / "topics" / f"{topic}.jsonl", self.topics[topic])
        for topic in (DEAD_LETTERS, NOTICES):
            if self.topics[topic]:
                _lines(root / "topics" / f"{topic}.jsonl", self.topics[topic])
        ends = {"load_ended_ms": self.now_ms, "healed_ms": self.now_ms, "ended_ms": self.now_ms}
        (root / "run.json").write_text(json.dumps({**ends, **self.run}), "utf-8")
        (root / "canaries.json").write_text(json.dumps(self.canaries), "utf-8")
        redis, http = self._redis(), self._http()
        for bend in self.bend:
            bend(redis, http)
        lines = {
            "history": self.history,
            "nemesis": self.nemesis,
            "samples": self.samples,
            "redis": redis,
            "http": http,
        }
        for name, entries in lines.items():
            _lines(root / f"{name}.jsonl", entries)
        for name, text in self.files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, "utf-8")
        return root

    def values(self, topic: str) -> list[tuple[Json, Json]]:
        """Records of a topic that are objects, with what they hold."""
        found = []
        for record in self.topics[topic]:
            try:
                value = json.loads(base64.b64decode(record["value_b64"] or ""))
            except ValueError:
                continue
            if isinstance(value, dict):
                found.append((record, value))
        return found

    def _redis(self) -> list[Json]:
        decided: dict[str, int] = {}
        timelines: dict[str, list[str]] = defaultdict(list)
        for record, decision in self.values(DECISIONS):
            if decided.setdefault(decision["cause"]["command_id"], record["offset"]) == record["offset"]:
                timelines[decision["incident_id"]].append(f"0:{record['offset']}")
        keys: dict[str, Any] = {f"cmd:{command}": str(offset) for command, offset in decided.items()}
        for name, state in self.states.items():
            keys[f"inc:{name}"] = json.dumps(state)
            keys[f"timeline:{name}"] = timelines[name]
            keys.setdefault(f"by-status:{state['status']}", []).append([name, state["times"]["logged_ms"]])
            if is_open(state):
                keys.setdefault(f"by-priority:{state['priority']}", []).append([name, state["times"]["logged_ms"]])
        keys["incidents"] = [[name, 0] for name in self.states]
        keys["timers"] = [[member, 0] for state in self.states.values() for member in implied(state)]
        keys["progress:0"] = dict.fromkeys(("applied", "published"), str(len(self.topics[DECISIONS]) - 1))
        keys.update(self._redis_of_people())
        return [{"key": f"komek:{name}", "type": "", "value": value} for name, value in keys.items()]

    def _redis_of_people(self) -> dict[str, Any]:
        profiles = {value["id"]: (record["offset"], value) for record, value in self.values(VOLUNTEERS)}
        keys: dict[str, Any] = {"on-duty": [], "volunteers": sorted(profiles)}
        for name, (offset, value) in profiles.items():
            keys[f"vol:{name}"] = {
                "v": str(offset),
                "cap": ",".join(value["capabilities"]),
                "sk": ",".join(value["skills"]),
                "la": ",".join(value["languages"]),
                "tm": value["travel_mode"],
                "du": "1" if value["on_duty"] else "0",
                "x": str(PLACE[0]),
                "y": str(PLACE[1]),
            }
            if value["on_duty"]:
                keys["on-duty"].append(name)
        for state in self.states.values():
            for offer in state["offers"]:
                if offer["state"] in LIVE:
                    claim = {"co": offer["id"], "ci": state["id"], "ce": str(offer["epoch"]), "cs": "c"}
                    keys.setdefault(f"vol:{offer['volunteer_id']}", {}).update(claim)
        return keys

    def _http(self) -> list[Json]:
        shown = [_shown(state) for state in self.states.values()]
        counts: dict[str, int] = defaultdict(int)
        for state in self.states.values():
            counts[state["status"]] += 1
        shortfalls = sum(bool(one["shortfall"]) for state in self.states.values() for one in state["requirements"])
        people = sorted({offer["volunteer_id"] for state in self.states.values() for offer in state["offers"]})
        pages = {
            "/v1/incidents?limit=200": {"items": shown, "next": None},
            **{f"/v1/incidents/{one['id']}": {**one, "caller": {"name": NAME, "phone": PHONE}} for one in shown},
            **{f"/v1/volunteers/{person}/offers": {"items": self._offers_of(person)} for person in people},
            "/v1/status": {"incidents": {"by_status": counts}, "shortfalls": shortfalls},
        }
        return [{"path": path, "status": 200, "body": body} for path, body in pages.items()]

    def _offers_of(self, person: str) -> list[Json]:
        return [
            {"id": offer["id"], "incident_id": state["id"], "state": offer["state"]}
            for state in self.states.values()
            for offer in state["offers"]
            if offer["volunteer_id"] == person
        ]


def _shown(state: State) -> Json:
    """As contract.md says that an incident is read."""
    return {
        **{name: state[name] for name in ("id", "type", "priority", "status", "zone", "version")},
        "location": state["area"]["geometry"] if state["area"] else None,
        "times": {name: _rfc3339(state["times"][f"{name}_ms"]) for name in _TIMES},
        "requirements": [
            {
                "id": entry["id"],
                "count": entry["count"],
                "offered": sum(
                    one["state"] == "offered" for one in state["offers"] if one["requirement_id"] == entry["id"]
                ),
                "accepted": sum(fills(one) for one in state["offers"] if one["requirement_id"] == entry["id"]),
                "shortfall": entry["shortfall"]["missing"] if entry["shortfall"] else 0,
            }
            for entry in state["requirements"]
        ],
        "offers": [
            {
                **{name: one[name] for name in ("id", "volunteer_id", "requirement_id", "state")},
                "expires_at": _rfc3339(one["expires_ms"]),
                "to_confirm": _to_confirm(one["unconfirmed"]),
            }
            for one in state["offers"]
        ],
    }


def _to_confirm(unconfirmed: Json | None) -> Json | None:
    if unconfirmed is None:
        return None
    fields = {name: None for change in unconfirmed["changes"] for name in change["fields"]}
    return {"fields": list(fields), "version": unconfirmed["changes"][-1]["version"]}


def _lines(path: Path, entries: list[Json]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries), "utf-8")
