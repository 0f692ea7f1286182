"""I9 for the API: what it shows after the quiet phase, against the reduced log. Fields are those of contract.md."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tests.faults.checker.decisions import Decisions
from tests.faults.checker.expected import Expected
from tests.faults.checker.findings import Book
from tests.faults.checker.folder import Folder
from tests.faults.checker.reducer import State, fills

Body = dict[str, Any]
_TIMES = ("reported", "logged", "decided", "first_offer", "first_accept", "first_on_scene", "staffed", "closed")
_SAME = ("id", "type", "priority", "status", "zone", "version")


class Pages:
    def __init__(self, decisions: Decisions, expected: Expected, book: Book) -> None:
        self._decisions = decisions
        self._expected = expected
        self._book = book
        self._listed: set[str] | None = None

    def read(self, folder: Folder) -> None:
        count = 0
        for page in folder.lines("http.jsonl"):
            count += 1
            self._book.checked("I9")
            path, _, _ = str(page["path"]).partition("?")
            if page["status"] != 200 or not isinstance(page["body"], dict):
                self._found(path, f"answered {page['status']}")
                continue
            self._page(path.strip("/").split("/"), path, page["body"])
        if not count:
            self._book.note("I9: no answers of the API")
        if self._listed is not None:
            wrong = sorted((set(self._decisions.states) ^ self._listed) - self._expected.late)
            if wrong:
                self._found("/v1/incidents", f"{len(wrong)} too many or missing: {', '.join(wrong[:3])}")

    def _page(self, parts: list[str], path: str, body: Body) -> None:
        match parts:
            case ["v1", "incidents"]:
                self._listed = self._listed or set()
                for item in body["items"]:
                    self._listed.add(item["id"])
                    self._incident(path, item)
            case ["v1", "incidents", _]:
                self._incident(path, body)
            case ["v1", "volunteers", person, "offers"]:
                self._offers(path, person, body["items"])
            case ["v1", "status"]:
                self._status(path, body)

    def _incident(self, path: str, body: Body) -> None:
        state = self._decisions.states.get(body["id"])
        if state is None:
            if body["status"] != "reported":
                self._found(path, f"{body['id']}: the log knows no such incident")
        elif body["id"] not in self._expected.late and (wrong := list(_differences(body, state))):
            self._found(path, f"{body['id']}: {', '.join(wrong[:5])} differ at version {state['version']}")

    def _offers(self, path: str, person: str, items: list[Body]) -> None:
        shown = {item["id"]: item for item in items}
        for offer_id, (incident, _) in self._expected.live.get(person, {}).items():
            if offer_id not in shown and incident not in self._expected.late:
                self._found(path, f"{offer_id} is live and not shown")
        for offer_id, item in shown.items():
            state = self._decisions.states.get(item["incident_id"])
            if item["incident_id"] in self._expected.late:
                continue
            known = {offer["id"]: offer for offer in state["offers"]} if state else {}
            offer = known.get(offer_id)
            if offer is None or (offer["state"], offer["volunteer_id"]) != (item["state"], person):
                self._found(path, f"{offer_id} is shown as {item['state']}, the log says {offer and offer['state']}")

    def _status(self, path: str, body: Body) -> None:
        if self._expected.late:
            return
        shown = {status: count for status, count in (body["incidents"]["by_status"] or {}).items() if count}
        if shown != dict(self._expected.counts):
            self._found(path, f"counts {shown}, the log {dict(self._expected.counts)}")
        if body["shortfalls"] != self._expected.shortfalls:
            self._found(path, f"{body['shortfalls']} shortfalls, the log has {self._expected.shortfalls}")

    def _found(self, path: str, text: str) -> None:
        self._book.found("I9", text, f"http {path}")


def _differences(body: Body, state: State) -> Iterator[str]:
    yield from (name for name in _SAME if body[name] != state[name])
    if body["location"] != (state["area"]["geometry"] if state["area"] else None):
        yield "location"
    yield from (f"times.{name}" for name in _TIMES if _ms(body["times"][name]) != state["times"][f"{name}_ms"])
    if [entry["id"] for entry in body["requirements"]] != [entry["id"] for entry in state["requirements"]]:
        yield "requirements"
    else:
        for shown, entry in zip(body["requirements"], state["requirements"], strict=True):
            yield from _requirement(shown, entry, state)
    if {one["id"]: _offer(one) for one in body["offers"]} != {one["id"]: _held(one) for one in state["offers"]}:
        yield "offers"


def _requirement(shown: Body, entry: Body, state: State) -> Iterator[str]:
    own = [offer for offer in state["offers"] if offer["requirement_id"] == entry["id"]]
    wanted = {
        "count": entry["count"],
        "offered": sum(one["state"] == "offered" for one in own),
        "accepted": sum(map(fills, own)),
        "shortfall": entry["shortfall"]["missing"] if entry["shortfall"] else 0,
    }
    yield from (f"{entry['id']}.{name}" for name, value in wanted.items() if shown[name] != value)


def _offer(shown: Body) -> tuple[Any, ...]:
    open_changes = shown["to_confirm"]
    return (
        shown["volunteer_id"],
        shown["requirement_id"],
        shown["state"],
        _ms(shown["expires_at"]),
        None if open_changes is None else (open_changes["version"], frozenset(open_changes["fields"])),
    )


def _held(offer: Body) -> tuple[Any, ...]:
    open_changes = offer["unconfirmed"]["changes"] if offer["unconfirmed"] else []
    return (
        offer["volunteer_id"],
        offer["requirement_id"],
        offer["state"],
        offer["expires_ms"],
        (open_changes[-1]["version"], frozenset(name for one in open_changes for name in one["fields"]))
        if open_changes
        else None,
    )


def _ms(told: str | None) -> int | None:
    return None if told is None else round(datetime.fromisoformat(told).timestamp() * 1000)
