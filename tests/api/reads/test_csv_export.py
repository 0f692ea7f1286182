"""GET /v1/incidents?format=csv: a table from Redis or from Kafka."""

import csv
import io
from dataclasses import replace
from typing import Any

import pytest

from api.reads.csv_export import COLUMNS, harmless
from dispatch.model.call_numbers import CallNumber
from dispatch.model.commands import ReportIncident
from dispatch.model.geo import coarse
from dispatch.model.ids import incident_id
from dispatch.model.vocabulary import IncidentStatus, OfferState, Priority
from streams.monitoring.lag_monitor import Measured
from streams.readers.last_known import LastKnown, Undecided
from tests.support.api_world import World, code
from tests.support.builders import ALMATY, incident, offer, point, requirement, shortfall

PATH = "/v1/incidents?format=csv"
READ_MS = 1_764_000_000_000
READ_AT = "2025-11-24T16:00:00.000Z"


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def reported(**known: Any) -> Undecided:
    stated: dict[str, Any] = {"type": "flood", "body_digest": "x", "area": point(), "priority": Priority.HIGH} | known
    command = ReportIncident(id="c-1", incident_id=incident_id("8320e5", "op", "k"), by="op", sent_ms=READ_MS, **stated)
    return Undecided(command=command, logged_ms=READ_MS)


async def test_the_table_is_read_from_redis(world: World) -> None:
    needs = (requirement(count=2, shortfall=shortfall(1)),)
    world.redis.add(
        incident(
            requirements=needs,
            offers=(offer(OfferState.ACCEPTED), offer(OfferState.EXPIRED, id="o-2")),
            call_number=CallNumber(day="2025-11-24", letters="AK", number=42),
        )
    )

    answer = await world.ask("GET", PATH)

    (row,) = rows(answer.text)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["komek-picture"] == row["picture"] == "live"
    assert tuple(row) == COLUMNS
    assert row["call_number"] == "AK-042"
    assert (row["wanted"], row["accepted"], row["missing"]) == ("2 first_aid", "1", "1")
    assert row["people"] == "v-1 accepted r1"
    assert (row["lon"], row["lat"]) == (str(ALMATY.lon), str(ALMATY.lat))


@pytest.mark.parametrize("is_down", [False, True])
async def test_a_monitor_gets_the_table_with_coarse_places_and_without_people(world: World, is_down: bool) -> None:
    state = incident(offers=(offer(OfferState.ACCEPTED),))
    world.redis.add(state)
    world.redis.is_down = is_down
    world.last_known.known = LastKnown(read_ms=READ_MS, states=(state,), undecided=(reported(),), waiting=1)

    answer = await world.ask("GET", PATH, role="monitor")

    about = coarse(ALMATY)
    told = rows(answer.text)
    assert {(row["lon"], row["lat"], row["people"]) for row in told} == {(str(about.lon), str(about.lat), "")}
    assert len(told) == (2 if is_down else 1)


async def test_without_redis_the_table_comes_from_the_log_and_says_so(world: World) -> None:
    world.redis.is_down = True
    world.last_known.known = LastKnown(read_ms=READ_MS, states=(incident(),), undecided=(reported(),), waiting=1)

    answer = await world.ask("GET", PATH)

    told = rows(answer.text)
    assert (answer.headers["komek-picture"], answer.headers["komek-picture-at"]) == ("log", READ_AT)
    assert (told[0]["status"], told[0]["type"]) == ("reported", "flood")
    assert {(row["picture"], row["picture_at"]) for row in told} == {("log", READ_AT)}


async def test_without_workers_the_table_comes_from_the_log(world: World) -> None:
    world.lag.last = Measured(at_s=0.0, lag={0: 1}, workers=0)
    world.last_known.known = LastKnown(read_ms=READ_MS, undecided=(reported(),), waiting=1)

    (row,) = rows((await world.ask("GET", PATH)).text)

    assert (row["picture"], row["status"]) == ("log", "reported")


async def test_without_redis_and_kafka_the_table_is_503(world: World) -> None:
    world.redis.is_down = True

    answer = await world.ask("GET", PATH)

    assert answer.status_code == 503


@pytest.mark.parametrize("is_down", [False, True])
async def test_it_is_filtered_as_the_list_is(world: World, is_down: bool) -> None:
    states = [replace(incident(id=f"i-{status}"), status=status) for status in IncidentStatus]
    world.redis.add(*states)
    world.last_known.known = LastKnown(read_ms=READ_MS, states=tuple(states), undecided=(reported(),))
    world.redis.is_down = is_down

    closed = rows((await world.ask("GET", f"{PATH}&status=closed")).text)
    elsewhere = rows((await world.ask("GET", f"{PATH}&bbox=0,0,1,1")).text)

    assert [row["status"] for row in closed] == ["closed"]
    assert elsewhere == []


async def test_another_format_and_another_role_are_refused(world: World) -> None:
    assert (await world.ask("GET", "/v1/incidents?format=pdf")).status_code == 422
    assert code(await world.ask("GET", PATH, role="volunteer")) == "forbidden"


async def test_a_formula_is_escaped(world: World) -> None:
    person = '=HYPERLINK("http://127.0.0.1/";"x")'
    world.redis.add(incident(offers=(offer(volunteer_id=person),)))

    (row,) = rows((await world.ask("GET", PATH)).text)

    assert row["people"].startswith(f"'{person}")


@pytest.mark.parametrize("text", ["a;=1+1", "a; =1+1", ";=1", "a;b;@x", "i-1;\t=1"])
def test_a_cell_of_a_semicolon_locale_begins_after_each_semicolon(text: str) -> None:
    # What such a spreadsheet makes of the line.
    assert not any(part.lstrip().startswith(("=", "+", "-", "@")) for part in str(harmless(text)).split(";"))


@pytest.mark.parametrize("text", ["=1+1", "+7701", "-1", "@x", "\t=1", "\r=1", "＝1"])
def test_each_beginning_of_a_formula_gets_an_apostrophe(text: str) -> None:
    assert harmless(text) == f"'{text}".replace("\t", "␉").replace("\r", "␍")


@pytest.mark.parametrize("cell", [-70.5, 3, None, "flood", "a=b", ""])
def test_numbers_and_plain_words_stay_as_they_are(cell: Any) -> None:
    assert harmless(cell) == cell
