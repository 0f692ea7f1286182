"""Claims of a batch: drafts are filled and their people claimed, in rounds, until each draft holds everybody it names."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from dispatch.decide import chosen_people, fill, settle_without_claim
from dispatch.model.answer_commands import AcceptOffer
from dispatch.model.commands import AssignVolunteer
from dispatch.model.decisions import Decision
from dispatch.model.people import Found, Hold
from dispatch.model.reasons import Exclusion
from dispatch.model.rulings import refused
from dispatch.plans.book import PlanBook
from dispatch.ports import Claim, ClaimAnswer, Store
from streams import metrics
from streams.worker.drafts import Draft, by_urgency, claims_of
from streams.worker.searches import Searches

CLAIM_ROUNDS = 8
"""After this many rounds with refused claims, the unfilled rest becomes a shortfall that is retried in a second."""
_EXCLUSION_OF = {
    ClaimAnswer.BUSY: Exclusion.TAKEN_NOW,
    # A newer epoch of the same incident holds the person: another worker decides here.
    ClaimAnswer.FENCED: Exclusion.TAKEN_NOW,
    ClaimAnswer.OFF_DUTY: Exclusion.OFF_DUTY,
    ClaimAnswer.IN_DISTRESS: Exclusion.IN_DISTRESS,
}
_OF_THE_PERSON = frozenset({ClaimAnswer.OFF_DUTY, ClaimAnswer.IN_DISTRESS})
"""Refusals for what the person is, not for work that they hold: told by their own name."""


@dataclass(slots=True)
class _Claimed:
    """Holds claimed for one command, by offer id."""

    incident_id: str
    holds: dict[str, Hold] = field(default_factory=dict)


class ClaimLedger:
    """Claims of commands whose decision is not known to be applied, including those of interrupted attempts.

    A claim is noted before it is sent, because its answer may never arrive; it can then be released later.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._claimed: dict[str, _Claimed] = {}

    def __contains__(self, command_id: str) -> bool:
        return command_id in self._claimed

    def note(self, claim: Claim) -> None:
        """Notes a claim that is about to be sent."""
        entry = self._claimed.setdefault(claim.command_id, _Claimed(claim.incident_id))
        entry.holds[claim.offer_id] = _hold_of(claim)

    def forget(self, command_id: str, offer_ids: Iterable[str]) -> None:
        """Removes claims that were refused or released."""
        if (entry := self._claimed.get(command_id)) is not None:
            for offer_id in offer_ids:
                entry.holds.pop(offer_id, None)

    async def release_decided(self) -> None:
        """Releases claims of commands that another worker decided, or a later attempt that chose other people."""
        claimed = list(self._claimed.items())
        if not claimed:
            return
        _, loaded = await self._store.load([(command, entry.incident_id) for command, entry in claimed])
        decided = [one for one, known in zip(claimed, loaded, strict=True) if known.decided_at is not None]
        # Holds of the decision are confirmed by now, and `release` does not affect confirmed holds.
        await self._store.release([hold for _, entry in decided for hold in entry.holds.values()])
        for command, _ in decided:
            # After the release: if Redis fails in between, the next call releases them. The other lane of the batch may have
            # called as well, and released the same.
            self._claimed.pop(command, None)

    async def release_unused(self, decisions: Sequence[Decision]) -> None:
        """Releases claims of earlier attempts that these applied decisions did not use; no round trip when there are none."""
        unused: list[Hold] = []
        for decision in decisions:
            if (entry := self._claimed.get(decision.cause.command_id)) is not None:
                used = {claim.offer_id for claim in claims_of(decision)}
                unused += [hold for offer, hold in entry.holds.items() if offer not in used]
        if unused:
            await self._store.release(unused)
        for decision in decisions:
            self._claimed.pop(decision.cause.command_id, None)


