"""The people of the record as writes to a store, in the order of their times."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TypeAlias

from dispatch.model.offer_events import OfferMade
from dispatch.model.places import Place
from dispatch.model.vocabulary import OfferSource
from streams.policy_replay.recorded_log import RecordedLog
from streams.policy_replay.whereabouts import placed_by_offers
from streams.store.memory.store import MemoryStore
from streams.store.people import FixWrite, PrivateWrite, ProfileWrite
from streams.store.verifications import VerificationWrite

PeopleWrite: TypeAlias = ProfileWrite | VerificationWrite | PrivateWrite | FixWrite


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedWorld:
    """`first`: what holds from the beginning. `later`: by time. `unknown_profiles`: people whose first profile in the log is from
    within the interval, so how they were before is supposed; `placed`: people who stand where offers have found them; `gone`:
    people who were asked and of whom the log has no profile any more."""

    first: Sequence[PeopleWrite]
    later: Sequence[tuple[int, PeopleWrite]]
    unknown_profiles: int
    placed: int
    gone: int


def world_of(log: RecordedLog, since_ms: int) -> RecordedWorld:
    """`since_ms`: the beginning of what is played, some time before the interval."""
    asked_ms = _first_asked(log)
    first: list[PeopleWrite] = []
    later: list[tuple[int, PeopleWrite]] = []
    seen: set[str] = set()
    unknown = 0
    for write in log.people.profiles:
        at_ms = write.logged_ms or 0
        # Room for an earlier write of each person; only the order of offsets counts.
        numbered = replace(write, offset=2 * write.offset + 1)
        if write.volunteer_id not in seen and at_ms >= log.begins_ms and write.record is not None:
            unknown += 1
            first.append(_supposed(numbered, log.begins_ms, asked_ms.get(write.volunteer_id)))
        seen.add(write.volunteer_id)
        if at_ms < since_ms:
            first.append(numbered)
        else:
            later.append((at_ms, numbered))
    for at_ms, verification in log.people.verifications:
        if at_ms < since_ms:
            first.append(verification)
        else:
            later.append((at_ms, verification))
    first += [_home(name, place, offset=1) for name, place in log.people.homes.items()]
    later += log.people.fixes
    placed: set[str] = set()
    for number, one in enumerate(placed_by_offers(log), start=2):
        placed.add(one.volunteer_id)
        # Before the decision that found them there.
        later.append((max(since_ms, one.at_ms - 1), _home(one.volunteer_id, one.place, offset=number)))
    later.sort(key=lambda one: one[0])
    return RecordedWorld(
        first=first, later=later, unknown_profiles=unknown, placed=len(placed), gone=len(set(asked_ms) - _known(log))
    )


async def write(store: MemoryStore, writes: Iterable[PeopleWrite]) -> None:
    """Puts the writes into the store, in their order."""
    for kind, run in groupby(writes, type):
        some = list(run)
        if kind is ProfileWrite:
            await store.put_profiles([one for one in some if isinstance(one, ProfileWrite)])
        elif kind is VerificationWrite:
            await store.put_verifications([one for one in some if isinstance(one, VerificationWrite)])
        elif kind is PrivateWrite:
            await store.put_private([one for one in some if isinstance(one, PrivateWrite)])
        else:
            await store.put_fixes([one for one in some if isinstance(one, FixWrite)])


def _known(log: RecordedLog) -> set[str]:
    newest: Mapping[str, ProfileWrite] = {one.volunteer_id: one for one in log.people.profiles}
    return {name for name, one in newest.items() if one.record is not None}


def _first_asked(log: RecordedLog) -> dict[str, int]:
    """When a search first found each person: they were on duty then."""
    found: dict[str, int] = {}
    for one in log.decided:
        for fact in one.decision.events:
            if isinstance(fact, OfferMade) and fact.source is OfferSource.SEARCH:
                found.setdefault(fact.volunteer_id, one.decision.decided_ms)
    return found


def _supposed(write: ProfileWrite, begins_ms: int, asked_ms: int | None) -> ProfileWrite:
    """The person as they are supposed to be at the beginning: as their first record says, and on duty if they were asked before
    it."""
    record = write.record
    assert record is not None
    was_asked = asked_ms is not None and asked_ms < (write.logged_ms or 0)
    heard_ms = None if record.heard_ms is None else min(record.heard_ms, begins_ms)
    supposed = replace(
        record,
        on_duty=record.on_duty or was_asked,
        duty_until_ms=None if was_asked and not record.on_duty else record.duty_until_ms,
        heard_ms=heard_ms,
        keeps_duty=False,
    )
    return replace(write, offset=write.offset - 1, record=supposed, logged_ms=begins_ms)


def _home(volunteer_id: str, place: Place, *, offset: int) -> PrivateWrite:
    return PrivateWrite(ref=f"volunteer:{volunteer_id}", offset=offset, sealed=b"", home=place)
