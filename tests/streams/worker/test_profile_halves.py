"""The two halves of a profile belong together, whoever wrote them and whatever was lost in between: `private` decides."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from dispatch.model.places import Place
from dispatch.model.vocabulary import Capability, TravelMode
from streams import wire
from streams.settings import load
from streams.store import RedisClient, scripts
from streams.store.people import PeopleStore, PrivateWrite, ProfileWrite, Unjoined
from streams.store.reads import Reads
from streams.store.restore import Restore
from streams.topics import PRIVATE, VOLUNTEERS
from streams.wire import VolunteerPrivate, VolunteerRecord
from streams.worker.profile_service import ProfileService, joined
from tests.support.shared_stack import tombstones_of

KEY = bytes(range(32))
REF = "volunteer:v-1"
WHOLE = VolunteerRecord(
    id="v-1",
    capabilities=(Capability.FIELD,),
    skills=("boat",),
    languages=("kk",),
    travel_mode=TravelMode.FOOT,
    max_distance_m=None,
    on_duty=True,
    changed_ms=5,
)


def sealed(profile: VolunteerRecord | None = WHOLE, **private: Any) -> bytes:
    return wire.seal(KEY, REF, VolunteerPrivate(profile=profile, **private))


def found(**known: Any) -> Unjoined:
    defaults: dict[str, Any] = {"volunteer_id": "v-1", "offset": 9, "sealed": sealed(), "on_duty": True}
    return Unjoined(**(defaults | known))


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (found(), ("v-1", replace(WHOLE, private_at=9, keeps_duty=True))),
        (
            found(on_duty=False),
            ("v-1", replace(WHOLE, private_at=9, on_duty=False, keeps_duty=True)),
        ),  # the latest duty
        (
            found(heard_ms=7),
            ("v-1", replace(WHOLE, private_at=9, heard_ms=7, keeps_duty=True)),
        ),  # the latest sign of life
        (found(on_duty=None), ("v-1", replace(WHOLE, private_at=9))),  # the public half was never written
        (found(sealed=None), ("v-1", None)),  # erased, and written again by somebody who did not know
        (found(sealed=None, on_duty=None), None),  # erased in both halves
        (found(sealed=sealed(None)), None),  # of an earlier version
        (found(sealed=b"\x01 of another key"), None),
    ],
)
def test_the_newest_sealed_record_says_the_profile(
    state: Unjoined, told: tuple[str, VolunteerRecord | None] | None
) -> None:
    assert joined(state, KEY) == told


class StoredProfile:
    def __init__(self, link: RedisClient) -> None:
        self.people, self.reads, self.restore = PeopleStore(link), Reads(link), Restore(link, "test")
        self.said: list[tuple[str, VolunteerRecord | None]] = []
        settings = load({"KOMEK_DATA_KEY": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"})
        self.service = ProfileService(settings, self.people, dead_letter=self._never, publish=self._publish)

    async def _never(self, *_: object) -> None:
        raise AssertionError

    async def _publish(self, profiles: Any) -> None:
        self.said += profiles

    async def private(self, offset: int, **known: Any) -> None:
        home = known.get("home")
        record = sealed(**known) if known else None
        await self.people.put_private([PrivateWrite(ref=REF, offset=offset, sealed=record, home=home)])

    async def profile(
        self,
        offset: int,
        *,
        private_at: int | None,
        on_duty: bool = True,
        skill: str = "boat",
        keeps_duty: bool = False,
    ) -> None:
        record = replace(WHOLE, private_at=private_at, on_duty=on_duty, skills=(skill,), keeps_duty=keeps_duty)
        await self.people.put_profiles([ProfileWrite(volunteer_id="v-1", offset=offset, record=record)])


@pytest.fixture
async def town(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[StoredProfile]:
    monkeypatch.setattr(scripts, "JOIN_AFTER_MS", 0)
    link = RedisClient(redis_url)
    made = StoredProfile(link)
    assert await made.restore.acquire(10_000)
    assert await made.restore.mark_ready(await made.restore.this_run())
    await made.restore.release()
    yield made
    await link.close()


async def test_halves_that_belong_together_are_left_alone(town: StoredProfile) -> None:
    await town.private(3, home=Place(lon=76.9, lat=43.2))
    await town.profile(1, private_at=3)
    await town.profile(2, private_at=3, on_duty=False)

    assert await town.service.join_once() == 0
    view = await town.reads.volunteer("v-1")
    assert view is not None
    assert view.private_at == 3


async def test_a_public_half_that_was_overtaken_is_written_again(town: StoredProfile) -> None:
    await town.private(3, contact={"phone": "1"})
    await town.private(4, contact={"phone": "2"}, profile=replace(WHOLE, skills=("doctor",)))
    await town.profile(1, private_at=4, skill="doctor")
    await town.profile(2, private_at=3, skill="boat")

    assert await town.service.join_once() == 1
    assert town.said == [("v-1", replace(WHOLE, skills=("doctor",), private_at=4, keeps_duty=True))]
    assert await town.service.join_once() == 0  # said once


async def test_a_change_of_duty_that_did_not_see_the_new_profile_changes_duty_alone(town: StoredProfile) -> None:
    await town.private(3, contact={"phone": "1"})
    await town.private(4, contact={"phone": "2"})
    await town.profile(1, private_at=4)
    await town.profile(2, private_at=3, on_duty=False)

    await town.service.join_once()

    assert town.said == [("v-1", replace(WHOLE, private_at=4, on_duty=False, keeps_duty=True))]


async def test_a_public_half_that_was_never_written_is(town: StoredProfile) -> None:
    await town.private(3, contact={"phone": "1"})

    await town.service.join_once()

    assert town.said == [("v-1", replace(WHOLE, private_at=3))]


async def test_an_outdated_copy_of_the_duty_is_replaced_in_the_log_before_compaction_makes_it_the_only_one(
    town: StoredProfile,
) -> None:
    await town.private(3, contact={"phone": "1"})
    await town.profile(1, private_at=3, on_duty=True)
    await town.profile(2, private_at=3, on_duty=False, keeps_duty=True)

    assert await town.service.join_once() == 1
    assert town.said == [("v-1", replace(WHOLE, private_at=3, on_duty=True, keeps_duty=True))]

    await town.profile(3, private_at=3, on_duty=True, keeps_duty=True)  # the repair, read from the log
    assert await town.service.join_once() == 0


async def test_a_repair_that_a_change_of_duty_overtook_is_repaired_again(town: StoredProfile) -> None:
    await town.private(3, contact={"phone": "1"})
    await town.profile(1, private_at=3, on_duty=True)
    await town.profile(2, private_at=3, on_duty=False, keeps_duty=True)
    await town.service.join_once()

    await town.profile(3, private_at=3, on_duty=False)
    await town.profile(4, private_at=3, on_duty=True, keeps_duty=True)  # the repair

    view = await town.reads.volunteer("v-1")
    assert view is not None
    assert view.on_duty is False
    assert await town.service.join_once() == 1
    assert town.said[1] == ("v-1", replace(WHOLE, private_at=3, on_duty=False, keeps_duty=True))


async def test_an_outdated_duty_is_not_repaired_without_the_private_record_of_the_same_profile(
    town: StoredProfile,
) -> None:
    await town.profile(1, private_at=3, on_duty=True)
    await town.profile(2, private_at=3, on_duty=False, keeps_duty=True)
    assert await town.service.join_once() == 0

    await town.private(3, contact={"phone": "1"})
    assert await town.service.join_once() == 1


async def test_an_erased_person_does_not_come_back_by_half(town: StoredProfile) -> None:
    await town.private(3, contact={"phone": "1"})
    await town.private(4)  # the tombstone
    await town.profile(1, private_at=3)

    await town.service.join_once()

    assert town.said == [("v-1", None)]


async def test_who_was_erased_in_both_halves_is_forgotten(town: StoredProfile) -> None:
    await town.private(3, contact={"phone": "1"})
    await town.profile(1, private_at=3)
    await town.people.erase("v-1", profile_offset=2, private_offset=4)

    assert await town.service.join_once() == 0


async def test_nobody_comes_back_whom_the_shared_stack_erases_between_two_tests(town: StoredProfile) -> None:
    await town.private(3, contact={"phone": "1"})
    await town.profile(1, private_at=3)

    erased = tombstones_of(["v-1"])
    await town.people.put_private(
        [PrivateWrite(ref=ref.decode(), offset=4, sealed=None) for ref in erased[PRIVATE.name]]
    )
    gone = [ProfileWrite(volunteer_id=key.decode(), offset=4, record=None) for key in erased[VOLUNTEERS.name]]
    await town.people.put_profiles(gone)

    assert await town.service.join_once() == 0
    assert await town.reads.volunteer("v-1") is None


async def test_a_newer_record_that_comes_meanwhile_is_looked_at_as_well(town: StoredProfile) -> None:
    await town.private(3, contact={"phone": "1"})
    seen = await town.people.unjoined()
    await town.private(4, contact={"phone": "2"})

    again = await town.people.unjoined(seen)

    assert [one.offset for one in again] == [4]


async def test_a_rebuild_finds_halves_that_do_not_belong_together(town: StoredProfile) -> None:
    assert await town.restore.acquire(10_000)
    await town.restore.wipe()
    people = town.restore.people()
    await people.put_profiles([ProfileWrite(volunteer_id="v-1", offset=2, record=replace(WHOLE, private_at=3))])
    await people.put_private([PrivateWrite(ref=REF, offset=4, sealed=sealed())])
    assert await town.restore.mark_ready(await town.restore.this_run())

    await town.service.join_once()

    assert town.said == [("v-1", replace(WHOLE, private_at=4, keeps_duty=True))]
