"""What a record about a person becomes: a write, or a reason why not."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from dispatch.model.places import Place
from dispatch.model.vocabulary import Capability, TravelMode
from streams import wire
from streams.ring import KeyRing, KeyState, LiveRing
from streams.store.people import PrivateWrite, ProfileWrite
from streams.store.record_decoders import (
    fix_of,
    newest_privates,
    newest_profiles,
    private_of,
    profile_of,
    readable_fixes,
)
from streams.topics import LOCATIONS, PRIVATE, VOLUNTEERS
from streams.wire import FixRecord, IncidentPrivate, Unreadable, VolunteerPrivate, VolunteerRecord
from streams.worker.profile_service import leave_duty_commands

LOGGED_MS = 1_795_000_000_000
KEY, OTHER_KEY = bytes(32), bytes(31) + b"1"
RING, OTHER_RING = LiveRing(KeyRing.of_key(KEY)), LiveRing(KeyRing.of_key(OTHER_KEY))


@dataclass(frozen=True, kw_only=True)
class Record:
    topic: str = LOCATIONS.name
    partition: int = 0
    offset: int = 7
    timestamp: int = LOGGED_MS
    key: bytes | None = b"v-1"
    value: bytes | None = b""
    headers: Sequence[tuple[str, bytes | None]] = field(default=())


def position(*, recorded_ms: int | None = None, lon: float = 76.9, volunteer: str = "v-1", offset: int = 7) -> Any:
    fix = FixRecord(volunteer_id=volunteer, lon=lon, lat=43.2, accuracy_m=5.0, recorded_ms=recorded_ms)
    return Record(value=wire.encode(fix), offset=offset)


def profile(**changed: Any) -> VolunteerRecord:
    known: dict[str, Any] = {
        "id": "v-1",
        "capabilities": (Capability.FIELD,),
        "skills": ("first_aid",),
        "languages": ("kk",),
        "travel_mode": TravelMode.CAR,
        "max_distance_m": None,
        "on_duty": True,
        "changed_ms": 1,
    }
    return VolunteerRecord(**(known | changed))


@pytest.mark.parametrize(
    ("recorded_ms", "at_ms"),
    [
        (None, LOGGED_MS),  # no clock on the device: when it was logged
        (LOGGED_MS - 5_000, LOGGED_MS - 5_000),  # as the device says
        (LOGGED_MS + 59_000, LOGGED_MS),  # a clock that is a little fast never makes a fix younger than it is
    ],
)
def test_a_fix_counts_from_when_it_was_recorded(recorded_ms: int | None, at_ms: int) -> None:
    assert fix_of(position(recorded_ms=recorded_ms)).at_ms == at_ms


@pytest.mark.parametrize(
    ("recorded_ms", "reason"),
    [(LOGGED_MS + 61_000, "from_the_future"), (LOGGED_MS - 3_661_000, "too_old")],
)
def test_what_the_intake_refuses_is_unreadable(recorded_ms: int, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        fix_of(position(recorded_ms=recorded_ms))


def test_a_fix_that_was_an_hour_old_when_it_came_in_is_not_refused_for_its_way_into_the_log() -> None:
    assert fix_of(position(recorded_ms=LOGGED_MS - 3_605_000)).at_ms == LOGGED_MS - 3_605_000


def test_every_fix_is_kept_in_the_order_of_the_log_and_bad_ones_are_told() -> None:
    records = [
        position(recorded_ms=LOGGED_MS - 2_000, lon=1.0),
        position(recorded_ms=LOGGED_MS - 4_000, lon=5.0),
        position(volunteer="v-2", lon=181.0, offset=9),
        position(recorded_ms=LOGGED_MS - 1_000, lon=2.0),
        Record(value=b"\xff", offset=10),
        position(volunteer="v-3", lon=4.0),
    ]

    fixes, rejected = readable_fixes(records)

    assert [(fix.volunteer_id, fix.lon) for fix in fixes] == [("v-1", 1.0), ("v-1", 5.0), ("v-1", 2.0), ("v-3", 4.0)]
    assert [record.offset for record, _ in rejected] == [9, 10]


def test_a_profile_and_its_tombstone() -> None:
    record: Any = Record(topic=VOLUNTEERS.name, value=wire.encode(profile()))
    gone: Any = Record(topic=VOLUNTEERS.name, value=None, offset=8)

    assert profile_of(record) == ProfileWrite(
        volunteer_id="v-1", offset=7, record=profile(), logged_ms=record.timestamp
    )
    assert profile_of(gone) == ProfileWrite(volunteer_id="v-1", offset=8, record=None, logged_ms=record.timestamp)


@pytest.mark.parametrize("key", [None, b"", b"\xff", b"v-2"], ids=["none", "empty", "no UTF-8", "another's"])
def test_a_profile_under_a_wrong_key_is_unreadable(key: bytes | None) -> None:
    record: Any = Record(topic=VOLUNTEERS.name, key=key, value=wire.encode(profile()))

    with pytest.raises(Unreadable):
        profile_of(record)


def test_the_home_place_is_taken_from_a_persons_sealed_record() -> None:
    home = Place(lon=76.9, lat=43.2)
    sealed = wire.seal(KEY, "volunteer:v-1", VolunteerPrivate(home=home, contact={"phone": "+7"}))
    record: Any = Record(topic=PRIVATE.name, key=b"volunteer:v-1", value=sealed)

    assert private_of(record, RING) == PrivateWrite(ref="volunteer:v-1", offset=7, sealed=sealed, home=home)
    with pytest.raises(Unreadable):
        private_of(record, OTHER_RING)


def test_a_record_under_a_declared_key_that_is_lacking_is_kept_for_the_time_when_it_is_not() -> None:
    behind = LiveRing(KeyRing.of_key(OTHER_KEY))
    behind.declare({key.id: KeyState.ACCEPTED for key in RING.now.keys})
    sealed = wire.seal(KEY, "volunteer:v-1", VolunteerPrivate(home=Place(lon=76.9, lat=43.2)))
    record: Any = Record(topic=PRIVATE.name, key=b"volunteer:v-1", value=sealed)

    assert private_of(record, behind) == PrivateWrite(ref="volunteer:v-1", offset=7, sealed=sealed)
    assert set(behind.missing) == {key.id for key in RING.now.keys}


def test_a_record_that_was_sealed_again_stands_at_the_place_of_its_original() -> None:
    def at(offset: int, value: bytes | None, original: bytes | None = None) -> Any:
        headers = [] if original is None else [(wire.RESEALED_FROM, original)]
        return Record(topic=PRIVATE.name, key=b"incident:i-1", value=value, offset=offset, headers=headers)

    again = PrivateWrite(ref="incident:i-1", offset=3, sealed=b"again", is_resealed=True)

    # The usual case, an edit in between, an erasure in between, and offsets that no writer of ours states.
    for records, newest in [
        ([at(3, b"old"), at(9, b"again", b"3")], again),
        (
            [at(3, b"old"), at(5, b"new"), at(9, b"again", b"3")],
            PrivateWrite(ref="incident:i-1", offset=5, sealed=b"new"),
        ),
        ([at(3, b"old"), at(5, None), at(9, b"again", b"3")], PrivateWrite(ref="incident:i-1", offset=5, sealed=None)),
        ([at(9, b"new", b"10")], PrivateWrite(ref="incident:i-1", offset=9, sealed=b"new")),
        ([at(9, b"new", b"-1")], PrivateWrite(ref="incident:i-1", offset=9, sealed=b"new")),
        ([at(9, b"new", b"9" * 30)], PrivateWrite(ref="incident:i-1", offset=9, sealed=b"new")),
    ]:
        assert newest_privates(records, RING) == ([newest], [])


def test_what_is_private_to_an_incident_stays_sealed() -> None:
    sealed = wire.seal(KEY, "incident:i-1", IncidentPrivate(address="…"))
    record: Any = Record(topic=PRIVATE.name, key=b"incident:i-1", value=sealed)

    assert private_of(record, OTHER_RING) == PrivateWrite(ref="incident:i-1", offset=7, sealed=sealed)


def test_of_several_profiles_the_last_that_can_be_read_counts() -> None:
    records: list[Any] = [
        Record(topic=VOLUNTEERS.name, value=wire.encode(profile(on_duty=False)), offset=1),
        Record(topic=VOLUNTEERS.name, value=wire.encode(profile(on_duty=True)), offset=2),
        Record(topic=VOLUNTEERS.name, value=wire.encode(profile(id="v-2")), offset=3),  # of another than the key says
        Record(topic=VOLUNTEERS.name, key=b"v-3", value=None, offset=4),
    ]

    writes, rejected = newest_profiles(records)

    assert [(write.volunteer_id, write.offset) for write in writes] == [("v-1", 2), ("v-3", 4)]
    assert [record.offset for record, _ in rejected] == [3]


def test_the_last_sign_of_life_is_carried_on_by_a_later_write_that_does_not_know_of_it() -> None:
    def write(offset: int, heard_ms: int | None, *, volunteer: str = "v-1") -> Any:
        value = wire.encode(profile(id=volunteer, heard_ms=heard_ms))
        return Record(topic=VOLUNTEERS.name, key=volunteer.encode(), value=value, offset=offset)

    records: list[Any] = [
        write(1, None),
        write(2, 500),
        write(3, 400),  # an operator who had read before the person wrote
        write(4, None),
        write(5, 900, volunteer="v-2"),
        Record(topic=VOLUNTEERS.name, key=b"v-2", value=None, offset=6),
        write(7, None, volunteer="v-2"),  # erased and registered again: somebody nobody knows
    ]

    writes, _ = newest_profiles(records)

    assert [(write.volunteer_id, write.offset, write.record and write.record.heard_ms) for write in writes] == [
        ("v-1", 4, 500),
        ("v-2", 7, None),
    ]


def test_the_last_profile_that_states_a_duty_is_kept_before_those_that_do_not() -> None:
    records: list[Any] = [
        Record(topic=VOLUNTEERS.name, value=wire.encode(profile(on_duty=False)), offset=1),
        Record(topic=VOLUNTEERS.name, value=wire.encode(profile(on_duty=True, heard_ms=5)), offset=2),
        Record(topic=VOLUNTEERS.name, value=wire.encode(profile(on_duty=False, keeps_duty=True)), offset=3),
        Record(topic=VOLUNTEERS.name, value=wire.encode(profile(on_duty=False, keeps_duty=True)), offset=4),
        Record(topic=VOLUNTEERS.name, key=b"v-2", value=None, offset=5),
        Record(topic=VOLUNTEERS.name, key=b"v-2", value=wire.encode(profile(id="v-2", keeps_duty=True)), offset=6),
        Record(topic=VOLUNTEERS.name, key=b"v-3", value=wire.encode(profile(id="v-3", keeps_duty=True)), offset=7),
    ]

    writes, _ = newest_profiles(records)

    assert [(write.volunteer_id, write.offset, write.record and write.record.heard_ms) for write in writes] == [
        ("v-1", 2, 5),
        ("v-1", 4, 5),
        ("v-2", 5, None),
        ("v-2", 6, None),
        ("v-3", 7, None),
    ]


async def test_only_a_stated_duty_or_an_erasure_sends_people_off_duty() -> None:
    class Engaged:
        async def engaged(self, volunteer_ids: Sequence[str]) -> dict[str, str]:
            return dict.fromkeys(volunteer_ids, f"o-8320e5-{'0' * 32}-{'0' * 16}")

    def write(volunteer: str, record: VolunteerRecord | None) -> ProfileWrite:
        return ProfileWrite(volunteer_id=volunteer, offset=1, record=record)

    people: Any = Engaged()

    commands = await leave_duty_commands(
        people,
        [
            write("on", profile(on_duty=True)),
            write("copied", profile(on_duty=False, keeps_duty=True)),
            write("off", profile(on_duty=False)),
            write("off", profile(on_duty=False, keeps_duty=True)),
            write("erased", None),
        ],
    )

    assert [command.volunteer_id for command in commands] == ["off", "erased"]


def test_a_profile_of_an_earlier_version_says_nothing_of_signs() -> None:
    old = wire.encode(profile()).replace(b',"heard_ms":null,"keeps_duty":false,"duty_until_ms":null', b"")

    assert b"heard_ms" not in old
    assert wire.decode_volunteer(old) == profile()


def test_a_sealed_record_that_does_not_open_leaves_the_one_before_it() -> None:
    sealed = wire.seal(KEY, "volunteer:v-1", VolunteerPrivate(home=Place(lon=76.9, lat=43.2)))
    records: list[Any] = [
        Record(topic=PRIVATE.name, key=b"volunteer:v-1", value=sealed, offset=1),
        Record(topic=PRIVATE.name, key=b"volunteer:v-1", value=sealed[:-1], offset=2),
        Record(topic=PRIVATE.name, key=b"volunteer:v-2", value=sealed, offset=3),  # sealed for another reference
    ]

    writes, rejected = newest_privates(records, RING)

    assert [(write.ref, write.offset) for write in writes] == [("volunteer:v-1", 1)]
    assert [record.offset for record, _ in rejected] == [2, 3]
