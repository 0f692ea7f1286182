"""Every record survives encoding and decoding; bytes that are no record raise `Unreadable` and nothing else."""

import json
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.model.command_kinds import COMMANDS, AnyCommand
from dispatch.model.commands import Command, PassDeadline, ReportIncident
from dispatch.model.decisions import Decision, OfferStep, StatusRecord
from dispatch.model.events import EVENTS, Event
from dispatch.model.incidents import Incident
from dispatch.model.reasons import SoftRule
from dispatch.model.vocabulary import DeadlineKind, HeardBy
from streams import wire
from streams.wire import FixRecord, Unreadable, VolunteerRecord
from tests.support import strategies
from tests.support.builders import NOW_MS, Story, decision, digital_spec, helpers, remote, spec

DECODERS: dict[type[Any], Callable[[bytes | None], Any]] = {
    Incident: wire.decode_incident,
    StatusRecord: wire.decode_status,
    OfferStep: wire.decode_offer_step,
    VolunteerRecord: wire.decode_volunteer,
}
ALL_DECODERS = [wire.decode_command, wire.decode_decision, wire.decode_fix, *DECODERS.values()]


@pytest.mark.parametrize("kind", COMMANDS)
@settings(max_examples=40)
@given(data=st.data())
def test_every_command_comes_back_as_it_went(kind: str, data: st.DataObject) -> None:
    command: Command = data.draw(strategies.any_of(COMMANDS[kind]))

    sent = wire.encode_command(command)

    assert wire.decode_command(sent) == command
    assert json.loads(sent)["kind"] == wire.kind_of(command) == kind


@pytest.mark.parametrize("kind", EVENTS)
@settings(max_examples=40)
@given(data=st.data())
def test_every_event_comes_back_as_it_went(kind: str, data: st.DataObject) -> None:
    decided = decision(data.draw(strategies.any_of(EVENTS[kind])))

    sent = wire.encode_decision(decided)

    assert wire.decode_decision(sent) == decided
    assert json.loads(sent)["events"][0]["kind"] == kind


@settings(max_examples=40)
@given(decided=strategies.any_of(Decision))
def test_every_decision_comes_back_as_it_went(decided: Decision) -> None:
    assert wire.decode_decision(wire.encode_decision(decided)) == decided


@pytest.mark.parametrize("cls", DECODERS)
@settings(max_examples=40)
@given(data=st.data())
def test_every_other_record_comes_back_as_it_went(cls: type[Any], data: st.DataObject) -> None:
    record = data.draw(strategies.any_of(cls))

    assert DECODERS[cls](wire.encode(record)) == record


def test_the_list_of_commands_and_the_union_of_commands_are_the_same() -> None:
    assert set(COMMANDS.values()) == set(AnyCommand.__args__)


def test_the_list_of_events_and_the_union_of_events_are_the_same() -> None:
    assert set(EVENTS.values()) == set(Event.__args__)


def test_a_real_log_comes_back_as_it_went() -> None:
    story = Story([*helpers("one", "two"), remote()])
    story.report(spec(), digital_spec(), language="kk")
    story.accept("one")
    story.accept("d-1")
    story.give_result("d-1", "confirmed")
    story.close()

    assert [wire.decode_decision(wire.encode_decision(entry)) for entry in story.decisions] == story.decisions
    assert wire.decode_incident(wire.encode(story.incident)) == story.incident


def test_a_deadline_tells_its_own_kind_apart_from_the_commands() -> None:
    deadline = PassDeadline(
        id="c", incident_id="i", by="dispatcher", sent_ms=NOW_MS, deadline=DeadlineKind.RETRY, due_ms=NOW_MS
    )

    assert json.loads(wire.encode_command(deadline))["kind"] == "pass_deadline"
    assert wire.decode_command(wire.encode_command(deadline)) == deadline


@pytest.mark.parametrize("cls", [*COMMANDS.values(), *EVENTS.values()])
def test_no_tagged_record_has_a_field_where_its_kind_stands(cls: type[Any]) -> None:
    assert "kind" not in cls.__dataclass_fields__


@pytest.mark.parametrize("decode", ALL_DECODERS)
@given(data=st.binary(max_size=40) | strategies.any_of(object).map(lambda value: json.dumps(value).encode()))
def test_arbitrary_bytes_are_unreadable_and_nothing_worse(decode: Callable[[bytes], Any], data: bytes) -> None:
    with pytest.raises(Unreadable):
        decode(data)


