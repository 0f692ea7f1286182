"""The people of the play: operators who report and order, volunteers who answer, are silent, late, or leave.

They know what clients know: operators what they reported, volunteers what `offers` says. Everything they do is a record in the
log, as the API writes it, now and then twice; now and then somebody writes bytes that are no command.
"""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from dispatch.model.answer_commands import (
    AcceptOffer,
    AskForHelp,
    CheckIn,
    ConfirmChanges,
    DeclineOffer,
    GiveResult,
    RaiseDistress,
    ReportProgress,
)
from dispatch.model.commands import (
    AddNote,
    AssignVolunteer,
    CancelIncident,
    CloseIncident,
    Command,
    EscalateIncident,
    MergeIncident,
    RemindPerson,
    ReopenIncident,
    ReportIncident,
    SplitIncident,
    UnmergeIncident,
    UpdateIncident,
    WithdrawOffer,
)
from dispatch.model.ids import derived, incident_id, parts_of_offer, zone_of_incident
from dispatch.model.merges import NewReport
from dispatch.model.offers import HintOpinion
from dispatch.model.places import Area, Place
from dispatch.model.private_refs import text_ref
from dispatch.model.requirements import RequirementSpec
from dispatch.model.verifications import VOUCHED_FOR_MS
from dispatch.model.vocabulary import LIVE_STATES, Capability, HeardBy, OfferState, TravelMode
from dispatch.notices.safety_notices import STILL_COMING
from streams import wire
from streams.topics import INCIDENTS, LOCATIONS, OFFERS, VERIFICATIONS, VOLUNTEERS
from tests.simulation.kafka import Kafka, Record
from tests.simulation.weather import Weather

FIELD_SKILLS = ("first_aid", "boat", "driver")
DIGITAL_SKILLS = ("verification", "geolocation", "translator")
TYPES = ("medical.other", "road.accident", "flood", "fire.building", "information", "medical.cardiac_arrest")
OUTCOMES = {
    "verify_report": ("confirmed", "confirmed", "false", "unclear"),
    "geolocate": ("located", "not_found"),
    "translate": ("done",),
}
OPEN_AT_MOST = 9
PEOPLE = 22
RESULT_OF = {"verification": "verify_report", "geolocation": "geolocate", "translator": "translate"}


