"""Replaying calls: moved in metres, paced by their gaps, and the same incidents each time."""

import asyncio
import math
from pathlib import Path

import pytest

from dispatch.model.places import Place
from dispatch.model.vocabulary import Priority
from streams import clock
from streams.api_client import Api
from streams.simulator.call_records import Calls, read_calls
from streams.simulator.places import offset_m
from streams.simulator.replay import AT_ONCE, ReplayedReport, ReplayOutcome, Summary, replay, reports_of
from streams.simulator.replay_targets import command_of, through_http
from streams.wire.client_digests import ClientDigests
from tests.streams.simulator.fake_api import FakeApi
from tests.streams.simulator.samples import MONTGOMERY, PLAIN, written

ALMATY = Place(lon=76.945, lat=43.238)


@pytest.fixture
def calls(tmp_path: Path) -> Calls:
    return read_calls(written(tmp_path, MONTGOMERY))


async def accept(report: ReplayedReport) -> ReplayOutcome:
    return ReplayOutcome(incident_id=report.key)


def place_of(report: ReplayedReport) -> Place:
    lon, lat = report.body["location"]["coordinates"]
    return Place(lon=lon, lat=lat)


def test_distances_between_calls_are_kept_in_metres_at_the_new_place(calls: Calls) -> None:
    moved = list(reports_of(calls, at=ALMATY))

    before = math.hypot(*offset_m(calls.calls[0].place, calls.calls[1].place))
    after = math.hypot(*offset_m(place_of(moved[0]), place_of(moved[1])))
    assert before == pytest.approx(850, abs=20)
    assert after == pytest.approx(before, rel=0.001)


def test_the_middle_of_the_calls_lies_at_the_new_place(calls: Calls) -> None:
    longitudes = sorted(place_of(report).lon for report in reports_of(calls, at=ALMATY))

    assert longitudes[0] <= ALMATY.lon <= longitudes[-1]
    assert all(math.hypot(*offset_m(ALMATY, place_of(report))) < 3000 for report in reports_of(calls, at=ALMATY))


def test_without_a_new_place_calls_stay_where_they_were(calls: Calls) -> None:
    assert [place_of(report) for report in reports_of(calls, at=None)] == [call.place for call in calls.calls]


def test_the_same_file_at_the_same_place_gives_the_same_keys_and_bodies(calls: Calls) -> None:
    first, again = (list(reports_of(calls, at=ALMATY)) for _ in range(2))
    elsewhere = list(reports_of(calls, at=Place(lon=71.4, lat=51.1)))

    assert first == again
    assert {report.key for report in first}.isdisjoint(report.key for report in elsewhere)


async def test_gaps_are_kept_and_shortened_by_the_speed(calls: Calls) -> None:
    sent: list[float] = []

    async def note(report: ReplayedReport) -> ReplayOutcome:
        sent.append(clock.monotonic_s())
        return await accept(report)

    await replay(reports_of(calls, at=ALMATY), note, Summary(), speed=200.0)  # 240 s in 1.2 s

    gaps = [later - sent[0] for later in sent]
    assert gaps[1] == pytest.approx(30 / 200, abs=0.1)
    assert gaps[-1] == pytest.approx(240 / 200, abs=0.15)


async def test_as_fast_as_it_goes_never_has_more_on_the_way_than_it_may(tmp_path: Path) -> None:
    rows = "".join(f"2026-03-01T05:{n // 60:02}:{n % 60:02}Z,43.2,76.9,flood,n{n},\n" for n in range(500))
    calls = read_calls(written(tmp_path, PLAIN + rows))
    on_the_way = most = 0

    async def slow(report: ReplayedReport) -> ReplayOutcome:
        nonlocal on_the_way, most
        on_the_way += 1
        most = max(most, on_the_way)
        await asyncio.sleep(0.001)
        on_the_way -= 1
        return await accept(report)

    summary = Summary()
    await replay(reports_of(calls, at=None), slow, summary, speed=0)

    assert summary.accepted == len(calls.calls) == 502
    assert 1 < most <= AT_ONCE


async def test_a_second_replay_makes_no_second_incident(calls: Calls) -> None:
    fake = FakeApi()
    async with Api("http://fake", lambda role, identity: f"{role}:{identity}", transport=fake.transport) as api:
        for _ in range(2):
            fake.forgets_answers = 2
            summary = Summary()
            await replay(reports_of(calls, at=ALMATY), through_http(api), summary, speed=0)
            assert summary.accepted == len(summary.incidents) == len(calls.calls)

    assert len(fake.incidents) == len(calls.calls)


async def test_the_summary_tells_refusals_by_reason_and_what_is_unknown(calls: Calls) -> None:
    outcomes = iter(
        [ReplayOutcome(incident_id=None, code="bad"), ReplayOutcome(incident_id=None, is_unknown=True)]
        + [ReplayOutcome(incident_id=str(n)) for n in range(9)]
    )

    async def send(_: ReplayedReport) -> ReplayOutcome:
        return next(outcomes)

    summary = Summary()
    await replay(reports_of(calls, at=ALMATY), send, summary, speed=0)

    assert (summary.refused, summary.unknown, summary.accepted) == ({"bad": 1}, 1, len(calls.calls) - 2)
    assert summary.unknown_types == {"Fire: DRAGON": 1}


def test_a_command_made_of_a_call_is_the_same_each_time(calls: Calls) -> None:
    report = next(iter(reports_of(calls, at=ALMATY)))

    digests = ClientDigests(bytes(32))
    command, again = command_of(report, digests), command_of(report, ClientDigests(bytes(32)))

    assert (command.id, command.incident_id, command.body_digest) == (again.id, again.incident_id, again.body_digest)
    assert command.priority is Priority.HIGH
    assert (command.external_id, "external_id" in command.private_fields) == (None, True)
