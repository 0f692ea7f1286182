"""Traces and spans follow from ids: nothing has to be passed on to find the trace of an answer."""

import pytest

from dispatch.model.ids import incident_id, offer_id
from streams.tracing import span_ids
from streams.tracing.span_ids import SpanRef
from tests.support.builders import INCIDENT, ZONE

OFFER = offer_id(INCIDENT, "command", "requirement", "v-1")


def test_the_trace_is_the_number_of_the_incident() -> None:
    ref = span_ids.of_incident(INCIDENT, 1.0)

    assert ref is not None
    assert f"{ref.trace:032x}" == INCIDENT.rpartition("-")[2]


def test_an_offer_leads_to_the_trace_of_its_incident_and_has_a_span_of_its_own() -> None:
    made, report = span_ids.of_offer(OFFER, 1.0), span_ids.of_incident(INCIDENT, 1.0)

    assert made is not None
    assert report is not None
    assert made.trace == report.trace
    assert made.span != report.span
    assert made == span_ids.of_offer(OFFER, 1.0)  # in whatever process


@pytest.mark.parametrize("text", ["", "i-8320e5-1", "o-8320e5-1-2", "v-1", INCIDENT.upper(), f"{INCIDENT}\n"])
def test_what_is_no_id_has_no_trace(text: str) -> None:
    assert span_ids.of_incident(text, 1.0) is None
    assert span_ids.of_offer(text, 1.0) is None
    assert span_ids.of_record(text, "record", 1.0) is None


def test_a_share_of_the_incidents_is_traced_and_each_of_them_wholly() -> None:
    incidents = [incident_id(ZONE, "operator", str(number)) for number in range(4000)]
    sampled = [ref.is_sampled for one in incidents if (ref := span_ids.of_incident(one, 0.25))]

    assert 0.22 < sum(sampled) / len(sampled) < 0.28
    for one in incidents[:100]:
        report = span_ids.of_incident(one, 0.25)
        made = span_ids.of_offer(offer_id(one, "command", "requirement", "v-1"), 0.25)
        assert report is not None
        assert made is not None
        assert report.is_sampled == made.is_sampled
    assert sampled_of(incidents, 0.0) == {False}
    assert sampled_of(incidents, 1.0) == {True}


def sampled_of(incidents: list[str], share: float) -> set[bool]:
    return {ref.is_sampled for one in incidents if (ref := span_ids.of_incident(one, share))}


def test_a_header_is_read_as_it_was_written() -> None:
    ref = SpanRef(0xABC, 0xDEF, is_sampled=True)

    assert ref.traceparent == "00-00000000000000000000000000000abc-0000000000000def-01"
    assert span_ids.received([("ce_id", b"1"), ("traceparent", ref.traceparent.encode())]) == ref


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"\xff\x00",
        b"00-0-0-01",
        b"01-00000000000000000000000000000abc-0000000000000def-01",
        b"00-00000000000000000000000000000000-0000000000000def-01",
        b"00-00000000000000000000000000000abc-0000000000000000-01",
        b"00-00000000000000000000000000000ABC-0000000000000def-01",
        b"00-00000000000000000000000000000abc-0000000000000def-01" * 1000,
        None,
    ],
)
def test_a_header_that_is_none_is_left_aside(header: bytes | None) -> None:
    assert span_ids.received([("traceparent", header)]) is None