@dataclass(slots=True)
class Inhabitants:
    kafka: Kafka
    weather: Weather
    chance: random.Random
    pace_s: float
    zones: Sequence[str]
    is_quiet: bool = False
    reported: list[str] = field(default_factory=list)
    ended: set[str] = field(default_factory=set)
    """Closed or cancelled, as far as operators know."""
    _sent: int = 0
    _by_hand_sent: int = 0
    _duty: dict[str, bool] = field(default_factory=dict)
    _read: dict[int, int] = field(default_factory=dict)
    _known: dict[str, str] = field(default_factory=dict)
    """Offer → the newest state its volunteer saw."""

    def begin(self) -> None:
        for number in range(PEOPLE):
            self._duty[f"v-{number}"] = True
            self._profile(f"v-{number}")
            self._vouch_for(f"v-{number}")
            self._fix(f"v-{number}")

    async def live(self) -> None:
        """Something happens every now and then, until the play ends."""
        while True:
            await asyncio.sleep(self.chance.expovariate(1 / self.pace_s))
            self._answer_offers()
            if self.is_quiet:
                continue
            self.chance.choices(
                (self._report, self._order, self._duty_changes, self._moves, self._poison), (4, 4, 1, 2, 0.2)
            )[0]()

    # Operators.

    def _report(self) -> None:
        if len(self.reported) >= OPEN_AT_MOST:
            self._close(self.reported[0])
        incident = incident_id(self.chance.choice(self.zones), "operator", str(self._sent))
        self.reported.append(incident)
        area = self._area()
        specs = tuple(self._spec() for _ in range(self.chance.choice((1, 1, 2))))
        self._post(
            ReportIncident(
                **self._command(incident),
                type=self.chance.choice(TYPES),
                body_digest="same",
                area=area if self.chance.random() < 0.9 else None,
                language=self.chance.choice((None, "kk", "ru")),
                requirements=specs if self.chance.random() < 0.8 else None,
            )
        )

    def _spec(self) -> RequirementSpec:
        if self.chance.random() < 0.7:
            return RequirementSpec(
                capability=Capability.FIELD,
                skill=self.chance.choice(FIELD_SKILLS),
                count=self.chance.choice((1, 1, 2, 3)),
                window_s=self.chance.choice((15, 30, 90)),
                certainty=self.chance.choice((0.5, 0.8, 0.95)),
            )
        return RequirementSpec(
            capability=Capability.DIGITAL,
            skill=self.chance.choice(DIGITAL_SKILLS),
            window_s=self.chance.choice((15, 60)),
            lease_s=self.chance.choice((20, 120)),
            certainty=0.5,
            validated=self.chance.random() < 0.3,
        )

    def _order(self) -> None:
        if not self.reported:
            return
        incident = self.chance.choice(self.reported)
        order = self._command(incident)
        other = self.chance.choice(self.reported)
        kinds: dict[Callable[[], Command | None], float] = {
            lambda: CancelIncident(**order): 1,
            lambda: CloseIncident(**order): 1,
            lambda: EscalateIncident(**order): 1,
            lambda: AddNote(**order, private_ref="incident:note"): 1,
            lambda: UpdateIncident(**order, requirements=(self._spec(),)): 1.5,
            lambda: self._edit(order): 1,
            lambda: MergeIncident(**order, into=other): 0.7,
            lambda: UnmergeIncident(**order): 0.4,
        }
        command = self.chance.choices(list(kinds), list(kinds.values()))[0]()
        if isinstance(command, CancelIncident | CloseIncident) and self.chance.random() < 0.7:
            self.reported.remove(incident)
            self.ended.add(incident)
        if command is not None:
            self._post(command)
        self._by_hand()

    def _by_hand(self) -> None:
        """Rarer orders, of their own chance, so that everything else is played as it was without them."""
        self._by_hand_sent += 1
        chance = random.Random(f"by hand {self._by_hand_sent}")
        held = sorted(offer for offer, state in self._known.items() if state in LIVE_STATES)
        what = chance.choices(("nothing", "reopen", "withdraw", "escalate", "assign", "split"), (5, 2, 2, 1, 3, 1))[0]
        if what == "reopen" and self.ended:
            incident = chance.choice(sorted(self.ended))
            self._post(ReopenIncident(**self._order_by_hand(incident)))
            self.reported.append(incident)
            self.ended.discard(incident)
        elif what == "withdraw" and held:
            offer = chance.choice(held)
            parts = parts_of_offer(offer)
            assert parts is not None
            order = self._order_by_hand(parts.incident_id)
            self._post(WithdrawOffer(**order, offer_id=offer, replace=chance.random() < 0.7))
            if chance.random() < 0.5:
                self._post(RemindPerson(**self._order_by_hand(parts.incident_id), offer_id=offer))
        elif what == "assign" and self.reported:
            order = self._order_by_hand(chance.choice(self.reported))
            named: dict[str, Any] = {
                "volunteer_id": chance.choice(list(self._duty)),
                "requirement_id": chance.choice(("r1", "r2")),
            }
            self._post(AssignVolunteer(**order, **named, force=chance.random() < 0.8))
        elif what == "split" and self.reported and len(self.reported) < OPEN_AT_MOST:
            self._split(chance, chance.choice(self.reported), held)
        elif what == "escalate" and self.reported:
            incident = chance.choice(self.reported)
            for _ in range(2):
                self._post(EscalateIncident(**self._order_by_hand(incident), level=1))

    def _split(self, chance: random.Random, incident: str, held: list[str]) -> None:
        into = incident_id(chance.choice(self.zones), "operator", f"split {self._by_hand_sent}")
        own = [offer for offer in held if (parts := parts_of_offer(offer)) and parts.incident_id == incident]
        place = Place(lon=76.9 + chance.random() * 0.05, lat=43.2 + chance.random() * 0.04)
        area = Area(geometry={"type": "Point", "coordinates": [place.lon, place.lat]}, centre=place)
        report = NewReport(
            command_id=self._order_by_hand(into)["id"],
            incident_id=into,
            type=chance.choice(TYPES),
            body_digest="same",
            area=area,
            language="kk",
        )
        self.reported.append(into)
        named = tuple(chance.sample(own, min(len(own), chance.choice((0, 1, 2)))))
        self._post(SplitIncident(**self._order_by_hand(incident), report=report, offers=named))

    def _order_by_hand(self, incident: str) -> dict[str, Any]:
        self._by_hand_sent += 1
        return {
            "id": str(derived("simulation", "by hand", str(self._by_hand_sent))),
            "incident_id": incident,
            "by": "operator",
            "sent_ms": self.kafka.now_ms(),
        }

    def _edit(self, order: dict[str, Any]) -> UpdateIncident:
        """Another place and what is private of it, by somebody who has seen an early version, or who did not look."""
        seen = int(order["id"][-1], 16)
        return UpdateIncident(
            **order,
            area=self._area(),
            private_ref=text_ref(order["incident_id"], "update", order["id"]),
            private_fields=("address", "caller")[: 1 + seen % 2],
            expected_version=seen if seen < 6 else None,
        )

    def _close(self, incident: str) -> None:
        self.reported.remove(incident)
        self.ended.add(incident)
        self._post(CloseIncident(**self._command(incident)))

    # Volunteers.

    def _duty_changes(self) -> None:
        person = self.chance.choice(list(self._duty))
        self._duty[person] = not self._duty[person]
        self._profile(person)

    def _profile(self, person: str) -> None:
        number = int(person.removeprefix("v-"))
        is_digital = number % 3 == 0
        skills = DIGITAL_SKILLS if is_digital else (FIELD_SKILLS[number % 2], "driver")
        record = wire.VolunteerRecord(
            id=person,
            capabilities=(Capability.DIGITAL,) if is_digital else (Capability.FIELD,),
            skills=skills,
            languages=("kk", "ru") if number % 2 else ("ru",),
            travel_mode=TravelMode.CAR,
            max_distance_m=None,
            on_duty=self._duty[person],
            changed_ms=self.kafka.now_ms(),
            heard_ms=self.kafka.now_ms(),
        )
        self.kafka.append(VOLUNTEERS.name, wire.encode(record), person.encode())

    def _vouch_for(self, person: str) -> None:
        """An operator has verified that they are somebody: digital work at critical incidents needs it."""
        known = wire.VerificationRecord(
            volunteer_id=person,
            skill="driver",
            until_ms=self.kafka.now_ms() + VOUCHED_FOR_MS,
            by="op-1",
            at_ms=self.kafka.now_ms(),
        )
        self.kafka.append(VERIFICATIONS.name, wire.encode(known), f"{person}|driver".encode())

    def _moves(self) -> None:
        self._fix(self.chance.choice(list(self._duty)))

    def _fix(self, person: str) -> None:
        place = self._place()
        record = wire.FixRecord(volunteer_id=person, lon=place.lon, lat=place.lat, accuracy_m=5)
        self.kafka.append(LOCATIONS.name, wire.encode(record), person.encode())

    def _answer_offers(self) -> None:
        for number, log in enumerate(self.kafka.topics[OFFERS.name]):
            for record in log[self._read.get(number, 0) :]:
                self._sees(record)
            self._read[number] = len(log)

    def _sees(self, record: Record) -> None:
        step: dict[str, Any] = msgspec.json.decode(record.value or b"")
        if step.get("changes") and step["state"] != OfferState.OFFERED:
            self._confirms(step)
        if step.get("notice") == STILL_COMING:
            self._says_so(step)
        if step.get("notice") or self._known.get(step["id"]) == step["state"]:
            return
        self._known[step["id"]] = step["state"]
        if step["state"] == OfferState.OFFERED:
            self._answers(step)
        elif step["state"] == OfferState.ACCEPTED and step["capability"] == Capability.DIGITAL:
            self._works(step)
        elif step["state"] in (OfferState.ACCEPTED, OfferState.EN_ROUTE, OfferState.ON_SCENE):
            self._goes_on(step)

    def _confirms(self, step: dict[str, Any]) -> None:
        """Of its own chance, so that everything else is played as it was without it."""
        chance = random.Random(step["event_id"])
        if chance.random() < 0.7:
            self._later(chance.uniform(1.0, 40.0), ConfirmChanges, step, version=step["epoch"])

    def _says_so(self, step: dict[str, Any]) -> None:
        """Whether they are still coming; of its own chance, too."""
        chance = random.Random(step["event_id"])
        if chance.random() < 0.6:
            self._later(chance.uniform(1.0, 90.0), CheckIn, step)

    def _answers(self, step: dict[str, Any]) -> None:
        window_s = max(1.0, (step["expires_ms"] - step["at_ms"]) / 1000)
        what = self.chance.choices(("accept", "decline", "silent", "late"), (5, 3, 0 if self.is_quiet else 2, 1))[0]
        if what == "accept":
            self._later(self.chance.uniform(0.1, window_s * 0.6), AcceptOffer, step)
        elif what == "decline":
            self._later(self.chance.uniform(0.1, window_s * 0.6), DeclineOffer, step)
            if self.chance.random() < 0.3:
                self._later(window_s * 0.9, AcceptOffer, step)
        elif what == "late":
            self._later(window_s + self.chance.uniform(0.0, 30.0), AcceptOffer, step)

    def _works(self, step: dict[str, Any]) -> None:
        outcome = self.chance.choice(OUTCOMES[RESULT_OF.get(step["skill"], "translate")])
        place = self._place()
        located = {"type": "Point", "coordinates": [place.lon, place.lat]} if outcome == "located" else None
        after_s = self.chance.uniform(1.0, 60.0)
        said = {"outcome": outcome, "location": located, "private_ref": "incident:text"}
        self._later(after_s, GiveResult, step, **said, opinion=self._opinion(step))
        if self.chance.random() < 0.3:
            self._later(after_s / 2, CheckIn, step)

    def _opinion(self, step: dict[str, Any]) -> HintOpinion | None:
        """What a hint says about the answer, which the person had not always seen; of its own chance, too."""
        chance = random.Random(f"{step['event_id']} hint")
        if chance.random() < 0.4:
            return None
        agrees, was_shown = chance.random() < 0.3, chance.random() < 0.2
        return HintOpinion(hint_id="h-1", version="1", agrees=agrees, was_shown=was_shown)

    def _goes_on(self, step: dict[str, Any]) -> None:
        following = {
            OfferState.ACCEPTED: OfferState.EN_ROUTE,
            OfferState.EN_ROUTE: OfferState.ON_SCENE,
            OfferState.ON_SCENE: OfferState.DONE,
        }[OfferState(step["state"])]
        after_s = self.chance.uniform(1.0, 25.0)
        if self.chance.random() < 0.85:
            self._later(after_s, ReportProgress, step, state=following)
        if self.chance.random() < 0.05:
            self._later(after_s / 2, AskForHelp, step, count=1)
        if self.chance.random() < 0.02 and not self.is_quiet:
            self._later(after_s / 2, RaiseDistress, step)

    def _later(self, after_s: float, kind: type[Any], step: dict[str, Any], **more: Any) -> None:
        person = step["volunteer_id"]
        # Now and then somebody phones, and an operator enters what they say.
        phones = random.Random(f"{step['event_id']} {kind.__name__}").random() < 0.06

        def say() -> None:
            spoken = {"heard_by": HeardBy.PHONE, "volunteer_id": ""} if phones else {"volunteer_id": person}
            self._post(
                kind(
                    **self._command(step["incident_id"], by="operator" if phones else person),
                    offer_id=step["id"],
                    **spoken,
                    **more,
                )
            )

        asyncio.get_running_loop().call_later(after_s, say)

    # The API.

    def _command(self, incident: str, by: str = "operator") -> dict[str, Any]:
        self._sent += 1
        return {
            "id": str(derived("simulation", str(self._sent))),
            "incident_id": incident,
            "by": by,
            "sent_ms": self.kafka.now_ms(),
        }

    def _post(self, command: Command) -> None:
        value, key = wire.encode_command(command), (zone_of_incident(command.incident_id) or "").encode()
        self.kafka.append(INCIDENTS.name, value, key)
        if self.weather.strikes("twice"):
            loop = asyncio.get_running_loop()
            loop.call_later(self.chance.uniform(0.0, 5.0), self.kafka.append, INCIDENTS.name, value, key)

    def _poison(self) -> None:
        self.kafka.append(INCIDENTS.name, self.chance.choice((b"\xff{no json", b"{}", None)), self.zones[0].encode())

    def _place(self) -> Place:
        return Place(lon=76.9 + self.chance.random() * 0.05, lat=43.2 + self.chance.random() * 0.04)

    def _area(self) -> Area:
        place = self._place()
        return Area(geometry={"type": "Point", "coordinates": [place.lon, place.lat]}, centre=place)