@pytest.mark.parametrize("decode", ALL_DECODERS)
@pytest.mark.parametrize(
    "data",
    [
        None,  # a tombstone
        b"",
        b"{}",
        b"null",
        b"[1]",
        b'{"kind": 7}',
        b'{"kind": "dance"}',
        b'{"kind": "\\ud800"}',  # half a character
        b'{"kind": "report_incident"}',  # a kind without its fields
        b'{"lon": 400, "lat": "north"}',
        b"[" * 100_000,  # deeper than any reader goes
        b'{"kind": "report_incident", "id": ' + b"[" * 100_000,
        '{"kind": "übersetzt"}'.encode("latin-1"),
    ],
)
def test_what_is_no_record_is_unreadable(decode: Callable[[bytes | None], Any], data: bytes | None) -> None:
    with pytest.raises(Unreadable):
        decode(data)


def test_the_place_of_a_fault_is_named() -> None:
    with pytest.raises(Unreadable, match=r"ReportIncident: .*`id`"):
        wire.decode_command(b'{"kind": "report_incident"}')
    with pytest.raises(Unreadable, match="'dance' is no command"):
        wire.decode_command(b'{"kind": "dance"}')


def test_an_event_of_another_time_is_unreadable() -> None:
    sent = json.loads(wire.encode_decision(Story().report()))
    sent["events"][0]["kind"] = "incident_sung_of"

    with pytest.raises(Unreadable, match="'incident_sung_of' is no event"):
        wire.decode_decision(json.dumps(sent).encode())


def test_a_field_of_a_later_version_is_overlooked() -> None:
    sent = json.loads(wire.encode(FixRecord(volunteer_id="v-1", lon=1.0, lat=2.0))) | {"speed_m_s": 3}

    assert wire.decode_fix(json.dumps(sent).encode()) == FixRecord(volunteer_id="v-1", lon=1.0, lat=2.0)


@pytest.mark.parametrize(
    ("lon", "lat", "is_taken"),
    [
        (180.0, -90.0, True),  # the edges belong to the world
        (-180.0, 90.0, True),
        (180.1, 0.0, False),
        (0.0, -90.1, False),
        (-200.0, 0.0, False),
        (0.0, 91.0, False),
    ],
)
def test_a_fix_outside_the_world_is_unreadable(lon: float, lat: float, is_taken: bool) -> None:
    fix = FixRecord(volunteer_id="v-1", lon=lon, lat=lat, accuracy_m=5.0, recorded_ms=NOW_MS)

    if is_taken:
        assert wire.decode_fix(wire.encode(fix)) == fix
    else:
        with pytest.raises(Unreadable, match=r"lon, lat: expected -180\.\.180, -90\.\.90"):
            wire.decode_fix(wire.encode(fix))


@pytest.mark.parametrize("value", [b"NaN", b"Infinity", b"1e999"])
def test_a_fix_that_is_no_number_is_unreadable(value: bytes) -> None:
    with pytest.raises(Unreadable):
        wire.decode_fix(b'{"volunteer_id": "v-1", "lat": 1.0, "lon": ' + value + b"}")


def test_languages_of_older_records_are_read_in_the_form_of_today() -> None:
    reported = wire.decode_command(
        b'{"kind":"report_incident","id":"c","incident_id":"i","by":"o","sent_ms":1,"type":"flood","body_digest":"d",'
        b'"language":"kz","requirements":[{"capability":"field","skill":"cpr","languages":["kaz","RU"]}]}'
    )
    volunteer = wire.decode_volunteer(
        b'{"id":"v","capabilities":[],"skills":[],"languages":["kaz","kk","eng"],"travel_mode":"foot","max_distance_m":null,'
        b'"on_duty":true,"changed_ms":1}'
    )

    assert isinstance(reported, ReportIncident)
    assert reported.language == "kk"
    assert reported.requirements is not None
    assert reported.requirements[0].languages == ("kk", "ru")
    assert volunteer.languages == ("kk", "en")


def test_every_field_of_a_decision_comes_back() -> None:
    """The frame names them once more: one that it lacks would be lost between the dispatcher and every reader."""
    whole = decision(
        heard_by=HeardBy.PHONE, against=(SoftRule.TOO_FAR,), conflicts=("address",), unused_refs=("incident:x",)
    )

    assert wire.decode_decision(wire.encode_decision(whole)) == whole
    assert {entry.name for entry in fields(whole)} <= set(wire.DecisionFrame.__struct_fields__)
