"""What a replay makes of a log that is damaged, erased, old, cut off or empty: it says so and goes on."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from dispatch.plans.book import PlanBook
from streams import wire
from streams.policy_replay.comparison import compare
from streams.policy_replay.log_reading import Interval, read_log
from streams.policy_replay.recorded_log import NothingToReplay
from streams.policy_replay.replay import ReplaySettings
from streams.ring import KeyRing, LiveRing
from streams.store.record_decoders import QUIET_KEY
from streams.topics import DECISIONS, INCIDENTS, LOCATIONS, PLANS, PRIVATE, VERIFICATIONS, VOLUNTEERS
from streams.wire import PlansRecord, VolunteerPrivate
from tests.support.recorded_town import CENTRE, Topics, read

ALWAYS = ("events", "why", "area", "reason")


@pytest.fixture
def topics(recorded: Topics) -> Topics:
    return Topics({name: list(records) for name, records in recorded.records.items()}, recorded.end_ms)


async def test_broken_records_are_counted_and_left_out(
    topics: Topics, in_force: PlanBook, playing: ReplaySettings
) -> None:
    for topic in (INCIDENTS, DECISIONS, VOLUNTEERS, VERIFICATIONS, LOCATIONS):
        records = topics.records[topic.name]
        middle = len(records) // 2
        # A person of their own, so that no earlier position hides this one.
        records.insert(middle, replace(records[middle], value=b"{", key=b"v-broken|x"))

    log = await read(topics)
    found = await compare(log, [("in force", in_force)], playing, often=3)

    assert {reason: count for reason, count in log.left_out.items() if count} == {
        "unreadable_commands": 1,
        "unreadable_decisions": 1,
        "unreadable_profiles": 1,
        "unreadable_verifications": 1,
        "unreadable_positions": 1,
    }
    assert found.columns[0].figures == found.columns[1].figures


async def test_records_without_meaning_are_passed_over(topics: Topics) -> None:
    for topic in (INCIDENTS, DECISIONS):
        records = topics.records[topic.name]
        records.insert(3, replace(records[3], key=QUIET_KEY.encode(), value=None))

    assert not any((await read(topics)).left_out.values())


async def test_a_command_that_was_sent_twice_is_played_once(topics: Topics) -> None:
    records = topics.records[INCIDENTS.name]
    records.append(replace(records[0], offset=len(records), timestamp=records[-1].timestamp))

    log = await read(topics)

    assert log.left_out["repeated_commands"] == 1
    assert len(log.commands) == len(records) - 1


async def test_who_was_erased_is_asked_no_more_and_that_is_said(
    topics: Topics, in_force: PlanBook, playing: ReplaySettings
) -> None:
    profiles = topics.records[VOLUNTEERS.name]
    # After compaction only the tombstone is left.
    first = profiles[0]
    profiles[0] = replace(first, value=None)

    found = await compare(await read(topics), [("in force", in_force)], playing, often=3)

    assert any(line.endswith("can ask them again: 1") for line in found.assumptions)


async def test_incidents_whose_report_is_gone_are_left_out(
    topics: Topics, in_force: PlanBook, playing: ReplaySettings
) -> None:
    """Retention has cut both topics: the first report is gone, what was decided about it later is not."""
    decisions, commands = topics.records[DECISIONS.name], topics.records[INCIDENTS.name]
    del decisions[:1], commands[:1]

    log = await read(topics)
    found = await compare(log, [("in force", in_force)], playing, often=3)

    assert log.left_out["incidents_begun_before_the_log"] == 1
    assert found.columns[1].skipped["incident_not_in_the_replay"] == 1  # its closing
    assert [column.figures.incidents for column in found.columns] == [5, 5]


async def test_commands_that_retention_has_removed_move_the_beginning(topics: Topics) -> None:
    commands = topics.records[INCIDENTS.name]
    wanted_ms = commands[0].timestamp
    del commands[:60]
    assert INCIDENTS.retention_ms is not None
    until_ms, topics.end_ms = topics.end_ms, commands[0].timestamp + INCIDENTS.retention_ms

    log = await read(topics, from_ms=wanted_ms, until_ms=until_ms)

    assert log.begins_ms == commands[0].timestamp
    assert any("the interval begins there" in note for note in log.notes)
    assert log.begun


async def test_a_quiet_partition_moves_nothing(topics: Topics) -> None:
    """Its last command before this one was removed long ago."""
    commands = topics.records[INCIDENTS.name]
    commands.append(replace(commands[-1], partition=1, offset=4711, value=b"{"))

    assert (await read(topics)).begins_ms == commands[0].timestamp


@pytest.mark.parametrize("is_before", [True, False])
async def test_an_interval_without_commands_is_an_error(is_before: bool, topics: Topics) -> None:
    first_ms = topics.records[INCIDENTS.name][0].timestamp
    interval = (first_ms - 2000, first_ms - 1000) if is_before else (topics.end_ms - 1, topics.end_ms)

    with pytest.raises(NothingToReplay, match="no command is in the log from 20"):
        await read(topics, from_ms=interval[0], until_ms=interval[1])
    with pytest.raises(NothingToReplay, match="holds no commands"):
        await read(topics.without(INCIDENTS))


async def test_the_applied_plans_are_the_book_in_force(topics: Topics, in_force: PlanBook) -> None:
    at_ms = topics.records[INCIDENTS.name][0].timestamp
    text = (Path(__file__).parents[3] / "dispatch" / "plans" / "builtin.toml").read_text("utf-8")
    text = text.replace(f'version = "{in_force.version}"', 'version = "mine"')
    topics.add(PLANS, at_ms, wire.encode(PlansRecord(version="mine", text=text, applied_ms=at_ms)), key="plans")
    topics.add(PLANS, at_ms + 1, b"no plans", key="plans")

    log = await read(topics)

    assert log.book is not None
    assert log.book.version == "mine"


async def test_homes_are_opened_with_the_ring_and_texts_of_incidents_never(topics: Topics, in_force: PlanBook) -> None:
    ring = KeyRing.of_key(bytes(32))
    at_ms = topics.records[INCIDENTS.name][0].timestamp
    for number in range(2):
        ref = f"volunteer:v-{number}"
        topics.add(PRIVATE, at_ms, wire.seal(ring, ref, VolunteerPrivate(home=CENTRE)), key=ref)
    topics.add(PRIVATE, at_ms, None, key="volunteer:v-1")
    topics.add(PRIVATE, at_ms, b"sealed under a key that nobody has", key="volunteer:v-2")
    # It would not open either, but nobody tries.
    topics.add(PRIVATE, at_ms, b"sealed under a key that nobody has", key="incident:i-1")
    wanted = Interval(from_ms=None, until_ms=topics.end_ms, fallback=in_force)

    opened = await read_log(topics, wanted, LiveRing(ring))
    sealed = await read(topics)

    assert opened.people.homes.keys() == {"v-0"}
    assert opened.left_out["sealed_homes_that_do_not_open"] == 1
    assert sealed.people.homes == {}
    assert any("stay sealed" in note for note in sealed.notes)


async def test_records_of_earlier_versions_say_the_same(topics: Topics) -> None:
    """They lack the fields that were added since, which are empty here."""
    older = Topics(dict(topics.records), topics.end_ms)
    for topic in (INCIDENTS, DECISIONS):
        older.records[topic.name] = [
            replace(one, value=json.dumps(_without_empty(json.loads(one.value or b""))).encode())
            for one in topics.records[topic.name]
        ]
    assert older != topics

    old, new = await read(older), await read(topics)

    assert not any(old.left_out.values())
    assert (old.commands, old.decided) == (new.commands, new.decided)


def _without_empty(record: dict[str, object]) -> dict[str, object]:
    """`area` has always been there."""
    return {name: value for name, value in record.items() if value not in (None, [], {}) or name in ALWAYS}