class ClaimRounds:
    """The rounds of some drafts. `run` leaves each draft with a decision whose people are all claimed."""

    def __init__(
        self, drafts: Sequence[Draft], *, plans: PlanBook, store: Store, searches: Searches, ledger: ClaimLedger
    ) -> None:
        self._drafts = drafts
        self._plans = plans
        self._store = store
        self._searches = searches
        self._ledger = ledger
        self._granted: dict[str, Hold] = {}
        """Granted claims by offer id."""

    async def run(self) -> None:
        """Decides the drafts until every person they name is claimed, then releases claims that no decision uses.

        A draft is filled again when a claim was refused, and its search is continued when the people it had found are excluded or
        went to earlier drafts. Each look asks for more people than the one before, so a burst at one place, or a crowd of
        excluded people, takes a few looks.

        Raises:
            StoreUnavailable, NotReady: the ledger knows the claims that may have been granted.
        """
        unfinished = list(self._drafts)
        until_s = self._searches.deadline_s()
        refused_rounds = 0
        while unfinished:
            if refused_rounds == CLAIM_ROUNDS:
                self._settle_for_less(unfinished)
                break
            self._fill(unfinished)
            lost = await self._claim(unfinished)
            # Only these rounds are counted: continued searches are bounded by their own limits.
            refused_rounds += bool(lost)
            short = [(draft, need) for draft in unfinished if draft not in lost for need in draft.needs_to_search_on()]
            if short:
                await self._searches.look_further(short, self._plans, until_s)
            # By identity: drafts are mutable and have no equality of their own.
            again = {id(draft) for draft in lost} | {id(draft) for draft, _ in short}
            unfinished = [draft for draft in self._drafts if id(draft) in again]
        await self._release_unused()

    def _fill(self, drafts: Sequence[Draft]) -> None:
        """Decides these drafts by urgency; people chosen by the other drafts are taken."""
        taken: dict[str, Exclusion] = {}
        filling = {id(draft) for draft in drafts}
        for draft in self._drafts:
            if draft.decision is not None and id(draft) not in filling:
                taken.update(chosen_people(draft.decision))
        for draft in by_urgency(drafts):
            draft.taken = {**taken, **draft.lost}
            draft.decision = fill(draft.settled, self._plans, draft.found, draft.taken)
            taken.update(chosen_people(draft.decision))

    async def _claim(self, drafts: Sequence[Draft]) -> list[Draft]:
        """Sends the claims that are not granted yet; returns the drafts that must be filled again."""
        claims = [claim for draft in drafts for claim in claims_of(draft.decision, draft.settled.incident)]
        # The id of an offer follows from command, requirement and person, so granted claims are recognised later.
        fresh = [claim for claim in claims if claim.offer_id not in self._granted]
        for claim in fresh:
            # Before the request: its answer may never arrive although the claim was granted.
            self._ledger.note(claim)
        answers = await self._store.claim(fresh) if fresh else []
        by_command = {draft.command.id: draft for draft in self._drafts}
        lost: dict[str, Draft] = {}
        for claim, answer in zip(fresh, answers, strict=True):
            if answer is ClaimAnswer.GRANTED:
                self._granted[claim.offer_id] = _hold_of(claim)
                continue
            metrics.CLAIMS_LOST.labels(answer=answer).inc()
            self._ledger.forget(claim.command_id, [claim.offer_id])
            draft = by_command[claim.command_id]
            self._note_refusal(draft, claim, answer)
            lost[draft.command.id] = draft
        return list(lost.values())

    def _note_refusal(self, draft: Draft, claim: Claim, answer: ClaimAnswer) -> None:
        """Excludes the person from the draft.

        If the command is their own late acceptance, they are stood down instead; an assignment of this person is refused.
        """
        of_person = str(answer) if answer in _OF_THE_PERSON else None
        if isinstance(draft.command, AcceptOffer) and claim.offer_id == draft.command.offer_id:
            draft.settled = settle_without_claim(draft.settled, self._plans, of_person or "engaged_elsewhere")
        if isinstance(draft.command, AssignVolunteer) and draft.has_named(claim):
            # An operator named this person, so nobody else is assigned instead.
            draft.settled = replace(draft.settled, ruling=refused("assign", of_person or "engaged"), needs=())
        draft.lost[claim.volunteer_id] = _EXCLUSION_OF[answer]

    def _settle_for_less(self, drafts: Sequence[Draft]) -> None:
        """The rounds are used up: decides with the people granted so far, or with nobody. A timer retries in a second."""
        holders = {hold.volunteer_id for hold in self._granted.values()}
        for draft in drafts:
            # Only people who are held already may be chosen now, so no new claim can be refused.
            draft.lost.update(_all_but(holders, draft.found))
        self._fill(drafts)
        for draft in drafts:
            if any(claim.offer_id not in self._granted for claim in claims_of(draft.decision)):
                # Even these are not enough for the claims it needs: it decides with nobody.
                nobody = Found(excluded={Exclusion.TAKEN_NOW: len(draft.lost)})
                draft.found = {need.requirement.id: nobody for need in draft.settled.needs}
                self._fill([draft])

    async def _release_unused(self) -> None:
        used = {claim.offer_id for draft in self._drafts for claim in claims_of(draft.decision)}
        unused = [hold for offer, hold in self._granted.items() if offer not in used]
        if unused:
            await self._store.release(unused)
        for draft in self._drafts:
            self._ledger.forget(draft.command.id, [hold.offer_id for hold in unused])


def _all_but(holders: set[str], found: Mapping[str, Found]) -> dict[str, Exclusion]:
    """All candidates except the holders, as taken."""
    return {
        candidate.volunteer_id: Exclusion.TAKEN_NOW
        for one in found.values()
        for candidate in one.candidates
        if candidate.volunteer_id not in holders
    }


def _hold_of(claim: Claim) -> Hold:
    return Hold(volunteer_id=claim.volunteer_id, offer_id=claim.offer_id)
