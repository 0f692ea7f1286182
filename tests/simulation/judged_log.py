"""The log read once more by somebody who knows only its records: what each incident came to, in a few words.

Deliberately not `dispatch.state.lifecycle`: a bug in the fold must not hide itself. First decision of a command counts.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

ASSIGNED = frozenset({"accepted", "en_route", "on_scene"})
LIVE = ASSIGNED | {"offered"}

Json = Mapping[str, Any]


@dataclass(slots=True)
class JudgedOffer:
    id: str
    volunteer_id: str
    requirement_id: str
    expires_ms: int
    capability: str = "field"
    state: str = "offered"
    at: tuple[int, int] = (0, 0)
    """Partition and offset of the decision that moved it last."""

    @property
    def is_live(self) -> bool:
        return self.state in LIVE


@dataclass(slots=True)
class JudgedIncident:
    id: str
    version: int = 0
    has_ended: bool = False
    counts: dict[str, int] = field(default_factory=dict)
    settled: set[str] = field(default_factory=set)
    offers: dict[str, JudgedOffer] = field(default_factory=dict)
    job: dict[str, Any] = field(default_factory=dict)
    """What everybody who is assigned acts on."""
    in_field: set[str] = field(default_factory=set)
    """Requirements of field work."""
    doubted: set[str] = field(default_factory=set)
    """Requirements for which a hint has asked for one more person."""

    def follow(self, decision: Json) -> Iterator[tuple[str, str]]:
        """Takes a valid, applied decision in; gives what it violates, as (invariant, what)."""
        if decision["version"] != self.version + 1:
            yield "I13", f"version {decision['version']} after {self.version}"
        self.version = decision["version"]
        had_ended, job = self.has_ended, dict(self.job)
        assigned = {offer.id for offer in self.offers.values() if offer.state in ASSIGNED}
        for event in decision["events"]:
            yield from self._event(event, decision["decided_ms"])
        if self.has_ended:
            if had_ended and any(event["kind"] == "offer_made" for event in decision["events"]):
                yield "I5", "an offer after the end"
            if any(offer.is_live for offer in self.offers.values()):
                yield "I5", "somebody is still held after the end"
        yield from self._over_count()
        yield from self._untold(decision, job, assigned)
        yield from self._looks(decision)

    def _untold(self, decision: Json, job: Json, assigned: set[str]) -> Iterator[tuple[str, str]]:
        fields = {name for name, value in self.job.items() if job.get(name, value) != value}
        if not fields or self.has_ended:
            return
        told = {
            event["offer_id"]: set(event["to_confirm"])
            for event in decision["events"]
            if event["kind"] == "job_changed"
        }
        for offer in self.offers.values():
            missing = fields - told.get(offer.id, set())
            if offer.id in assigned and offer.state in ASSIGNED and missing:
                yield "I17", f"{offer.id} is not told of {', '.join(sorted(missing))}"

    def _looks(self, decision: Json) -> Iterator[tuple[str, str]]:
        """What a hint has asked for: one more look at digital work, once, and only while the field has whom it can have."""
        for event in decision["events"]:
            if event["kind"] != "answer_wanted" or event["reason"] != "hint_disagrees":
                continue
            requirement = event["requirement_id"]
            if requirement in self.in_field or requirement in self.doubted or self.has_ended:
                yield "I20", f"a hint asks for one more person for {requirement}"
            self.doubted.add(requirement)
            if (lacking := self._lacking()) and self.job.get("location") is not None:
                yield "I20", f"a hint asks for a look while {', '.join(lacking)} lacks people"

    def _lacking(self) -> list[str]:
        """Field work for which fewer people are asked or sent than it wants."""
        out = Counter(offer.requirement_id for offer in self.offers.values() if offer.is_live or offer.state == "done")
        return [one for one in sorted(self.in_field) if out[one] < self.counts.get(one, 0)]

    def _wanted(self, requirements: Sequence[Json]) -> dict[str, int]:
        self.in_field |= {entry["id"] for entry in requirements if entry["capability"] == "field"}
        return {entry["id"]: entry["count"] for entry in requirements}

    def _event(self, event: Json, decided_ms: int) -> Iterator[tuple[str, str]]:
        kind = event["kind"]
        if kind == "offer_made":
            yield from self._made(event)
        elif kind == "offer_moved":
            yield from self._moved(event, decided_ms)
        elif kind in ("incident_reported", "incident_updated"):
            self.counts = self._wanted(event["requirements"])
            self.job |= {"location": event["area"], "type": event["type"], "priority": event["priority"]}
        elif kind == "incident_moved":
            self.job["location"] = event["area"]
        elif kind == "requirements_added":
            self.counts |= self._wanted(event["requirements"])
        elif kind == "help_asked":
            self.counts |= self._wanted([event["requirement"]])
        elif kind == "answer_wanted":
            self.counts[event["requirement_id"]] = event["count"]
        elif kind in ("incident_cancelled", "incident_closed", "incident_merged"):
            self.has_ended = True
        elif kind == "incident_unmerged":
            self.has_ended = False
        elif kind == "incident_reopened":
            self.has_ended = False
            self.counts = self._wanted(event["requirements"])
            for offer in self.offers.values():
                if (offer.state, offer.capability) == ("done", "field"):
                    offer.state = "done before"

    def _made(self, event: Json) -> Iterator[tuple[str, str]]:
        person, requirement = event["volunteer_id"], event["requirement_id"]
        for offer in self.offers.values():
            named = event.get("source") == "operator"
            if (offer.volunteer_id, offer.requirement_id, offer.state) == (
                person,
                requirement,
                "declined",
            ) and not named:
                yield "I5", f"{person} is asked again for {requirement}, which they declined"
        if event["offer_id"] in self.offers:
            yield "I6", f"{event['offer_id']} is made twice"
        self.offers[event["offer_id"]] = JudgedOffer(
            event["offer_id"], person, requirement, event["expires_ms"], event["capability"]
        )

    def _moved(self, event: Json, decided_ms: int) -> Iterator[tuple[str, str]]:
        offer = self.offers.get(event["offer_id"])
        if offer is None:
            yield "I6", f"{event['offer_id']} moves and was never made"
            return
        if event["state"] == "expired" and offer.state == "offered" and decided_ms < offer.expires_ms:
            yield "I8", f"{offer.id} expires {offer.expires_ms - decided_ms} ms too early"
        offer.state = event["state"]

    def _over_count(self) -> Iterator[tuple[str, str]]:
        """Who is done may be more than a count that was lowered afterwards."""
        assigned: Counter[str] = Counter()
        done: Counter[str] = Counter()
        for offer in self.offers.values():
            assigned[offer.requirement_id] += offer.state in ASSIGNED
            done[offer.requirement_id] += offer.state == "done"
        for requirement, number in assigned.items():
            count = self.counts.get(requirement, 0)
            if number and number + done[requirement] > count:
                yield "I4", f"{requirement}: {number} assigned, {done[requirement]} done, {count} wanted"
