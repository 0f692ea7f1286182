"""Claims and confirmed holds in memory. Counterpart of claim.lua, release.lua, sweep_pending.lua and of `confirm_hold`."""

from collections.abc import Callable

from dispatch.model.ids import parts_of_offer
from dispatch.model.incidents import Incident
from dispatch.model.people import Hold
from dispatch.ports import Application, Claim, ClaimAnswer
from streams.store.memory.people import People, StoredPerson


class Claims:
    """Pending claims by the time (ms) at which they were registered, and the holds in `people`."""

    def __init__(self, people: People, now_ms: Callable[[], int]) -> None:
        self._people = people
        self._now_ms = now_ms
        self._pending: dict[Hold, int] = {}

    def claim(self, claim: Claim) -> ClaimAnswer:
        # Registered whatever the answer: the sweep removes entries without a claim.
        self._pending[Hold(volunteer_id=claim.volunteer_id, offer_id=claim.offer_id)] = self._now_ms()
        person = self._people.known.get(claim.volunteer_id)
        held = person.claim if person else None
        if held and held.offer_id == claim.offer_id:
            return ClaimAnswer.GRANTED
        if person and held:
            if held.incident_id == claim.incident_id and held.epoch > claim.epoch:
                return ClaimAnswer.FENCED
            # A redelivered command may replace the claim that its first attempt left behind.
            if person.is_confirmed or held.command_id != claim.command_id:
                return ClaimAnswer.BUSY
        if person is None or person.profile is None or not (person.is_on_duty or claim.despite_duty):
            return ClaimAnswer.OFF_DUTY
        if person.distress_ids:
            return ClaimAnswer.IN_DISTRESS
        person.claim, person.is_confirmed = claim, False
        return ClaimAnswer.GRANTED

    def release(self, hold: Hold) -> StoredPerson | None:
        """Releases a pending claim; returns the person if they held it. A confirmed claim stays: only a decision ends it."""
        if self._is_pending(hold):
            return self.free(hold)
        self._pending.pop(hold, None)
        return None

    def free(self, hold: Hold) -> StoredPerson | None:
        """Releases a hold, also a confirmed one; returns the person if they held this offer."""
        self._pending.pop(hold, None)
        person = self._people.known.get(hold.volunteer_id)
        if person is None or person.claim is None or person.claim.offer_id != hold.offer_id:
            return None
        person.claim, person.is_confirmed = None, False
        self._people.settle(person)
        return person

    def sweep_pending(self, older_than_ms: int, owned: Callable[[str], bool], limit: int) -> list[Hold]:
        old = [hold for hold, at in self._pending.items() if at <= self._now_ms() - older_than_ms][:limit]
        for hold in old:
            if not self._is_pending(hold):
                del self._pending[hold]
        zones = {hold: parts_of_offer(hold.offer_id) for hold in old if hold in self._pending}
        return [hold for hold, parts in zones.items() if parts and owned(parts.zone)]

    def _is_pending(self, hold: Hold) -> bool:
        person = self._people.known.get(hold.volunteer_id)
        return bool(person and person.claim and person.claim.offer_id == hold.offer_id and not person.is_confirmed)

    def note_offer(self, hold: Hold, incident: Incident | None) -> None:
        """Adds an offer to the person's list and load, once, however often it is applied."""
        offer = incident.offer(hold.offer_id) if incident else None
        at_ms = offer.created_ms if offer else 0
        known = self._people.offers_of.setdefault(hold.volunteer_id, {})
        person = self._people.known.get(hold.volunteer_id)
        if hold.offer_id not in known and person and person.profile:
            person.add_load(at_ms)
        known[hold.offer_id] = at_ms

    def confirm(self, hold: Hold, a: Application) -> bool:
        """Confirms the hold of a decision. False when an earlier decision engages the person.

        Duty is not checked, because the decision is made; the person's answer ends it.
        """
        person = self._people.person(hold.volunteer_id)
        if person.claim and person.claim.offer_id != hold.offer_id and person.is_confirmed:
            return False
        self._pending.pop(hold, None)
        offer = a.incident.offer(hold.offer_id) if a.incident else None
        person.claim = Claim(
            volunteer_id=hold.volunteer_id,
            offer_id=hold.offer_id,
            incident_id=a.incident_id,
            epoch=offer.epoch if offer else 0,
            command_id=a.command_id,
        )
        person.is_confirmed = True
        self._people.settle(person)
        return True
