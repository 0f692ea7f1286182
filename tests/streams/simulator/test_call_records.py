"""Files of real calls: known by their header, every call once, bad rows told and never fatal."""

import re
from pathlib import Path

import pytest

from dispatch.plans.book import load_builtin
from streams.simulator.call_records import Calls, UnknownFormat, read_calls
from streams.simulator.call_types import call_type
from tests.streams.simulator.samples import MONTGOMERY, PLAIN, SAN_FRANCISCO, written
from tests.support import sample_data

REAL = sample_data.ROOT / "incidents"


def reasons(calls: Calls) -> dict[int, str]:
    return {row.line: row.reason for row in calls.refused}


def test_montgomery_goes_by_the_time_of_the_call_and_not_of_its_publication(tmp_path: Path) -> None:
    calls = read_calls(written(tmp_path, MONTGOMERY))

    assert calls.format == "911 calls of Montgomery County"
    assert [call.words for call in calls.calls[:3]] == [
        "Traffic: VEHICLE ACCIDENT",
        "EMS: CARDIAC ARREST",
        "Fire: GAS-ODOR/LEAK",
    ]
    assert calls.calls[1].at_s - calls.calls[0].at_s == 30


def test_bad_rows_are_named_with_line_and_reason(tmp_path: Path) -> None:
    calls = read_calls(written(tmp_path, MONTGOMERY))

    told = reasons(calls)
    assert set(told) == {5, 6, 7, 8}
    assert re.fullmatch(r"place \d+ km from the others", told[5])
    assert told[6].startswith("no place")
    assert told[7].startswith("no place on Earth")
    assert told[8] == "no time: 'yesterday'"
    assert calls.rows == len(calls.calls) + len(calls.refused) == 9


def test_words_that_no_rule_knows_become_information_with_a_note(tmp_path: Path) -> None:
    calls = read_calls(written(tmp_path, MONTGOMERY))

    unknown = [call for call in calls.calls if not call.kind.is_known]
    assert [(call.words, call.kind.type) for call in unknown] == [("Fire: DRAGON", "information")]


def test_san_francisco_has_an_incident_for_each_call_and_not_for_each_unit(tmp_path: Path) -> None:
    calls = read_calls(written(tmp_path, SAN_FRANCISCO, packed=True))

    assert [call.words for call in calls.calls] == ["Structure Fire", "Medical Incident"]
    assert calls.repeated == 1
    assert calls.calls[1].kind.priority == "critical"
    assert reasons(calls) == {5: "no place: Location is ''", 6: "no call number"}


def test_a_plain_file_may_name_incident_types_priorities_and_its_own_ids(tmp_path: Path) -> None:
    calls = read_calls(written(tmp_path, PLAIN))

    assert [(call.kind.type, call.kind.priority) for call in calls.calls] == [
        ("flood", "critical"),
        ("medical.other", "normal"),
    ]
    assert calls.calls[1].at_s - calls.calls[0].at_s == 10
    assert calls.repeated == 1
    assert list(reasons(calls)) == [5]


def test_reading_a_file_again_gives_the_same_calls(tmp_path: Path) -> None:
    assert read_calls(written(tmp_path, MONTGOMERY)) == read_calls(written(tmp_path, MONTGOMERY))


@pytest.mark.parametrize("text", ["", "a,b,c\n1,2,3\n", "\x00\x01\x02", "{}"])
def test_a_file_that_nobody_knows_says_what_is_known(tmp_path: Path, text: str) -> None:
    with pytest.raises(UnknownFormat, match="San Francisco|CSV"):
        read_calls(written(tmp_path, text))


def test_a_file_cut_off_in_the_middle_gives_what_it_holds(tmp_path: Path) -> None:
    path = written(tmp_path, PLAIN + "2026-03-01T05:00:30Z,43.2,76.9,flood,x,\n" * 20_000, packed=True)
    path.write_bytes(path.read_bytes()[:-200])

    calls = read_calls(path)

    assert calls.calls
    assert "the file ends here" in calls.refused[-1].reason


def test_odd_cells_are_bad_rows(tmp_path: Path) -> None:
    rows = ["nan,76.9", "inf,76.9", "91,76.9", "43.2,181", "43.2", "43.2,76.9,flood,id,low,one too many", "'; --,76.9"]
    text = PLAIN + "".join(f"2026-03-01T05:00:30Z,{row}\n" for row in rows)

    calls = read_calls(written(tmp_path, text))

    assert len(calls.calls) == 2
    assert len(calls.refused) == 1 + len(rows)


def test_every_rule_leads_to_an_incident_type_that_exists() -> None:
    known = load_builtin().plans
    for words in ("EMS: CARDIAC ARREST", "Fire: BUILDING FIRE", "Traffic: DISABLED VEHICLE", "Water Rescue", "Alarms"):
        assert call_type(words).type in known
        assert call_type(words).is_known


@sample_data.needed("incidents")
@pytest.mark.parametrize(
    ("name", "rows", "calls", "refused", "unknown"),
    [
        ("montgomery_911_2016-02.csv.gz", 11_467, 11_465, 2, set()),
        ("sf_fire_units_2020-04-07_09.csv.gz", 2_301, 1_204, 0, {"Other"}),
    ],
)
def test_real_call_records_are_understood(name: str, rows: int, calls: int, refused: int, unknown: set[str]) -> None:
    found = read_calls(REAL / name)

    assert (found.rows, len(found.calls), len(found.refused)) == (rows, calls, refused)
    assert {call.words for call in found.calls if not call.kind.is_known} == unknown
    assert {call.kind.type for call in found.calls} <= set(load_builtin().plans)
    assert [call.at_s for call in found.calls] == sorted(call.at_s for call in found.calls)
