"""The consent to positions in memory: the rules of `set_consent` in `streams/store/lua/private.lua`."""

from streams.store.memory.people import NEVER, People
from streams.store.people import PrivateWrite


def set_consent(people: People, write: PrivateWrite) -> None:
    """Withdrawn: removes the position, and none counts until the consent is given again or the record is erased."""
    volunteer_id = write.ref.removeprefix("consents:")
    person = people.known.get(volunteer_id)
    if write.positions:
        if volunteer_id in people.withheld and person:
            person.fixes_from_ms = 0
        people.withheld.discard(volunteer_id)
        return
    people.withheld.add(volunteer_id)
    people.held.pop(volunteer_id, None)
    people.look_at.pop(volunteer_id, None)
    if person:
        person.track, person.fixes_from_ms = None, NEVER
        people.settle(person)
