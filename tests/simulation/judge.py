"""Which invariants of the log a run violates (I2 to I9, I13, I15, I17, I18, I20). It reads records and, at the end, the picture.

I2   at rest each incident is staffed, in progress, ended, or asks people, or says what it lacks and looks again
I3   at no place of `offers` has a volunteer two live offers; nothing is forgiven, a void offer counts until its `void`
I4   never more people assigned to a requirement than it wants
I5   no offer after the end, to who declined the requirement before, or to who is off duty
I6   each command one decision or one dead letter; only the first of its decisions has effects, and all of them are in the log;
     one deadline, one command
I7   no commit passes a command without an outcome
I8   offers expire, and never before their time
I9   the picture equals the log
I13  the epoch of an incident grows by one with each decision that counts, and its commands are decided in the order of the log
I15  no void offer unless Redis lost its memory
I17  who is assigned is told of every change of place, type and priority, by the decision and by a step in `offers`
I18  a sealed record that came with a command and holds nothing by its decision is erased, and no other is, replaced or not
I20  a hint of the assistant asks for one more look at digital work, once, and never while field work lacks people
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import msgspec

from streams.topics import DEAD_LETTERS, DECISIONS, INCIDENT_STATUS, INCIDENTS, OFFERS, PRIVATE
from tests.simulation.judged_log import LIVE, Json, JudgedIncident, JudgedOffer
from tests.simulation.kafka import Kafka, Record
from tests.simulation.redis import Redis

LATE_MS = 30_000
ATTEMPT_MS = 30_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    invariant: str
    detail: str


class Judge:
    """`read` takes in what is new and judges what holds at any time; `at_rest` judges the end."""

    def __init__(self, kafka: Kafka, redis: Redis, *, forgives_void: bool) -> None:
        self.findings: list[Finding] = []
        self.incidents: dict[str, JudgedIncident] = {}
        self.first: dict[tuple[int, str], int] = {}
        """(partition, command) → where its decision that counts stands in `decisions`."""
        self.is_fair = False
        """Nothing fails, so everything is on time."""
        self.void_decisions = 0
        self.void_offers = 0
        self.repeats = 0
        self._kafka, self._redis, self._forgives_void = kafka, redis, forgives_void
        self._at: dict[tuple[str, int], int] = {}
        self._commands: dict[tuple[int, int], str | None] = {}
        self._asked_at: dict[tuple[int, str | None], int] = {}
        self._decided_to: dict[str, int] = {}
        """By incident: where the last command about it that was decided stands in `incidents`."""
        self._deadlines: dict[tuple[Any, ...], str] = {}
        self._dead: set[tuple[int, int]] = set()
        self._derived: dict[tuple[str, str, int], str] = {}
        """Steps that must be in `offers`: (offer, state, partition and offset as one number) → volunteer."""
        self._said: set[tuple[str, str, int]] = set()
        self._live: dict[str, JudgedOffer] = {}
        self._seen_events: set[str] = set()
        self._unused: set[str] = set()
        self._held: dict[str, set[str]] = defaultdict(set)
        self._states: dict[str, tuple[int, Json]] = {}
        self._committed: dict[int, int] = {}

    def read(self) -> None:
        """Derived records come after what they follow from, so that is read first."""
        for record in self._new(INCIDENTS.name):
            self._command(record)
        for record in self._new(DECISIONS.name):
            self._decision(record)
        for record in self._new(OFFERS.name):
            self._step(record)
        for record in self._new(INCIDENT_STATUS.name):
            self._status(msgspec.json.decode(record.value or b""))
        for record in self._new(DEAD_LETTERS.name):
            letter = msgspec.json.decode(record.value or b"")
            self._dead.add((letter["partition"], letter["offset"]))

    def commits(self, partition: int, offset: int) -> None:
        self._committed[partition] = max(offset, self._committed.get(partition, 0))
        self.read()
        for passed in range(offset - 1, -1, -1):
            command = self._commands[partition, passed]
            if (partition, passed) not in self._dead and (command is None or (partition, command) not in self.first):
                self._find("I7", f"{partition}:{passed} is committed without an outcome")
                return
            if offset - passed > 70:
                return

    def _new(self, topic: str) -> list[Record]:
        found = []
        for number, log in enumerate(self._kafka.topics[topic]):
            found += log[self._at.get((topic, number), 0) :]
            self._at[topic, number] = len(log)
        return found

    def _find(self, invariant: str, detail: str) -> None:
        self.findings.append(Finding(invariant=invariant, detail=detail))

    def _command(self, record: Record) -> None:
        try:
            command = msgspec.json.decode(record.value or b"")
        except (msgspec.DecodeError, UnicodeDecodeError):
            command = {}
        self._commands[record.partition, record.offset] = command.get("id")
        self._asked_at.setdefault((record.partition, command.get("id")), record.offset)
        if command.get("kind") == "pass_deadline":
            attempt = max(0, command["sent_ms"] - command["due_ms"]) // ATTEMPT_MS
            names = ("deadline", "incident_id", "offer_id", "requirement_id", "due_ms")
            what = (*(command.get(name) for name in names), attempt)
            if self._deadlines.setdefault(what, command["id"]) != command["id"]:
                self._find("I6", f"one deadline, two commands: {what}")

    def _decision(self, record: Record) -> None:
        decision = msgspec.json.decode(record.value or b"")
        command = (record.partition, decision["cause"]["command_id"])
        if self.first.setdefault(command, record.offset) != record.offset:
            self.void_decisions += 1
            return
        self._in_order(decision["incident_id"], self._asked_at[command])
        self._unused.update(decision.get("unused_refs") or ())
        if decision["outcome"] != "applied":
            return
        incident = self.incidents.setdefault(decision["incident_id"], JudgedIncident(decision["incident_id"]))
        for invariant, what in incident.follow(decision):
            self._find(invariant, f"{incident.id} at {record.partition}:{record.offset}: {what}")
        self._note_live(incident, decision, record)
        loaded_s = self._redis.loads.get((command[1], decision["decided_ms"]))
        for event in decision["events"]:
            if event["kind"] in ("offer_made", "offer_moved"):
                state = event.get("state", "offered")
                self._derived[event["offer_id"], state, _place(record.partition, record.offset)] = event["volunteer_id"]
                if (
                    state == "offered"
                    # Else an operator overrode it.
                    and "off_duty" not in event.get("set_aside", ())
                    and loaded_s is not None
                    and self._is_off(event["volunteer_id"], loaded_s, record)
                ):
                    self._find("I5", f"{event['volunteer_id']} is asked and off duty")
            elif event["kind"] == "job_changed" and event["to_confirm"]:
                place = _place(record.partition, record.offset)
                self._derived[event["offer_id"], "changed", place] = event["volunteer_id"]

    def _in_order(self, incident: str, asked_at: int) -> None:
        if asked_at < self._decided_to.get(incident, -1):
            self._find("I13", f"{incident}: what was asked at {asked_at} is decided after what was asked later")
        self._decided_to[incident] = max(asked_at, self._decided_to.get(incident, -1))

    def _note_live(self, incident: JudgedIncident, decision: Json, record: Record) -> None:
        for event in decision["events"]:
            offer = incident.offers.get(event.get("offer_id"))
            if offer is None or event["kind"] not in ("offer_made", "offer_moved"):
                continue
            offer.at = (record.partition, record.offset)
            if offer.is_live:
                self._live[offer.id] = offer
            else:
                self._live.pop(offer.id, None)

    async def look(self) -> None:
        """At any moment: whom the applied part of the log holds is held in the picture, and confirmed."""
        self.read()
        store = self._redis.store
        if not store.is_ready:
            return
        progress = [await store.progress(number) for number in range(self._kafka.partitions)]
        for offer in self._live.values():
            partition, offset = offer.at
            open_ms = self._redis.now_ms() - offer.expires_ms
            if self.is_fair and offer.state == "offered" and open_ms > LATE_MS + self._behind_ms(partition):
                self._find("I8", f"{offer.id} is open {open_ms} ms after its time, and nothing failed")
            if offset > progress[partition].applied or offer.id in progress[partition].refused:
                continue
            person = store.people.known.get(offer.volunteer_id)
            if person is None or person.claim is None or person.claim.offer_id != offer.id or not person.is_confirmed:
                self._find("I9", f"{offer.id} is live in the log, and the picture does not hold {offer.volunteer_id}")

    def _behind_ms(self, partition: int) -> float:
        """How long the oldest command has waited: with more reports than the slow servers of a play let through, the end of
        an offer stands in the same queue as they."""
        waiting = self._kafka.topics[INCIDENTS.name][partition][self._committed.get(partition, 0) :]
        return (self._kafka.now_s() - waiting[0].at_s) * 1000 if waiting else 0.0

    def _is_off(self, volunteer: str, loaded_s: float, record: Record) -> bool:
        """Off duty in the picture since before the command was looked up, and until its decision was written."""
        told = self._redis.duty.get(volunteer, [])
        before = [is_on for at_s, is_on in told if at_s < loaded_s]
        return bool(before) and not before[-1] and not any(loaded_s <= at_s <= record.at_s for at_s, _ in told)

    def _step(self, record: Record) -> None:
        step = msgspec.json.decode(record.value or b"")
        if step["event_id"] in self._seen_events:
            self.repeats += 1
            return
        self._seen_events.add(step["event_id"])
        if step.get("notice"):
            if step.get("changes"):
                place = _place(step["decision_partition"], step["decision_offset"])
                self._said.add((step["id"], "changed", place))
            return
        what = (step["id"], step["state"], _place(step["decision_partition"], step["decision_offset"]))
        self._said.add(what)
        if what not in self._derived:
            self._find("I6", f"{step['id']} {step['state']} follows from no decision that counts")
        self._is_void(step)
        held = self._held[step["volunteer_id"]]
        (held.add if step["state"] in LIVE else held.discard)(step["id"])
        if len(held) > 1:
            self._find("I3", f"{step['volunteer_id']} holds {len(held)} offers at {record.partition}:{record.offset}")

    def _is_void(self, step: Json) -> None:
        if step["state"] == "void":
            self.void_offers += 1
            if not self._forgives_void:
                self._find("I15", f"{step['id']} is void")

    def _status(self, status: Json) -> None:
        incident = status["incident"]
        known = self._states.get(incident["id"])
        if known is None or status["decision_offset"] >= known[0]:
            if known is not None and incident["version"] < known[1]["version"]:
                self._find("I13", f"{incident['id']}: status {incident['version']} after {known[1]['version']}")
            self._states[incident["id"]] = (status["decision_offset"], incident)

    def stands_still(self, steps: int) -> None:
        self._find("I2", f"nothing moves any more after {steps} steps")

    def at_rest(self) -> None:
        """After the quiet phase, everything read and decided."""
        self.read()
        for (partition, offset), command in self._commands.items():
            decided, dead = (partition, command) in self.first, (partition, offset) in self._dead
            if decided == dead:
                self._find("I6", f"command {partition}:{offset} has {'two outcomes' if dead else 'no outcome'}")
        # Whom the order of the log refused is not asked: the offer ends, as void or with its incident.
        for offer, state, place in self._derived:
            never = state == "offered" and offer in self._redis.refused and offer not in self._live
            if (offer, state, place) not in self._said and not never:
                self._find("I17" if state == "changed" else "I6", f"{offer} {state} was decided and never said")
        for incident in self.incidents.values():
            self._at_rest(incident)
        self._private()
        self._picture()

    def _private(self) -> None:
        erased = {(record.key or b"").decode() for record in self._new(PRIVATE.name) if record.value is None}
        for ref in sorted(self._unused - erased):
            self._find("I18", f"{ref} holds nothing and is not erased")
        for ref in sorted(erased - self._unused):
            self._find("I18", f"{ref} is erased, and no decision says that it holds nothing")

    def _at_rest(self, incident: JudgedIncident) -> None:
        status = self._states.get(incident.id, (0, {"version": None}))[1]
        if status["version"] != incident.version:
            self._find("I2", f"{incident.id}: status of version {status['version']}, {incident.version} was decided")
            return
        now_ms = self._redis.now_ms()
        for offer in incident.offers.values():
            if offer.state == "offered" and offer.expires_ms + LATE_MS < now_ms:
                self._find("I8", f"{offer.id} is open {now_ms - offer.expires_ms} ms after its time")
        if incident.has_ended != (status["status"] in ("closed", "cancelled")):
            self._find("I2", f"{incident.id}: {status['status']}, which the log denies")
        if incident.has_ended:
            return
        for entry in status["requirements"]:
            filling = [one for one in incident.offers.values() if one.requirement_id == entry["id"]]
            filled = sum((one.is_live and one.state != "offered") or one.state == "done" for one in filling)
            asked = any(one.state == "offered" for one in filling)
            shortfall = entry.get("shortfall")
            # Field work without a place looks again when a place arrives, not by a timer.
            states_place = shortfall is not None and shortfall["reason"] == "no_place" and status.get("area") is None
            waits = states_place or (shortfall is not None and status.get("retry_at_ms") is not None)
            if entry.get("settled") is None and filled < entry["count"] and not asked and not waits:
                self._find("I2", f"{incident.id}/{entry['id']} waits in silence")

    def _picture(self) -> None:
        store = self._redis.store
        held: dict[str, str] = {}
        for incident in self.incidents.values():
            shown = store.incidents.get(incident.id)
            offers = {one.id: one.state.removesuffix(" before") for one in incident.offers.values()}
            if shown is None or shown.version != incident.version:
                self._find("I9", f"{incident.id}: the picture lacks version {incident.version}")
            elif {one.id: str(one.state) for one in shown.offers} != offers:
                self._find("I9", f"{incident.id}: the picture has other offers")
            held |= {one.volunteer_id: one.id for one in incident.offers.values() if one.is_live}
        claims = {one.id: one.claim.offer_id for one in store.people.known.values() if one.claim}
        if claims != held:
            self._find(
                "I9", f"held in the picture or the log only: {sorted(set(claims.items()) ^ set(held.items()))[:4]}"
            )
        if store.commands.keys() != {command for _, command in self.first}:
            self._find("I9", "the picture knows other commands than the log")


def _place(partition: int, offset: int) -> int:
    return offset * 1000 + partition
